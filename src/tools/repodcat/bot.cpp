// SPDX-License-Identifier: MIT
#include "repodcat/bot.h"

#include <QRepod/Protocol>

#include <QtNetwork/QNetworkProxy>

Bot::Bot(int number, const Options &options, QObject *parent)
    : QObject(parent)
    , m_number(number)
    , m_options(options)
{
}

Bot::~Bot()
{
    if (m_socket)
        m_socket->disconnect(this); // which says something while it is destroyed
}

void Bot::open()
{
    m_race.start(m_options.host);
}

QAbstractSocket *Bot::makeSocket()
{
    auto *const socket = new QSslSocket(this);
    socket->setProxy(QNetworkProxy::NoProxy);
    return socket;
}

void Bot::connectSocket(QAbstractSocket *socket, const QString &address)
{
    socket->connectToHost(address, m_options.port);
}

void Bot::raceWon(QAbstractSocket *socket)
{
    m_socket.reset(qobject_cast<QSslSocket *>(socket));
    connect(m_socket.get(), &QSslSocket::readyRead, this, &Bot::read);
    connect(m_socket.get(), &QSslSocket::errorOccurred, this,
            [this] { fail(m_socket->errorString()); });
    connect(m_socket.get(), &QSslSocket::disconnected, this,
            [this] { fail("the server has closed"); });
    if (m_options.tls.isNull())
        return begin();
    connect(m_socket.get(), &QSslSocket::encrypted, this, &Bot::begin);
    m_socket->setSslConfiguration(m_options.tls);
    m_socket->setPeerVerifyName(m_options.host);
    m_socket->startClientEncryption();
}

void Bot::raceLost(const QString &reason)
{
    fail(reason);
}

void Bot::begin()
{
    m_socket->setSocketOption(QSslSocket::LowDelayOption, 1);
    m_isOpen = m_hasOpened = true;
    emit opened();
}

void Bot::close()
{
    m_hasEnded = true;
    m_isOpen = false;
    m_race.stop();
    if (m_socket)
        m_socket->disconnectFromHost();
}

void Bot::fail(const QString &error)
{
    if (m_hasEnded)
        return;
    m_hasEnded = true;
    m_isOpen = false;
    emit failed(error);
}

void Bot::send(const QVariantMap &message)
{
    QString error;
    const QByteArray frame = QRepod::encode(message, &error);
    if (frame.isEmpty())
        return fail(error);
    if (m_isOpen)
        m_socket->write(frame);
}

void Bot::ask(QVariantMap message, bool isRequest, qint64 time)
{
    const qint64 number = ++m_asked;
    message.insert(isRequest ? "_request" : "n", number);
    if (!isRequest)
        message.insert("bot", m_number);
    m_waiting.insert(number, time);
    send(message);
}

void Bot::read()
{
    m_cutter.add(m_socket->readAll());
    for (QByteArray frame = m_cutter.next(); !frame.isEmpty(); frame = m_cutter.next()) {
        QString error;
        const std::optional<QVariantMap> message = QRepod::messageOf(frame, &error);
        if (!message)
            return fail(error);
        if (!message->isEmpty())
            take(*message);
    }
    if (m_cutter.isBroken())
        fail("frame is over the size limit");
}

void Bot::take(const QVariantMap &message)
{
    const QString action = message["action"].toString();
    const bool isReply = action == "_reply";
    const bool isEcho = action == "bench" && message["bot"].toInt() == m_number;
    if (isReply || isEcho) {
        const auto place = m_waiting.constFind(message[isReply ? "_request" : "n"].toLongLong());
        if (place != m_waiting.cend()) {
            const qint64 asked = *place;
            m_waiting.erase(place);
            emit answered(asked);
        }
    } else if (!action.isEmpty()) {
        emit received(message);
    }
}
