// SPDX-License-Identifier: MIT
#include "peers.h"
#include "peers/qrepodpeer.h"
#include "scenarios/scenarios.h"
#include "scenarios/streams.h"
#include "session.h"
#include "threadtimes.h"

#include <QtCore/qthread.h>

namespace {

// The most messages in transit, so that no queue grows without bound: 10 MiB of QRepod's frames.
constexpr qint64 window = 200'000;
constexpr qint64 sentAtOnce = 1'000;

//! Messages of one kind, sent as fast as possible.
class Stream
{
public:
    explicit Stream(qint64 count)
        : m_count(count)
    {
    }

    void send(Endpoint &end)
    {
        for (qint64 sent = 0; sent < m_count;) {
            for (qint64 i = 0; i < sentAtOnce && sent < m_count; ++i, ++sent)
                end.send();
            end.flush();
            while (sent - m_received > window) {
                end.flush();
                QThread::usleep(20);
            }
        }
        while (m_received < m_count) {
            end.flush();
            QThread::usleep(100);
        }
    }

    void receive(Endpoint &end)
    {
        while (m_received < m_count)
            m_received += end.receive();
    }

private:
    const qint64 m_count;
    std::atomic<qint64> m_received = 0;
};

Scenario scenario(const char *name, const char *title, Direction direction, qint64 messages)
{
    Scenario scenario{name, title, {}, {}};
    const auto add = [&](std::shared_ptr<const Peer> peer) {
        if (peer)
            scenario.contenders.push_back(
                {peer->name, [=] { return streamMessages(*peer, direction, messages); }});
    };
    add(Peers::qrepod(Peers::Handlers::Map));
    add(Peers::qrepod(Peers::Handlers::Typed));
    add(Peers::qrepodByWebSocket());
    add(Peers::dataStream());
    add(Peers::webSocket());
    add(Peers::remoteObjects());
    add(Peers::zeroMq());
    add(Peers::enet());
    add(Peers::sockets());
    const auto target = [&](const char *of, const char *to, double bound) {
        scenario.targets.push_back({"messages/s", of, to, Target::AtLeast, bound});
    };
    target("QRepod, map", "QDataStream", 4);
    target("QRepod, map", "QWebSocket, JSON", 10);
    target("QRepod, typed", "ZeroMQ, bytes", 1.2);
    target("QRepod, typed", "QDataStream", 10);
    const auto isCheaper = [&](const char *to, double bound) {
        scenario.targets.push_back(
            {"server thread us", "QRepod, WebSocket", to, Target::AtMost, bound});
    };
    isCheaper("QRepod, typed", 1.5);
    isCheaper("QWebSocket, JSON", 0.3);
    return scenario;
}

} // namespace

Sample streamMessages(const Peer &peer, Direction direction, qint64 messages)
{
    const qint64 count = messages / peer.slowness;
    Stream stream(count);
    const bool isToClient = direction == Direction::ToClient;
    Session session(peer, Duty::Count, [&](Endpoint &server) {
        isToClient ? stream.send(server) : stream.receive(server);
    });
    session.start();
    const auto start = std::chrono::steady_clock::now();
    const ThreadTimes before = ThreadTimes::now();
    isToClient ? stream.receive(session.client()) : stream.send(session.client());
    const double seconds = secondsSince(start);

    Sample sample;
    sample.values["messages/s"] = double(count) / seconds;
    for (const auto &[thread, time] : ThreadTimes::now().since(before))
        sample.cpu[thread] = time / 1e3 / double(count);
    sample.values["server thread us"] = sample.cpu["server"];
    return sample;
}

std::vector<Scenario> Scenarios::stream(bool isQuick)
{
    const qint64 messages = isQuick ? 100'000 : 1'000'000;
    return {
        scenario("to-client", "messages from the server to a client", Direction::ToClient,
                 messages),
        scenario("to-server", "messages from a client to the server", Direction::ToServer,
                 messages),
    };
}
