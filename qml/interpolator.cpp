// SPDX-License-Identifier: MIT
#include "interpolator.h"

#include "frames.h"

#include <QtCore/qdeadlinetimer.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace QRepod {

namespace {

constexpr double slew = 0.1; // how fast the delay changes, relative to the time that passes

} // namespace

Interpolator::~Interpolator()
{
    setMoving(false);
}

void Interpolator::setDelay(int milliseconds)
{
    milliseconds = std::max(-1, milliseconds);
    if (std::exchange(m_delay, milliseconds) == milliseconds)
        return;
    if (milliseconds >= 0)
        m_shownDelay = milliseconds;
    m_interpolation.setDelay(int(m_shownDelay));
    Q_EMIT delayChanged();
}

void Interpolator::setPeriod(qreal period)
{
    if (m_interpolation.period() == period)
        return;
    m_interpolation.setPeriod(period);
    Q_EMIT periodChanged();
}

void Interpolator::setMaximumStep(qreal step)
{
    if (m_interpolation.maximumStep() == step)
        return;
    m_interpolation.setMaximumStep(step);
    Q_EMIT maximumStepChanged();
}

void Interpolator::componentComplete()
{
    m_isComplete = true;
    draw();
}

void Interpolator::setValue(qreal value)
{
    const bool isFirst = !std::exchange(m_hasValue, true);
    if (!isFirst && m_value == value)
        return;
    const qreal before = std::exchange(m_value, value);
    addSample(isFirst ? value : before);
    setMoving(true);
    if (m_isComplete && isFirst)
        draw();
    Q_EMIT valueChanged();
}

//! Adds a sample. The value was \a before until now.
void Interpolator::addSample(qreal before)
{
    if (const StateTick *const tick = StateTick::current()) {
        follow(*tick);
        m_changed = tick->time;
        const auto spacing = qint64(m_ticks->spacing());
        // It was not moving since it was last reported, but stood still.
        if (m_interpolation.isEmpty())
            m_interpolation.addSample(m_changed - spacing, before);
        else if (m_ticks->wasQuietBefore(m_changed))
            m_interpolation.hold(m_changed - spacing);
    } else {
        m_changed = std::max<qint64>(0, now());
    }
    m_interpolation.addSample(m_changed, m_value);
}

//! From now on, times are those of \a tick's server.
void Interpolator::follow(const StateTick &tick)
{
    const std::shared_ptr<Ticks> ticks = Ticks::of(tick);
    if (ticks == m_ticks)
        return;
    if (m_ticks)
        QObject::disconnect(m_ticks.get(), nullptr, this, nullptr);
    m_ticks = ticks;
    m_interpolation.clear();
    QObject::connect(m_ticks.get(), &Ticks::delivered, this, &Interpolator::handleTick);
}

//! A tick at \a time has brought all changes. If the value is not among them, it stands still.
void Interpolator::handleTick(qint64 time)
{
    if (time > m_changed)
        m_interpolation.hold(time);
}

//! Returns the time on the clock of the samples; -1 if it is not known yet.
qint64 Interpolator::now() const
{
    return m_ticks ? m_ticks->now() : QDeadlineTimer::current().deadline();
}

void Interpolator::setMoving(bool moving)
{
    if (std::exchange(m_isMoving, moving) == moving)
        return;
    Frames &frames = Frames::ofThisThread();
    if (moving) {
        m_frame.start();
        QObject::connect(&frames, &Frames::frame, this, &Interpolator::draw);
        frames.acquire();
    } else {
        QObject::disconnect(&frames, &Frames::frame, this, &Interpolator::draw);
        frames.release();
    }
}

//! Approaches the wanted delay so slowly that nobody notices.
void Interpolator::stepDelay()
{
    const double passed = double(m_frame.isValid() ? m_frame.restart() : 0);
    if (m_delay >= 0 || !m_ticks)
        return;
    const double step = passed * slew;
    m_shownDelay += std::clamp(m_ticks->delay() - m_shownDelay, -step, step);
    m_interpolation.setDelay(int(m_shownDelay));
}

//! Returns the value to draw for \a time. If nothing came for twice the delay, the value stands
//! where it was last known to be.
double Interpolator::shownAt(qint64 time) const
{
    const double value = m_interpolation.valueAt(time);
    const int delay = m_interpolation.delay();
    const qint64 late = time - m_interpolation.newestTime() - delay;
    if (late <= 0)
        return value;
    const double known = m_interpolation.valueAt(m_interpolation.newestTime());
    const double share = delay > 0 ? std::min(1.0, double(late) / delay) : 1;
    const double way = period() > 0 ? std::remainder(known - value, period()) : known - value;
    return share < 1 ? value + way * share : known;
}

void Interpolator::draw()
{
    if (!m_isComplete || !m_hasValue)
        return;
    stepDelay();
    const qint64 current = now();
    const qint64 newest = m_interpolation.newestTime();
    // Until the server's time is known, there is no time to subtract the delay from.
    const qint64 time = current < 0 ? newest : current - qint64(m_shownDelay);
    const double shown = current < 0 ? m_value : shownAt(time);
    const bool stands = time >= m_changed && newest > m_changed;
    const bool isOver = current >= 0 && (stands || time > newest + 2 * m_interpolation.delay());
    if (m_target.read().toDouble() != shown)
        m_target.write(shown);
    if (isOver)
        setMoving(false);
}

} // namespace QRepod
