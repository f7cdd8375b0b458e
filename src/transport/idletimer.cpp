// SPDX-License-Identifier: MIT
#include "transport/idletimer.h"

#include <algorithm>

namespace QRepod {

void IdleTimer::start(int interval)
{
    m_interval = interval;
    m_last.start();
    m_timer.start(interval, Qt::CoarseTimer, this);
}

void IdleTimer::timerEvent(QTimerEvent *)
{
    const qint64 remaining = m_interval - m_last.elapsed();
    if (remaining > 0) {
        m_timer.start(int(remaining), Qt::CoarseTimer, this);
        return;
    }
    start(m_interval);
    Q_EMIT idle();
}

} // namespace QRepod
