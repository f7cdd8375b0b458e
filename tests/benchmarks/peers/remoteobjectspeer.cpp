// SPDX-License-Identifier: MIT
#include "message.h"
#include "peers.h"
#include "peers/eventloopendpoint.h"

#include <QtNetwork/qtcpserver.h>
#include <QtRemoteObjects/qremoteobjectdynamicreplica.h>
#include <QtRemoteObjects/qremoteobjectnode.h>

#include <functional>

namespace {

const auto objectName = QStringLiteral("bench");

//! What the server shares: a signal in one direction, a slot in the other.
class Source : public QObject
{
    Q_OBJECT

public:
    std::function<void()> arrived;
    bool isKnown = false;

public Q_SLOTS:
    void hello() { isKnown = true; }
    void push(const QVariantMap &) { arrived(); }

Q_SIGNALS:
    void message(const QVariantMap &message);
};

//! The client's handler.
class Sink : public QObject
{
    Q_OBJECT

public:
    std::function<void()> arrived;

public Q_SLOTS:
    void take(const QVariantMap &) { arrived(); }
};

//! A host must be given its port, so ask the system for one.
quint16 freePort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    return server.serverPort();
}

QUrl url(quint16 port)
{
    return QUrl(QStringLiteral("tcp://127.0.0.1:%1").arg(port));
}

class ServerEnd : public EventLoopEndpoint
{
public:
    explicit ServerEnd(Duty duty)
        : EventLoopEndpoint(duty)
        , m_port(freePort())
        , m_host(url(m_port))
    {
        m_source.arrived = [this] { arrived(); };
        m_host.enableRemoting(&m_source, objectName);
    }

    quint16 port() const override { return m_port; }
    bool isConnected() const override { return m_source.isKnown; }
    void send() override { Q_EMIT m_source.message(moveMessage()); }

private:
    const quint16 m_port;
    Source m_source;
    QRemoteObjectHost m_host;
};

class ClientEnd : public EventLoopEndpoint
{
public:
    explicit ClientEnd(quint16 port)
        : EventLoopEndpoint(Duty::Count)
    {
        m_node.connectToNode(url(port));
        m_replica.reset(m_node.acquireDynamic(objectName));
        workUntil([this] { return m_replica->isInitialized(); });
        m_sink.arrived = [this] { arrived(); };
        QObject::connect(m_replica.get(), SIGNAL(message(QVariantMap)), &m_sink,
                         SLOT(take(QVariantMap)));
        const QMetaObject *type = m_replica->metaObject();
        m_push = type->method(type->indexOfSlot("push(QVariantMap)"));
        QMetaObject::invokeMethod(m_replica.get(), "hello");
        flush();
    }

    bool isConnected() const override { return m_replica->isInitialized(); }
    void send() override { m_push.invoke(m_replica.get(), Q_ARG(QVariantMap, moveMessage())); }

private:
    QRemoteObjectNode m_node;
    Sink m_sink;
    std::unique_ptr<QRemoteObjectDynamicReplica> m_replica;
    QMetaMethod m_push;
};

class RemoteObjectsPeer : public Peer
{
public:
    using Peer::Peer;

    std::unique_ptr<Endpoint> listen(Duty duty) const override
    {
        return std::make_unique<ServerEnd>(duty);
    }
    std::unique_ptr<Endpoint> connect(quint16 port) const override
    {
        return std::make_unique<ClientEnd>(port);
    }
};

} // namespace

std::unique_ptr<Peer> Peers::remoteObjects()
{
    return std::make_unique<RemoteObjectsPeer>("Qt Remote Objects", 10);
}

#include "remoteobjectspeer.moc"
