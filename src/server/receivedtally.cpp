// SPDX-License-Identifier: MIT
#include "server/receivedtally.h"

#include "protocol/text.h"

#include <utility>

namespace QRepod {

void ReceivedTally::add(QByteArrayView action, qint64 bytes)
{
    if (m_counts.messages == 0 || !isSameText(action, m_action)) {
        const Clock::time_point now = Clock::now();
        flush(now);
        m_action.assign(action.data(), size_t(action.size()));
        m_began = now;
    }
    ++m_counts.messages;
    m_counts.bytes += bytes;
}

void ReceivedTally::takeBack(qint64 bytes)
{
    --m_counts.messages;
    m_counts.bytes -= bytes;
    m_metrics.received(m_action, {1, bytes}, false);
}

void ReceivedTally::flush()
{
    if (m_counts.messages != 0)
        flush(Clock::now());
}

void ReceivedTally::flush(Clock::time_point now)
{
    Metrics::Received counts = std::exchange(m_counts, {});
    if (counts.messages == 0)
        return;
    counts.time = now - m_began;
    m_metrics.received(m_action, counts, true);
}

} // namespace QRepod
