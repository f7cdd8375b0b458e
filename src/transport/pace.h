// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>

namespace QRepod {

//! Decides when a peer is too slow to keep: it takes nothing of what waits for it, or does not
//! finish a frame. In both cases it holds memory for nothing.
///
/// A value without a clock.
class Pace
{
public:
    //! Times are in milliseconds, where 0 turns one off; sizes are in bytes.
    struct Limits
    {
        qint64 sendBacklog = 0; ///< what may wait for a peer that takes nothing for a while
        int stallTimeout = 0;   ///< nothing of what waits is taken
        int frameTimeout = 0;   ///< a frame is not finished, and arrives slowly
    };

    //! What the connection knows when it asks.
    struct Facts
    {
        qint64 bytesWaiting = 0; ///< waiting to be written
        qint64 bytesLatest = 0;  ///< of these, what does not count against the backlog
        qint64 stalledFor = 0;   ///< how long nothing has been taken while they wait
        qint64 frameBytes = 0;   ///< of an unfinished frame
        qint64 frameAge = 0;     ///< since its first byte, while the stream was read
    };

    //! How long a peer over the send backlog may take nothing.
    static constexpr int overrunTimeout = 5'000;

    //! In bytes per second. A frame that arrives faster may take any time.
    static constexpr qint64 slowRate = 1'024;

    explicit Pace(const Limits &limits)
        : m_limits(limits)
    {
    }

    //! Returns what is wrong with the peer; empty if it is fast enough.
    QString fault(const Facts &facts) const;

    //! The time until there may be a fault if \a facts stay as they are; -1: never.
    qint64 nextCheck(const Facts &facts) const;

private:
    const Limits m_limits;
};

} // namespace QRepod
