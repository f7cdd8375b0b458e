// SPDX-License-Identifier: MIT
#include "state/serverclock.h"

#include <algorithm>

namespace QRepod {

namespace {

constexpr double slew = 0.05;  // of the time that passes: 50 ms in a second
constexpr double leap = 1'000; // an error so large is corrected at once, if that is forwards

} // namespace

void ServerClock::add(double sent, double received, double serverTime)
{
    m_exchanges.push_back({serverTime - received, serverTime - sent});
    if (m_exchanges.size() > window)
        m_exchanges.pop_front();
}

double ServerClock::estimate() const
{
    Exchange bounds = m_exchanges.front();
    for (const Exchange &exchange : m_exchanges) {
        bounds.minimumOffset = std::max(bounds.minimumOffset, exchange.minimumOffset);
        bounds.maximumOffset = std::min(bounds.maximumOffset, exchange.maximumOffset);
    }
    return (bounds.minimumOffset + bounds.maximumOffset) / 2;
}

double ServerClock::timeAt(double now)
{
    if (!isKnown())
        return now + m_offset;
    const double target = estimate();
    if (!m_isShown || target - m_offset > leap) {
        m_offset = target;
    } else {
        const double step = std::max(0.0, now - m_shownAt) * slew;
        m_offset += std::clamp(target - m_offset, -step, step);
    }
    m_isShown = true;
    m_shownAt = std::max(m_shownAt, now);
    return m_shownAt + m_offset;
}

void ServerClock::clear()
{
    *this = {};
}

} // namespace QRepod
