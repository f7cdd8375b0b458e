// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Channel>
#include <QRepod/Cluster>

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qurl.h>
#include <QtQml/qjsvalue.h>
#include <QtQml/qqmlparserstatus.h>
#include <QtQml/qqmlregistration.h>

#include <memory>

namespace QRepod {

//! The QML type Cluster: makes the Server that it is declared in a node of a game with many
//! servers.
///
/// \code
/// Server {
///     active: true
///     Cluster {
///         engine: "redis://10.0.0.5"
///         address: "game1.example.org:5071"
///         onUserTaken: channel => channel.refuse("you are playing elsewhere")
///     }
/// }
/// \endcode
///
/// It joins as soon as its server listens, and leaves when the server closes. The type exists if
/// the module was built with the component Cluster.
class QmlCluster : public QObject, public QQmlParserStatus
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    QML_NAMED_ELEMENT(Cluster)

    //! Where the nodes meet: `redis://[[user:]password@]host[:port][/db]`, `rediss://` with TLS, or
    //! `memory://name` within one process. Default: none.
    ///
    /// Changing this, or one of the next four, leaves the cluster and joins again.
    Q_PROPERTY(QUrl engine READ engine WRITE setEngine NOTIFY settingsChanged FINAL)

    //! Keeps games on one engine apart. Default: "qrepod".
    Q_PROPERTY(QString game READ game WRITE setGame NOTIFY settingsChanged FINAL)

    //! The address at which clients reach this node, "host:port". Default: 127.0.0.1 and the
    //! server's port.
    Q_PROPERTY(QString address READ address WRITE setAddress NOTIFY settingsChanged FINAL)

    //! The same for clients in browsers. Default: none.
    Q_PROPERTY(QString webSocketAddress READ webSocketAddress WRITE setWebSocketAddress NOTIFY
                   settingsChanged FINAL)

    //! After how many milliseconds a silent node counts as lost. Default: 6,000.
    Q_PROPERTY(int leaseTime READ leaseTime WRITE setLeaseTime NOTIFY settingsChanged FINAL)

    Q_PROPERTY(bool online READ isOnline NOTIFY onlineChanged FINAL)

    //! Why the node is not online; empty if it is, or has not tried.
    Q_PROPERTY(QString errorString READ errorString NOTIFY onlineChanged FINAL)

    Q_PROPERTY(QString nodeId READ nodeId NOTIFY nodesChanged FINAL)

    //! All nodes of the cluster, this one first.
    Q_PROPERTY(QStringList nodes READ nodes NOTIFY nodesChanged FINAL)

    //! The users of the whole cluster: a model with the roles `user`, `node` and `data`.
    Q_PROPERTY(QAbstractItemModel *users READ users NOTIFY usersChanged FINAL)

public:
    using QObject::QObject;

    QUrl engine() const { return m_engine; }
    void setEngine(const QUrl &engine) { change(m_engine, engine); }
    QString game() const { return m_game; }
    void setGame(const QString &game) { change(m_game, game); }
    QString address() const { return m_address; }
    void setAddress(const QString &hostAndPort) { change(m_address, hostAndPort); }
    QString webSocketAddress() const { return m_webSocketAddress; }
    void setWebSocketAddress(const QString &hostAndPort)
    {
        change(m_webSocketAddress, hostAndPort);
    }
    int leaseTime() const { return m_leaseTime; }
    void setLeaseTime(int milliseconds) { change(m_leaseTime, milliseconds); }

    bool isOnline() const { return m_cluster && m_cluster->isOnline(); }
    QString errorString() const { return m_errorString; }
    QString nodeId() const { return m_cluster ? m_cluster->nodeId() : QString(); }
    QStringList nodes() const { return m_cluster ? m_cluster->nodes() : QStringList(); }
    QAbstractItemModel *users() const { return m_cluster ? m_cluster->users() : nullptr; }

    //! Sets who the client of \a channel is, in the whole cluster. An empty \a user undoes this.
    Q_INVOKABLE void setUser(QRepod::Channel *channel, const QString &user,
                             const QVariantMap &data = {});

    //! Sends a message to \a user, wherever it is connected.
    Q_INVOKABLE void sendTo(const QString &user, const QString &action,
                            const QVariantMap &fields = {});

    //! Returns a Promise of the address of the node that owns the room \a name. If no node does,
    //! this one opens the room.
    Q_INVOKABLE QJSValue openRoom(const QString &name);

    void classBegin() override { }
    void componentComplete() override;

Q_SIGNALS:
    void settingsChanged();
    void onlineChanged();
    void nodesChanged();
    void usersChanged();
    void nodeJoined(const QString &node);
    void nodeLost(const QString &node);

    //! The same user has logged in elsewhere.
    void userTaken(QRepod::Channel *channel);

private:
    template <class T>
    void change(T &setting, const T &value)
    {
        if (setting == value)
            return;
        setting = value;
        rejoin();
        Q_EMIT settingsChanged();
    }
    void rejoin();
    void followServer();

    Server *m_server = nullptr; // the parent, once the component is complete
    std::unique_ptr<Cluster> m_cluster;
    QUrl m_engine;
    QString m_game = QStringLiteral("qrepod");
    QString m_address;
    QString m_webSocketAddress;
    int m_leaseTime = 6000;
    QString m_errorString;
};

} // namespace QRepod
