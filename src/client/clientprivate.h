// SPDX-License-Identifier: MIT
#pragma once

#include "session/session.h"
#include "transport/networkthread.h"

#include <QRepod/client.h>
#include <QRepod/connectionlistener.h>

#include <atomic>
#include <mutex>
#include <optional>

namespace QRepod {

class Q_DECL_HIDDEN Client::Private
{
public:
    //! Creates a client without a connection.
    static Client *create(ConnectionListener *parent);

    static Private *get(const Client *client) { return client->d.get(); }

    //! Starts a connection on the network thread after \a delay milliseconds, and starts the thread
    //! if this is the first connection.
    ///
    /// \return false if the address is invalid; the session already has an error then.
    bool open(const std::shared_ptr<Session> &newSession, const ConnectionSettings &settings,
              const QString &newHost, int newPort, int delay);

    //! Where an attempt goes.
    struct Address
    {
        QString host;
        int port = 0;
    };

    //! Makes another attempt to reach the peer of the current session, which has been interrupted:
    //! at the same address, or at \a elsewhere for this attempt only.
    ///
    /// The attempt sends \a first, a control frame, before anything else. The session moves to it.
    void reopen(const ConnectionSettings &settings, WakeTarget reader, const QByteArray &first,
                int delay, const std::optional<Address> &elsewhere);

    //! Makes \a newSession the current one; it is already connected.
    void replaceSession(const std::shared_ptr<Session> &newSession);

    //! Lets statistics() describe the current session instead of the previous one.
    void reportCurrent();

    std::shared_ptr<Session> currentSession() const
    {
        const std::lock_guard lock(mutex);
        return session;
    }

    //! Says goodbye to a server that would keep the session, and ends the session.
    void endSession() const;

    std::optional<NetworkThread> network; // from the first connect() on
    std::atomic<bool> isClosed = false;   // close() was called since the latest connect()
    std::atomic<bool> isInterrupted = false;
    std::atomic<bool> isFull = false; // the send backlog is full, and a warning has said so

private:
    void open(const Link &link, const ConnectionSettings &settings, int delay,
              const Address &address);

public:
    mutable std::mutex mutex; // guards everything below
    QString host;
    int port = 0;
    std::shared_ptr<Session> session;  // of the latest connect(), which is called before all else
    std::shared_ptr<Session> reported; // the session that statistics() describes
};

} // namespace QRepod
