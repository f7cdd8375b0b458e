// SPDX-License-Identifier: MIT
#include "transport/nativesocket.h"

#include "transport/address.h"

#include <QtNetwork/qhostaddress.h>

#include <algorithm>
#include <limits>

#ifdef Q_OS_WIN
#    include <winsock2.h>
#    include <ws2tcpip.h>
#else
#    include <cerrno>
#    include <fcntl.h>
#    include <netinet/in.h>
#    ifdef Q_OS_LINUX
#        include <linux/tcp.h> // the C library's tcp_info ends before the smallest round trip
#    else
#        include <netinet/tcp.h>
#    endif
#    include <poll.h>
#    include <sys/ioctl.h>
#    include <sys/socket.h>
#    include <unistd.h>
#endif

namespace QRepod::NativeSocket {

namespace {

// The probes to a silent peer.
[[maybe_unused]] constexpr int probeInterval = 5; // seconds
[[maybe_unused]] constexpr int probeCount = 3;

#ifdef Q_OS_WIN
using Descriptor = SOCKET;
#else
using Descriptor = int;
#endif

void setOption(qintptr descriptor, int level, int option, int value)
{
    ::setsockopt(Descriptor(descriptor), level, option, reinterpret_cast<const char *>(&value),
                 sizeof value);
}

#ifdef Q_OS_LINUX
constexpr quint32 notMeasured = std::numeric_limits<quint32>::max(); // no smallest round trip yet

bool readTcpInfo(qintptr descriptor, tcp_info &info)
{
    socklen_t size = sizeof info;
    return ::getsockopt(Descriptor(descriptor), IPPROTO_TCP, TCP_INFO, &info, &size) == 0;
}
#endif

quint16 portOf(const sockaddr_storage &address)
{
    const quint16 port = address.ss_family == AF_INET6
        ? reinterpret_cast<const sockaddr_in6 &>(address).sin6_port
        : reinterpret_cast<const sockaddr_in &>(address).sin_port;
    return ntohs(port);
}

} // namespace

QString peer(qintptr descriptor)
{
    sockaddr_storage address = {};
    socklen_t size = sizeof address;
    if (::getpeername(Descriptor(descriptor), reinterpret_cast<sockaddr *>(&address), &size) != 0)
        return {};
    return hostAndPort(QHostAddress(reinterpret_cast<const sockaddr *>(&address)), portOf(address));
}

void enableKeepAlive(qintptr descriptor, int seconds)
{
    setOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
#if defined(TCP_KEEPIDLE) && defined(TCP_KEEPINTVL) && defined(TCP_KEEPCNT)
    setOption(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
    setOption(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, probeInterval);
    setOption(descriptor, IPPROTO_TCP, TCP_KEEPCNT, probeCount);
#else
    Q_UNUSED(seconds)
#endif
}

qint64 roundTripTime(qintptr descriptor)
{
#ifdef Q_OS_LINUX
    tcp_info info{};
    info.tcpi_min_rtt = notMeasured; // also if the system does not have this field
    if (readTcpInfo(descriptor, info))
        return info.tcpi_min_rtt != notMeasured ? info.tcpi_min_rtt : info.tcpi_rtt;
#else
    Q_UNUSED(descriptor)
#endif
    return -1;
}

qint64 unacknowledgedFor(qintptr descriptor)
{
#ifdef Q_OS_LINUX
    // Fewer retransmissions are usual on a bad line, or on one that was idle until now.
    constexpr int repetitions = 3;
    tcp_info info{};
    if (!readTcpInfo(descriptor, info))
        return 0;
    const bool isOverdue = info.tcpi_retransmits >= repetitions || info.tcpi_probes >= repetitions;
    return isOverdue ? info.tcpi_last_ack_recv : 0;
#else
    Q_UNUSED(descriptor)
    return 0;
#endif
}

#ifdef Q_OS_WIN

qint64 send(qintptr descriptor, const char *data, qint64 size, int *error)
{
    const int atOnce = int(std::min<qint64>(size, std::numeric_limits<int>::max()));
    const int sent = ::send(SOCKET(descriptor), data, atOnce, 0);
    if (sent >= 0)
        return sent;
    const int number = WSAGetLastError();
    if (number == WSAEWOULDBLOCK)
        return 0;
    if (error)
        *error = number;
    return -1;
}

void waitForWritable(qintptr descriptor, int milliseconds)
{
    WSAPOLLFD writable = {SOCKET(descriptor), POLLOUT, 0};
    ::WSAPoll(&writable, 1, milliseconds);
}

qintptr duplicate(qintptr)
{
    return -1;
}

void prepare(qintptr descriptor)
{
    u_long isNonBlocking = 1;
    ::ioctlsocket(SOCKET(descriptor), FIONBIO, &isNonBlocking);
    setOption(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
}

void close(qintptr descriptor)
{
    ::closesocket(SOCKET(descriptor));
}

qintptr accept(qintptr listening, int *error)
{
    const SOCKET descriptor = ::accept(SOCKET(listening), nullptr, nullptr);
    if (descriptor != INVALID_SOCKET)
        return qintptr(descriptor);
    const int number = WSAGetLastError();
    *error = number == WSAEWOULDBLOCK ? 0 : number;
    return -1;
}

qint64 readableBytes(qintptr descriptor)
{
    u_long bytes = 0;
    return ::ioctlsocket(SOCKET(descriptor), FIONREAD, &bytes) == 0 ? qint64(bytes) : 0;
}

qint64 receive(qintptr descriptor, char *data, qint64 size, int *error)
{
    const int atOnce = int(std::min<qint64>(size, std::numeric_limits<int>::max()));
    const int received = ::recv(SOCKET(descriptor), data, atOnce, 0);
    if (received >= 0)
        return received;
    const int number = WSAGetLastError();
    *error = number == WSAEWOULDBLOCK ? 0 : number;
    return -1;
}

bool peerHasClosed(qintptr descriptor)
{
    char next = 0;
    return ::recv(SOCKET(descriptor), &next, 1, MSG_PEEK) == 0; // non-blocking
}

bool isLateWrite(int error)
{
    return error == WSAESHUTDOWN || error == WSAECONNABORTED;
}

void shutdownWriting(qintptr descriptor)
{
    ::shutdown(SOCKET(descriptor), SD_SEND);
}

int takeError(qintptr descriptor)
{
    int error = 0;
    int size = sizeof error;
    ::getsockopt(SOCKET(descriptor), SOL_SOCKET, SO_ERROR, reinterpret_cast<char *>(&error), &size);
    return error;
}

#else

qint64 send(qintptr descriptor, const char *data, qint64 size, int *error)
{
#    ifdef MSG_NOSIGNAL
    constexpr int flags = MSG_NOSIGNAL;
#    else
    constexpr int flags = 0; // prepare() has set the same option
#    endif
    for (;;) {
        const ssize_t sent = ::send(int(descriptor), data, size_t(size), flags);
        if (sent >= 0)
            return sent;
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            return 0;
        if (errno != EINTR) {
            if (error)
                *error = errno;
            return -1;
        }
    }
}

void waitForWritable(qintptr descriptor, int milliseconds)
{
    pollfd writable = {int(descriptor), POLLOUT, 0};
    ::poll(&writable, 1, milliseconds);
}

qintptr duplicate(qintptr descriptor)
{
    return ::fcntl(int(descriptor), F_DUPFD_CLOEXEC, 0);
}

void prepare(qintptr descriptor)
{
    const int flags = ::fcntl(int(descriptor), F_GETFL);
    ::fcntl(int(descriptor), F_SETFL, flags | O_NONBLOCK);
    setOption(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
#    ifdef SO_NOSIGPIPE
    setOption(descriptor, SOL_SOCKET, SO_NOSIGPIPE, 1);
#    endif
}

void close(qintptr descriptor)
{
    ::close(int(descriptor));
}

qintptr accept(qintptr listening, int *error)
{
    for (;;) {
#    ifdef Q_OS_LINUX
        const int descriptor = ::accept4(int(listening), nullptr, nullptr, SOCK_CLOEXEC);
#    else
        const int descriptor = ::accept(int(listening), nullptr, nullptr);
        if (descriptor >= 0)
            ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
#    endif
        if (descriptor >= 0)
            return descriptor;
        if (errno == EINTR || errno == ECONNABORTED) // this client is gone; there may be others
            continue;
        *error = errno == EAGAIN || errno == EWOULDBLOCK ? 0 : errno;
        return -1;
    }
}

qint64 readableBytes(qintptr descriptor)
{
    int bytes = 0;
    return ::ioctl(int(descriptor), FIONREAD, &bytes) == 0 ? bytes : 0;
}

qint64 receive(qintptr descriptor, char *data, qint64 size, int *error)
{
    for (;;) {
        const ssize_t received = ::recv(int(descriptor), data, size_t(size), 0);
        if (received >= 0)
            return received;
        if (errno == EINTR)
            continue;
        *error = errno == EAGAIN || errno == EWOULDBLOCK ? 0 : errno;
        return -1;
    }
}

bool peerHasClosed(qintptr descriptor)
{
    char next = 0;
    return ::recv(int(descriptor), &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

bool isLateWrite(int error)
{
    return error == EPIPE;
}

void shutdownWriting(qintptr descriptor)
{
    ::shutdown(int(descriptor), SHUT_WR);
}

int takeError(qintptr descriptor)
{
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(int(descriptor), SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

#endif

} // namespace QRepod::NativeSocket
