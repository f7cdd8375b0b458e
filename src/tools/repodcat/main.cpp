// SPDX-License-Identifier: MIT
// repodcat: sends and receives messages as lines of JSON. repodcat.1 describes it.

#include "repodcat/bots.h"
#include "repodcat/session.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>

#include <csignal>

namespace {

volatile std::sig_atomic_t isInterrupted = 0;

//! Makes Ctrl+C end the event loop, so that what was sent still goes out.
///
/// A signal handler may do next to nothing, so a timer checks what it has noted.
void watchForInterrupts(QTimer &timer)
{
    for (const int signal : {SIGINT, SIGTERM})
        std::signal(signal, [](int) { isInterrupted = 1; });
    timer.callOnTimeout([] {
        if (isInterrupted)
            QCoreApplication::quit();
    });
    timer.start(100);
}

} // namespace

int main(int argc, char *argv[])
{
    const QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName("repodcat");
    QCoreApplication::setApplicationVersion(QREPOD_VERSION);
    QTimer interrupts;
    watchForInterrupts(interrupts);

    const Options options = optionsOf(QCoreApplication::arguments());
    if (options.bots > 0) {
        Bots bots(options);
        QObject::connect(&bots, &Bots::finished, &application, &QCoreApplication::exit);
        QTimer::singleShot(0, &bots, &Bots::start);
        return QCoreApplication::exec();
    }
    Session session(options);
    QObject::connect(&session, &Session::finished, &application, &QCoreApplication::exit);
    QTimer::singleShot(0, &session, &Session::start);
    return session.exitCode(QCoreApplication::exec());
}
