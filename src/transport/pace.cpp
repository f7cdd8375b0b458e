// SPDX-License-Identifier: MIT
#include "transport/pace.h"

#include <algorithm>

namespace QRepod {

namespace {

// What waits may exceed the backlog at any time, so it is checked this often, in milliseconds.
constexpr qint64 checkInterval = 1'000;

} // namespace

QString Pace::fault(const Facts &facts) const
{
    const qint64 backlog = facts.bytesWaiting - facts.bytesLatest;
    if (backlog > m_limits.sendBacklog && facts.stalledFor >= overrunTimeout) {
        return QStringLiteral("%1 bytes waiting to be sent are over the limit of %2, and none of "
                              "them was taken for %3 ms")
            .arg(backlog)
            .arg(m_limits.sendBacklog)
            .arg(overrunTimeout);
    }
    if (m_limits.stallTimeout > 0 && facts.bytesWaiting > 0
        && facts.stalledFor >= m_limits.stallTimeout) {
        return QStringLiteral("none of the %1 bytes waiting to be sent was taken for %2 ms")
            .arg(facts.bytesWaiting)
            .arg(m_limits.stallTimeout);
    }
    const bool isSlow = facts.frameBytes * 1'000 < slowRate * facts.frameAge;
    if (m_limits.frameTimeout > 0 && facts.frameBytes > 0 && facts.frameAge >= m_limits.frameTimeout
        && isSlow) {
        return QStringLiteral("frame not finished after %1 ms: only %2 bytes have arrived")
            .arg(m_limits.frameTimeout)
            .arg(facts.frameBytes);
    }
    return {};
}

qint64 Pace::nextCheck(const Facts &facts) const
{
    qint64 wait = -1;
    const auto checkIn = [&](qint64 time) {
        time = std::clamp<qint64>(time, 1, checkInterval);
        wait = wait < 0 ? time : std::min(wait, time);
    };
    if (facts.bytesWaiting > 0)
        checkIn(m_limits.stallTimeout > 0 ? m_limits.stallTimeout - facts.stalledFor
                                          : checkInterval);
    if (facts.frameBytes > 0 && m_limits.frameTimeout > 0)
        checkIn(facts.frameAge < m_limits.frameTimeout ? m_limits.frameTimeout - facts.frameAge
                                                       : checkInterval);
    return wait;
}

} // namespace QRepod
