// SPDX-License-Identifier: MIT
#include "message.h"
#include "peers.h"

#include <enet/enet.h>

#include <mutex>

namespace {

//! Sends the message's bytes in reliable packets over UDP.
class EnetEnd : public Endpoint
{
public:
    EnetEnd(Duty duty, const ENetAddress *address)
        : Endpoint(duty)
    {
        static std::once_flag initialized;
        std::call_once(initialized, [] { enet_initialize(); });
        m_host = enet_host_create(address, 1, 1, 0, 0);
    }

    ~EnetEnd() override
    {
        if (m_peer)
            enet_peer_disconnect_now(m_peer, 0);
        enet_host_destroy(m_host);
    }

    quint16 port() const override
    {
        ENetAddress address;
        enet_socket_get_address(m_host->socket, &address);
        return address.port;
    }

    bool isConnected() const override { return m_peer; }

    void send() override
    {
        const QByteArray &frame = moveFrame();
        enet_peer_send(
            m_peer, 0,
            enet_packet_create(frame.constData(), size_t(frame.size()), ENET_PACKET_FLAG_RELIABLE));
    }

    void flush() override { service(0); }

protected:
    void wait() override { service(20); }

    ENetHost *host() const { return m_host; }

private:
    void service(enet_uint32 milliseconds)
    {
        ENetEvent event;
        for (int i = 0; i < 1000 && enet_host_service(m_host, &event, milliseconds) > 0; ++i) {
            handle(event);
            milliseconds = 0;
        }
        enet_host_flush(m_host);
    }

    void handle(const ENetEvent &event)
    {
        if (event.type == ENET_EVENT_TYPE_CONNECT) {
            m_peer = event.peer;
        } else if (event.type == ENET_EVENT_TYPE_RECEIVE) {
            arrived();
            enet_packet_destroy(event.packet);
        }
    }

    ENetHost *m_host;
    ENetPeer *m_peer = nullptr;
};

ENetAddress loopback(quint16 port)
{
    ENetAddress address;
    enet_address_set_host_ip(&address, "127.0.0.1");
    address.port = port;
    return address;
}

class ServerEnd : public EnetEnd
{
public:
    ServerEnd(Duty duty, const ENetAddress &address)
        : EnetEnd(duty, &address)
    {
    }
};

class ClientEnd : public EnetEnd
{
public:
    explicit ClientEnd(const ENetAddress &server)
        : EnetEnd(Duty::Count, nullptr)
    {
        enet_host_connect(host(), &server, 1, 0);
        while (!isConnected())
            wait();
    }
};

class EnetPeer : public Peer
{
public:
    using Peer::Peer;

    std::unique_ptr<Endpoint> listen(Duty duty) const override
    {
        return std::make_unique<ServerEnd>(duty, loopback(0));
    }
    std::unique_ptr<Endpoint> connect(quint16 port) const override
    {
        return std::make_unique<ClientEnd>(loopback(port));
    }
};

} // namespace

std::unique_ptr<Peer> Peers::enet()
{
    return std::make_unique<EnetPeer>("ENet, bytes", 10);
}
