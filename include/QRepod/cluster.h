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

//! Makes several servers one game: each is a node, and they meet at an engine, a Redis.
///
/// Room::sendToAll() of a shared room, and of Server::everyone(), reaches the clients of all nodes;
/// sendTo() finds a user on whichever node it is; openRoom() makes sure that one node has a room.
/// The component Cluster has it: `find_package(QRepod COMPONENTS Cluster)`, `QRepod::Cluster`.
///
/// \code
/// QRepod::Cluster cluster(&server);
/// cluster.setAddress("game1.example.org:5071");
/// cluster.join(QUrl("redis://10.0.0.5"));
/// \endcode
///
/// What a shared room shares by Room::share() is the same on every node: one node shares it, the
/// others hand it on to their clients. If several share the same name, the latest to begin counts
/// for those that share nothing of that name themselves; what Room::setVisible() is for stays on
/// its node.
///
/// With Server::sessionTimeout() on, a client whose line was lost may come back to any node, as
/// behind a load balancer: it is sent to the one that has its session. If that one is gone, so is
/// the session.
///
/// Nobody waits for the engine. Between nodes each message comes at most once, and those of one
/// node in their order. While the engine is out of reach each node plays on for its own clients;
/// what is for others is dropped and counted, see Server::metrics().
///
/// It lives in the server's working thread, where its signals come; functions may be called from
/// others, which wait. Make it after Server::startBackground(), or without a parent: the server is
/// its parent then, and it follows the server to another thread.
class QREPOD_CLUSTER_EXPORT Cluster : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Cluster)

public:
    class Private; ///< the library's own part

    //! A cluster of nobody yet. A server can be in one; a second does nothing, with a warning.
    explicit Cluster(Server *server, QObject *parent = nullptr);

    //! Leaves.
    ~Cluster() override;

    /// \name Settings
    /// They apply to the next join().
    /// @{

    //! Keeps games on one engine apart. Default `"qrepod"`.
    void setName(const QString &game);

    //! How clients reach this node, `"host:port"`: what openRoom() tells. Default: 127.0.0.1 and
    //! the port that the server listens on.
    void setAddress(const QString &hostAndPort);

    //! How browsers reach this node, `"host:port"` of its WebSocketGate or of a proxy in front.
    //! Without it a browser that comes back to another node loses its session.
    void setWebSocketAddress(const QString &hostAndPort);

    //! After how many milliseconds a node that is silent counts as lost; 100 or more. Default
    //! 6,000.
    ///
    /// A node that cannot reach the engine for about this long closes the rooms it has from
    /// openRoom(): from then on another may have them. Set the same on all nodes: openRoom() waits
    /// for as long if the engine may have forgotten rooms of others.
    void setLeaseTime(int milliseconds);
    /// @}

    //! Becomes a node of the cluster at \a engine: `redis://[[user:]password@]host:port[/db]`, with
    //! TLS `rediss://`, or `memory://name` inside of one process, for tests.
    ///
    /// It returns at once. online() tells that it is done; offline() that it is not, and why, and
    /// then it goes on trying. TLS trusts what QSslConfiguration::defaultConfiguration() does.
    void join(const QUrl &engine);

    //! Leaves it at once, and closes the rooms that it has from openRoom().
    void leave();

    bool isOnline() const;

    //! This node's name, a random one.
    QString nodeId() const;

    //! The nodes that are there, this one first; empty before the first online().
    QStringList nodes() const;

    //! Says who the client of \a channel is, everywhere; an empty \a user takes it back. It ends
    //! with the channel.
    ///
    /// One user is one client: who had logged in as the same before is told by userTaken().
    void setUser(Channel *channel, const QString &user, const QVariantMap &data = {});

    //! Sends \a message to a user, wherever it is. One that is not there gets nothing.
    void sendTo(const QString &user, const QVariantMap &message);

    //! The users of the whole cluster, a list with the roles `user`, `node` and `data`, which are
    //! `Qt::UserRole + 1` and the next two.
    QAbstractItemModel *users() const;

    //! The address of the node that has the room \a name: this one, where it is open then, if it
    //! was nobody's.
    ///
    /// As long as this node has it, no other does. The future fails with a RequestError while the
    /// engine is out of reach, and if the server's room factory makes no room.
    ///
    /// A Redis that is new, or has been started anew, may have forgotten who has which room. New
    /// rooms wait then, until one lease time after the first node has come to it.
    QFuture<QString> openRoom(const QString &name);

Q_SIGNALS:
    //! This node is one of the cluster.
    void online();

    //! The engine is out of reach. It is tried again and again.
    void offline(const QString &error);

    //! Another node is there, by its nodeId().
    void nodeJoined(const QString &node);

    //! It has left, or has been silent for too long. Its users and rooms are free.
    void nodeLost(const QString &node);

    //! The user of \a channel has logged in elsewhere: the channel is nobody's from now on. A game
    //! may want to refuse() it.
    void userTaken(QRepod::Channel *channel);

private:
    std::unique_ptr<Private> d;
};

} // namespace QRepod
