// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>

#include <cerrno>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

//! A client of the system's own sockets, which block for 10 s at most: it sees exactly what came.
class BareSocket
{
public:
    explicit BareSocket(quint16 port)
        : m_descriptor(::socket(AF_INET, SOCK_STREAM, 0))
    {
        const timeval timeout{10, 0};
        ::setsockopt(m_descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
        ::setsockopt(m_descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        isConnected =
            ::connect(m_descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0;
    }
    ~BareSocket() { ::close(m_descriptor); }

    bool send(const QByteArray &bytes)
    {
        return ::send(m_descriptor, bytes.constData(), size_t(bytes.size()), MSG_NOSIGNAL)
            == bytes.size();
    }

    //! Exactly \a size bytes, or fewer if there are no more.
    QByteArray receive(qsizetype size)
    {
        QByteArray bytes(size, '\0');
        const auto received =
            ::recv(m_descriptor, bytes.data(), size_t(size), MSG_WAITALL | MSG_NOSIGNAL);
        bytes.truncate(received > 0 ? received : 0);
        return bytes;
    }

    //! What the next receiving says: 0 at the end of the stream, else the system's error number, or
    //! -1 if there are bytes.
    int endOfStream() const
    {
        char byte = 0;
        const auto received = ::recv(m_descriptor, &byte, 1, 0);
        return received == 0 ? 0 : received < 0 ? errno : -1;
    }

    //! How many pieces with data have come, as they were on the line.
    quint32 segments() const
    {
        tcp_info info{};
        socklen_t size = sizeof info;
        ::getsockopt(m_descriptor, IPPROTO_TCP, TCP_INFO, &info, &size);
        return info.tcpi_data_segs_in;
    }

    bool isConnected = false;

private:
    Q_DISABLE_COPY_MOVE(BareSocket)
    int m_descriptor;
};
