// SPDX-License-Identifier: MIT
#include "state/replicas.h"

#include <QtCore/qloggingcategory.h>

#include <utility>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(stateLog)

//! Nobody is told: the listener is being deleted.
Replicas::~Replicas()
{
    *m_isAlive = false;
    for (const auto &state : std::as_const(m_states))
        state->kind = ReplicaState::Kind::Unknown;
}

std::shared_ptr<ReplicaState> Replicas::find(const QString &name)
{
    std::shared_ptr<ReplicaState> &state = m_states[name];
    if (!state)
        state = std::make_shared<ReplicaState>();
    return state;
}

bool Replicas::isObserved(const std::shared_ptr<ReplicaState> &state)
{
    return !state->observers.isEmpty();
}

bool Replicas::take(const QVariantMap &fields)
{
    auto part = StateMessage::read(fields);
    if (!part || (!m_states.contains(part->name) && m_states.size() >= maximum))
        return false;
    const std::shared_ptr<ReplicaState> state = find(part->name);
    const std::shared_ptr<bool> isAlive = m_isAlive;
    const bool isTaken = isObserved(state);
    const auto message = joined(*state, std::move(*part));
    if (!message)
        return isTaken;
    m_time = message->time;
    apply(*state, *message);
    if (!*isAlive)
        return isTaken;
    m_time = -1;
    if (isTaken)
        m_applied(message->name, message->time);
    if (*isAlive && message->isEnd && !isObserved(state))
        m_states.remove(message->name);
    return isTaken;
}

//! \return the message that \a part completes; nothing while others are missing.
std::optional<StateMessage> Replicas::joined(ReplicaState &state, StateMessage part)
{
    const bool isPart = part.isPart;
    if (state.parts && !part.isFull && !part.isEnd)
        state.parts->append(std::move(part));
    else
        state.parts = std::move(part);
    return isPart ? std::nullopt : std::exchange(state.parts, std::nullopt);
}

void Replicas::apply(ReplicaState &state, const StateMessage &message)
{
    using Kind = ReplicaState::Kind;
    if (message.isEnd)
        return setKind(state, Kind::Unknown);
    if (message.isFull)
        return applyFull(state, message);
    // Without the first message the others mean nothing.
    if (message.set && state.kind == Kind::Object)
        applyValues(state, message);
    if (state.kind == Kind::Model && !state.rows.apply(message.changes))
        loseStep(state, message);
}

void Replicas::applyFull(ReplicaState &state, const StateMessage &message)
{
    using Kind = ReplicaState::Kind;
    if (!message.rows && !message.set)
        return;
    const auto rows = message.rows ? rowsOf(message) : QList<RowValues>();
    if (!rows)
        return loseStep(state, message);
    const Kind before = std::exchange(state.kind, message.rows ? Kind::Model : Kind::Object);
    if (message.rows)
        state.rows.replace(message.roles, message.key, *rows);
    else
        applyValues(state, message);
    if (state.kind != before)
        state.observers.tell([](ReplicaObserver *observer) { observer->readyChanged(); });
}

//! All rows of a first message, with those that have come in later parts: views see only the
//! outcome.
///
/// \return nothing if a change is about a row that does not exist.
std::optional<QList<RowValues>> Replicas::rowsOf(const StateMessage &message)
{
    if (message.changes.empty())
        return message.rows;
    ReplicaRows rows;
    rows.replace(message.roles, message.key, *message.rows);
    return rows.apply(message.changes) ? std::optional(rows.all()) : std::nullopt;
}

void Replicas::applyValues(ReplicaState &state, const StateMessage &message)
{
    const QStringList names = state.values.apply(*message.set, message.isFull);
    if (!names.isEmpty())
        state.observers.tell([&](ReplicaObserver *observer) { observer->changed(names); });
}

void Replicas::loseStep(ReplicaState &state, const StateMessage &message)
{
    qCWarning(stateLog).noquote() << "shared state" << message.name
                                  << "is out of step: a change is about a row that does not exist";
    setKind(state, ReplicaState::Kind::Unknown);
}

void Replicas::setKind(ReplicaState &state, ReplicaState::Kind kind)
{
    if (std::exchange(state.kind, kind) != kind)
        state.observers.tell([](ReplicaObserver *observer) { observer->readyChanged(); });
}

void Replicas::expire()
{
    const auto states = std::exchange(m_states, {});
    for (auto it = states.cbegin(); it != states.cend(); ++it) {
        if (isObserved(*it))
            m_states.insert(it.key(), *it);
    }
    for (const auto &state : states) {
        state->parts.reset();
        setKind(*state, ReplicaState::Kind::Unknown);
    }
}

} // namespace QRepod
