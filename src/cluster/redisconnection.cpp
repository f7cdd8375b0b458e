// SPDX-License-Identifier: MIT
#include "cluster/redisconnection.h"

#include <QtCore/qpointer.h>
#include <QtNetwork/qnetworkproxy.h>

#include <utility>

namespace QRepod {

namespace {

constexpr int minimumWatchInterval = 50;

} // namespace

std::optional<RedisEndpoint> RedisEndpoint::of(const QUrl &url, QString *error)
{
    RedisEndpoint endpoint;
    endpoint.host = url.host();
    endpoint.port = quint16(url.port(6379));
    // Like Redis' own tools, treat a user without a password as the password.
    const bool hasPassword = !url.password().isEmpty();
    endpoint.user = hasPassword ? url.userName(QUrl::FullyDecoded) : QString();
    endpoint.password =
        hasPassword ? url.password(QUrl::FullyDecoded) : url.userName(QUrl::FullyDecoded);
    endpoint.isEncrypted = url.scheme() == QLatin1String("rediss");
    const QString path = url.path().mid(1);
    bool isNumber = true;
    if (!path.isEmpty())
        endpoint.database = path.toInt(&isNumber);
    if (!isNumber || endpoint.database < 0) {
        *error = QStringLiteral("%1: \"%2\" is not a database number")
                     .arg(url.toDisplayString(QUrl::RemovePassword | QUrl::RemoveUserInfo), path);
        return std::nullopt;
    }
    return endpoint;
}

RedisConnection::RedisConnection(const RedisEndpoint &endpoint, QObject *parent)
    : QObject(parent)
    , m_endpoint(endpoint)
    , m_race(new AddressRace(*this))
{
    m_race->setParent(this); // moves to another thread with this
    m_clock.start();
    connect(&m_watch, &QTimer::timeout, this, &RedisConnection::checkLiveness);
}

RedisConnection::~RedisConnection()
{
    m_race->stop();
    if (m_slots > 0) { // a call of the race may still be running
        m_race->setParent(nullptr);
        m_race.release()->deleteLater();
    }
    if (!m_socket)
        return;
    m_socket->disconnect(this);
    m_socket->flush(); // writes what the system takes at once
    if (m_slots > 0) { // the socket is still emitting a signal
        m_socket->setParent(nullptr);
        m_socket.release()->deleteLater();
    }
}

//! Runs \a function, which may delete this, inside a call of the race or a slot of the socket.
template <class Function>
void RedisConnection::inSlot(Function function)
{
    const QPointer<RedisConnection> alive(this);
    ++m_slots;
    function();
    if (alive)
        --m_slots;
}

void RedisConnection::open(int timeout)
{
    close();
    m_timeout = timeout;
    m_reader = {};
    m_waiting.push_back({m_clock.elapsed(), {}}); // until it is connected
    m_watch.start(std::max(minimumWatchInterval, timeout / 4));
    m_race->start(m_endpoint.host);
}

QAbstractSocket *RedisConnection::makeSocket()
{
    // A child of the race, which outlives this object if that is in a slot of the socket.
    auto *const socket = new QSslSocket(m_race.get());
    socket->setProxy(QNetworkProxy::NoProxy); // proxies are for the web
    return socket;
}

void RedisConnection::connectSocket(QAbstractSocket *socket, const QString &address)
{
    socket->connectToHost(address, m_endpoint.port);
}

void RedisConnection::raceWon(QAbstractSocket *socket)
{
    m_socket.reset(qobject_cast<QSslSocket *>(socket));
    m_socket->setParent(this);
    connect(m_socket.get(), &QSslSocket::readyRead, this, [this] { inSlot([this] { read(); }); });
    connect(m_socket.get(), &QSslSocket::errorOccurred, this,
            [this] { inSlot([this] { fail(m_socket->errorString()); }); });
    connect(m_socket.get(), &QSslSocket::disconnected, this,
            [this] { inSlot([this] { fail(QStringLiteral("closed the connection")); }); });
    if (!m_endpoint.isEncrypted)
        return logIn();
    connect(m_socket.get(), &QSslSocket::encrypted, this, &RedisConnection::logIn);
    m_socket->setPeerVerifyName(m_endpoint.host);
    m_socket->startClientEncryption();
}

void RedisConnection::raceLost(const QString &reason)
{
    inSlot([&] { fail(reason); });
}

//! Closes without a signal.
void RedisConnection::close()
{
    m_watch.stop();
    m_isReady = false;
    m_race->stop();
    if (m_socket) {
        m_socket->disconnect(this);
        m_socket->abort();
        m_socket.release()->deleteLater(); // this may be one of its slots
    }
    for (const Command &command : std::exchange(m_waiting, {})) {
        if (command.receiver)
            command.receiver(std::nullopt);
    }
}

void RedisConnection::logIn()
{
    m_waiting.clear();
    m_socket->setSocketOption(QSslSocket::LowDelayOption, 1);
    const auto check = [this](const std::optional<RespValue> &reply) {
        if (reply && reply->kind == RespValue::Kind::Error)
            fail(QString::fromUtf8(reply->text));
    };
    if (!m_endpoint.password.isEmpty()) {
        QByteArrayList command{"AUTH"};
        if (!m_endpoint.user.isEmpty())
            command << m_endpoint.user.toUtf8();
        send(command << m_endpoint.password.toUtf8(), check);
    }
    if (m_endpoint.database != 0)
        send({"SELECT", QByteArray::number(m_endpoint.database)}, check);
    send({"PING"}, [this, check](const std::optional<RespValue> &reply) {
        check(reply);
        if (!reply || reply->kind == RespValue::Kind::Error)
            return;
        m_isReady = true;
        Q_EMIT ready();
    });
}

void RedisConnection::send(const QByteArrayList &command, Receiver receiver)
{
    m_waiting.push_back({m_clock.elapsed(), std::move(receiver)});
    m_socket->write(encodeCommand(command));
}

void RedisConnection::read()
{
    m_reader.append(m_socket->readAll());
    const QPointer<RedisConnection> alive(this);
    const QSslSocket *const socket = m_socket.get();
    while (const std::optional<RespValue> reply = m_reader.next()) {
        handleReply(*reply);
        if (!alive || m_socket.get() != socket)
            return;
    }
    if (!m_reader.error().isEmpty())
        fail(QLatin1String("does not speak Redis' protocol: ") + m_reader.error());
}

void RedisConnection::handleReply(const RespValue &reply)
{
    const bool isPublished = reply.list.size() == 3 && reply.list[0].text == "message";
    if (isPublished) {
        Q_EMIT published(reply.list[1].text, reply.list[2].text);
        return;
    }
    if (m_waiting.empty())
        return fail(QStringLiteral("sent an unexpected reply"));
    const Command command = std::move(m_waiting.front());
    m_waiting.pop_front();
    if (command.receiver)
        command.receiver(reply);
}

//! Sends a ping on a quiet line, because the other end may have gone silently.
void RedisConnection::checkLiveness()
{
    if (!m_waiting.empty() && m_clock.elapsed() - m_waiting.front().time > m_timeout)
        fail(QStringLiteral("does not answer"));
    else if (m_waiting.empty())
        send({"PING"});
}

void RedisConnection::fail(const QString &error)
{
    const QString text =
        QStringLiteral("%1:%2: %3").arg(m_endpoint.host).arg(m_endpoint.port).arg(error);
    const QPointer<RedisConnection> alive(this);
    close();
    if (alive)
        Q_EMIT lost(text);
}

} // namespace QRepod
