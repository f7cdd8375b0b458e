// SPDX-License-Identifier: MIT
#pragma once

#include "support/eventually.h"
#include "support/messages.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

//! The other end of a connection: a bare descriptor that never blocks.
class Peer
{
public:
    //! Connects two sockets of this machine; \a bufferSize, if given, bounds what the system holds
    //! of what neither end has read.
    explicit Peer(qsizetype bufferSize = 0)
    {
        const int listener = newSocket(bufferSize);
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto *const generic = reinterpret_cast<sockaddr *>(&address);
        check(::bind(listener, generic, size));
        check(::listen(listener, 1));
        check(::getsockname(listener, generic, &size));
        m_descriptor = newSocket(bufferSize);
        check(::connect(m_descriptor, generic, size));
        m_accepted = check(::accept(listener, nullptr, nullptr));
        ::close(listener);
        const int on = 1;
        check(::setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    }

    ~Peer() { close(); }

    //! The end for the connection.
    int accepted() const { return m_accepted; }

    QString address() const
    {
        sockaddr_in address = {};
        socklen_t size = sizeof address;
        check(::getsockname(m_descriptor, reinterpret_cast<sockaddr *>(&address), &size));
        return u"127.0.0.1:%1"_s.arg(ntohs(address.sin_port));
    }

    //! Writes what the system takes at once, and says how much that was.
    qsizetype write(QByteArrayView bytes) const
    {
        const ssize_t written =
            ::send(m_descriptor, bytes.data(), size_t(bytes.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
        return written < 0 ? 0 : qsizetype(written);
    }

    //! Writes everything, while the event loop runs.
    bool writeAll(QByteArrayView bytes) const
    {
        return eventually([&] {
            bytes = bytes.sliced(write(bytes));
            return bytes.isEmpty();
        });
    }

    //! Reads what has come, up to \a maximum bytes.
    void read(qsizetype maximum = mebi)
    {
        QByteArray bytes(maximum, Qt::Uninitialized);
        const ssize_t size = ::recv(m_descriptor, bytes.data(), size_t(maximum), MSG_DONTWAIT);
        if (size > 0)
            received += bytes.first(size);
        else if (size == 0)
            hasEnded = true;
        else if (errno != EAGAIN)
            error = errno;
    }

    //! Reads, while the event loop runs, until the end or an error.
    bool readToEnd()
    {
        return eventually([&] {
            read();
            return hasEnded || error;
        });
    }

    void shutdownWriting() const { check(::shutdown(m_descriptor, SHUT_WR)); }

    void reset()
    {
        const linger abort{1, 0};
        check(::setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &abort, sizeof abort));
        close();
    }

    void close()
    {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
        m_descriptor = -1;
    }

    //! Whether the connection has read everything that was written.
    bool isEverythingRead() const
    {
        int unread = 0;
        check(::ioctl(m_accepted, FIONREAD, &unread));
        return unread == 0;
    }

    QByteArray received;
    bool hasEnded = false; // the connection has said that nothing more will come
    int error = 0;

private:
    Q_DISABLE_COPY_MOVE(Peer)

    static int check(int result)
    {
        if (result < 0)
            qFatal("a socket of the test failed: %s", strerror(errno));
        return result;
    }

    static int newSocket(qsizetype bufferSize)
    {
        const int descriptor = check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const int size = int(bufferSize);
        if (size > 0) {
            check(::setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, sizeof size));
            check(::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof size));
        }
        return descriptor;
    }

    int m_descriptor = -1;
    int m_accepted = -1;
};
