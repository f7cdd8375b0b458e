// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>

#include <csignal>

//! Lets Ctrl+C end the event loop, so that destructors run and what was sent still goes out.
inline void quitOnInterrupt(QCoreApplication &application)
{
    static volatile std::sig_atomic_t interrupted = 0;
    const auto interrupt = [](int) { interrupted = 1; };
    std::signal(SIGINT, interrupt);
    std::signal(SIGTERM, interrupt);

    // A signal handler may do next to nothing, so a timer checks what it has noted.
    auto *timer = new QTimer(&application);
    QObject::connect(timer, &QTimer::timeout, &application, [] {
        if (interrupted)
            QCoreApplication::quit();
    });
    timer->start(100);
}
