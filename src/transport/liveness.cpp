// SPDX-License-Identifier: MIT
#include "transport/liveness.h"

#include <algorithm>
#include <limits>

namespace QRepod {

Liveness::Finding Liveness::check(qint64 now, const Facts &facts) const
{
    if (m_idleTimeout > 0) {
        if (facts.unacknowledgedFor >= m_idleTimeout)
            return Finding::NothingAcknowledged;
        if (facts.hasSentHeartbeats && facts.isReading && now - m_heard >= m_idleTimeout)
            return Finding::PeerSilent;
    }
    const bool isHeartbeatDue =
        m_heartbeatInterval > 0 && facts.sentNothingFor >= m_heartbeatInterval;
    return isHeartbeatDue ? Finding::HeartbeatDue : Finding::Fine;
}

qint64 Liveness::nextCheck(qint64 now, const Facts &facts) const
{
    qint64 wait = std::numeric_limits<qint64>::max();
    if (m_heartbeatInterval > 0)
        wait =
            m_heartbeatInterval - std::clamp<qint64>(facts.sentNothingFor, 0, m_heartbeatInterval);
    if (m_idleTimeout > 0) {
        // Past the timeout the peer may be silent legitimately; its machine is checked again then.
        const qint64 silent = (now - m_heard) % m_idleTimeout;
        wait = std::min(wait, m_idleTimeout - silent);
    }
    return std::max<qint64>(1, wait);
}

} // namespace QRepod
