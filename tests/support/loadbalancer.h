// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QPointer>
#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>

//! Passes each connection on to the server that is the target when it comes. Works in the thread
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

    //! Cuts all connections.
    void cut()
    {
        const QList<QTcpSocket *> sockets = m_server.findChildren<QTcpSocket *>();
        for (QTcpSocket *const socket : sockets)
            socket->abort();
    }

private:
    void accept(QTcpSocket *client)
    {
        auto *const server = new QTcpSocket(client);
        join(client, server);
        join(server, client);
        server->connectToHost(QHostAddress(QHostAddress::LocalHost), m_target);
        connect(client, &QTcpSocket::disconnected, client, &QObject::deleteLater);
    }

    static void join(QTcpSocket *from, QTcpSocket *to)
    {
        const auto pass = [from, to] {
            if (to->state() == QTcpSocket::ConnectedState)
                to->write(from->readAll());
        };
        connect(from, &QTcpSocket::readyRead, to, pass);
        connect(to, &QTcpSocket::connected, from, pass);
        connect(from, &QTcpSocket::disconnected, to, &QTcpSocket::disconnectFromHost);
    }

    QTcpServer m_server;
    quint16 m_target = 0;
};
