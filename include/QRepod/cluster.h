// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_cluster_global.h>
#include <QRepod/server.h>

#include <QtCore/qfuture.h>
#include <QtCore/qobject.h>
#include <QtCore/qstringlist.h>
#include <QtCore/qurl.h>
#include <QtCore/qvariant.h>

#include <memory>

QT_BEGIN_NAMESPACE
class QAbstractItemModel;
QT_END_NAMESPACE

namespace QRepod {

//! Makes one game of several servers: each is a node, and they meet at an engine, a Redis.
///
/// Room::sendToAll() of a shared room, and of Server::everyone(), reaches the clients of all nodes.
/// sendTo() finds a user on whichever node the user is. openRoom() makes sure that only one node
/// has a room. The class is in the component Cluster: `find_package(QRepod COMPONENTS Cluster)`,
/// `QRepod::Cluster`.
///
/// \code
/// QRepod::Cluster cluster(&server);
/// cluster.setAddress("game1.example.org:5071");
/// cluster.join(QUrl("redis://10.0.0.5"));
/// \endcode
///
/// State that a shared room shares with Room::share() is the same on every node: one node shares
/// it, and the others pass it on to their clients. If several nodes share the same name, a node
/// that does not share it follows the one that began last. A model with Room::setVisible() is not
/// passed on to other nodes.
///
/// With Server::sessionTimeout() on, an interrupted client may come back to any node, for example
/// through a load balancer. That node sends it to the node that has its session. If the latter is
/// gone, so is the session.
///
/// No function waits for the engine. Between nodes, each message arrives at most once, and messages
/// of one node arrive in order. While the engine is unreachable, each node plays on for its own
/// clients; messages for other nodes are dropped and counted, see Server::metrics().
///
/// A Cluster lives in the server's working thread, which emits its signals. Other threads may call
/// its functions, and wait for that thread. Create it after Server::startBackground(), or without a
/// parent: then the server becomes its parent, and it follows the server to another thread.
class QREPOD_CLUSTER_EXPORT Cluster : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Cluster)

public:
    class Private; ///< the library's implementation

    //! Creates a cluster that has not joined yet. A server can be in one only; a second has no
    //! effect, with a warning.
    explicit Cluster(Server *server, QObject *parent = nullptr);

    //! Leaves.
    ~Cluster() override;

    /// \name Settings
    /// A change applies to the next join().
    /// @{

    //! Keeps games on one engine apart. Default `"qrepod"`.
    void setName(const QString &game);

    //! The address at which clients reach this node, `"host:port"`, and which openRoom() returns.
    //! Default: 127.0.0.1 and the port that the server listens on.
    void setAddress(const QString &hostAndPort);

    //! The address at which browsers reach this node: `"host:port"` of its WebSocketGate, or of a
    //! proxy in front of it. Without it, a browser that comes back to another node loses its
    //! session.
    void setWebSocketAddress(const QString &hostAndPort);

    //! How long a node may be silent before it counts as lost, in milliseconds: 100 or more.
    //! Default 6,000.
    ///
    /// A node that cannot reach the engine for about this long closes the rooms it has from
    /// openRoom(), since another node may open them from then on. Set the same time on all nodes:
    /// if the engine may have forgotten the rooms of others, openRoom() waits this long.
    void setLeaseTime(int milliseconds);
    /// @}

    //! Joins the cluster at \a engine: `redis://[[user:]password@]host:port[/db]`, `rediss://` for
    //! TLS, or `memory://name` within one process, for tests.
    ///
    /// It returns at once. online() reports success. offline() reports a failure and its reason,
    /// and the node keeps trying. TLS trusts the authorities of
    /// QSslConfiguration::defaultConfiguration().
    void join(const QUrl &engine);

    //! Leaves the cluster at once, and closes the rooms that this node has from openRoom().
    void leave();

    bool isOnline() const;

    //! This node's name, chosen at random.
    QString nodeId() const;

    //! The nodes of the cluster, this one first; empty before the first online().
    QStringList nodes() const;

    //! Tells every node that \a user is the client of \a channel; an empty \a user takes that back.
    //! It ends with the channel.
    ///
    /// One user is one client: a client that had logged in as the same user before is reported by
    /// userTaken().
    void setUser(Channel *channel, const QString &user, const QVariantMap &data = {});

    //! Sends \a message to a user on whichever node it is. A user who is not there gets nothing.
    void sendTo(const QString &user, const QVariantMap &message);

    //! The users of the whole cluster, as a list with the roles `user`, `node` and `data`, which
    //! are `Qt::UserRole + 1` and the next two.
    QAbstractItemModel *users() const;

    //! Returns the address of the node that has the room \a name. If no node has it, this node
    //! opens it.
    ///
    /// As long as this node has the room, no other node does. The future fails with a RequestError
    /// while the engine is unreachable, and if the server's room factory returns no room.
    ///
    /// A Redis that is new or was restarted may have forgotten who has which room. New rooms then
    /// wait until one lease time after the first node has reached it.
    QFuture<QString> openRoom(const QString &name);

Q_SIGNALS:
    //! This node is in the cluster.
    void online();

    //! The engine is unreachable. The node keeps trying.
    void offline(const QString &error);

    //! Another node has joined; \a node is its nodeId().
    void nodeJoined(const QString &node);

    //! \a node has left, or has been silent for too long. Its users and rooms are free.
    void nodeLost(const QString &node);

    //! The user of \a channel has logged in elsewhere, so the channel has no user any more. A game
    //! may want to refuse() the channel.
    void userTaken(QRepod::Channel *channel);

private:
    std::unique_ptr<Private> d;
};

} // namespace QRepod
