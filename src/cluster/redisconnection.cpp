// SPDX-License-Identifier: MIT
#include "cluster/redisconnection.h"

#include <QtCore/qpointer.h>
#include <QtNetwork/qnetworkproxy.h>

#include <utility>

namespace QRepod {

namespace {

constexpr int leastWatch = 50;

} // namespace

std::optional<RedisEndpoint> RedisEndpoint::of(const QUrl &url, QString *error)
{
    RedisEndpoint endpoint;
    endpoint.host = url.host();
    endpoint.port = quint16(url.port(6379));
    // Redis' own tools take a sole password for the name.
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
    m_race->setParent(this); // moves to another thread with it
    m_clock.start();
    connect(&m_watch, &QTimer::timeout, this, &RedisConnection::watch);
}

RedisConnection::~RedisConnection()
{
    m_race->stop();
    if (m_slots > 0) { // it may be still in the call
        m_race->setParent(nullptr);
        m_race.release()->deleteLater();
    }
    if (!m_socket)
        return;
    m_socket->disconnect(this);
    m_socket->flush(); // as much as the system takes at once
    if (m_slots > 0) { // the socket is still in the signal
        m_socket->setParent(nullptr);
        m_socket.release()->deleteLater();
    }
}

//! Runs \a function, which may delete this, in a call of the race or a slot of the socket.
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
    m_watch.start(std::max(leastWatch, timeout / 4));
    m_race->start(m_endpoint.host);
}

QAbstractSocket *RedisConnection::makeSocket()
{
    // Of the race, which outlives this if it is in a slot of the socket.
    auto *const socket = new QSslSocket(m_race.get());
    socket->setProxy(QNetworkProxy::NoProxy); // which is for the web
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
            [this] { inSlot([this] { lose(m_socket->errorString()); }); });
    connect(m_socket.get(), &QSslSocket::disconnected, this,
            [this] { inSlot([this] { lose(QStringLiteral("closed the connection")); }); });
    if (!m_endpoint.isEncrypted)
        return introduce();
    connect(m_socket.get(), &QSslSocket::encrypted, this, &RedisConnection::introduce);
    m_socket->setPeerVerifyName(m_endpoint.host);
    m_socket->startClientEncryption();
}

void RedisConnection::raceLost(const QString &reason)
{
    inSlot([&] { lose(reason); });
}

//! Without a signal.
void RedisConnection::close()
{
    m_watch.stop();
    m_isReady = false;
    m_race->stop();
    if (m_socket) {
        m_socket->disconnect(this);
        m_socket->abort();
        m_socket.release()->deleteLater(); // this may be a slot of its
    }
    for (const Command &command : std::exchange(m_waiting, {})) {
        if (command.receiver)
            command.receiver(std::nullopt);
    }
}

void RedisConnection::introduce()
{
    m_waiting.clear();
    m_socket->setSocketOption(QSslSocket::LowDelayOption, 1);
    const auto check = [this](const std::optional<RespValue> &reply) {
        if (reply && reply->kind == RespValue::Kind::Error)
            lose(QString::fromUtf8(reply->text));
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
        take(*reply);
        if (!alive || m_socket.get() != socket)
            return;
    }
    if (!m_reader.error().isEmpty())
        lose(QLatin1String("does not speak Redis' protocol: ") + m_reader.error());
}

void RedisConnection::take(const RespValue &reply)
{
    const bool isPublished = reply.list.size() == 3 && reply.list[0].text == "message";
    if (isPublished) {
        Q_EMIT published(reply.list[1].text, reply.list[2].text);
        return;
    }
    if (m_waiting.empty())
        return lose(QStringLiteral("sent a reply to no command"));
    const Command command = std::move(m_waiting.front());
    m_waiting.pop_front();
    if (command.receiver)
        command.receiver(reply);
}

//! A line that is quiet is asked: one end may be gone without a word.
void RedisConnection::watch()
{
    if (!m_waiting.empty() && m_clock.elapsed() - m_waiting.front().time > m_timeout)
        lose(QStringLiteral("does not answer"));
    else if (m_waiting.empty())
        send({"PING"});
}

void RedisConnection::lose(const QString &error)
{
    const QString text =
        QStringLiteral("%1:%2: %3").arg(m_endpoint.host).arg(m_endpoint.port).arg(error);
    const QPointer<RedisConnection> alive(this);
    close();
    if (alive)
        Q_EMIT lost(text);
}

} // namespace QRepod
