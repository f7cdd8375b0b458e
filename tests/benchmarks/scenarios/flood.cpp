// SPDX-License-Identifier: MIT
#include "message.h"
#include "peers/qrepodpeer.h"
#include "scenarios/roundtrips.h"
#include "scenarios/scenarios.h"

#include <QRepod/Protocol>

#include <QtNetwork/qtcpsocket.h>

namespace {

//! Sends messages to a server as fast as it takes them, from a thread of its own.
class Flooder
{
public:
    explicit Flooder(quint16 port)
        : m_thread([this, port] { flood(port); })
    {
    }

    ~Flooder()
    {
        m_isEnding = true;
        m_thread.join();
    }

private:
    Q_DISABLE_COPY_MOVE(Flooder)

    void flood(quint16 port)
    {
        ThreadTimes::setName("flooder");
        QVariantMap message = moveMessage();
        message["action"] = "flood"; // the server does not answer this
        const QByteArray frames = QRepod::encode(message).repeated(1'000);
        QTcpSocket socket;
        socket.connectToHost("127.0.0.1", port);
        socket.waitForConnected();
        while (!m_isEnding) {
            socket.write(frames);
            while (!m_isEnding && socket.bytesToWrite() > 0)
                socket.waitForBytesWritten(20);
        }
    }

    std::atomic<bool> m_isEnding = false;
    std::thread m_thread;
};

class Flooded : public Peer
{
public:
    explicit Flooded(std::unique_ptr<const Peer> peer)
        : Peer(peer->name)
        , m_peer(std::move(peer))
    {
    }

    std::unique_ptr<Endpoint> listen(Duty duty) const override { return m_peer->listen(duty); }

    std::unique_ptr<Endpoint> connect(quint16 port) const override
    {
        m_flooder = std::make_unique<Flooder>(port);
        return m_peer->connect(port);
    }

private:
    const std::unique_ptr<const Peer> m_peer;
    mutable std::unique_ptr<Flooder> m_flooder;
};

} // namespace

Scenario Scenarios::flood(bool isQuick)
{
    const int trips = isQuick ? 500 : 5'000;
    return {"flood",
            "round trip of one client while another sends at full speed",
            {{"QRepod, alone",
              [=] { return roundTrips(*Peers::qrepod(Peers::Handlers::Typed), trips); }},
             {"QRepod, flooded",
              [=] { return roundTrips(Flooded(Peers::qrepod(Peers::Handlers::Typed)), trips); }}},
            {{"p99 µs", "QRepod, flooded", "QRepod, alone", Target::AtMost, 5}}};
}
