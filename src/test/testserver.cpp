// SPDX-License-Identifier: MIT
#include <QRepod/Test/testserver.h>

#include "test/framecutter.h"
#include "test/socketend.h"
#include "test/workthread.h"

#include <QRepod/Test/pumpuntil.h>
#include <QRepod/connectionlistener.h>
#include <QRepod/protocol.h>
#include <QRepod/requesterror.h>

#include <QtCore/qhash.h>
#include <QtCore/qpointer.h>
#include <QtNetwork/qnetworkproxy.h>
#include <QtNetwork/qtcpserver.h>
#include <QtNetwork/qtcpsocket.h>

#include <map>
#include <utility>

namespace QRepod {

namespace {

const auto actionKey = QStringLiteral("action");
const auto requestKey = QStringLiteral("_request");

QVariantMap answerTo(const QVariantMap &request, const TestServer::Result &result)
{
    if (!request.contains(requestKey))
        return {};
    QVariantMap answer{{actionKey, QStringLiteral("_reply")}, {requestKey, request[requestKey]}};
    try {
        answer.insert(QStringLiteral("result"), result(request));
    } catch (const RequestError &error) {
        answer.insert(QStringLiteral("error"), error.error());
    }
    return answer;
}

} // namespace

class TestServerPrivate
{
public:
    struct Received
    {
        int client;
        QVariantMap message;
    };

    //! The messages that \a isWanted wants of those received.
    template <class Predicate>
    QList<QVariantMap> messages(Predicate isWanted) const
    {
        const std::lock_guard lock(mutex);
        QList<QVariantMap> messages;
        for (const Received &entry : received) {
            if (isWanted(entry))
                messages.append(entry.message);
        }
        return messages;
    }

    QVariantMap takeNext(const QString &action);
    bool waitUntil(const std::function<bool()> &condition, int timeout);
    void setReply(const QString &action, TestServer::Reply reply);

    //! Runs \a function in the server's thread, after the clients who wait there have been
    //! accepted.
    template <class Function>
    auto call(Function function)
    {
        return thread.call([&] {
            acceptAll();
            return function();
        });
    }

    /// \name In the server's thread
    /// @{
    void listen();
    void close();
    void acceptAll();
    void sendToAll(const QByteArray &bytes);
    bool sendTo(int client, const QByteArray &bytes);
    void disconnectAll();
    /// @}

    WorkThread thread{QStringLiteral("QRepod test server")};
    quint16 port = 0;                              // does not change
    QList<QPointer<ConnectionListener>> listeners; // to be pumped; the test's thread

    mutable std::mutex mutex; // guards the members of this paragraph
    bool isGreeting = true;
    QList<Received> received;
    QHash<QString, qsizetype> returned; // how many of an action waitForMessage() has returned
    QHash<QString, TestServer::Reply> replies;
    QStringList errors;

    int connectionCount = 0;             // the server's thread
    std::map<int, QTcpSocket *> clients; // likewise; by number

private:
    struct Client
    {
        int number;
        QTcpSocket *socket;
        FrameCutter frames = {};
        bool isRefused = false;
    };

    void accept(QTcpSocket *socket);
    void read(Client &client);
    void handle(Client &client, const QByteArray &frame);
    void refuse(Client &client, const QString &error);

    QTcpServer *m_server = nullptr;
};

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
            refuse(client, QStringLiteral("a frame of more than 64 MiB"));
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

TestServer::TestServer()
    : d(std::make_unique<TestServerPrivate>())
{
    d->thread.call([this] { d->listen(); });
}

TestServer::~TestServer()
{
    d->thread.call([this] { d->close(); });
}

quint16 TestServer::port() const
{
    return d->port;
}

bool TestServer::isGreeting() const
{
    const std::lock_guard lock(d->mutex);
    return d->isGreeting;
}

void TestServer::setGreeting(bool enabled)
{
    const std::lock_guard lock(d->mutex);
    d->isGreeting = enabled;
}

int TestServer::clientCount() const
{
    return d->call([this] { return int(d->clients.size()); });
}

int TestServer::connectionCount() const
{
    return d->call([this] { return d->connectionCount; });
}

bool TestServer::waitForClients(int count, int timeout)
{
    return d->waitUntil([&] { return clientCount() == count; }, timeout);
}

void TestServer::disconnectAll()
{
    d->call([this] { d->disconnectAll(); });
}

void TestServer::sendToAll(const QVariantMap &message)
{
    QString error;
    const QByteArray frame = encode(message, &error);
    if (frame.isEmpty())
        qWarning("TestServer::sendToAll: %s", qPrintable(error));
    sendRaw(frame);
}

bool TestServer::sendTo(int client, const QVariantMap &message)
{
    QString error;
    const QByteArray frame = encode(message, &error);
    if (frame.isEmpty())
        qWarning("TestServer::sendTo: %s", qPrintable(error));
    return d->call([&] { return d->sendTo(client, frame); });
}

void TestServer::sendRaw(const QByteArray &bytes)
{
    d->call([&] { d->sendToAll(bytes); });
}

void TestServer::onMessage(const QString &action, const QVariantMap &reply)
{
    d->setReply(action, [reply](const QVariantMap &) { return reply; });
}

void TestServer::onMessage(const QString &action, Reply reply)
{
    d->setReply(action, std::move(reply));
}

void TestServer::onRequest(const QString &action, const QVariant &result)
{
    onRequest(action, [result](const QVariantMap &) { return result; });
}

void TestServer::onRequest(const QString &action, const QVariantMap &result)
{
    onRequest(action, QVariant(result));
}

void TestServer::onRequest(const QString &action, Result result)
{
    d->setReply(action, [result = std::move(result)](const QVariantMap &request) {
        return answerTo(request, result);
    });
}

QList<QVariantMap> TestServer::received(const QString &action) const
{
    return d->messages([&](const TestServerPrivate::Received &entry) {
        return action.isEmpty() || entry.message.value(actionKey) == action;
    });
}

QList<QVariantMap> TestServer::receivedFrom(int client, const QString &action) const
{
    return d->messages([&](const TestServerPrivate::Received &entry) {
        return entry.client == client
            && (action.isEmpty() || entry.message.value(actionKey) == action);
    });
}

QVariantMap TestServer::waitForMessage(const QString &action, int timeout)
{
    QVariantMap message;
    d->waitUntil(
        [&] {
            message = d->takeNext(action);
            return !message.isEmpty();
        },
        timeout);
    return message;
}

void TestServer::pumpWhileWaiting(ConnectionListener *listener)
{
    d->listeners.append(listener);
}

QStringList TestServer::errors() const
{
    const std::lock_guard lock(d->mutex);
    return d->errors;
}

void TestServer::clear()
{
    const std::lock_guard lock(d->mutex);
    d->received.clear();
    d->returned.clear();
    d->errors.clear();
}

} // namespace QRepod
