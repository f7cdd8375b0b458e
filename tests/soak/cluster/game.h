// SPDX-License-Identifier: MIT
#pragma once

#include "soak/cluster/nodeprocess.h"
#include "soak/cluster/ownerships.h"
#include "soak/cluster/player.h"
#include "support/redisserver.h"

#include <QtCore/QRandomGenerator>

#include <array>
#include <functional>
#include <memory>
#include <vector>

struct ClusterPlan
{
    quint32 seed = 1;
    int clients = 300; ///< of each node
    int arenas = 12;
    int leaseTime = 2000; ///< milliseconds
    double rate = 0.5;    ///< what each client says in a second
    qint64 milliseconds = 0;
};

//! Three nodes, their clients, a Redis, and what happens to them. Works in one thread's event loop.
class ClusterGame
{
public:
    enum class Fault { KillNode, StopNode, CutNode, KillRedis, StallRedis, CutListeners };

    //! Those of a node, and those of Redis.
    static constexpr std::array nodeFaults = {Fault::KillNode, Fault::StopNode, Fault::CutNode};
    static constexpr std::array redisFaults = {Fault::KillRedis, Fault::StallRedis,
                                               Fault::CutListeners};

    explicit ClusterGame(const ClusterPlan &plan);

    //! Everybody has joined and hears everybody.
    void start();

    //! Lets the \a faults be for a while, mends them, and waits until all is as before. There is at
    //! most one of a node and one of Redis.
    void suffer(const std::vector<Fault> &faults);

    //! Whether it has, each time.
    bool isSound() const { return m_isSound; }

    //! What is wrong with the whole run becomes violations.
    void judge() const;

    QString summary() const;

private:
    static constexpr int nodeCount = 3;

    void strike(Fault fault, NodeProcess &node);
    void mend(Fault fault, NodeProcess &node);
    static void play(int milliseconds);
    static bool waitFor(const std::function<bool()> &condition);
    bool recovers();
    void fail(const QString &text);
    bool hasRecovered(qint64 since) const;
    void saySome();

    const ClusterPlan m_plan;
    QRandomGenerator m_random{m_plan.seed};
    RedisServer m_redis;
    Ownerships m_arenas{m_plan.arenas};
    std::vector<std::unique_ptr<NodeProcess>> m_nodes;
    Heard m_heard;
    std::vector<std::unique_ptr<Player>> m_players;
    QTimer m_talk;
    size_t m_next = 0; // to say something
    double m_due = 0;  // how many are to
    std::array<int, nodeFaults.size() + redisFaults.size()> m_faults{};
    qint64 m_longestRecovery = 0; // milliseconds
    bool m_isSound = true;
};
