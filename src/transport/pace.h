// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstring.h>

namespace QRepod {

//! Decides when a peer is too slow to be kept: it takes nothing of what waits for it, or does not
//! finish a frame. Either way it holds memory, and gives nothing for it.
///
/// A value without a clock.
class Pace
{
public:
    //! Times are in milliseconds, 0 turns one off; sizes are in bytes.
    struct Limits
    {
        qint64 sendBacklog = 0; ///< what may wait for a peer that takes nothing for a while
        int stallTimeout = 0;   ///< nothing of what waits is taken
        int frameTimeout = 0;   ///< a frame is not finished, and comes slowly
    };

    //! What the connection knows when it asks.
    struct Facts
    {
        qint64 bytesWaiting = 0; ///< to be written
        qint64 bytesLatest = 0;  ///< of these, what does not count against the backlog
        qint64 stalledFor = 0;   ///< while they wait nothing has been taken
        qint64 frameBytes = 0;   ///< of a frame whose end has not come
        qint64 frameAge = 0;     ///< since the first of these, while the stream was read
    };

    //! How long a peer over the send backlog may take nothing.
    static constexpr int overrunTimeout = 5'000;

    //! A frame that comes faster may take as long as it likes, in bytes a second.
    static constexpr qint64 slowRate = 1'024;

    explicit Pace(const Limits &limits)
        : m_limits(limits)
    {
    }

    //! What is wrong with the peer; nothing if it is fast enough.
    QString fault(const Facts &facts) const;

    //! How long until there may be a fault, if \a facts go on; -1: never.
    qint64 nextCheck(const Facts &facts) const;

private:
    const Limits m_limits;
};

} // namespace QRepod
