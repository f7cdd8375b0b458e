// SPDX-License-Identifier: MIT
#include <QRepod/Test/pumpuntil.h>

#include <QRepod/connectionlistener.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qpointer.h>
#include <QtCore/qtimer.h>

namespace QRepod {

namespace {

// How often a predicate is evaluated that waits for another thread or process, in milliseconds.
// Messages for the listeners wake the event loop by themselves.
constexpr int askInterval = 5;

} // namespace

bool pumpUntil(ConnectionListener *listener, const std::function<bool()> &predicate, int timeout)
{
    return pumpUntil(QList<ConnectionListener *>{listener}, predicate, timeout);
}

bool pumpUntil(const QList<ConnectionListener *> &listeners, const std::function<bool()> &predicate,
               int timeout)
{
    const QList<QPointer<ConnectionListener>> pumped(listeners.begin(), listeners.end());
    const QDeadlineTimer deadline(timeout, Qt::PreciseTimer);
    QEventLoop loop; // never executed: quitting another loop must not end this one
    QTimer ask;
    ask.start(askInterval);
    for (;;) {
        for (const QPointer<ConnectionListener> &listener : pumped) {
            if (listener && !listener->autoPump())
                listener->pump();
        }
        if (predicate())
            return true;
        if (deadline.hasExpired())
            return false;
        loop.processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
}

bool pumpUntil(const std::function<bool()> &predicate, int timeout)
{
    return pumpUntil(QList<ConnectionListener *>(), predicate, timeout);
}

} // namespace QRepod
