// SPDX-License-Identifier: MIT
// What a listener knows of its server's shared state and clock.

#include "client/connectionlistenerprivate.h"
#include "client/statetickscope.h"
#include "protocol/message.h"

namespace QRepod {

std::shared_ptr<ReplicaState> ConnectionListener::Private::replicaState(const QString &name)
{
    m_serverTime.want();
    return m_replicas.find(name);
}

qint64 ConnectionListener::Private::serverTime()
{
    m_serverTime.want();
    return m_serverTime.now();
}

//! Passes shared state to its replica. Without a replica it is a message like any other.
bool ConnectionListener::Private::takeState(const Message &message)
{
    if (message.action() != "_state")
        return false;
    const QVariantMap &fields = message.map();
    const StateTick tick{q, fields.value(StateField::name()).toString(),
                         fields.value(StateField::time()).toLongLong()};
    const StateTick::Scope scope(tick);
    return m_replicas.take(fields);
}

qint64 ConnectionListener::serverTime() const
{
    return d->serverTime();
}

} // namespace QRepod
