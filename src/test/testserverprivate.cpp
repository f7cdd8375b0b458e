// SPDX-License-Identifier: MIT
#include "test/testserverprivate.h"

#include "test/socketend.h"

#include <QRepod/Test/pumpuntil.h>
#include <QRepod/connectionlistener.h>
#include <QRepod/protocol.h>

#include <QtNetwork/qnetworkproxy.h>

#include <utility>

namespace QRepod {

void TestServerPrivate::listen()
{
    m_server = new QTcpServer;
    QObject::connect(m_server, &QTcpServer::newConnection, m_server, [this] {
        while (QTcpSocket *socket = m_server->nextPendingConnection())
            accept(socket);
    });
    m_server->setProxy(QNetworkProxy::NoProxy);
    if (!m_server->listen(QHostAddress::LocalHost, 0))
        qFatal("TestServer cannot listen: %s", qPrintable(m_server->errorString()));
    port = m_server->serverPort();
}

void TestServerPrivate::close()
{
    clients.clear();
    delete m_server; // and with it the sockets
}

//! A client knows that it is connected before the server's event loop does. Those are clients too.
void TestServerPrivate::acceptAll()
{
    while (m_server->waitForNewConnection(0)) { }
}

void TestServerPrivate::accept(QTcpSocket *socket)
{
    const auto client = std::make_shared<Client>(Client{connectionCount++, socket});
    clients.emplace(client->number, socket);
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, client] { read(*client); });
    QObject::connect(socket, &QTcpSocket::disconnected, socket, [this, client] {
        read(*client);
        clients.erase(client->number);
        client->socket->deleteLater();
    });

    const std::lock_guard lock(mutex);
    if (isGreeting) {
        socket->write(encode({{actionKey, QStringLiteral("connected")}}));
        socket->flush();
    }
}

void TestServerPrivate::read(Client &client)
{
    if (client.socket->isOpen()) // or it has been aborted
        client.frames.add(client.socket->readAll());
    while (!client.isRefused) {
        const QByteArray frame = client.frames.next();
        if (client.frames.isBroken())
            refuse(client, QStringLiteral("frame is larger than 64 MiB"));
        if (frame.isEmpty())
            return;
        handle(client, frame);
    }
}

void TestServerPrivate::handle(Client &client, const QByteArray &frame)
{
    QString error;
    const std::optional<QVariantMap> message = messageOf(frame, &error);
    if (!message)
        return refuse(client, error);
    if (message->isEmpty())
        return;

    TestServer::Reply reply;
    {
        const std::lock_guard lock(mutex);
        received.append({client.number, *message});
        reply = replies.value(message->value(actionKey).toString());
    }
    if (!reply)
        return;
    const QVariantMap answer = reply(*message);
    if (!answer.isEmpty())
        sendTo(client.number, encode(answer));
}

void TestServerPrivate::refuse(Client &client, const QString &error)
{
    {
        const std::lock_guard lock(mutex);
        errors.append(QStringLiteral("client %1: %2").arg(client.number).arg(error));
    }
    client.isRefused = true;
    client.socket->abort();
}

void TestServerPrivate::sendToAll(const QByteArray &bytes)
{
    for (const auto &[number, socket] : clients) {
        socket->write(bytes);
        socket->flush();
    }
}

bool TestServerPrivate::sendTo(int client, const QByteArray &bytes)
{
    const auto found = clients.find(client);
    if (found == clients.end() || bytes.isEmpty())
        return false;
    found->second->write(bytes);
    found->second->flush();
    return true;
}

//! The sockets go on reading until the clients have closed, too: to close one with unread data
//! would reset it, and the client could lose what was written last.
void TestServerPrivate::disconnectAll()
{
    for (const auto &[number, socket] : std::exchange(clients, {})) {
        const auto closeOnceWritten = [socket = socket] {
            if (socket->bytesToWrite() == 0)
                SocketEnd::closeWriting(*socket);
        };
        QObject::connect(socket, &QTcpSocket::bytesWritten, socket, closeOnceWritten);
        closeOnceWritten();
    }
}

QVariantMap TestServerPrivate::takeNext(const QString &action)
{
    const QList<QVariantMap> candidates = messages([&](const Received &entry) {
        return action.isEmpty() || entry.message.value(actionKey) == action;
    });
    const std::lock_guard lock(mutex);
    const qsizetype next = returned.value(action);
    if (next >= candidates.size())
        return {};
    returned.insert(action, next + 1);
    return candidates.at(next);
}

bool TestServerPrivate::waitUntil(const std::function<bool()> &condition, int timeout)
{
    QList<ConnectionListener *> pumped;
    for (const QPointer<ConnectionListener> &listener : std::as_const(listeners)) {
        if (listener)
            pumped.append(listener);
    }
    return pumpUntil(pumped, condition, timeout);
}

void TestServerPrivate::setReply(const QString &action, TestServer::Reply reply)
{
    const std::lock_guard lock(mutex);
    replies[action] = std::move(reply);
}

} // namespace QRepod
