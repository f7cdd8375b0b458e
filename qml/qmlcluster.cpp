// SPDX-License-Identifier: MIT
#include "qmlcluster.h"

#include "promises.h"

#include <QRepod/Server>

#include <QtQml/qqmlengine.h>
#include <QtQml/qqmlinfo.h>

#include <utility>

namespace QRepod {

void QmlCluster::componentComplete()
{
    m_server = qobject_cast<Server *>(parent());
    if (!m_server) {
        qmlWarning(this) << "a Cluster must be declared inside a Server";
        return;
    }
    m_cluster = std::make_unique<Cluster>(m_server, this);
    connect(m_cluster.get(), &Cluster::online, this, [this] {
        m_errorString.clear();
        Q_EMIT onlineChanged();
        Q_EMIT nodesChanged();
    });
    connect(m_cluster.get(), &Cluster::offline, this, [this](const QString &error) {
        m_errorString = error;
        Q_EMIT onlineChanged();
    });
    connect(m_cluster.get(), &Cluster::nodeJoined, this, [this](const QString &node) {
        Q_EMIT nodesChanged();
        Q_EMIT nodeJoined(node);
    });
    connect(m_cluster.get(), &Cluster::nodeLost, this, [this](const QString &node) {
        Q_EMIT nodesChanged();
        Q_EMIT nodeLost(node);
    });
    connect(m_cluster.get(), &Cluster::userTaken, this, &QmlCluster::userTaken);
    connect(m_server, &Server::listeningChanged, this, &QmlCluster::followServer);
    Q_EMIT usersChanged();
    Q_EMIT nodesChanged();
    followServer();
}

//! A node is there while clients can reach it.
void QmlCluster::followServer()
{
    const bool wasOnline = isOnline();
    m_cluster->leave();
    m_errorString.clear();
    if (m_server->isListening() && !m_engine.isEmpty()) {
        m_cluster->setName(m_game);
        m_cluster->setAddress(m_address);
        m_cluster->setWebSocketAddress(m_webSocketAddress);
        m_cluster->setLeaseTime(m_leaseTime);
        m_cluster->join(m_engine);
    }
    if (wasOnline) {
        Q_EMIT onlineChanged();
        Q_EMIT nodesChanged();
    }
}

void QmlCluster::rejoin()
{
    if (m_cluster)
        followServer();
}

void QmlCluster::setUser(Channel *channel, const QString &user, const QVariantMap &data)
{
    if (m_cluster)
        m_cluster->setUser(channel, user, data);
}

void QmlCluster::sendTo(const QString &user, const QString &action, const QVariantMap &fields)
{
    QVariantMap message = fields;
    message.insert(QStringLiteral("action"), action);
    if (m_cluster)
        m_cluster->sendTo(user, message);
}

QJSValue QmlCluster::openRoom(const QString &name)
{
    QJSEngine *const engine = qjsEngine(this);
    if (!engine || !m_cluster)
        return {};
    return promiseOf(*engine, m_cluster->openRoom(name).then([](const QString &address) {
        return QVariant(address);
    }));
}

} // namespace QRepod
