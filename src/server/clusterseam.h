// SPDX-License-Identifier: MIT
#pragma once

#include "server/statenews.h"

#include <QRepod/qrepod_global.h>
#include <QRepod/server.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>
#include <QtCore/qstring.h>

#include <functional>

namespace QRepod {

class MetricsText;

//! The seam between a server and a cluster: everything that the component Cluster uses of the core
//! besides its public interface.
///
/// From attach() on, what a shared room sends also goes to publish(). A server has one cluster at a
/// time.
class QREPOD_EXPORT ClusterSeam
{
public:
    ClusterSeam() = default;
    Q_DISABLE_COPY_MOVE(ClusterSeam)

    //! Makes this the cluster of \a server, and shares the server's everyone(). Call it in the
    //! server's working thread, like detach().
    ///
    /// \return false if the server already has a cluster.
    bool attach(Server *server);

    //! Detaches from the server. When this returns, no thread is in a function of this any more. A
    //! subclass must call it before its members are destroyed.
    void detach();

    //! Sends \a frame, complete with header, to the channels in \a room on this node. In the
    //! server's working thread.
    static void deliver(Room *room, const QString &action, const QByteArray &frame, SendMode mode);

    //! Sends \a frame to one client.
    static qint64 deliver(Channel *channel, const QString &action, const QByteArray &frame);

    //! Encodes \a message as a frame. If it cannot be sent, warns, naming \a whom, and returns no
    //! bytes.
    static QByteArray encode(Server *server, const QVariantMap &message, const QString &whom);

    //! The shared room \a room sends \a frame to all. Any thread; \a room is empty for everyone().
    //! The caller holds the room's lock, so messages are published in the order in which the room's
    //! own clients get them.
    virtual void publish(const QString &room, const QString &action, const QByteArray &frame,
                         SendMode mode) = 0;

    //! The game's code is about to run, perhaps long after the last time. Rooms that this node no
    //! longer has must close now. In the server's working thread.
    virtual void turnBegins() = 0;

    //! The shared room \a room tells other nodes about its state. In the server's working thread.
    virtual void publishState(const QString &room, const StateNews &news) = 0;

    //! Whether anything can be published at present. In the server's working thread.
    virtual bool canPublish() const = 0;

    /// \name Shared state
    /// In the server's working thread.
    /// @{

    //! What takeState() made of another node's news.
    enum class StateVerdict {
        InStep,
        Missing, ///< an earlier change is missing: that node must send the whole state again
        Gone,    ///< that node no longer shares it; another node may
        Invalid,
    };
    static StateVerdict takeState(Room *room, const QString &node, const StateNews &news);

    //! \a node begins to list everything that it shares in \a room…
    static void beginStates(Room *room, const QString &node);
    //! …and has finished. \return whether it shares less than was known.
    static bool endStates(Room *room, const QString &node);

    //! Whether \a node is known to share something in \a room.
    static bool knowsStates(const Room *room, const QString &node);

    //! \a node is gone. \return whether it shared anything in \a room.
    static bool forgetStates(Room *room, const QString &node);
    static void forgetStates(Room *room); ///< forgets what any node shares

    //! Returns everything that \a room shares with other nodes.
    static QList<StateNews> states(Room *room);

    //! Tells other nodes that \a room no longer shares anything.
    static void withdrawStates(Room *room);

    static bool sharesStates(const Room *room);
    static bool hasMembers(const Room *room);
    /// @}

    //! The server is being deleted. The implementation must call detach() before it returns.
    virtual void serverEnds() = 0;

    /// \name Sessions
    /// In the server's working thread.
    /// @{

    //! The name of this node, which is in its sessions' tokens; empty outside a cluster.
    virtual QString homeOfSessions() const = 0;

    //! How a client comes in: by the library's own protocol, or by WebSocket.
    enum class Way { Plain, WebSocket };

    //! Finds out how clients reach another \a node. \a receiver gets the address later; it is empty
    //! if there is no such node any more. While this node is offline, \a receiver has to wait, and
    //! may never be called; nor is it called if the cluster is left first.
    ///
    /// \return false if there is no way to find out: \a node is this one, or this one has not
    ///         joined.
    virtual bool findNode(const QString &node, Way way,
                          std::function<void(const QString &address)> receiver) = 0;
    /// @}

    //! Appends the cluster's figures. In the server's working thread.
    virtual void writeMetrics(MetricsText &text) const = 0;

protected:
    ~ClusterSeam() = default;

private:
    Server *m_server = nullptr;
};

} // namespace QRepod
