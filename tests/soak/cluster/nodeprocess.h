// SPDX-License-Identifier: MIT
#pragma once

#include "soak/cluster/ownerships.h"
#include "support/loadbalancer.h"

#include <QtCore/QProcess>

//! A node's process, the line between it and Redis, and what it has said. Works in the thread of
//! the soak.
class NodeProcess : public QObject
{
    Q_OBJECT

public:
    NodeProcess(int number, quint16 redisPort, int leaseTime, Ownerships &arenas);
    ~NodeProcess() override;

    //! Also again, on the same port, after kill().
    void start();
    void kill();
    void stop();
    void resume();

    //! 0 before the node has said it.
    quint16 port() const { return m_port; }

    //! How many nodes it sees, itself included; 0 while it is offline.
    int nodes() const { return m_nodes; }

    LoadBalancer line;

private:
    void read();

    const int m_number;
    const int m_leaseTime;
    Ownerships &m_arenas;
    QProcess m_process;
    int m_starts = 0;
    int m_nodes = 0;
    quint16 m_port = 0;
};
