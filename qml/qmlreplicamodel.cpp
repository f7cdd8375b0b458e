// SPDX-License-Identifier: MIT
#include "qmlreplicamodel.h"

namespace QRepod {

void QmlReplicaModel::setListener(ConnectionListener *listener)
{
    if (m_listener == listener)
        return;
    m_listener = listener;
    Q_EMIT listenerChanged();
    follow();
}

void QmlReplicaModel::setName(const QString &name)
{
    if (m_name == name)
        return;
    m_name = name;
    Q_EMIT nameChanged();
    follow();
}

QVariantMap QmlReplicaModel::get(int row) const
{
    return m_replica ? m_replica->get(row) : QVariantMap();
}

void QmlReplicaModel::componentComplete()
{
    m_isComplete = true;
    follow();
}

//! Starts over for another listener or name.
void QmlReplicaModel::follow()
{
    if (!m_isComplete)
        return;
    const std::unique_ptr<ReplicaModel> before = std::move(m_replica);
    if (m_listener && !m_name.isEmpty()) {
        m_replica = std::make_unique<ReplicaModel>(m_listener, m_name);
        const ReplicaModel *const replica = m_replica.get();
        QObject::connect(replica, &ReplicaModel::countChanged, this,
                         &QmlReplicaModel::countChanged);
        QObject::connect(replica, &ReplicaModel::readyChanged, this,
                         &QmlReplicaModel::readyChanged);
        QObject::connect(replica, &ReplicaModel::ready, this, &QmlReplicaModel::ready);
    }
    setSourceModel(m_replica.get());
    Q_EMIT countChanged();
    Q_EMIT readyChanged();
    if (isReady())
        Q_EMIT ready();
}

} // namespace QRepod
