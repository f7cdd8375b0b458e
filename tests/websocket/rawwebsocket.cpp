// SPDX-License-Identifier: MIT
#include "rawwebsocket.h"

#include "support/eventually.h"
#include "support/tlsconfiguration.h"

#include <QtCore/QtEndian>

namespace {

template <class Number>
QByteArray bigEndian(Number number)
{
    QByteArray bytes(sizeof number, '\0');
    qToBigEndian(number, bytes.data());
    return bytes;
}

} // namespace

QByteArray RawFrame::bytes() const
{
    const quint64 size = length >= 0 ? quint64(length) : quint64(payload.size());
    const int form = lengthForm ? lengthForm : size < 126 ? 7 : size < 65'536 ? 16 : 64;
    const int masked = mask.isEmpty() ? 0 : 0x80;
    QByteArray bytes;
    bytes += char((isFinal ? 0x80 : 0) | reserved << 4 | opcode);
    if (form == 7)
        bytes += char(masked | int(size));
    else if (form == 16)
        bytes += char(masked | 126) + bigEndian(quint16(size));
    else
        bytes += char(masked | 127) + bigEndian(size);
    bytes += mask;
    for (qsizetype i = 0; i < payload.size(); ++i)
        bytes += mask.isEmpty() ? payload[i] : char(payload[i] ^ mask[i % 4]);
    return bytes;
}

RawWebSocket::RawWebSocket()
{
    QObject::connect(&socket, &QSslSocket::readyRead, &socket, [this] { read(); });
}

QByteArray RawWebSocket::request(const QByteArray &fields, const QByteArray &target)
{
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        + "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + fields + "\r\n";
}

bool RawWebSocket::connectTo(quint16 port, bool isEncrypted)
{
    if (isEncrypted) {
        socket.setSslConfiguration(clientConfiguration());
        socket.connectToHostEncrypted("127.0.0.1", port);
        return eventually([&] { return socket.isEncrypted(); });
    }
    socket.connectToHost("127.0.0.1", port);
    return eventually([&] { return socket.state() == QAbstractSocket::ConnectedState; });
}

bool RawWebSocket::open(quint16 port, bool isEncrypted, const QByteArray &fields)
{
    if (!connectTo(port, isEncrypted))
        return false;
    socket.write(request(fields));
    return head().startsWith("HTTP/1.1 101 ");
}

void RawWebSocket::write(const QByteArray &bytes, qsizetype slice)
{
    for (qsizetype begin = 0; begin < bytes.size(); begin += slice) {
        if (slice == 0)
            slice = bytes.size();
        socket.write(bytes.mid(begin, slice));
        socket.flush();
        QCoreApplication::processEvents();
    }
}

void RawWebSocket::read()
{
    received += socket.readAll();
    if (m_head.isEmpty()) {
        const qsizetype end = received.indexOf("\r\n\r\n");
        if (end < 0)
            return;
        m_head = received.first(end + 4);
        received.remove(0, end + 4);
    }
    parse();
}

void RawWebSocket::parse()
{
    while (received.size() >= 2) {
        const int opcode = received[0] & 0x0f;
        qsizetype begin = 2;
        quint64 size = received[1] & 0x7f;
        if (size == 126)
            begin = 4;
        else if (size == 127)
            begin = 10;
        if (received.size() < begin)
            return;
        if (begin == 4)
            size = qFromBigEndian<quint16>(received.constData() + 2);
        else if (begin == 10)
            size = qFromBigEndian<quint64>(received.constData() + 2);
        if (quint64(received.size() - begin) < size)
            return;
        const QByteArray payload = received.mid(begin, qsizetype(size));
        const bool isRight = (uchar(received[0]) & 0xf0) == 0x80 && uchar(received[1]) < 0x80;
        received.remove(0, begin + qsizetype(size));
        QString line;
        if (opcode == 1)
            line = "text " + QString::fromUtf8(payload);
        else if (opcode == 2)
            line = "binary " + payload.toHex();
        else if (opcode == 8 && payload.size() >= 2)
            line = QString("close %1").arg(qFromBigEndian<quint16>(payload.constData()));
        else if (opcode == 8)
            line = "close";
        else
            line = (opcode == 9 ? "ping " : "pong ") + QString::fromLatin1(payload);
        m_log += isRight ? line : "wrong: " + line;
    }
}

QByteArray RawWebSocket::head()
{
    eventually(
        [&] { return !m_head.isEmpty() || socket.state() == QAbstractSocket::UnconnectedState; });
    return m_head;
}

bool RawWebSocket::receives(qsizetype count)
{
    return eventually([&] {
               return m_log.size() >= count || socket.state() == QAbstractSocket::UnconnectedState;
           })
        && m_log.size() >= count;
}

bool RawWebSocket::ends()
{
    return eventually([&] { return socket.state() == QAbstractSocket::UnconnectedState; });
}

const QStringList &RawWebSocket::log()
{
    return m_log;
}
