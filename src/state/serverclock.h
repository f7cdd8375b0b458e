// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <deque>

namespace QRepod {

//! What time it is on the peer's clock, by the exchanges of pings and pongs with it.
///
/// An exchange says between what the offset lies: its question cannot have come before it was
/// asked, nor its answer after it came. A quick way there, or back, makes one of the bounds sharp.
/// Of the latest exchanges the sharpest bounds count, so that drift is followed. The time that is
/// shown goes after the middle between them at a pace that nobody sees, and never backwards.
///
/// Times are in milliseconds; the local ones on a clock that does not jump. A value without a lock.
class ServerClock
{
public:
    //! How many exchanges count.
    static constexpr std::size_t window = 16;

    bool isKnown() const { return !m_exchanges.empty(); }

    //! A ping went out at \a sent, and its pong, which says \a serverTime, came in at \a received.
    void add(double sent, double received, double serverTime);

    //! The server's time when it is \a now here; of no meaning before the first exchange.
    double timeAt(double now);

    //! Another server.
    void clear();

private:
    struct Exchange
    {
        double minimumOffset; ///< that the offset of the server's clock from this one can be
        double maximumOffset;
    };

    double estimate() const;

    std::deque<Exchange> m_exchanges; // the latest
    double m_offset = 0;              // that is shown
    double m_shownAt = 0;
    bool m_isShown = false;
};

} // namespace QRepod
