// SPDX-License-Identifier: MIT
#include "peers.h"
#include "peers/qrepodpeer.h"
#include "scenarios/roundtrips.h"
#include "scenarios/scenarios.h"

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qthread.h>

Sample roundTrips(const Peer &peer, int count)
{
    Session session(peer, Duty::Echo);
    session.start();
    Endpoint &client = session.client();
    const QDeadlineTimer deadline(5'000);
    const auto exchange = [&client] {
        client.send();
        while (client.receive() == 0) { }
    };
    // Fill caches, and let the server accept all clients.
    for (int i = 0; i < count / 10 && !deadline.hasExpired(); ++i)
        exchange();
    QThread::msleep(50);
    client.receive(); // a greeting puts a plain socket one message ahead

    std::vector<double> nanoseconds;
    nanoseconds.reserve(size_t(count));
    const ThreadTimes before = ThreadTimes::now();
    for (int i = 0; i < count && !deadline.hasExpired(); ++i) {
        const auto start = std::chrono::steady_clock::now();
        exchange();
        nanoseconds.push_back(secondsSince(start) * 1e9);
    }
    Sample sample{latencies(nanoseconds), {}};
    for (const auto &[thread, time] : ThreadTimes::now().since(before))
        sample.cpu[thread] = time / 1e3 / double(nanoseconds.size());
    return sample;
}

Scenario Scenarios::roundTrip(bool isQuick)
{
    const int count = isQuick ? 2'000 : 20'000;
    Scenario scenario{"round-trip", "one message there and one back", {}, {}};
    const auto add = [&](const QString &name, std::shared_ptr<const Peer> peer) {
        if (peer)
            scenario.contenders.push_back({name, [=] { return roundTrips(*peer, count); }});
    };
    add("QRepod, event-driven", Peers::qrepod(Peers::Handlers::Typed));
    add("QRepod, WebSocket", Peers::qrepodByWebSocket());
    add("ZeroMQ, bytes", Peers::zeroMq());
    add("QRepod, pumping", Peers::qrepod(Peers::Handlers::Typed, Peers::Client::Pumping));
    add("sockets, spinning", Peers::sockets(Peers::Reader::Spinning));
    add("sockets, blocking", Peers::sockets());
    add("QDataStream", Peers::dataStream());
    add("QWebSocket, JSON", Peers::webSocket());
    add("Qt Remote Objects", Peers::remoteObjects());
    add("ENet, bytes", Peers::enet());
    for (const char *metric : {"median µs", "p99 µs"})
        scenario.targets.push_back(
            {metric, "QRepod, event-driven", "ZeroMQ, bytes", Target::AtMost, 1});
    scenario.targets.push_back(
        {"p99 µs", "QRepod, WebSocket", "QRepod, event-driven", Target::AtMost, 1.3});
    scenario.targets.push_back(
        {"median µs", "QRepod, pumping", "sockets, spinning", Target::AtMost, 1.5});
    return scenario;
}
