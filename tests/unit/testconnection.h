// SPDX-License-Identifier: MIT
#pragma once

#include "peer.h"
#include "queues.h"
#include "support/eventually.h"
#include "transport/connectiongroup.h"
#include "transport/nativesocket.h"
#include "transport/streams.h"

#include <memory>

namespace QRepod {

inline constexpr qsizetype smallBuffer = 4 * kibi; // of a socket; small, so that a peer soon stalls

//! Settings without heartbeats, so that no clock determines what is on the wire.
struct QuietSettings : ConnectionSettings
{
    QuietSettings()
    {
        heartbeatInterval = 0;
        idleTimeout = 0;
    }
};

//! A connection with its link, and a reader that logs what comes out of the inbox.
class TestConnection
{
public:
    //! Not open yet.
    explicit TestConnection(const ConnectionSettings &settings = QuietSettings())
        : m_settings(settings)
        , link(Link::create(m_reader, settings))
    {
        m_reader.onWake = [this] {
            if (isPumping)
                pump();
        };
    }

    //! A connection to \a peer, as on a server.
    explicit TestConnection(Peer &peer, const ConnectionSettings &settings = QuietSettings())
        : TestConnection(settings)
    {
        const qintptr descriptor = peer.accepted();
        open(acceptedStream(descriptor, NativeSocket::peer(descriptor), m_settings));
    }

    void connectToHost(const QString &host, quint16 port)
    {
        open(streamTo(host, port, m_settings));
    }

    void open(std::unique_ptr<Stream> stream) { group->open(link, m_settings, std::move(stream)); }

    //! Takes everything from the inbox, like a reader.
    void pump()
    {
        log << entries(link.inbox->takeAll());
        if (log.contains(u"disconnected"_s))
            link.outbox->finish();
    }

    bool receives(const QString &entry)
    {
        return eventually([&] { return log.contains(entry); });
    }

    //! Whether the connection has closed its stream.
    bool hasClosed() const { return group->isEmpty(); }

    //! Waits until it has, then takes what is left.
    bool ends()
    {
        const bool hasEnded = eventually([&] { return hasClosed(); });
        pump();
        return hasEnded;
    }

private:
    Sleeper m_reader;
    const ConnectionSettings m_settings;

public:
    Link link;
    std::unique_ptr<ConnectionGroup> group = std::make_unique<ConnectionGroup>(); // of this one
    QStringList log;
    bool isPumping = true;
};

} // namespace QRepod
