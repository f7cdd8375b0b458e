// SPDX-License-Identifier: MIT
#include <QRepod/Test/testserver.h>

#include "test/testserverprivate.h"

#include <QRepod/connectionlistener.h>
#include <QRepod/protocol.h>
#include <QRepod/requesterror.h>

#include <utility>

namespace QRepod {

namespace {

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
