// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QElapsedTimer>
#include <QtCore/QTimer>

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

//! Calls a function with the number of steps that are due, 60 per second by default.
///
/// Timers are late, sometimes more and sometimes less. So steps are counted by the clock, and the
/// game never runs slow. After a long halt, such as a laptop's sleep, it goes on where it was.
class GameClock
{
public:
    //! Works in the thread of \a owner, even if that moves to another thread.
    GameClock(QObject *owner, std::function<void(int steps)> due)
        : m_due(std::move(due))
        , m_timer(owner)
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setSingleShot(true);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { catchUp(); });
    }

    void setInterval(std::chrono::nanoseconds interval)
    {
        m_interval = interval;
        m_clock.start();
        m_steps = 0;
    }

    //! Does nothing if the clock is running.
    void start()
    {
        if (m_timer.isActive())
            return;
        m_clock.start();
        m_steps = 0;
        waitForNext();
    }

    void stop() { m_timer.stop(); }

private:
    static constexpr std::chrono::milliseconds longestHalt{250};

    void catchUp()
    {
        const qint64 now = m_clock.nsecsElapsed() / m_interval.count();
        const qint64 most = std::max<qint64>(1, longestHalt / m_interval);
        const qint64 steps = std::clamp<qint64>(now - m_steps, 0, most);
        m_steps = now;
        waitForNext(); // first, because the game may stop the clock
        m_due(int(steps));
    }

    void waitForNext()
    {
        using std::chrono::milliseconds;
        const auto left =
            (m_steps + 1) * m_interval - std::chrono::nanoseconds(m_clock.nsecsElapsed());
        m_timer.start(std::max(milliseconds(0), std::chrono::ceil<milliseconds>(left)));
    }

    std::function<void(int steps)> m_due;
    std::chrono::nanoseconds m_interval = std::chrono::nanoseconds(std::chrono::seconds(1)) / 60;
    QTimer m_timer;
    QElapsedTimer m_clock;
    qint64 m_steps = 0; // since the clock was started
};
