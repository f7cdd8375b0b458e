// SPDX-License-Identifier: MIT
#include "ticks.h"

#include <QtCore/qhash.h>

#include <utility>

namespace QRepod {

namespace {

constexpr double quietTicks = 3; // this many ticks without a change are a pause

} // namespace

std::shared_ptr<Ticks> Ticks::of(const StateTick &tick)
{
    using Key = std::pair<const ConnectionListener *, QString>;
    thread_local QHash<Key, std::weak_ptr<Ticks>> known;
    const Key key(tick.listener, tick.name);
    std::shared_ptr<Ticks> ticks = known.value(key).lock();
    if (!ticks || !ticks->m_listener) { // another listener had this address
        ticks.reset(new Ticks(tick));
        known.insert(key, ticks);
        known.removeIf([](const auto &entry) { return entry.value().expired(); });
    }
    return ticks;
}

Ticks::Ticks(const StateTick &tick)
    : m_listener(tick.listener)
    , m_name(tick.name)
{
    QObject::connect(tick.listener, &ConnectionListener::stateReceived, this, &Ticks::note);
}

bool Ticks::wasQuietBefore(qint64 time) const
{
    return m_latest < 0 || double(time - m_latest) > quietTicks * m_spacing;
}

void Ticks::note(const QString &name, qint64 time)
{
    if (name != m_name)
        return;
    const double spacing = double(time - m_latest);
    const bool isRegular = !wasQuietBefore(time) && spacing > 0;
    m_latest = time;
    if (isRegular) {
        m_spacing += (spacing - m_spacing) / 8;
        if (const qint64 current = now(); current >= 0)
            m_delay.add(double(current - time), spacing);
    }
    Q_EMIT delivered(time);
}

} // namespace QRepod
