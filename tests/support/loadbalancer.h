// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QPointer>
#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>

#ifdef Q_OS_LINUX
#    include <linux/filter.h>
#    include <sys/socket.h>
#endif

//! Forwards each connection to the server that is the target when it arrives. Works in the thread
//! of the test.
class LoadBalancer : public QObject
{
    Q_OBJECT

public:
    LoadBalancer()
    {
        m_server.listen(QHostAddress(QHostAddress::LocalHost));
        connect(&m_server, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *const client = m_server.nextPendingConnection())
                accept(client);
        });
    }

    quint16 port() const { return m_server.serverPort(); }
    void setTarget(quint16 port) { m_target = port; }

    //! Breaks all connections.
    void cut()
    {
        const QList<QTcpSocket *> sockets = m_server.findChildren<QTcpSocket *>();
        for (QTcpSocket *const socket : sockets)
            socket->abort();
    }

    //! Acts like a cable that is unplugged and plugged in again: meanwhile nothing passes, and
    //! neither end is told anything, not even that the other has gone.
    ///
    /// On Linux the system silently drops what clients send: nothing is acknowledged, and new
    /// connections get no answer. Unlike a network of one's own, that needs no special rights.
    /// Elsewhere bytes are acknowledged, and wait here.
    void setSilent(bool isSilent)
    {
        m_isSilent = isSilent;
        setDeaf(m_server.socketDescriptor(), isSilent);
        const QList<QTcpSocket *> clients =
            m_server.findChildren<QTcpSocket *>(QString(), Qt::FindDirectChildrenOnly);
        for (const QTcpSocket *const client : clients)
            setDeaf(client->socketDescriptor(), isSilent);
        if (!isSilent)
            emit audible();
    }

signals:
    void audible();

private:
    void accept(QTcpSocket *client)
    {
        auto *const server = new QTcpSocket(client);
        join(client, server);
        join(server, client);
        setDeaf(client->socketDescriptor(), m_isSilent);
        server->connectToHost(QHostAddress(QHostAddress::LocalHost), m_target);
        connect(client, &QTcpSocket::disconnected, client, &QObject::deleteLater);
    }

    void join(QTcpSocket *from, QTcpSocket *to)
    {
        const auto pass = [this, from, to] {
            if (m_isSilent || to->state() != QTcpSocket::ConnectedState)
                return;
            if (from->bytesAvailable() > 0)
                to->write(from->readAll());
            if (from->state() == QTcpSocket::UnconnectedState)
                to->disconnectFromHost();
        };
        connect(from, &QTcpSocket::readyRead, to, pass);
        connect(to, &QTcpSocket::connected, from, pass);
        connect(from, &QTcpSocket::stateChanged, to, pass);
        connect(this, &LoadBalancer::audible, from, pass);
    }

    //! Makes the system drop everything that arrives at the socket, or not.
    static void setDeaf([[maybe_unused]] qintptr socket, [[maybe_unused]] bool isDeaf)
    {
#ifdef Q_OS_LINUX
        sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
        const sock_fprog program{1, &nothing};
        ::setsockopt(int(socket), SOL_SOCKET, isDeaf ? SO_ATTACH_FILTER : SO_DETACH_FILTER,
                     &program, sizeof program);
#endif
    }

    QTcpServer m_server;
    quint16 m_target = 0;
    bool m_isSilent = false;
};
