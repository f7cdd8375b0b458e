// SPDX-License-Identifier: MIT
#pragma once

#include "support/loadbalancer.h"

#include <QRepod/Test/FaultProxy>

#include <QtNetwork/QTcpServer>

//! How travellers reach one port of a node, which stays the same when the node is restarted.
/// Works in the thread of the soak.
struct Route
{
    explicit Route(quint32 seed)
        : line(port, seed)
    {
        entry.setTarget(line.port());
    }

    //! Returns a port that was free a moment ago.
    static quint16 freePort()
    {
        QTcpServer server;
        server.listen(QHostAddress(QHostAddress::LocalHost));
        return server.serverPort();
    }

    const quint16 port = freePort();
    QRepod::FaultProxy line; ///< leads to the node; other nodes redirect the node's clients here
    LoadBalancer entry;      ///< leads to the line, or to the line of another node
};
