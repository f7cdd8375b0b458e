// SPDX-License-Identifier: MIT
#include "repodcat/bot.h"

#include <QRepod/Protocol>

#include <QtNetwork/QNetworkProxy>

Bot::Bot(int number, QObject *parent)
    : QObject(parent)
    , m_number(number)
{
    connect(&m_socket, &QSslSocket::readyRead, this, &Bot::read);
    connect(&m_socket, &QSslSocket::errorOccurred, this, [this] { fail(m_socket.errorString()); });
    connect(&m_socket, &QSslSocket::disconnected, this, [this] { fail("the server has closed"); });
}

Bot::~Bot()
{
    m_socket.disconnect(this); // which says something while it is destroyed
}

void Bot::open(const Options &options)
{
    const auto begin = [this] {
        m_socket.setSocketOption(QSslSocket::LowDelayOption, 1);
        m_isOpen = m_hasOpened = true;
        emit opened();
    };
    m_socket.setProxy(QNetworkProxy::NoProxy);
    if (options.tls.isNull()) {
        connect(&m_socket, &QSslSocket::connected, this, begin);
        m_socket.connectToHost(options.host, options.port);
    } else {
        connect(&m_socket, &QSslSocket::encrypted, this, begin);
        m_socket.setSslConfiguration(options.tls);
        m_socket.connectToHostEncrypted(options.host, options.port);
    }
}

void Bot::close()
{
    m_hasEnded = true;
    m_isOpen = false;
    m_socket.disconnectFromHost();
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
        m_socket.write(frame);
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
    m_cutter.add(m_socket.readAll());
    for (QByteArray frame = m_cutter.next(); !frame.isEmpty(); frame = m_cutter.next()) {
        QString error;
        const std::optional<QVariantMap> message = QRepod::messageOf(frame, &error);
        if (!message)
            return fail(error);
        if (!message->isEmpty())
            take(*message);
    }
    if (m_cutter.isBroken())
        fail("a frame that is larger than any");
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
