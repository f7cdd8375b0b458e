// SPDX-License-Identifier: MIT
#pragma once

#include "lag_time/roundtrips.h"

#include <QRepod/Channel>
#include <QRepod/Server>

#include <QtCore/QElapsedTimer>

//! Pings each client, again after each answer, and prints the round trips.
class LagTimeServer : public QRepod::Server
{
    Q_OBJECT

public:
    LagTimeServer();

    //! Whether to print each round trip, or only the summary when a client leaves.
    void setVerbose(bool isVerbose) { m_isVerbose = isVerbose; }
    bool isVerbose() const { return m_isVerbose; }

private:
    bool m_isVerbose = false;
};

class LagTimeChannel : public QRepod::Channel
{
    Q_OBJECT

public slots:
    void Network_connected();
    void Network_ping(int count);
    void Network_disconnected();

private:
    void ping();

    int m_count = 0;
    QElapsedTimer m_sent;
    RoundTrips m_roundTrips;
};
