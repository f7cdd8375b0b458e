// SPDX-License-Identifier: MIT
#include "support/rawserver.h"

#include <QRepod/Protocol>

#include <QtCore/QtEndian>

#include <QtTest/QTest>

#ifdef Q_OS_WIN
#    include <winsock2.h>
#else
#    include <sys/socket.h>
#endif

RawServer::RawServer()
{
    connect(&m_server, &QTcpServer::newConnection, this, &RawServer::accept);
    if (!m_server.listen(QHostAddress::LocalHost, 0))
        qFatal("a raw server cannot listen: %s", qPrintable(m_server.errorString()));
}

void RawServer::accept()
{
    m_client = m_server.nextPendingConnection();
    m_client->setParent(this);
    ++m_clientCount;
    m_hasClientSaidHello = false;
    setReading(m_isReading);
    connect(m_client, &QTcpSocket::readyRead, this, [this, socket = m_client] { read(socket); });
}

void RawServer::read(QTcpSocket *socket)
{
    if (!m_isReading)
        return;
    for (;;) {
        const QByteArray header = socket->peek(4);
        if (header.size() < 4)
            return;
        const auto length = qsizetype(qFromBigEndian<quint32>(header.constData()));
        if (socket->bytesAvailable() < 4 + length)
            return;
        const auto message = QRepod::decode(socket->read(4 + length).sliced(4));
        if (!message)
            qFatal("the client sent a frame that is not a message");
        if (message->isEmpty())
            ++m_heartbeats;
        else if (!message->contains(QStringLiteral("action")))
            readControl(*message);
        else
            m_received.append(*message);
    }
}

//! A client may be connected before this end has accepted it.
void RawServer::waitForClient()
{
    if (!QTest::qWaitFor([this] { return m_client != nullptr; }, 30'000))
        qFatal("no client has come");
}

void RawServer::readControl(const QVariantMap &control)
{
    m_controls.append(control);
    m_hasClientSaidHello |=
        control.contains(QStringLiteral("_hello")) || control.contains(QStringLiteral("_resume"));
}

void RawServer::send(const QVariantMap &message)
{
    sendBytes(QRepod::encode(message));
}

void RawServer::sendBytes(const QByteArray &bytes)
{
    waitForClient();
    m_client->write(bytes);
    m_client->flush();
}

void RawServer::closeClient()
{
    waitForClient();
    // With the client's first frame unread, the system would reset the connection.
    const auto isDone = [this] { return m_hasClientSaidHello || clientHasClosed(); };
    if (m_isReading && !QTest::qWaitFor(isDone, 30'000))
        qFatal("the client has not said hello");
    m_client->disconnectFromHost();
}

void RawServer::resetClient()
{
    waitForClient();
    while (m_client->bytesToWrite() > 0)
        m_client->waitForBytesWritten();
    const linger abort{1, 0};
    setsockopt(int(m_client->socketDescriptor()), SOL_SOCKET, SO_LINGER,
               reinterpret_cast<const char *>(&abort), sizeof abort);
    m_client->abort();
}

bool RawServer::clientHasClosed() const
{
    return m_client && m_client->state() == QAbstractSocket::UnconnectedState;
}

void RawServer::setReading(bool reading)
{
    m_isReading = reading;
    if (!m_client)
        return;
    m_client->setReadBufferSize(reading ? 0 : 1);
    if (reading)
        read(m_client);
}
