// SPDX-License-Identifier: MIT
#include "scenarios/plainsockets.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

PlainSockets::PlainSockets()
    : m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0))
{
    if (::listen(m_listener, SOMAXCONN) != 0)
        qFatal("cannot listen");
}

PlainSockets::~PlainSockets()
{
    for (const int socket : m_sockets)
        ::close(socket);
    ::close(m_listener);
}

quint16 PlainSockets::port() const
{
    sockaddr_in address;
    socklen_t size = sizeof address;
    ::getsockname(m_listener, reinterpret_cast<sockaddr *>(&address), &size);
    return ntohs(address.sin_port);
}

void PlainSockets::sendToAll(QByteArrayView frame)
{
    for (int socket; (socket = ::accept(m_listener, nullptr, nullptr)) >= 0;)
        m_sockets.push_back(socket);
    for (const int socket : m_sockets)
        ::send(socket, frame.data(), size_t(frame.size()), MSG_NOSIGNAL);
}
