// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qtimer.h>
#include <QtNetwork/qtcpserver.h>
#include <QtNetwork/qtcpsocket.h>
#include <QtRemoteObjects/qremoteobjectabstractitemmodelreplica.h>
#include <QtRemoteObjects/qremoteobjectdynamicreplica.h>
#include <QtRemoteObjects/qremoteobjectnode.h>

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <utility>
#include <vector>

//! Returns the bytes that have arrived over the connection \a descriptor, as counted by the system.
inline qint64 bytesReceived(qintptr descriptor)
{
    tcp_info info = {};
    socklen_t size = sizeof info;
    ::getsockopt(int(descriptor), IPPROTO_TCP, TCP_INFO, &info, &size);
    return qint64(info.tcpi_bytes_received);
}

//! Nodes of Qt Remote Objects, each with a replica, of a model, which holds all rows as for a view,
//! or of an object.
class RemoteObjectsClients
{
public:
    //! Sleeps while nothing arrives, like RawClients: waking a client on the same machine costs the
    //! server's thread something.
    void settle(int milliseconds)
    {
        QDeadlineTimer silence(milliseconds);
        QTimer clock;
        clock.start(5);
        for (qint64 before = received(); !silence.hasExpired();) {
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
            if (const qint64 now = received(); std::exchange(before, now) != now)
                silence.setRemainingTime(milliseconds);
        }
    }

    qint64 received() const
    {
        qint64 bytes = 0;
        for (const QTcpSocket *const socket : m_sockets)
            bytes += bytesReceived(socket->socketDescriptor());
        return bytes;
    }

protected:
    QRemoteObjectNode *connectNode(quint16 port)
    {
        auto *const socket = new QTcpSocket;
        socket->connectToHost(QHostAddress::LocalHost, port);
        if (!socket->waitForConnected())
            qFatal("a client of Qt Remote Objects cannot connect");
        m_sockets.push_back(socket);
        m_nodes.push_back(std::make_unique<QRemoteObjectNode>());
        QRemoteObjectNode *const node = m_nodes.back().get();
        socket->setParent(node);
        node->addClientSideConnection(socket);
        return node;
    }

    template <class Condition>
    static void waitFor(Condition condition)
    {
        while (!condition())
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }

private:
    std::vector<const QTcpSocket *> m_sockets;
    std::vector<std::unique_ptr<QRemoteObjectNode>> m_nodes; // own the sockets
};

class RemoteModelClients : public RemoteObjectsClients
{
public:
    RemoteModelClients(quint16 port, int count)
    {
        for (int i = 0; i < count; ++i)
            m_models.emplace_back(
                connectNode(port)->acquireModel("shared", QtRemoteObjects::PrefetchData));
        for (const auto &model : m_models)
            waitFor([&] { return model->isInitialized(); });
    }

private:
    std::vector<std::unique_ptr<QAbstractItemModelReplica>> m_models; // destroyed before m_nodes
};

class RemoteObjectClients : public RemoteObjectsClients
{
public:
    RemoteObjectClients(quint16 port, int count)
    {
        for (int i = 0; i < count; ++i)
            m_objects.emplace_back(connectNode(port)->acquireDynamic("shared"));
        for (const auto &object : m_objects)
            waitFor([&] { return object->isInitialized(); });
    }

private:
    std::vector<std::unique_ptr<QRemoteObjectDynamicReplica>> m_objects;
};

//! A server of Qt Remote Objects.
class RemoteObjectsServer
{
public:
    RemoteObjectsServer()
    {
        QTcpServer server;
        server.listen(QHostAddress::LocalHost);
        m_port = server.serverPort();
        server.close();
        node.setHostUrl(QUrl(QStringLiteral("tcp://127.0.0.1:%1").arg(m_port)));
    }

    quint16 port() const { return m_port; }

    QRemoteObjectHost node;

private:
    quint16 m_port = 0;
};
