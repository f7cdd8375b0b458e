// SPDX-License-Identifier: MIT
#include "support/rawclient.h"

#include "support/eventually.h"

#include <QRepod/Protocol>

#include <QtCore/QtEndian>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef Q_OS_LINUX
#    include <linux/tcp.h>
#else
#    include <netinet/tcp.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>

namespace {

int check(int result)
{
    if (result < 0)
        qFatal("a socket of the test failed: %s", strerror(errno));
    return result;
}

#ifdef Q_OS_MACOS
constexpr int withoutSignal = 0; // a socket option does this
#else
constexpr int withoutSignal = MSG_NOSIGNAL;
#endif

template <class Value>
void setOption(int descriptor, int level, int option, Value value)
{
    check(::setsockopt(descriptor, level, option, &value, sizeof value));
}

} // namespace

QByteArray frame(const QByteArray &payload)
{
    QByteArray header(4, '\0');
    qToBigEndian(quint32(payload.size()), header.data());
    return header + payload;
}

QByteArray hex(const char *digits)
{
    return QByteArray::fromHex(digits);
}

RawClient::RawClient(quint16 port, qsizetype bufferSize)
    : m_descriptor(check(::socket(AF_INET, SOCK_STREAM, 0)))
{
    if (bufferSize > 0) {
        setOption(m_descriptor, SOL_SOCKET, SO_SNDBUF, int(bufferSize));
        setOption(m_descriptor, SOL_SOCKET, SO_RCVBUF, int(bufferSize));
    }
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    socklen_t size = sizeof address;
    auto *const generic = reinterpret_cast<sockaddr *>(&address);
    check(::connect(m_descriptor, generic, size));
    check(::fcntl(m_descriptor, F_SETFL, O_NONBLOCK));
    check(::fcntl(m_descriptor, F_SETFD, FD_CLOEXEC));
    setOption(m_descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
#ifdef Q_OS_MACOS
    setOption(m_descriptor, SOL_SOCKET, SO_NOSIGPIPE, 1);
#endif
    check(::getsockname(m_descriptor, generic, &size));
    m_address = u"127.0.0.1:%1"_s.arg(ntohs(address.sin_port));
}

qsizetype RawClient::write(QByteArrayView bytes) const
{
    const ssize_t written = ::send(m_descriptor, bytes.data(), size_t(bytes.size()), withoutSignal);
    return std::max<qsizetype>(0, written);
}

bool RawClient::sendBytes(QByteArrayView bytes) const
{
    return eventually([&] {
        bytes = bytes.sliced(write(bytes));
        return bytes.isEmpty();
    });
}

bool RawClient::send(const QVariantMap &message) const
{
    return sendBytes(QRepod::encode(message));
}

void RawClient::read(qsizetype maximum)
{
    std::array<char, 64 * kibi> piece;
    while (maximum > 0 && !hasEnded && !error) {
        const ssize_t size =
            ::recv(m_descriptor, piece.data(), std::min(piece.size(), size_t(maximum)), 0);
        if (size < 0) {
            if (errno != EAGAIN)
                error = errno;
            return;
        }
        hasEnded = size == 0;
        received.append(piece.data(), size);
        maximum -= size;
    }
}

QByteArray RawClient::receive(qsizetype size)
{
    eventually([&] {
        read();
        return received.size() - m_returned >= size || hasEnded || error;
    });
    const QByteArray bytes = received.mid(m_returned, size);
    m_returned += bytes.size();
    return bytes;
}

bool RawClient::ends()
{
    return eventually([this] {
        read();
        return hasEnded || error;
    });
}

int RawClient::endOfStream()
{
    return ends() && m_returned == received.size() ? error : -1;
}

const QList<QVariantMap> &RawClient::messages()
{
    read();
    while (received.size() - m_parsed >= 4) {
        const auto length = qsizetype(qFromBigEndian<quint32>(received.constData() + m_parsed));
        if (received.size() - m_parsed - 4 < length)
            break;
        const QByteArrayView payload(received.constData() + m_parsed + 4, length);
        const QVariantMap message = QRepod::decode(payload).value();
        if (!message.isEmpty()) // not a heartbeat
            m_messages << message;
        m_parsed += 4 + length;
    }
    return m_messages;
}

QStringList RawClient::actions()
{
    QStringList actions;
    for (const QVariantMap &message : messages())
        actions << message[u"action"_s].toString();
    return actions;
}

QList<qint64> RawClient::numbers()
{
    QList<qint64> numbers;
    for (const QVariantMap &message : messages()) {
        if (message.contains(u"n"_s))
            numbers << message[u"n"_s].toLongLong();
    }
    return numbers;
}

bool RawClient::receives(const QString &action, qsizetype count)
{
    return eventually([&] {
        qsizetype received = 0;
        for (const QVariantMap &message : messages())
            received += message[u"action"_s] == action;
        return received >= count;
    });
}

void RawClient::stall()
{
    setOption(m_descriptor, SOL_SOCKET, SO_RCVBUF, int(4 * kibi));
}

void RawClient::shutdownWriting() const
{
    check(::shutdown(m_descriptor, SHUT_WR));
}

void RawClient::close()
{
    if (m_descriptor < 0)
        return;
    read();
    ::close(m_descriptor);
    m_descriptor = -1;
    hasEnded = true;
}

void RawClient::reset()
{
    setOption(m_descriptor, SOL_SOCKET, SO_LINGER, linger{1, 0});
    close();
}

#ifdef Q_OS_LINUX
quint32 RawClient::segments() const
{
    tcp_info info = {};
    socklen_t size = sizeof info;
    check(::getsockopt(m_descriptor, IPPROTO_TCP, TCP_INFO, &info, &size));
    return info.tcpi_data_segs_in;
}
#endif
