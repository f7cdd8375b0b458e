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

//! The seam between a server and a cluster: all that the component Cluster uses of the core beside
//! its public interface.
///
/// From attach() on what a shared room sends goes to publish() as well. One cluster at a time.
class QREPOD_EXPORT ClusterSeam
{
public:
    ClusterSeam() = default;
    Q_DISABLE_COPY_MOVE(ClusterSeam)

    //! Makes it the cluster of \a server, whose everyone() is shared from now on. In the server's
    //! working thread, as detach().
    ///
    /// \return false if it has another one.
    bool attach(Server *server);

    //! When this returns, nobody is in a function of this any more. The caller has to do it before
    //! its own members go.
    void detach();

    //! Sends \a frame, whole with its header, to those who are in \a room on this node. In the
    //! server's working thread.
    static void deliver(Room *room, const QString &action, const QByteArray &frame, SendMode mode);

    //! The same for one client.
    static qint64 deliver(Channel *channel, const QString &action, const QByteArray &frame);

    //! A message as a frame, and as empty bytes, with a warning that names \a whom, if it cannot be
    //! sent.
    static QByteArray encode(Server *server, const QVariantMap &message, const QString &whom);

    //! The room \a room, which is shared, sends \a frame to all. Any thread; \a room is empty for
    //! everyone(). The caller holds the room's lock: messages are published in the order in which
    //! the room's own clients get them.
    virtual void publish(const QString &room, const QString &action, const QByteArray &frame,
                         SendMode mode) = 0;

    //! The game's code is about to run, who knows how long after the last time: rooms that this
    //! node does not have any more close. In the server's working thread.
    virtual void turnBegins() = 0;

    //! The room \a room, which is shared, tells other nodes of its state. In the server's working
    //! thread.
    virtual void publishState(const QString &room, const StateNews &news) = 0;

    //! Whether anything can be published at present. In the server's working thread.
    virtual bool canPublish() const = 0;

    /// \name Shared state
    /// In the server's working thread.
    /// @{

    //! What has become of what another node says of its state.
    enum class StateVerdict {
        InStep,
        Missing, ///< something before it has not come: that node is to tell everything anew
        Gone,    ///< it shares that no more: another node may
        Invalid,
    };
    static StateVerdict takeState(Room *room, const QString &node, const StateNews &news);

    //! Everything that \a node shares comes now, as far as it is in \a room…
    static void beginStates(Room *room, const QString &node);
    //! …and has come. \return whether it shares less than was known.
    static bool endStates(Room *room, const QString &node);

    //! Whether something in \a room is known to be shared by \a node.
    static bool knowsStates(const Room *room, const QString &node);

    //! \a node has gone. \return whether it shared anything in \a room.
    static bool forgetStates(Room *room, const QString &node);
    static void forgetStates(Room *room); ///< what any node shares

    //! Everything that \a room shares with other nodes.
    static QList<StateNews> states(Room *room);

    //! Tells other nodes that \a room shares nothing any more.
    static void withdrawStates(Room *room);

    static bool sharesStates(const Room *room);
    static bool hasMembers(const Room *room);
    /// @}

    //! The server is being deleted: detach() has been called when this returns.
    virtual void serverEnds() = 0;

    /// \name Sessions
    /// In the server's working thread.
    /// @{

    //! The name of this node, which the tokens of its sessions carry; empty outside of a cluster.
    virtual QString homeOfSessions() const = 0;

    //! How a client comes in: by the library's own protocol, or by a WebSocket.
    enum class Way { Plain, WebSocket };

    //! Finds out how clients reach another \a node: \a receiver is told later, with an empty text
    //! if there is no such node any more. While this node is offline it has to wait, and may not be
    //! told at all; nor if the cluster is left before.
    ///
    /// \return false if that cannot be found out: \a node is this one, or this one has not joined.
    virtual bool findNode(const QString &node, Way way,
                          std::function<void(const QString &address)> receiver) = 0;
    /// @}

    //! Adds what the cluster counts. In the server's working thread.
    virtual void writeMetrics(MetricsText &text) const = 0;

protected:
    ~ClusterSeam() = default;

private:
    Server *m_server = nullptr;
};

} // namespace QRepod
