// SPDX-License-Identifier: MIT
#pragma once

#include "support/eventually.h"
#include "support/messages.h"

#include <QRepod/Protocol>

#include <QtCore/qendian.h>
#include <QtNetwork/qtcpsocket.h>

#include <sys/socket.h>

inline QByteArray frame(const QByteArray &payload)
{
    QByteArray header(4, '\0');
    qToBigEndian(quint32(payload.size()), header.data());
    return header + payload;
}

inline QByteArray hex(const char *digits)
{
    return QByteArray::fromHex(digits);
}

//! A client that knows frames, but no rules.
class RawClient
{
public:
    //! Connects; the server need not have accepted it when this returns.
    explicit RawClient(quint16 port)
    {
        m_socket.connectToHost(QHostAddress::LocalHost, port);
        if (!m_socket.waitForConnected(patience))
            qFatal("a client of the test cannot connect: %s", qPrintable(m_socket.errorString()));
        m_address = u"127.0.0.1:%1"_s.arg(m_socket.localPort());
    }

    QString address() const { return m_address; }

    void send(const QVariantMap &message) { sendBytes(QRepod::encode(message)); }

    void sendBytes(const QByteArray &bytes)
    {
        m_socket.write(bytes);
        m_socket.flush();
    }

    //! Everything that has come, also what was read before.
    const QByteArray &bytes()
    {
        if (m_isReading)
            m_bytes += m_socket.readAll();
        return m_bytes;
    }

    const QList<QVariantMap> &messages()
    {
        bytes();
        while (m_bytes.size() - m_parsed >= 4) {
            const auto length = qFromBigEndian<quint32>(m_bytes.constData() + m_parsed);
            if (m_bytes.size() - m_parsed - 4 < qsizetype(length))
                break;
            const QByteArrayView payload(m_bytes.constData() + m_parsed + 4, qsizetype(length));
            const QVariantMap message = QRepod::decode(payload).value();
            if (!message.isEmpty()) // a heartbeat
                m_messages << message;
            m_parsed += 4 + qsizetype(length);
        }
        return m_messages;
    }

    QStringList actions()
    {
        QStringList actions;
        for (const QVariantMap &message : messages())
            actions << message[u"action"_s].toString();
        return actions;
    }

    //! The field `n` of every message that has one.
    QList<qint64> numbers()
    {
        QList<qint64> numbers;
        for (const QVariantMap &message : messages()) {
            if (message.contains(u"n"_s))
                numbers << message[u"n"_s].toLongLong();
        }
        return numbers;
    }

    //! Waits until so many messages of \a action have come.
    bool receives(const QString &action, qsizetype count = 1)
    {
        return eventually([&] {
            qsizetype received = 0;
            for (const QVariantMap &message : messages())
                received += message[u"action"_s] == action;
            return received >= count;
        });
    }

    bool hasEnded() const { return m_socket.state() == QAbstractSocket::UnconnectedState; }

    //! Waits until the server has closed the connection.
    bool ends()
    {
        return eventually([this] { return hasEnded(); });
    }

    //! Closes in order, after everything has been written.
    void close() { m_socket.disconnectFromHost(); }

    void reset()
    {
        const linger abort{1, 0};
        ::setsockopt(int(m_socket.socketDescriptor()), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
        m_socket.abort();
    }

    //! Lets what comes pile up, and makes the system take little of it.
    void stall()
    {
        m_isReading = false;
        m_socket.setReadBufferSize(1);
        m_socket.setSocketOption(QAbstractSocket::ReceiveBufferSizeSocketOption, int(4 * kibi));
    }

private:
    QTcpSocket m_socket;
    QString m_address;
    QByteArray m_bytes;
    qsizetype m_parsed = 0; // of m_bytes
    QList<QVariantMap> m_messages;
    bool m_isReading = true;
};
