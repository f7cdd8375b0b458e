// SPDX-License-Identifier: MIT
#include "soak/cluster/game.h"

#include "soak/tally.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QEventLoop>

#include <algorithm>
#include <chrono>

namespace {

constexpr int talkInterval = 20;          // milliseconds, as the others here
constexpr int recoveryPatience = 120'000; // on a machine that does other things, too
constexpr int playersOfTable = 30;

constexpr const char *names[] = {"a node killed", "a node stopped", "a node cut off",
                                 "Redis killed",  "Redis stalled",  "listeners cut by Redis"};

qint64 now() // by the machine's clock, as the nodes say it; nanoseconds
{
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

} // namespace

ClusterGame::ClusterGame(const ClusterPlan &plan)
    : m_plan(plan)
{
    m_talk.callOnTimeout([this] { saySome(); });
}

void ClusterGame::fail(const QString &text)
{
    m_isSound = false;
    tally().violation(text);
}

void ClusterGame::start()
{
    if (!m_redis.start())
        return fail("Redis does not start");
    for (int i = 0; i < nodeCount; ++i) {
        m_nodes.push_back(
            std::make_unique<NodeProcess>(i, m_redis.port(), m_plan.leaseTime, m_arenas));
        m_nodes.back()->start();
    }
    const auto haveStarted = [this] {
        return std::all_of(m_nodes.begin(), m_nodes.end(),
                           [](const auto &node) { return node->port() != 0; });
    };
    if (!waitFor(haveStarted))
        return fail("the nodes do not start");
    const int count = m_plan.clients * nodeCount;
    const int tables = std::max(1, count / playersOfTable);
    for (int i = 0; i < count; ++i) {
        const auto portOf = [this](int node) { return m_nodes[size_t(node)]->port(); };
        m_players.push_back(std::make_unique<Player>(
            i, i % nodeCount, QString("table%1").arg(i / nodeCount % tables), portOf, m_heard));
        m_players.back()->goHome();
    }
    m_talk.start(talkInterval);
    if (!recovers())
        fail("the cluster does not come together");
}

//! Players take turns, so that something is under way all the time.
void ClusterGame::saySome()
{
    m_due += m_plan.rate * double(m_players.size()) * talkInterval / 1000;
    for (; m_due >= 1; --m_due)
        m_players[m_next++ % m_players.size()]->say();
}

void ClusterGame::suffer(const std::vector<Fault> &faults)
{
    NodeProcess &node = *m_nodes[m_random.bounded(quint32(nodeCount))];
    QStringList what;
    for (const Fault fault : faults) {
        strike(fault, node);
        ++m_faults[size_t(fault)];
        what << names[size_t(fault)];
    }
    // Also too short for a lease to end.
    play(m_plan.leaseTime / 4 + m_random.bounded(m_plan.leaseTime * 5 / 2));
    for (const Fault fault : faults)
        mend(fault, node);
    if (!recovers())
        fail("the cluster does not recover: " + what.join(", "));
}

void ClusterGame::strike(Fault fault, NodeProcess &node)
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
    }
}

void ClusterGame::mend(Fault fault, NodeProcess &node)
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
        QTimer::singleShot(talkInterval, &loop, &QEventLoop::quit);
        loop.exec();
    }
    return true;
}

//! All nodes see each other, all players are at home and hear all nodes, and all arenas are in use.
bool ClusterGame::recovers()
{
    QElapsedTimer clock;
    clock.start();
    const bool areTogether = waitFor([this] {
        return std::all_of(m_nodes.begin(), m_nodes.end(),
                           [](const auto &node) { return node->nodes() == nodeCount; });
    });
    for (const auto &player : m_players) {
        player->listen();
        if (!player->isHome())
            player->goHome();
    }
    const qint64 since = now();
    const bool isWhole = areTogether && waitFor([&] { return hasRecovered(since); });
    m_longestRecovery = std::max(m_longestRecovery, clock.elapsed());
    return isWhole;
}

bool ClusterGame::hasRecovered(qint64 since) const
{
    return m_arenas.ownedSince(since) == m_arenas.count()
        && std::all_of(m_players.begin(), m_players.end(),
                       [](const auto &player) { return player->hasHeard(nodeCount); });
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
        + QString("%1 messages heard on %2 connections of %3 clients, %4 gaps; "
                  "%5 acts of %6 owners; longest recovery %7 ms; violations %8")
              .arg(m_heard.messages)
              .arg(m_heard.connections)
              .arg(m_players.size())
              .arg(m_heard.gaps)
              .arg(m_arenas.acts())
              .arg(m_arenas.owners())
              .arg(m_longestRecovery)
              .arg(tally().violations);
}
