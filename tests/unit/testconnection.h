// SPDX-License-Identifier: MIT
#pragma once

#include "peer.h"
#include "queues.h"
#include "support/eventually.h"
#include "transport/connection.h"

#include <QtCore/qpointer.h>

namespace QRepod {

inline constexpr qsizetype smallBuffer = 4 * kibi; // of a socket, so that a peer soon stalls

//! A connection with its link, and a reader that writes down what comes out of the inbox.
class TestConnection
{
public:
    explicit TestConnection(const ConnectionSettings &settings = {})
        : link(Link::create(&m_reader, settings))
        , connection(new Connection(link, withoutHeartbeat(settings), nullptr))
    {
        m_reader.onWake = [this] {
            link.inbox->acknowledgeWake();
            if (isPumping)
                pump();
        };
    }

    TestConnection(Peer &peer, const ConnectionSettings &settings = {})
        : TestConnection(settings)
    {
        address = connection->adopt(peer.accepted());
    }

    ~TestConnection() { delete connection; }

    void pump() { log << entries(link.inbox->takeAll()); }

    bool receives(const QString &entry)
    {
        return eventually([&] { return log.contains(entry); });
    }

    //! Waits until it has closed the socket and deleted itself, and takes what is left.
    bool ends()
    {
        const bool hasEnded = eventually([&] { return !connection; });
        pump();
        return hasEnded;
    }

private:
    //! What is on the wire depends on no clock.
    static ConnectionSettings withoutHeartbeat(ConnectionSettings settings)
    {
        settings.heartbeatInterval = 0;
        settings.idleTimeout = 0;
        return settings;
    }

    Sleeper m_reader;

public:
    Link link;
    QPointer<Connection> connection;
    QString address;
    QStringList log;
    bool isPumping = true;
};

} // namespace QRepod
