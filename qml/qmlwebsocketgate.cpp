// SPDX-License-Identifier: MIT
#include "qmlwebsocketgate.h"

#include <QRepod/Server>

#include <QtQml/qqmlinfo.h>

#include <utility>

namespace QRepod {

void QmlWebSocketGate::setHost(const QString &host)
{
    if (std::exchange(m_host, host) == host)
        return;
    reopen();
    Q_EMIT hostChanged();
}

void QmlWebSocketGate::setPort(int port)
{
    if (std::exchange(m_port, port) == port)
        return;
    reopen();
    Q_EMIT portChanged();
}

void QmlWebSocketGate::setAllowedOrigins(const QStringList &origins)
{
    if (std::exchange(m_allowedOrigins, origins) == origins)
        return;
    if (m_gate)
        m_gate->setAllowedOrigins(origins);
    Q_EMIT allowedOriginsChanged();
}

void QmlWebSocketGate::setTrustedProxies(const QStringList &proxies)
{
    if (std::exchange(m_trustedProxies, proxies) == proxies)
        return;
    if (m_gate)
        m_gate->setTrustedProxies(proxies);
    Q_EMIT trustedProxiesChanged();
}

void QmlWebSocketGate::componentComplete()
{
    m_server = qobject_cast<Server *>(parent());
    if (!m_server) {
        qmlWarning(this) << "a WebSocketGate must be declared inside a Server";
        return;
    }
    m_gate = std::make_unique<WebSocketGate>(m_server);
    m_gate->setAllowedOrigins(m_allowedOrigins);
    m_gate->setTrustedProxies(m_trustedProxies);
    connect(m_gate.get(), &WebSocketGate::listeningChanged, this,
            &QmlWebSocketGate::listeningChanged);
    connect(m_server, &Server::listeningChanged, this, &QmlWebSocketGate::followServer);
    followServer();
}

//! The server closes it by itself.
void QmlWebSocketGate::followServer()
{
    if (!m_server->isListening() || m_gate->isListening())
        return;
    if (!m_gate->listen(m_host, m_port))
        qmlWarning(this) << m_gate->errorString();
    Q_EMIT errorStringChanged();
}

void QmlWebSocketGate::reopen()
{
    if (!m_gate)
        return;
    m_gate->close();
    followServer();
}

} // namespace QRepod
