// SPDX-License-Identifier: MIT
#include "transport/deadlines.h"

#include <QtCore/qcoreevent.h>
#include <QtCore/qdeadlinetimer.h>

#include <algorithm>
#include <limits>

namespace QRepod {

qint64 Deadlines::now()
{
    return QDeadlineTimer::current().deadline();
}

bool Deadlines::event(QEvent *event)
{
    if (event->type() == QEvent::ThreadChange) {
        // Qt moves a running timer by an event, and cannot stop it before that has arrived.
        m_timer.stop();
        QMetaObject::invokeMethod(this, &Deadlines::startTimer, Qt::QueuedConnection);
    }
    return QObject::event(event);
}

void Deadlines::timerEvent(QTimerEvent *event)
{
    if (event->timerId() != m_timer.timerId())
        return;
    m_timer.stop();
    const qint64 time = now();
    // Deadlines that are set meanwhile are later than this, if only by a millisecond.
    while (!m_queue.empty() && m_queue.begin()->first <= time) {
        Deadline *const due = m_queue.begin()->second;
        due->clearDeadline();
        due->handleDeadline();
    }
    startTimer();
}

void Deadlines::startTimer()
{
    if (m_queue.empty())
        return m_timer.stop();
    const qint64 first = m_queue.begin()->first;
    // A timer that fires too early finds nothing due, and is then restarted.
    if (m_timer.isActive() && m_wakeTime <= first)
        return;
    m_wakeTime = first;
    const qint64 wait = std::clamp<qint64>(first - now(), 0, std::numeric_limits<int>::max());
    m_timer.start(int(wait), Qt::CoarseTimer, this);
}

void Deadline::setDeadline(qint64 milliseconds)
{
    clearDeadline();
    const qint64 step = std::max<qint64>(1, milliseconds / 20);
    const qint64 exact = Deadlines::now() + std::max<qint64>(milliseconds, 1);
    const qint64 time = (exact + step - 1) / step * step;
    m_place = m_deadlines.m_queue.emplace(time, this);
    m_isSet = true;
    m_deadlines.startTimer();
}

void Deadline::clearDeadline()
{
    if (!m_isSet)
        return;
    m_deadlines.m_queue.erase(m_place);
    m_isSet = false;
}

qint64 Deadline::remainingTime() const
{
    return m_isSet ? std::max<qint64>(0, m_place->first - Deadlines::now()) : 0;
}

} // namespace QRepod
