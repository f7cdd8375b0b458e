// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qrandom.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace QRepod {

//! The delay before each attempt to reconnect: doubled each time up to a maximum, and varied by a
//! quarter, so that the players of a restarted server do not all come back at once.
///
/// A server that accepts and then closes, for example because it is full, is no better than one
/// that does not answer: attempts are counted until a connection has lasted for a while.
class Backoff
{
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::chrono::seconds holdTime{5};

    int interval = 500;           ///< before the first attempt, in milliseconds
    int maximumInterval = 30'000; ///< milliseconds
    int maximumAttempts = 0;      ///< 0: no limit

    void reset()
    {
        m_attempt = m_delay = 0;
        m_connectedSince.reset();
    }

    //! A connection has been made.
    void connected(Clock::time_point now) { m_connectedSince = now; }

    //! A connection or an attempt has ended.
    void ended(Clock::time_point now)
    {
        const bool hasHeld = m_connectedSince && now - *m_connectedSince >= holdTime;
        m_connectedSince.reset();
        if (hasHeld)
            reset();
    }

    //! Whether no attempt has been counted since a connection lasted.
    bool isFresh() const { return m_attempt == 0; }

    bool isExhausted() const { return maximumAttempts > 0 && m_attempt >= maximumAttempts; }

    //! Counts the next attempt and returns the delay before it, in milliseconds.
    int next()
    {
        const int doublings = std::min(m_attempt++, 30);
        const qint64 exact = std::min<qint64>(qint64(interval) << doublings, maximumInterval);
        const double variation = 0.75 + QRandomGenerator::global()->bounded(0.5);
        m_delay = std::max(1, int(double(exact) * variation));
        return m_delay;
    }

    //! The number of the latest attempt in a row, and the delay before it in milliseconds; 0 while
    //! connected.
    int attempt() const { return m_connectedSince ? 0 : m_attempt; }
    int delay() const { return m_connectedSince ? 0 : m_delay; }

private:
    int m_attempt = 0;
    int m_delay = 0;
    std::optional<Clock::time_point> m_connectedSince;
};

} // namespace QRepod
