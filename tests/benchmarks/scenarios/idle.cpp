// SPDX-License-Identifier: MIT
#include "peers.h"
#include "peers/eventloopendpoint.h"
#include "peers/qrepodpeer.h"
#include "scenarios/rawclients.h"
#include "scenarios/roundtrips.h"
#include "scenarios/scenarios.h"

#include <QtNetwork/qtcpserver.h>
#include <QtNetwork/qtcpsocket.h>

namespace {

//! A QTcpServer that echoes.
class PlainServerEnd : public EventLoopEndpoint
{
public:
    PlainServerEnd()
        : EventLoopEndpoint(Duty::Echo)
    {
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] {
            while (QTcpSocket *socket = m_server.nextPendingConnection())
                add(socket);
        });
        m_server.setListenBacklogSize(1'024);
        m_server.listen(QHostAddress::LocalHost);
    }

    quint16 port() const override { return m_server.serverPort(); }
    bool isConnected() const override { return m_isConnected; }
    void send() override { }

private:
    void add(QTcpSocket *socket)
    {
        m_isConnected = true;
        socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        QObject::connect(socket, &QTcpSocket::readyRead, socket,
                         [socket] { socket->write(socket->readAll()); });
    }

    QTcpServer m_server;
    bool m_isConnected = false;
};

class PlainServer : public Peer
{
public:
    using Peer::Peer;
    std::unique_ptr<Endpoint> listen(Duty) const override
    {
        return std::make_unique<PlainServerEnd>();
    }
    std::unique_ptr<Endpoint> connect(quint16) const override { return nullptr; }
};

//! A server with idle clients, and one active client on a plain socket.
class Crowd : public Peer
{
public:
    Crowd(const Peer &server, int idle)
        : Peer(server.name)
        , m_server(server)
        , m_idle(idle)
        , m_active(Peers::sockets())
    {
    }

    std::unique_ptr<Endpoint> listen(Duty duty) const override { return m_server.listen(duty); }

    std::unique_ptr<Endpoint> connect(quint16 port) const override
    {
        m_others = std::make_unique<RawClients>(port, m_idle);
        return m_active->connect(port); // last: its first answer shows that all are there
    }

private:
    const Peer &m_server;
    const int m_idle;
    const std::unique_ptr<Peer> m_active;
    mutable std::unique_ptr<RawClients> m_others;
};

} // namespace

Scenario Scenarios::idle(bool isQuick)
{
    const int crowd = isQuick ? 1'000 : 9'000;
    const int trips = isQuick ? 500 : 2'000;
    Scenario scenario{"idle", "round trip of one client while others are idle", {}, {}};
    const auto add = [&](std::shared_ptr<const Peer> server, int idle) {
        const QString name = QStringLiteral("%1, %2 idle").arg(server->name).arg(idle);
        scenario.contenders.push_back({name, [=] {
                                           const Crowd all(*server, idle);
                                           return roundTrips(all, trips);
                                       }});
    };
    const std::shared_ptr<const Peer> qrepod = Peers::qrepodInBackground();
    add(qrepod, 10);
    add(qrepod, crowd);
    const auto plain = std::make_shared<PlainServer>("QTcpServer");
    add(plain, 10);
    add(plain, crowd);
    scenario.targets.push_back({"median µs", scenario.contenders[1].name,
                                scenario.contenders[0].name, Target::AtMost, 1.5});
    return scenario;
}
