// SPDX-License-Identifier: MIT
#pragma once

#include "peer.h"

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qtimer.h>

//! An end that works in Qt's event loop.
class EventLoopEndpoint : public Endpoint
{
public:
    explicit EventLoopEndpoint(Duty duty);

    void flush() override { m_loop.processEvents(); }

protected:
    void wait() override { m_loop.processEvents(QEventLoop::WaitForMoreEvents); }

    //! Works until \a isDone, for at most ten seconds.
    template <class Condition>
    void workUntil(Condition isDone)
    {
        const QDeadlineTimer deadline(10'000);
        while (!isDone()) {
            if (deadline.hasExpired())
                qFatal("a benchmark's peer does not answer");
            wait();
        }
    }

private:
    QEventLoop m_loop;
    QTimer m_tick; // limits the waiting
};
