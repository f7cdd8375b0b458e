// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace QRepod {

//! Estimates how late ticks come, and so how far back to draw. A value without a lock.
class DelayEstimate
{
public:
    //! Adds a tick that came \a lateness milliseconds after its time, and \a spacing after the tick
    //! before it.
    void add(double lateness, double spacing)
    {
        m_needed[m_count % window] = std::max(0.0, lateness + spacing);
        ++m_count;
    }

    //! Returns the smallest delay that 99 of 100 ticks meet: they arrive before drawing has reached
    //! the tick before them.
    double delay() const
    {
        const std::size_t count = std::min(m_count, window);
        if (count == 0)
            return guess;
        std::vector<double> needed(m_needed.begin(), m_needed.begin() + std::ptrdiff_t(count));
        const auto place = needed.begin() + std::ptrdiff_t((count * 99 + 99) / 100) - 1;
        std::nth_element(needed.begin(), place, needed.end());
        return *place;
    }

    //! How many of the last ticks count.
    static constexpr std::size_t window = 200;

private:
    static constexpr double guess = 100; // before there are ticks

    std::array<double, window> m_needed{};
    std::size_t m_count = 0; // in all
};

} // namespace QRepod
