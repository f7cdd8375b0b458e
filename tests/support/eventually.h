// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QCoreApplication>
#include <QtCore/QDeadlineTimer>
#include <QtCore/QTimer>

inline constexpr int patience = 60'000; // milliseconds; for a sanitizer on a loaded machine

//! Whether \a condition comes to hold, while this thread's events are processed.
///
/// It is looked at after every turn of the event loop, of which QTest::qWaitFor() has a hundred a
/// second; and now and then, as it may come to hold in another thread.
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
