// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <deque>

namespace QRepod {

//! Estimates the time on the peer's clock from exchanges of pings and pongs.
///
/// An exchange bounds the offset: the ping cannot have arrived before it was sent, nor the pong
/// have been sent after it arrived. A fast ping, or pong, makes one of the bounds tight. The
/// tightest bounds of the latest exchanges count, so that drift is followed. The time shown
/// approaches the middle between them so slowly that nobody notices, and never goes backwards.
///
/// Times are in milliseconds, local ones on a clock that does not jump. A value without a lock.
class ServerClock
{
public:
    //! How many exchanges are used.
    static constexpr std::size_t window = 16;

    bool isKnown() const { return !m_exchanges.empty(); }

    //! A ping was sent at \a sent, and its pong, which says \a serverTime, came at \a received.
    void add(double sent, double received, double serverTime);

    //! Returns the server's time at the local time \a now; meaningless before the first exchange.
    double timeAt(double now);

    //! Forgets everything, for another server.
    void clear();

private:
    struct Exchange
    {
        double minimumOffset; ///< bounds of the offset of the server's clock from the local one
        double maximumOffset;
    };

    double estimate() const;

    std::deque<Exchange> m_exchanges; // the latest ones
    double m_offset = 0;              // of the time shown
    double m_shownAt = 0;
    bool m_isShown = false;
};

} // namespace QRepod
