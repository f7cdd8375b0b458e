// SPDX-License-Identifier: MIT
#include "message.h"
#include "peers.h"

#include <zmq.h>

namespace {

//! A PAIR socket that carries the message's bytes and never looks at them.
class ZeroMqEnd : public Endpoint
{
public:
    explicit ZeroMqEnd(Duty duty)
        : Endpoint(duty)
        , m_context(zmq_ctx_new())
        , m_socket(zmq_socket(m_context, ZMQ_PAIR))
    {
        setOption(ZMQ_SNDHWM, 0); // the benchmark limits what is in transit
        setOption(ZMQ_RCVHWM, 0);
        setOption(ZMQ_RCVTIMEO, 20);
        setOption(ZMQ_LINGER, 0);
    }

    ~ZeroMqEnd() override
    {
        zmq_close(m_socket);
        zmq_ctx_term(m_context);
    }

    bool isConnected() const override
    {
        zmq_pollitem_t item = {m_socket, 0, ZMQ_POLLOUT, 0};
        return zmq_poll(&item, 1, 0) > 0;
    }

    void send() override
    {
        const QByteArray &frame = moveFrame();
        zmq_send(m_socket, frame.constData(), size_t(frame.size()), 0);
    }

protected:
    void wait() override
    {
        char bytes[256];
        int flags = 0;
        for (int i = 0; i < 1000 && zmq_recv(m_socket, bytes, sizeof bytes, flags) >= 0; ++i) {
            arrived();
            flags = ZMQ_DONTWAIT;
        }
    }

    void *socket() const { return m_socket; }

private:
    void setOption(int option, int value)
    {
        zmq_setsockopt(m_socket, option, &value, sizeof value);
    }

    void *const m_context;
    void *const m_socket;
};

class ServerEnd : public ZeroMqEnd
{
public:
    explicit ServerEnd(Duty duty)
        : ZeroMqEnd(duty)
    {
        zmq_bind(socket(), "tcp://127.0.0.1:*");
    }

    quint16 port() const override
    {
        char address[64];
        size_t size = sizeof address;
        zmq_getsockopt(socket(), ZMQ_LAST_ENDPOINT, address, &size);
        return QByteArray(address).split(':').last().toUShort();
    }
};

class ClientEnd : public ZeroMqEnd
{
public:
    explicit ClientEnd(quint16 port)
        : ZeroMqEnd(Duty::Count)
    {
        zmq_connect(socket(), "tcp://127.0.0.1:" + QByteArray::number(port));
    }
};

class ZeroMqPeer : public Peer
{
public:
    using Peer::Peer;

    std::unique_ptr<Endpoint> listen(Duty duty) const override
    {
        return std::make_unique<ServerEnd>(duty);
    }
    std::unique_ptr<Endpoint> connect(quint16 port) const override
    {
        return std::make_unique<ClientEnd>(port);
    }
};

} // namespace

std::unique_ptr<Peer> Peers::zeroMq()
{
    return std::make_unique<ZeroMqPeer>("ZeroMQ, bytes");
}
