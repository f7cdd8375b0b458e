// SPDX-License-Identifier: MIT
#pragma once

#include "soak/cluster/ownerships.h"
#include "soak/cluster/road.h"
#include "support/loadbalancer.h"

#include <QtCore/QProcess>

#include <memory>
#include <vector>

//! A node's process, the line between it and Redis, the roads to it, and what it has said. Works in
//! the thread of the soak.
class NodeProcess : public QObject
{
    Q_OBJECT

public:
    NodeProcess(int number, quint16 redisPort, int leaseTime, Ownerships &arenas, quint32 seed);
    ~NodeProcess() override;

    //! Also again, on the same ports, after kill().
    void start();
    void kill();
    void stop();
    void resume();

    quint16 port() const { return roads.front()->port; }

    //! By Cluster::nodeId(); empty while it does not run, and before it has said it.
    const QString &id() const { return m_id; }

    //! How many nodes it sees, itself included; 0 while it is offline.
    int nodes() const { return m_nodes; }

    //! How often it was offline.
    int offlines() const { return m_offlines; }

    LoadBalancer line;

    //! To its server and, where that is built, to its gate.
    std::vector<std::unique_ptr<Road>> roads;

private:
    void read();

    const int m_number;
    const int m_leaseTime;
    Ownerships &m_arenas;
    QProcess m_process;
    int m_starts = 0;
    int m_nodes = 0;
    int m_offlines = 0;
    QString m_id;
};
