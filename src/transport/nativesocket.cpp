// SPDX-License-Identifier: MIT
#include "transport/nativesocket.h"

#include <algorithm>
#include <limits>

#ifdef Q_OS_WIN
#    include <winsock2.h>
#    include <ws2tcpip.h>
#else
#    include <cerrno>
#    include <fcntl.h>
#    include <netinet/in.h>
#    include <netinet/tcp.h>
#    include <sys/socket.h>
#    include <unistd.h>
#endif

namespace QRepod::NativeSocket {

namespace {

// Of the probes, once the peer is silent.
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
bool readTcpInfo(qintptr descriptor, tcp_info &info)
{
    socklen_t size = sizeof info;
    return ::getsockopt(Descriptor(descriptor), IPPROTO_TCP, TCP_INFO, &info, &size) == 0;
}
#endif

} // namespace

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
    if (readTcpInfo(descriptor, info))
        return info.tcpi_rtt;
#else
    Q_UNUSED(descriptor)
#endif
    return -1;
}

qint64 unacknowledgedFor(qintptr descriptor)
{
#ifdef Q_OS_LINUX
    // Fewer repetitions are usual on a bad line, or on one that was quiet until now.
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

qintptr duplicate(qintptr)
{
    return -1;
}

void closeDuplicate(qintptr) { }

bool isLateWrite(int)
{
    return false;
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
    constexpr int flags = 0; // Qt ignores SIGPIPE once it has written to a socket
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

qintptr duplicate(qintptr descriptor)
{
    return ::fcntl(int(descriptor), F_DUPFD_CLOEXEC, 0);
}

void closeDuplicate(qintptr descriptor)
{
    ::close(int(descriptor));
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
