// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QCoreApplication>
#include <QtCore/QDeadlineTimer>
#include <QtCore/QTimer>

inline constexpr int patience = 60'000; // milliseconds; for a sanitizer on a loaded machine

//! Processes this thread's events until \a condition holds; returns whether it does.
///
/// It is checked after every turn of the event loop, whereas QTest::qWaitFor() checks a hundred
/// times a second, and also now and then, because another thread may make it true.
template <class Condition>
bool eventually(Condition condition)
{
    const QDeadlineTimer deadline(patience);
    QTimer nowAndThen;
    nowAndThen.start(5);
    while (!condition()) {
        if (deadline.hasExpired())
            return false;
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
    return true;
}
