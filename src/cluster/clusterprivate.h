// SPDX-License-Identifier: MIT
#pragma once

#include "cluster/engine.h"
#include "cluster/leases.h"
#include "cluster/nodes.h"
#include "cluster/outgoingitems.h"
#include "cluster/sequences.h"
#include "cluster/users.h"
#include "server/clusterseam.h"

#include <QRepod/cluster.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qpointer.h>
#include <QtCore/qset.h>
#include <QtCore/qthread.h>
#include <QtCore/qtimer.h>

#include <atomic>
#include <functional>
#include <utility>
#include <vector>

namespace QRepod {

//! One node of a cluster. Everything runs in the server's working thread, except publish().
///
/// There is one topic for all nodes, one for each node, and one for each shared room. A node
/// listens to the topic of a room while it has members or shares state there.
class Q_DECL_HIDDEN Cluster::Private final : public ClusterSeam
{
public:
    Private(Cluster *cluster, Server *server);
    virtual ~Private();

    //! Runs \a function in the thread that \a object lives in, and waits until it is done.
    template <class Function>
    static void runInThreadOf(QObject *object, Function &&function)
    {
        // Without an application Qt delivers no events, so another thread would never answer.
        const QThread *const thread = object->thread(); // null once the thread has been deleted
        if (!thread || thread == QThread::currentThread() || !thread->isRunning()
            || !QCoreApplication::instance())
            function();
        else
            QMetaObject::invokeMethod(object, std::forward<Function>(function),
                                      Qt::BlockingQueuedConnection);
    }

    template <class Function>
    void runInServersThread(Function &&function) const
    {
        runInThreadOf(q, std::forward<Function>(function));
    }

    void join(const QUrl &url);
    void leave();
    void setUser(Channel *channel, const QString &user, const QVariantMap &data);
    void sendTo(const QString &user, const QVariantMap &message);
    QStringList nodeIds() const;

    void publish(const QString &room, const QString &action, const QByteArray &frame,
                 SendMode mode) override;
    void publishState(const QString &room, const StateNews &news) override;
    bool canPublish() const override { return isOnline; }
    void serverEnds() override;
    void turnBegins() override
    {
        if (leases.isOverdue())
            leases.check();
    }
    QString homeOfSessions() const override { return m_engine ? nodeId : QString(); }
    bool findNode(const QString &node, Way way,
                  std::function<void(const QString &address)> receiver) override;
    void writeMetrics(MetricsText &text) const override;

    Cluster *const q;
    QPointer<Server> server;
    const QString nodeId;
    QString name = QStringLiteral("qrepod");
    QString address;
    QString webSocketAddress;
    int leaseTime = 6000;
    std::atomic<bool> isOnline = false;
    Users users;
    Leases leases;

private:
    // Called by the engine.
    void handleUp();
    void handleDown(const QString &error);
    void handleReceived(const QByteArray &topic, const QByteArray &payload);

    // Staying in the cluster.
    void keepAlive();
    void handleKept(const Engine::Answer &answer);
    void goOnline();
    void introduce(const QByteArray &topic, bool asksBack);
    void checkNodes();
    void removeNode(const QString &node);

    //! A client that waits, for a limited time, to be told the address of a node.
    struct Search
    {
        QString node;
        Way way;
        std::function<void(const QString &address)> receiver;
        QDeadlineTimer deadline;
    };
    void search(Search &&wanted);
    void searchLater(Search &&wanted);

    // Items from other nodes.
    void handle(const QString &node, const Item &item);
    void handleFrame(const Item &item);
    void handleUser(const QString &node, const Item &item);
    void handleState(const QString &node, const Item &item);
    void handleStatesEnd(const QString &node, const QString &roomName);

    // State that is shared between nodes.
    void sendState(const QByteArray &topic, const QString &room, const StateNews &news);
    void sendStates(const QByteArray &topic, const QString &roomName);
    void requestStates(const QString &room);
    void requestStates(const QString &room, const QString &node);
    void repeatStateRequests();
    void exchangeStates();
    void checkStates(const QString &node);
    void requestMissedStates(const QByteArray &topic, const QString &node);
    void forgetStates(const QString &node);

    // Rooms of this node.
    Room *roomOf(const QString &roomName) const;
    QList<Room *> followedRooms() const;
    void watch(Room *room);
    void followRoom(Room *room);
    void handleSubscribed(const QByteArray &topic);
    void unsubscribe(const QByteArray &topic);

    void forgetUser(const Channel *channel);
    void takeUser(Channel *channel, const QString &user, const QVariantMap &data);
    Item loginItem(const Users::Login &login) const;
    void enqueue(const QByteArray &topic, Item item);
    void flush();
    void flushTopic(const QByteArray &topic, const QList<Item> &items);

    QByteArray topicOfAll() const { return name.toUtf8() + ":all"; }
    QByteArray topicOf(const QString &node) const
    {
        return name.toUtf8() + ":node:" + node.toUtf8();
    }
    QByteArray topicOfRoom(const QString &room) const
    {
        return room.isEmpty() ? topicOfAll() : name.toUtf8() + ":room:" + room.toUtf8();
    }
    QByteArray keyOf(const QString &node) const
    {
        return name.toUtf8() + ":alive:" + node.toUtf8();
    }

    std::unique_ptr<Engine> m_engine;     // from join() to leave()
    QByteArray m_value;                   // the value of this node's key
    quint64 m_epoch = 0;                  // of this node
    QHash<QByteArray, quint64> m_numbers; // the last number by topic
    Sequences m_sequences;
    Nodes m_nodes;
    QHash<QByteArray, QString> m_roomTopics; // topics that are listened to, with their rooms
    QSet<std::pair<QString, QString>> m_requestedStates; // rooms, and nodes asked for their states
    std::vector<Search> m_searches;                      // until this node is online again
    QTimer m_renewal;
    QTimer m_watch;
    bool m_isReachable = false; // whether the engine can be reached
    bool m_hasReportedOffline = false;

    OutgoingItems m_outgoing;
    std::atomic<qint64> m_dropped = 0;
    qint64 m_sent = 0;
    qint64 m_received = 0;
    qint64 m_gaps = 0;
    qint64 m_stateRequests = 0;
    qint64 m_invalid = 0;
};

} // namespace QRepod
