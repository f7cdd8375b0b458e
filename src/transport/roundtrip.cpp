// SPDX-License-Identifier: MIT
#include "transport/roundtrip.h"

#include "protocol/control.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace QRepod {

QByteArray RoundTrip::ask(qint64 now)
{
    m_asked = now;
    return Control::frame({{QStringLiteral("_ping"), now}});
}

bool RoundTrip::take(const QVariant &answer, qint64 now)
{
    const bool isNumber = answer.metaType() == QMetaType::fromType<qint64>()
        || answer.metaType() == QMetaType::fromType<double>(); // JSON may turn it into one
    if (m_asked < 0 || !isNumber || answer.toLongLong() != m_asked)
        return false;
    m_latest[m_next] = std::max<qint64>(0, now - std::exchange(m_asked, -1));
    m_isNew = true;
    m_next = (m_next + 1) % m_latest.size();
    return true;
}

std::optional<qint64> RoundTrip::smallest() const
{
    std::optional<qint64> smallest;
    for (const qint64 time : m_latest) {
        if (time >= 0)
            smallest = std::min(time, smallest.value_or(time));
    }
    return smallest;
}

qint64 RoundTrip::now()
{
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

} // namespace QRepod
