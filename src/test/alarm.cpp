// SPDX-License-Identifier: MIT
#include "test/alarm.h"

#include <QtCore/qabstracteventdispatcher.h>

#include <limits>
#include <utility>

namespace QRepod {

namespace {

// For a timer that is not set, in milliseconds: 24 days.
constexpr int farAway = std::numeric_limits<int>::max();

} // namespace

Alarm::Alarm(std::function<void()> ring)
    : m_ring(std::move(ring))
{
}

void Alarm::start(std::chrono::milliseconds delay)
{
    m_isSet = true;
    if (m_timer.isActive())
        setInterval(delay.count());
    else
        m_timer.start(int(delay.count()), Qt::PreciseTimer, this);
}

void Alarm::setInterval(qint64 milliseconds)
{
    QAbstractEventDispatcher *const dispatcher = QAbstractEventDispatcher::instance();
    dispatcher->unregisterTimer(m_timer.timerId());
    dispatcher->registerTimer(m_timer.timerId(), milliseconds, Qt::PreciseTimer, this);
}

void Alarm::timerEvent(QTimerEvent *)
{
    setInterval(farAway);
    if (std::exchange(m_isSet, false))
        m_ring();
}

} // namespace QRepod
