// SPDX-License-Identifier: MIT
#pragma once

#include "soak/cluster/nodeprocess.h"
#include "soak/cluster/ownerships.h"
#include "soak/cluster/player.h"
#include "soak/cluster/traveller.h"
#include "support/redisserver.h"

#include <QtCore/QRandomGenerator>

#include <array>
#include <functional>
#include <memory>
#include <vector>

struct ClusterPlan
{
    quint32 seed = 1;
    int clients = 300;   ///< of each node
    int travellers = 30; ///< of each node, besides those
    int arenas = 12;
    int leaseTime = 2000; ///< milliseconds
    double rate = 0.5;    ///< what each client says in a second
    qint64 milliseconds = 0;
};

//! Three nodes, their clients, a Redis, the lines between them, and what happens to them. Works in
//! one thread's event loop.
class ClusterGame
{
public:
    enum class Fault {
        KillNode,
        StopNode,
        CutNode,
        KillRedis,
        StallRedis,
        CutListeners,
        CutLines,
        LeadAstray,
    };

    //! Those of a node, of Redis, and of the lines of travellers. Who is led astray comes to
    //! another node, which learns from Redis where its session is.
    static constexpr std::array nodeFaults = {Fault::KillNode, Fault::StopNode, Fault::CutNode};
    static constexpr std::array redisFaults = {Fault::KillRedis, Fault::StallRedis,
                                               Fault::CutListeners};
    static constexpr std::array lineFaults = {Fault::CutLines, Fault::LeadAstray};

    explicit ClusterGame(const ClusterPlan &plan);

    //! Everybody has joined and hears everybody.
    void start();

    //! Lets the \a faults be for a while, mends them, and waits until all is as before. There is at
    //! most one of a node, one of Redis and one of the lines.
    void suffer(const std::vector<Fault> &faults);

    //! Whether it has, each time.
    bool isSound() const { return m_isSound; }

    //! What is wrong with the whole run becomes violations.
    void judge() const;

    QString summary() const;

private:
    static constexpr int nodeCount = 3;

    bool startNodes();
    void sendClients();
    void strike(Fault fault, NodeProcess &node);
    void mend(Fault fault, NodeProcess &node);
    void leadAstray();
    void cutLine();
    void mendLines();
    static void play(int milliseconds);
    static bool waitFor(const std::function<bool()> &condition);
    bool recovers();
    void fail(const QString &text);
    int offlines() const;
    void judgeBetrayals(bool mayBe);
    bool hasRecovered(qint64 since) const;
    void saySome();

    const ClusterPlan m_plan;
    QRandomGenerator m_random{m_plan.seed};
    QRandomGenerator m_lineRandom{m_plan.seed}; // what is drawn from it depends on time
    RedisServer m_redis;
    Ownerships m_arenas{m_plan.arenas};
    std::vector<std::unique_ptr<NodeProcess>> m_nodes;
    Heard m_heard;
    std::vector<std::unique_ptr<Player>> m_players;
    Journeys m_journeys;
    std::vector<std::unique_ptr<Traveller>> m_travellers;
    QTimer m_talk;
    QTimer m_cuts;
    size_t m_next = 0; // to say something
    double m_due = 0;  // how many are to
    std::array<int, nodeFaults.size() + redisFaults.size() + lineFaults.size()> m_faults{};
    qint64 m_betrayals = 0;       // that may be
    qint64 m_longestRecovery = 0; // milliseconds
    bool m_isSound = true;
};
