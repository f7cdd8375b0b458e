// SPDX-License-Identifier: MIT
#include "scenarios/rawclients.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

const QByteArray webSocketHello = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                                  "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

namespace {

int connectTo(quint16 port)
{
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        qFatal("a client cannot connect: are 20,000 open files allowed, see ulimit -n?");
    return descriptor;
}

} // namespace

RawClients::RawClients(quint16 port, int count, const QByteArray &hello)
    : m_epoll(::epoll_create1(0))
{
    for (int i = 0; i < count; ++i) {
        const int descriptor = connectTo(port);
        m_sockets.push_back(descriptor);
        epoll_event event = {EPOLLIN, {.fd = descriptor}};
        ::epoll_ctl(m_epoll, EPOLL_CTL_ADD, descriptor, &event);
        ::send(descriptor, hello.constData(), size_t(hello.size()), MSG_NOSIGNAL);
    }
}

RawClients::~RawClients()
{
    for (const int descriptor : m_sockets)
        ::close(descriptor);
    ::close(m_epoll);
}

void RawClients::receive(qint64 bytes)
{
    while (bytes > 0) {
        const qint64 received = read(10'000);
        if (received == 0)
            qFatal("a server does not deliver");
        bytes -= received;
    }
}

void RawClients::settle(int milliseconds)
{
    while (read(milliseconds) > 0) { }
}

qint64 RawClients::read(int milliseconds)
{
    static char bytes[64 * 1024];
    epoll_event events[256];
    const int count = ::epoll_wait(m_epoll, events, 256, milliseconds);
    qint64 total = 0;
    for (int i = 0; i < count; ++i)
        total += std::max<ssize_t>(0, ::recv(events[i].data.fd, bytes, sizeof bytes, MSG_DONTWAIT));
    m_received += total;
    return total;
}
