// SPDX-License-Identifier: MIT
#include "server/mirroredstates.h"

#include "protocol/frame.h"
#include "protocol/validator.h"
#include "protocol/variantreader.h"
#include "server/roomstates.h"
#include "transport/deadlines.h"

#include <QRepod/server.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace QRepod {

namespace {

// Two machines' clocks drift apart by less than 1 ms in this many milliseconds.
constexpr qint64 millisecondsPerDrift = 1000;

//! Returns nothing if \a frame does not come from RoomStates.
std::optional<QVariantMap> fieldsOf(const QByteArray &frame)
{
    const QByteArrayView payload =
        QByteArrayView(frame).sliced(std::min(frame.size(), frameHeaderSize));
    const Verdict verdict = validate(payload, stateLimits());
    if (!verdict.error.isEmpty() || !verdict.hasAction)
        return std::nullopt;
    return decodeMap(payload, {});
}

} // namespace

bool StateCopy::apply(const StateMessage &message)
{
    if (message.isFull) {
        m_isModel = message.rows.has_value();
        m_key = message.key;
        if (m_isModel)
            m_rows.replace(message.roles, message.key, *message.rows);
        else
            m_values.apply(message.set.value_or(QVariantMap()), true);
        return true;
    }
    if (m_isModel)
        return m_rows.apply(message.changes);
    m_values.apply(message.set.value_or(QVariantMap()), false);
    return true;
}

QVariantMap StateCopy::whole() const
{
    QVariantMap fields{{StateField::full(), true}};
    if (!m_isModel) {
        fields.insert(StateField::set(), m_values.values());
        return fields;
    }
    QVariantList rows;
    for (int row = 0; row < m_rows.count(); ++row) {
        RowValues values;
        for (int role = 0; role < int(m_rows.roles().size()); ++role)
            values.append(m_rows.value(row, role));
        rows.append(QVariant(values));
    }
    fields.insert(StateField::roles(), m_rows.roles());
    fields.insert(StateField::rows(), rows);
    if (!m_key.isEmpty())
        fields.insert(StateField::key(), m_key);
    return fields;
}

//! Converts \a time on the other node's clock to this node's.
///
/// The quickest message tells most: the smallest difference seen is taken as the difference of the
/// clocks.
qint64 MirroredStates::timeHere(Mirror &mirror, qint64 time)
{
    const qint64 now = Server::time();
    const qint64 drift = (now - mirror.clockSeen) / millisecondsPerDrift;
    mirror.clockLead =
        mirror.clockSeen == 0 ? now - time : std::min(now - time, mirror.clockLead + drift);
    if (drift > 0 || mirror.clockSeen == 0)
        mirror.clockSeen = now;
    return time + mirror.clockLead;
}

//! Whether another node began to share the name later.
bool MirroredStates::isOutdated(const Mirror &mirror, const QString &node,
                                const StateNews &news) const
{
    return std::tie(news.since, node) < std::tie(mirror.since, mirror.node);
}

MirroredStates::Verdict MirroredStates::take(const QString &node, const StateNews &news)
{
    const auto place = m_mirrors.find(news.name);
    const bool isKnown = place != m_mirrors.end();
    if (news.isEnd) {
        if (!isKnown || place->second.node != node)
            return Verdict::InStep;
        drop(place);
        return Verdict::Gone;
    }
    if (m_states.shares(news.name) || (isKnown && isOutdated(place->second, node, news)))
        return Verdict::InStep;
    const std::optional<QVariantMap> fields = fieldsOf(news.frame);
    const std::optional<StateMessage> message = fields ? StateMessage::read(*fields) : std::nullopt;
    if (!message || message->name != news.name)
        return Verdict::Invalid;
    if (message->isFull)
        return takeWhole(node, news, *fields, *message);
    if (!isKnown || place->second.node != node || place->second.since != news.since)
        return Verdict::Missing;
    return takeChange(place->second, news, *fields, *message);
}

MirroredStates::Verdict MirroredStates::takeWhole(const QString &node, const StateNews &news,
                                                  const QVariantMap &fields,
                                                  const StateMessage &message)
{
    Mirror &mirror = m_mirrors[news.name];
    const bool isSame = mirror.node == node && mirror.since == news.since;
    mirror.isTold = true;
    if (isSame && news.number <= mirror.number)
        return Verdict::InStep; // somebody else asked for it
    if (mirror.node != node)
        mirror.clockSeen = 0;
    mirror.node = node;
    mirror.since = news.since;
    mirror.number = news.number;
    mirror.copy.apply(message);
    m_states.sendHere(news.name, fields, timeHere(mirror, message.time));
    return Verdict::InStep;
}

MirroredStates::Verdict MirroredStates::takeChange(Mirror &mirror, const StateNews &news,
                                                   const QVariantMap &fields,
                                                   const StateMessage &message)
{
    if (news.number <= mirror.number)
        return Verdict::InStep; // already part of the whole that arrived
    if (news.number != mirror.number + 1)
        return Verdict::Missing;
    if (!mirror.copy.apply(message)) {
        mirror.number = 0; // the next whole is welcome, whatever its number
        return Verdict::Missing;
    }
    mirror.number = news.number;
    m_states.sendHere(news.name, fields, timeHere(mirror, message.time));
    return Verdict::InStep;
}

void MirroredStates::beginRound(const QString &node)
{
    for (auto &[name, mirror] : m_mirrors)
        mirror.isTold = mirror.isTold && mirror.node != node;
}

bool MirroredStates::endRound(const QString &node)
{
    return dropIf([&](const Mirror &mirror) { return mirror.node == node && !mirror.isTold; });
}

bool MirroredStates::knows(const QString &node) const
{
    return std::any_of(m_mirrors.begin(), m_mirrors.end(),
                       [&](const auto &each) { return each.second.node == node; });
}

bool MirroredStates::forget(const QString &node)
{
    return dropIf([&](const Mirror &mirror) { return mirror.node == node; });
}

void MirroredStates::forgetName(const QString &name)
{
    if (const auto place = m_mirrors.find(name); place != m_mirrors.end())
        drop(place);
}

void MirroredStates::forgetAll()
{
    dropIf([](const Mirror &) { return true; });
}

MirroredStates::Mirrors::iterator MirroredStates::drop(Mirrors::iterator place)
{
    const QString name = place->first;
    const auto next = m_mirrors.erase(place);
    m_states.sendHere(name, {{StateField::end(), true}}, Server::time());
    return next;
}

template <class Predicate>
bool MirroredStates::dropIf(Predicate predicate)
{
    bool isAny = false;
    for (auto place = m_mirrors.begin(); place != m_mirrors.end();) {
        const bool isDropped = predicate(place->second);
        isAny |= isDropped;
        place = isDropped ? drop(place) : std::next(place);
    }
    return isAny;
}

void MirroredStates::welcome(Channel *channel) const
{
    for (const auto &[name, mirror] : m_mirrors)
        m_states.sendTo(channel, name, mirror.copy.whole());
}

void MirroredStates::farewell(Channel *channel) const
{
    for (const auto &[name, mirror] : m_mirrors)
        m_states.sendTo(channel, name, {{StateField::end(), true}});
}

} // namespace QRepod
