// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qrandom.h>

#include <algorithm>

namespace QRepod {

//! How long to wait before each attempt to connect again: doubled each time up to a maximum, and
//! varied by a quarter, so that the players of a server that comes back do not all come at once.
class Backoff
{
public:
    int interval = 500;           ///< before the first attempt, in milliseconds
    int maximumInterval = 30'000; ///< milliseconds
    int maximumAttempts = 0;      ///< 0: no limit

    bool isExhausted() const { return maximumAttempts > 0 && m_attempt >= maximumAttempts; }

    //! Counts the next attempt and returns what to wait before it, in milliseconds.
    int next()
    {
        const int doublings = std::min(m_attempt++, 30);
        const qint64 exact = std::min<qint64>(qint64(interval) << doublings, maximumInterval);
        const double variation = 0.75 + QRandomGenerator::global()->bounded(0.5);
        m_delay = std::max(1, int(double(exact) * variation));
        return m_delay;
    }

    void reset() { m_attempt = m_delay = 0; }

    int attempt() const { return m_attempt; } ///< since the last reset
    int delay() const { return m_delay; }     ///< before this attempt, in milliseconds

private:
    int m_attempt = 0;
    int m_delay = 0;
};

} // namespace QRepod
