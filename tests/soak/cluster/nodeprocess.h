// SPDX-License-Identifier: MIT
#pragma once

#include "soak/cluster/ownerships.h"
#include "soak/cluster/route.h"
#include "support/loadbalancer.h"

#include <QtCore/QProcess>

#include <memory>
#include <vector>

//! A node's process, the line between it and Redis, the routes to it, and what it has printed.
//! Works in the thread of the soak.
class NodeProcess : public QObject
{
    Q_OBJECT

public:
    NodeProcess(int number, quint16 redisPort, int leaseTime, Ownerships &arenas, quint32 seed);
    ~NodeProcess() override;

    //! Can be called again after kill(); uses the same ports.
    void start();
    void kill();
    void stop();
    void resume();

    quint16 port() const { return routes.front()->port; }

    //! Its Cluster::nodeId(); empty while it does not run or has not printed it.
    const QString &id() const { return m_id; }

    //! How many nodes it sees, itself included; 0 while it is offline.
    int nodes() const { return m_nodes; }

    //! How often it has been offline.
    int offlines() const { return m_offlines; }

    LoadBalancer line;

    //! Routes to its server and, if that is built, to its gate.
    std::vector<std::unique_ptr<Route>> routes;

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
