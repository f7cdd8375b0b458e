// SPDX-License-Identifier: MIT
#pragma once

#include "cluster/engine.h"
#include "cluster/leases.h"
#include "cluster/nodes.h"
#include "cluster/outgoing.h"
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

//! One node of a cluster. Everything is of the server's working thread, but publish().
///
/// Topics: one for all nodes, one for each, and one for each shared room, to which a node listens
/// while it has members there.
class Q_DECL_HIDDEN Cluster::Private final : public ClusterSeam
{
public:
    Private(Cluster *cluster, Server *server);
    virtual ~Private();

    //! Runs \a function in the thread that \a object lives in, and waits for it.
    template <class Function>
    static void runInThreadOf(QObject *object, Function &&function)
    {
        // Without an application Qt delivers no events, so another thread could not be asked.
        const QThread *const thread = object->thread(); // none, once that has been deleted
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
    // What the engine tells.
    void handleUp();
    void handleDown(const QString &error);
    void handleReceived(const QByteArray &topic, const QByteArray &payload);

    // Being there.
    void keepAlive();
    void handleKept(const Engine::Answer &answer);
    void goOnline();
    void introduce(const QByteArray &topic, bool asksBack);
    void checkNodes();
    void lose(const QString &node);

    //! A client waits for the address of a node, but not for ever.
    struct Search
    {
        QString node;
        Way way;
        std::function<void(const QString &address)> receiver;
        QDeadlineTimer deadline;
    };
    void search(Search &&wanted);
    void searchLater(Search &&wanted);

    // What other nodes say.
    void handle(const QString &node, const Item &item);
    void handleFrame(const Item &item);
    void handleUser(const QString &node, const Item &item);
    void handleState(const QString &node, const Item &item);
    void handleStatesEnd(const QString &node, const QString &roomName);

    // State that is shared between nodes.
    void sendState(const QByteArray &topic, const QString &room, const StateNews &news);
    void sendStates(const QByteArray &topic, const QString &roomName);
    void askForStates(const QString &room);
    void askForStates(const QString &room, const QString &node);
    void askAgain();
    void exchangeStates();
    void checkStates(const QString &node);
    void mendStates(const QByteArray &topic, const QString &node);
    void forgetStates(const QString &node);

    // Rooms of this node.
    Room *roomOf(const QString &roomName) const;
    QList<Room *> followedRooms() const;
    void watch(Room *room);
    void followRoom(Room *room);
    void handleSubscribed(const QByteArray &topic);
    void stopListening(const QByteArray &topic);

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
    QByteArray m_value;                   // of this node's key
    quint64 m_epoch = 0;                  // of this node
    QHash<QByteArray, quint64> m_numbers; // the latest, by topic
    Sequences m_sequences;
    Nodes m_nodes;
    QHash<QByteArray, QString> m_roomTopics;   // that are listened to, and their rooms
    QSet<std::pair<QString, QString>> m_asked; // for the states in a room: nodes
    std::vector<Search> m_searches;            // for when this node is online again
    QTimer m_renewal;
    QTimer m_watch;
    bool m_isReachable = false; // the engine
    bool m_hasToldOffline = false;

    Outgoing m_outgoing;
    std::atomic<qint64> m_dropped = 0;
    qint64 m_sent = 0;
    qint64 m_received = 0;
    qint64 m_gaps = 0;
    qint64 m_statesAsked = 0;
    qint64 m_invalid = 0;
};

} // namespace QRepod
