// SPDX-License-Identifier: MIT
#include "message.h"
#include "peers.h"
#include "peers/eventloopendpoint.h"

#include <QtCore/qdatastream.h>
#include <QtNetwork/qtcpserver.h>
#include <QtNetwork/qtcpsocket.h>

namespace {

//! `stream << map` on one side, `stream >> map` in a transaction on the other.
class DataStreamEnd : public EventLoopEndpoint
{
public:
    using EventLoopEndpoint::EventLoopEndpoint;

    bool isConnected() const override { return m_socket; }
    void send() override { m_out << moveMessage(); }

protected:
    void take(QTcpSocket *socket)
    {
        m_socket = socket;
        m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        m_in.setDevice(m_socket);
        m_out.setDevice(m_socket);
        QObject::connect(m_socket, &QTcpSocket::readyRead, m_socket, [this] { read(); });
    }

private:
    void read()
    {
        for (;;) {
            QVariantMap message;
            m_in.startTransaction();
            m_in >> message;
            if (!m_in.commitTransaction())
                return;
            arrived();
        }
    }

    QTcpSocket *m_socket = nullptr;
    QDataStream m_in;
    QDataStream m_out; // separate, because an incomplete message stops m_in
};

class ServerEnd : public DataStreamEnd
{
public:
    explicit ServerEnd(Duty duty)
        : DataStreamEnd(duty)
    {
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server,
                         [this] { take(m_server.nextPendingConnection()); });
        m_server.listen(QHostAddress::LocalHost);
    }

    quint16 port() const override { return m_server.serverPort(); }

private:
    QTcpServer m_server;
};

class ClientEnd : public DataStreamEnd
{
public:
    explicit ClientEnd(quint16 port)
        : DataStreamEnd(Duty::Count)
    {
        m_socket.connectToHost(QHostAddress::LocalHost, port);
        workUntil([this] { return m_socket.state() == QAbstractSocket::ConnectedState; });
        take(&m_socket);
    }

private:
    QTcpSocket m_socket;
};

class DataStreamPeer : public Peer
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

std::unique_ptr<Peer> Peers::dataStream()
{
    return std::make_unique<DataStreamPeer>("QDataStream", 4);
}
