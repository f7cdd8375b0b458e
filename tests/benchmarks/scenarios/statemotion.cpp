// SPDX-License-Identifier: MIT
#include "scenarios/rawclients.h"
#include "scenarios/scenarios.h"
#include "scenarios/statehost.h"

#ifdef QREPOD_BENCH_COLYSEUS
#    include <QtCore/qprocess.h>
#endif

namespace {

constexpr int thingCount = 500;
constexpr int clientCount = 50;
constexpr int rate = 30; // ticks per second

//! A server with this number of network threads.
template <int threads>
class MotionHost : public QRepodHost
{
public:
    MotionHost()
        : QRepodHost(threads)
    {
        server.everyone()->share("things", &m_arena);
    }

    void tick() override
    {
        m_arena.move(thingCount);
        QRepodHost::tick();
    }

private:
    Arena m_arena{thingCount};
};

//! Converts to the units in which a game is planned.
Sample perSecond(Sample sample)
{
    sample.values["% of a core"] = sample.values["server us/tick"] * rate / 1e6 * 100;
    sample.values["kB/s to a client"] = sample.values["bytes/tick"] * rate / 1e3;
    return sample;
}

#ifdef QREPOD_BENCH_COLYSEUS
//! The same things in Colyseus' schema, sent over sockets by a program in Node.js; see
//! peers/colyseus.cjs. Measures its main thread, not those that collect garbage.
Sample runColyseus(int ticks)
{
    QProcess node;
    node.start(QREPOD_BENCH_NODE,
               {QREPOD_BENCH_COLYSEUS_SCRIPT, QREPOD_BENCH_COLYSEUS, QString::number(thingCount),
                QString::number(clientCount), QString::number(ticks), QString::number(rate)});
    const auto line = [&node] {
        while (!node.canReadLine() && node.waitForReadyRead()) { }
        return node.readLine().trimmed();
    };
    const quint16 port = line().toUShort();
    if (port == 0)
        qFatal("colyseus.cjs: %s", node.readAllStandardError().constData());
    Sample sample;
    RawClients clients(port, clientCount);
    clients.settle(300); // the first state, and ticks that warm up the compiler
    const qint64 before = clients.received();
    node.write("go\n");
    node.waitForBytesWritten();
    clients.settle(300);
    sample.values["server us/tick"] = line().toDouble() / 1e3 / ticks;
    sample.values["bytes/tick"] = double(clients.received() - before) / clientCount / ticks;
    node.closeWriteChannel();
    node.waitForFinished();
    return sample;
}
#endif

} // namespace

Scenario Scenarios::stateMotion(bool isQuick)
{
    const int ticks = isQuick ? 30 : 150;
    Scenario scenario{
        "state-motion", "500 things move in each of 30 ticks a second, 50 clients", {}, {}};
    const auto add = [&](const char *name, auto run) {
        scenario.contenders.push_back(
            {name, [=] { return perSecond(run(clientCount, ticks, 1'000 / rate)); }});
    };
    add("QRepod", measureTicks<MotionHost<0>, RawClients>);
    add("QRepod, a network thread", measureTicks<MotionHost<1>, RawClients>);
    add("sockets, a loop", measureTicks<SocketHost<11'168>, RawClients>);
#ifdef QREPOD_BENCH_COLYSEUS
    scenario.contenders.push_back({"Colyseus", [=] { return perSecond(runColyseus(ticks)); }});
    scenario.targets.push_back({"bytes/tick", "QRepod", "Colyseus", Target::AtMost, 1.2});
    scenario.targets.push_back({"server us/tick", "QRepod", "Colyseus", Target::AtMost, 0.3});
#endif
    return scenario;
}
