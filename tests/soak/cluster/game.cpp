// SPDX-License-Identifier: MIT
#include "soak/cluster/game.h"

#include "soak/tally.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QEventLoop>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

namespace {

constexpr int sendInterval = 20;          // milliseconds, like the others here
constexpr int recoveryPatience = 120'000; // for a busy machine
constexpr int playersOfTable = 30;
constexpr int cutInterval = 100; // cuts one of all lines each time
constexpr int longestCut = 1000;
constexpr qint64 bytesOfLine = 8000; // the most after which a line breaks

constexpr const char *names[] = {"a node killed", "a node stopped",   "a node cut off",
                                 "Redis killed",  "Redis stalled",    "listeners cut by Redis",
                                 "lines cut",     "clients misrouted"};

qint64 now() // nanoseconds by the machine's clock, like the nodes' times
{
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

} // namespace

ClusterGame::ClusterGame(const ClusterPlan &plan)
    : m_plan(plan)
{
    m_sendTimer.callOnTimeout([this] { sendSome(); });
    m_cuts.callOnTimeout([this] { cutLine(); });
}

void ClusterGame::fail(const QString &text)
{
    m_isSound = false;
    tally().violation(text);
}

void ClusterGame::start()
{
    if (!m_redis.start())
        return fail("Redis did not start");
    if (!startNodes())
        return fail("the nodes did not start");
    sendClients();
    m_sendTimer.start(sendInterval);
    if (!recovers())
        fail("the nodes did not find each other");
}

bool ClusterGame::startNodes()
{
    for (int i = 0; i < nodeCount; ++i) {
        m_nodes.push_back(std::make_unique<NodeProcess>(i, m_redis.port(), m_plan.leaseTime,
                                                        m_arenas, m_plan.seed + 2 * quint32(i)));
        m_nodes.back()->start();
    }
    return waitFor([this] {
        return std::all_of(m_nodes.begin(), m_nodes.end(),
                           [](const auto &node) { return !node->id().isEmpty(); });
    });
}

//! Seats travellers at the tables of the players. A third of them are browsers.
void ClusterGame::sendClients()
{
    const int count = m_plan.clients * nodeCount;
    const int tables = std::max(1, count / playersOfTable);
    const auto tableOf = [&](int i) { return QString("table%1").arg(i / nodeCount % tables); };
    for (int i = 0; i < count; ++i) {
        const auto portOf = [this](int node) { return m_nodes[size_t(node)]->port(); };
        m_players.push_back(
            std::make_unique<Player>(i, i % nodeCount, tableOf(i), portOf, m_totals));
        m_players.back()->goHome();
    }
    for (int i = 0; i < m_plan.travellers * nodeCount; ++i) {
        const NodeProcess &home = *m_nodes[size_t(i % nodeCount)];
        const bool isBrowser = i / nodeCount % 3 == 2;
        const size_t route = isBrowser ? home.routes.size() - 1 : 0;
        m_travellers.push_back(
            std::make_unique<Traveller>(count + i, home, route, tableOf(i), m_totals, m_outcomes));
    }
}

//! Clients take turns, so that something is always in transit.
void ClusterGame::sendSome()
{
    const size_t count = m_players.size() + m_travellers.size();
    m_due += m_plan.rate * double(count) * sendInterval / 1000;
    for (; m_due >= 1; --m_due) {
        const size_t next = m_next++ % count;
        if (next < m_players.size())
            m_players[next]->sendNext();
        else
            m_travellers[next - m_players.size()]->sendNext();
    }
}

void ClusterGame::applyFaults(const std::vector<Fault> &faults)
{
    NodeProcess &node = *m_nodes[m_random.bounded(quint32(nodeCount))];
    QStringList what;
    const quint64 violations = tally().violations;
    const int offlinesBefore = offlines();
    for (const Fault fault : faults) {
        startFault(fault, node);
        ++m_faults[size_t(fault)];
        what << names[size_t(fault)];
    }
    // Times too short for a lease to end are included.
    play(m_plan.leaseTime / 4 + m_random.bounded(m_plan.leaseTime * 5 / 2));
    for (const Fault fault : faults)
        endFault(fault, node);
    if (!recovers())
        fail("the cluster did not recover");
    const bool isMisrouting = std::count(faults.begin(), faults.end(), Fault::Misroute) > 0;
    judgeUnexpectedEnds(isMisrouting && offlines() != offlinesBefore);
    if (tally().violations != violations)
        std::fprintf(stderr, "with %s\n", qPrintable(what.join(", ")));
}

int ClusterGame::offlines() const
{
    int sum = 0;
    for (const auto &node : m_nodes)
        sum += node->offlines();
    return sum;
}

//! A session may end before its node only for a client misrouted to a node that was too slow to
//! stay online: that node does not know where to redirect the client.
void ClusterGame::judgeUnexpectedEnds(bool arePermitted)
{
    const QStringList unexpectedEnds = std::exchange(m_outcomes.unexpectedEnds, {});
    if (arePermitted)
        m_permittedEnds += unexpectedEnds.size();
    else
        std::for_each(unexpectedEnds.begin(), unexpectedEnds.end(),
                      [](const QString &text) { tally().violation(text); });
}

void ClusterGame::startFault(Fault fault, NodeProcess &node)
{
    switch (fault) {
    case Fault::KillNode:
        return node.kill();
    case Fault::StopNode:
        return node.stop();
    case Fault::CutNode:
        return node.line.setSilent(true);
    case Fault::KillRedis:
        return m_redis.kill();
    case Fault::StallRedis:
        return m_redis.stall();
    case Fault::CutListeners:
        m_redis.tell("CLIENT KILL TYPE pubsub");
        return;
    case Fault::CutLines:
        return m_cuts.start(cutInterval);
    case Fault::Misroute:
        misrouteClients();
        return m_cuts.start(cutInterval);
    }
}

void ClusterGame::endFault(Fault fault, NodeProcess &node)
{
    switch (fault) {
    case Fault::KillNode:
        return node.start();
    case Fault::StopNode:
        return node.resume();
    case Fault::CutNode:
        return node.line.setSilent(false);
    case Fault::KillRedis:
        m_redis.start();
        return;
    case Fault::StallRedis:
        return m_redis.resume();
    case Fault::CutListeners:
        return;
    case Fault::CutLines:
    case Fault::Misroute:
        return repairLines();
    }
}

//! Makes all routes to a node begin at the next node.
void ClusterGame::misrouteClients()
{
    for (size_t i = 0; i < m_nodes.size(); ++i) {
        const NodeProcess &next = *m_nodes[(i + 1) % m_nodes.size()];
        for (size_t route = 0; route < next.routes.size(); ++route) {
            LoadBalancer &entry = m_nodes[i]->routes[route]->entry;
            entry.setTarget(next.routes[route]->line.port());
            entry.cut();
        }
    }
}

//! Cuts at once, for a while, or in the middle of a message, for as long as the fault lasts.
void ClusterGame::cutLine()
{
    const auto &routes = m_nodes[m_lineRandom.bounded(quint32(nodeCount))]->routes;
    QRepod::FaultProxy &line = routes[m_lineRandom.bounded(quint32(routes.size()))]->line;
    switch (m_lineRandom.bounded(3)) {
    case 0:
        return line.reset();
    case 1:
        return line.interrupt(m_lineRandom.bounded(longestCut));
    default:
        return line.cutWithin(bytesOfLine);
    }
}

void ClusterGame::repairLines()
{
    m_cuts.stop();
    for (const auto &node : m_nodes) {
        for (const auto &route : node->routes) {
            route->entry.setTarget(route->line.port());
            route->line.clearFaults();
        }
    }
}

void ClusterGame::play(int milliseconds)
{
    QEventLoop loop;
    QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
    loop.exec();
}

bool ClusterGame::waitFor(const std::function<bool()> &condition)
{
    QElapsedTimer clock;
    clock.start();
    while (!condition()) {
        if (clock.elapsed() > recoveryPatience)
            return false;
        QEventLoop loop;
        QTimer::singleShot(sendInterval, &loop, &QEventLoop::quit);
        loop.exec();
    }
    return true;
}

//! Waits until all nodes see each other, all clients are at home and hear all nodes, and all arenas
//! are in use.
bool ClusterGame::recovers()
{
    QElapsedTimer clock;
    clock.start();
    const bool areTogether = waitFor([this] {
        return std::all_of(m_nodes.begin(), m_nodes.end(),
                           [](const auto &node) { return node->nodes() == nodeCount; });
    });
    for (const auto &player : m_players) {
        player->resetNodes();
        if (!player->isHome())
            player->goHome();
    }
    for (const auto &traveller : m_travellers)
        traveller->resetNodes();
    const qint64 since = now();
    const bool isWhole = areTogether && waitFor([&] {
                             for (const auto &traveller : m_travellers) {
                                 if (traveller->isMisrouted())
                                     traveller->goHome();
                             }
                             return hasRecovered(since);
                         });
    m_longestRecovery = std::max(m_longestRecovery, clock.elapsed());
    return isWhole;
}

bool ClusterGame::hasRecovered(qint64 since) const
{
    const auto hasReceivedFromAll = [](const auto &client) {
        return client->hasReceivedFrom(nodeCount);
    };
    return m_arenas.ownedSince(since) == m_arenas.count()
        && std::all_of(m_players.begin(), m_players.end(), hasReceivedFromAll)
        && std::all_of(m_travellers.begin(), m_travellers.end(), hasReceivedFromAll);
}

void ClusterGame::judge() const
{
    const QStringList overlaps = m_arenas.overlaps();
    for (const QString &text : overlaps)
        tally().violation(text);
}

QString ClusterGame::summary() const
{
    QString text;
    for (size_t i = 0; i < m_faults.size(); ++i)
        text += QString("%1 %2, ").arg(names[i]).arg(m_faults[i]);
    return text
        + QString("%1 messages received on %2 connections of %3 clients, %4 gaps; ")
              .arg(m_totals.messages)
              .arg(m_totals.connections)
              .arg(m_players.size())
              .arg(m_totals.gaps)
        + QString("%1 travellers: %2 interruptions, %3 resumes, %4 sessions lost with their nodes, "
                  "%5 ended after misrouting, %6 messages by WebSocket; ")
              .arg(m_travellers.size())
              .arg(m_outcomes.interruptions)
              .arg(m_outcomes.resumes)
              .arg(m_outcomes.lost)
              .arg(m_permittedEnds)
              .arg(m_outcomes.byWebSocket)
        + QString("%1 acts of %2 owners; longest recovery %3 ms; violations %4")
              .arg(m_arenas.acts())
              .arg(m_arenas.owners())
              .arg(m_longestRecovery)
              .arg(tally().violations);
}
