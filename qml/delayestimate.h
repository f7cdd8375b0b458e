// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace QRepod {

//! How late ticks come, and so how long ago what is drawn has to be. A value without a lock.
class DelayEstimate
{
public:
    //! A tick that came \a lateness milliseconds after its time, and that is \a spacing after the
    //! one before.
    void add(double lateness, double spacing)
    {
        m_needed[m_count % window] = std::max(0.0, lateness + spacing);
        ++m_count;
    }

    //! The smallest delay that 99 of 100 ticks would have beaten: they would have been there before
    //! what was drawn came to the tick before.
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

    //! How many of the latest ticks count.
    static constexpr std::size_t window = 200;

private:
    static constexpr double guess = 100; // before there are ticks

    std::array<double, window> m_needed{};
    std::size_t m_count = 0; // ever
};

} // namespace QRepod
