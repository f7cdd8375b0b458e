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
    int clients = 300;   ///< per node
    int travellers = 30; ///< per node, in addition
    int arenas = 12;
    int leaseTime = 2000; ///< milliseconds
    double rate = 0.5;    ///< messages per second and client
    qint64 milliseconds = 0;
};

//! Three nodes, their clients, a Redis, the lines between them, and their faults. Works in one
//! thread's event loop.
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
        Misroute,
    };

    //! Faults of a node, of Redis, and of the travellers' lines. A misrouted traveller reaches
    //! another node, which learns from Redis where the session is.
    static constexpr std::array nodeFaults = {Fault::KillNode, Fault::StopNode, Fault::CutNode};
    static constexpr std::array redisFaults = {Fault::KillRedis, Fault::StallRedis,
                                               Fault::CutListeners};
    static constexpr std::array lineFaults = {Fault::CutLines, Fault::Misroute};

    explicit ClusterGame(const ClusterPlan &plan);

    //! Returns when everybody has joined and hears everybody.
    void start();

    //! Makes the \a faults last for a while, mends them, and waits until everything is as before.
    //! There may be at most one fault each of a node, of Redis and of the lines.
    void applyFaults(const std::vector<Fault> &faults);

    //! Whether it has recovered each time.
    bool isSound() const { return m_isSound; }

    //! Turns what is wrong with the whole run into violations.
    void judge() const;

    QString summary() const;

private:
    static constexpr int nodeCount = 3;

    bool startNodes();
    void sendClients();
    void startFault(Fault fault, NodeProcess &node);
    void endFault(Fault fault, NodeProcess &node);
    void misrouteClients();
    void cutLine();
    void repairLines();
    static void play(int milliseconds);
    static bool waitFor(const std::function<bool()> &condition);
    bool recovers();
    void fail(const QString &text);
    int offlines() const;
    void judgeUnexpectedEnds(bool arePermitted);
    bool hasRecovered(qint64 since) const;
    void sendSome();

    const ClusterPlan m_plan;
    QRandomGenerator m_random{m_plan.seed};
    QRandomGenerator m_lineRandom{m_plan.seed}; // how much is drawn from it depends on time
    RedisServer m_redis;
    Ownerships m_arenas{m_plan.arenas};
    std::vector<std::unique_ptr<NodeProcess>> m_nodes;
    ReceivedTotals m_totals;
    std::vector<std::unique_ptr<Player>> m_players;
    Outcomes m_outcomes;
    std::vector<std::unique_ptr<Traveller>> m_travellers;
    QTimer m_sendTimer;
    QTimer m_cuts;
    size_t m_next = 0; // the client to speak next
    double m_due = 0;  // how many are due to speak
    std::array<int, nodeFaults.size() + redisFaults.size() + lineFaults.size()> m_faults{};
    qint64 m_permittedEnds = 0;   // of sessions
    qint64 m_longestRecovery = 0; // milliseconds
    bool m_isSound = true;
};
