// SPDX-License-Identifier: MIT
#include "peers/qrepodpeer.h"

#include "message.h"
#include "peers/eventloopendpoint.h"

#include <QRepod/Channel>
#include <QRepod/Client>
#include <QRepod/ConnectionListener>
#include <QRepod/Server>
#ifdef QREPOD_BENCH_GATE
#    include <QRepod/WebSocket>
#endif

#include <QtCore/qthread.h>
#include <QtCore/qurl.h>

#include <functional>

namespace {

using Arrived = std::function<void()>;
using ArrivedAt = std::function<void(QRepod::Channel *)>;

class MapListener : public QRepod::ConnectionListener
{
    Q_OBJECT

public:
    explicit MapListener(Arrived arrived)
        : m_arrived(std::move(arrived))
    {
    }
    Q_SLOT void Network_move(const QVariantMap &) { m_arrived(); }

private:
    const Arrived m_arrived;
};

class TypedListener : public QRepod::ConnectionListener
{
    Q_OBJECT

public:
    explicit TypedListener(Arrived arrived)
        : m_arrived(std::move(arrived))
    {
    }
    // Only the names of the parameters matter.
    Q_SLOT void Network_move([[maybe_unused]] int id, [[maybe_unused]] double x,
                             [[maybe_unused]] double y, [[maybe_unused]] const QString &name)
    {
        m_arrived();
    }

private:
    const Arrived m_arrived;
};

class MapChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    explicit MapChannel(ArrivedAt arrived)
        : m_arrived(std::move(arrived))
    {
    }
    Q_SLOT void Network_move(const QVariantMap &) { m_arrived(this); }

private:
    const ArrivedAt m_arrived;
};

class TypedChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    explicit TypedChannel(ArrivedAt arrived)
        : m_arrived(std::move(arrived))
    {
    }
    Q_SLOT void Network_move([[maybe_unused]] int id, [[maybe_unused]] double x,
                             [[maybe_unused]] double y, [[maybe_unused]] const QString &name)
    {
        m_arrived(this);
    }
    Q_SLOT void Network_flood([[maybe_unused]] int id, [[maybe_unused]] double x,
                              [[maybe_unused]] double y, [[maybe_unused]] const QString &name)
    {
    }

private:
    const ArrivedAt m_arrived;
};

//! A server that works in its thread's event loop.
class ServerEnd : public EventLoopEndpoint
{
public:
    ServerEnd(Duty duty, Peers::Handlers handlers, int sessionTimeout)
        : EventLoopEndpoint(duty)
    {
        m_server.setSessionTimeout(sessionTimeout);
        m_server.setChannelFactory([this, handlers]() -> QRepod::Channel * {
            const auto count = [this](QRepod::Channel *channel) {
                m_channel = channel; // the channel to answer
                arrived();
            };
            if (handlers == Peers::Handlers::Map)
                return new MapChannel(count);
            return new TypedChannel(count);
        });
        QObject::connect(&m_server, &QRepod::Server::channelConnected, &m_server,
                         [this](QRepod::Channel *channel) { m_channel = channel; });
        if (!m_server.listen("127.0.0.1", 0))
            qFatal("%s", qPrintable(m_server.errorString()));
    }

    quint16 port() const override { return m_server.port(); }
    bool isConnected() const override { return m_channel; }
    void send() override { m_channel->send(moveMessage()); }

protected:
    QRepod::Server m_server;

private:
    QRepod::Channel *m_channel = nullptr;
};

#ifdef QREPOD_BENCH_GATE
class GateEnd : public ServerEnd
{
public:
    explicit GateEnd(Duty duty)
        : ServerEnd(duty, Peers::Handlers::Typed, 0)
        , m_gate(&m_server)
    {
        if (!m_gate.listen("127.0.0.1", 0))
            qFatal("%s", qPrintable(m_gate.errorString()));
    }

    quint16 port() const override { return m_gate.port(); }

private:
    QRepod::WebSocketGate m_gate;
};
#endif

template <class Listener>
class ClientEnd : public EventLoopEndpoint
{
public:
    ClientEnd(const QUrl &url, Peers::Client kind, bool hasSession)
        : EventLoopEndpoint(Duty::Count)
        , m_kind(kind)
        , m_listener([this] { arrived(); })
    {
        m_listener.setAutoPump(kind == Peers::Client::EventDriven);
        m_listener.setReconnect(hasSession);
        m_listener.connect(url);
        // Until the greeting tells whether the server keeps a session, everything is kept.
        workUntil([this] { return isConnected() && hasPumped(); });
    }

    bool isConnected() const override
    {
        return m_listener.state() == QRepod::ConnectionListener::State::Connected;
    }
    void send() override { m_listener.send(moveMessage()); }
    void flush() override { } // the network thread does it

protected:
    void wait() override
    {
        if (m_kind == Peers::Client::EventDriven)
            EventLoopEndpoint::wait();
        else
            m_listener.pump();
    }

private:
    bool hasPumped() const
    {
        const QRepod::Statistics statistics = m_listener.connection()->statistics();
        return statistics.messagesReceived > 0 && statistics.messagesWaiting == 0;
    }

    const Peers::Client m_kind;
    Listener m_listener;
};

class QRepodPeer : public Peer
{
public:
    QRepodPeer(const QString &name, Peers::Handlers handlers, Peers::Client client,
               int sessionTimeout)
        : Peer(name)
        , m_handlers(handlers)
        , m_client(client)
        , m_sessionTimeout(sessionTimeout)
    {
    }

    std::unique_ptr<Endpoint> listen(Duty duty) const override
    {
        return std::make_unique<ServerEnd>(duty, m_handlers, m_sessionTimeout);
    }

    std::unique_ptr<Endpoint> connect(quint16 port) const override
    {
        const QUrl url(QStringLiteral("repod://127.0.0.1:%1").arg(port));
        if (m_handlers == Peers::Handlers::Map)
            return std::make_unique<ClientEnd<MapListener>>(url, m_client, m_sessionTimeout > 0);
        return std::make_unique<ClientEnd<TypedListener>>(url, m_client, m_sessionTimeout > 0);
    }

private:
    const Peers::Handlers m_handlers;
    const Peers::Client m_client;
    const int m_sessionTimeout;
};

#ifdef QREPOD_BENCH_GATE
class GatePeer : public Peer
{
public:
    using Peer::Peer;

    std::unique_ptr<Endpoint> listen(Duty duty) const override
    {
        return std::make_unique<GateEnd>(duty);
    }

    std::unique_ptr<Endpoint> connect(quint16 port) const override
    {
        const QUrl url(QStringLiteral("ws://127.0.0.1:%1").arg(port));
        return std::make_unique<ClientEnd<TypedListener>>(url, Peers::Client::EventDriven, false);
    }
};
#endif

class BackgroundServerEnd : public Endpoint
{
public:
    BackgroundServerEnd()
        : Endpoint(Duty::Echo)
    {
        m_server.setChannelFactory([] {
            return new TypedChannel([](QRepod::Channel *channel) { channel->send(moveMessage()); });
        });
        m_server.startBackground();
        if (!m_server.listen("127.0.0.1", 0))
            qFatal("%s", qPrintable(m_server.errorString()));
    }

    quint16 port() const override { return m_server.port(); }
    bool isConnected() const override { return !m_server.channels().isEmpty(); }
    void send() override { }

protected:
    void wait() override { QThread::msleep(20); }

private:
    QRepod::Server m_server;
};

class BackgroundPeer : public Peer
{
public:
    using Peer::Peer;
    std::unique_ptr<Endpoint> listen(Duty) const override
    {
        return std::make_unique<BackgroundServerEnd>();
    }
    std::unique_ptr<Endpoint> connect(quint16) const override { return nullptr; }
};

} // namespace

std::unique_ptr<Peer> Peers::qrepodInBackground()
{
    return std::make_unique<BackgroundPeer>("QRepod");
}

std::unique_ptr<Peer> Peers::qrepod(Handlers handlers, Client client, int sessionTimeout)
{
    const QString name = handlers == Handlers::Map ? "QRepod, map" : "QRepod, typed";
    return std::make_unique<QRepodPeer>(name, handlers, client, sessionTimeout);
}

std::unique_ptr<Peer> Peers::qrepodByWebSocket()
{
#ifdef QREPOD_BENCH_GATE
    return std::make_unique<GatePeer>("QRepod, WebSocket");
#else
    return nullptr;
#endif
}

#include "qrepodpeer.moc"
