// SPDX-License-Identifier: MIT
#include "message.h"
#include "peers.h"

#include <QtCore/qendian.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr qsizetype bufferSize = 64 * 1024;

sockaddr_in loopback(quint16 port)
{
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

//! The floor: frames over blocking sockets, counted by their headers only.
class SocketEnd : public Endpoint
{
public:
    SocketEnd(Duty duty, Peers::Reader reader)
        : Endpoint(duty)
        , m_flags(reader == Peers::Reader::Spinning ? MSG_DONTWAIT : 0)
        , m_in(bufferSize, Qt::Uninitialized)
    {
    }
    ~SocketEnd() override { ::close(m_socket); }

    bool isConnected() const override { return m_socket >= 0; }

    void send() override
    {
        m_out += moveFrame();
        if (m_out.size() >= bufferSize)
            flush();
    }

    void flush() override
    {
        for (qsizetype done = 0; done < m_out.size();) {
            const ssize_t sent = ::send(m_socket, m_out.constData() + done,
                                        size_t(m_out.size() - done), MSG_NOSIGNAL);
            if (sent <= 0)
                break;
            done += sent;
        }
        m_out.resize(0);
    }

protected:
    void wait() override
    {
        flush();
        const ssize_t received =
            ::recv(m_socket, m_in.data() + m_end, size_t(m_in.size() - m_end), m_flags);
        if (received > 0)
            cut(qsizetype(received));
        flush();
    }

    void take(int socket)
    {
        m_socket = socket;
        const int yes = 1;
        ::setsockopt(m_socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        const timeval bound = {0, 20'000};
        ::setsockopt(m_socket, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
    }

private:
    void cut(qsizetype received)
    {
        m_end += received;
        qsizetype begin = 0;
        while (m_end - begin >= 4) {
            const qsizetype size = 4 + qFromBigEndian<quint32>(m_in.constData() + begin);
            if (m_end - begin < size)
                break;
            begin += size;
            arrived();
        }
        memmove(m_in.data(), m_in.constData() + begin, size_t(m_end - begin));
        m_end -= begin;
    }

    const int m_flags;
    int m_socket = -1;
    QByteArray m_in;
    qsizetype m_end = 0; // the end of the received bytes in m_in
    QByteArray m_out;
};

class ServerEnd : public SocketEnd
{
public:
    explicit ServerEnd(Duty duty)
        : SocketEnd(duty, Peers::Reader::Blocking)
        , m_listener(::socket(AF_INET, SOCK_STREAM, 0))
    {
        const sockaddr_in address = loopback(0);
        ::bind(m_listener, reinterpret_cast<const sockaddr *>(&address), sizeof address);
        ::listen(m_listener, 1);
    }
    ~ServerEnd() override { ::close(m_listener); }

    quint16 port() const override
    {
        sockaddr_in address;
        socklen_t size = sizeof address;
        ::getsockname(m_listener, reinterpret_cast<sockaddr *>(&address), &size);
        return ntohs(address.sin_port);
    }

protected:
    void wait() override
    {
        if (isConnected())
            SocketEnd::wait();
        else
            take(::accept(m_listener, nullptr, nullptr));
    }

private:
    const int m_listener;
};

class ClientEnd : public SocketEnd
{
public:
    ClientEnd(quint16 port, Peers::Reader reader)
        : SocketEnd(Duty::Count, reader)
    {
        const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
        const sockaddr_in address = loopback(port);
        ::connect(socket, reinterpret_cast<const sockaddr *>(&address), sizeof address);
        take(socket);
    }
};

class SocketPeer : public Peer
{
public:
    SocketPeer(const QString &name, Peers::Reader reader)
        : Peer(name)
        , m_reader(reader)
    {
    }

    std::unique_ptr<Endpoint> listen(Duty duty) const override
    {
        return std::make_unique<ServerEnd>(duty);
    }
    std::unique_ptr<Endpoint> connect(quint16 port) const override
    {
        return std::make_unique<ClientEnd>(port, m_reader);
    }

private:
    const Peers::Reader m_reader;
};

} // namespace

std::unique_ptr<Peer> Peers::sockets(Reader reader)
{
    const QString name = reader == Reader::Spinning ? "sockets, spinning" : "sockets, blocking";
    return std::make_unique<SocketPeer>(name, reader);
}
