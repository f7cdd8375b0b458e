// SPDX-License-Identifier: MIT

//! A cluster on a Redis that is killed, restarted, stalled, full, or asks for a password; and nodes
//! that are killed, stopped for too long, or cut off from Redis.

#include "cluster/envelope.h"
#include "support/clusternode.h"
#include "support/loadbalancer.h"
#include "support/redisserver.h"
#include "support/sharedworld.h"
#include "support/tlsconfiguration.h"

#include <QRepod/Protocol>

#include <QtCore/QPointer>
#include <QtCore/QScopeGuard>
#include <QtTest/QTest>

#include <csignal>
#include <optional>

using QRepod::Channel;
using QRepod::Cluster;
using QRepod::Room;

namespace {

QVariantMap numbered(int n)
{
    return message(u"numbered"_s, {{u"n"_s, n}});
}

bool isStrictlyRising(const QList<qint64> &numbers)
{
    return std::adjacent_find(numbers.begin(), numbers.end(), std::greater_equal<>())
        == numbers.end();
}

//! Returns the latest state of `world` that the client knows; nothing if there is none.
std::optional<int> scoreOf(RawClient &client)
{
    std::optional<int> score;
    for (const QVariantMap &each : client.messages()) {
        const QVariantMap set = each[u"set"_s].toMap();
        if (each.contains(u"end"_s))
            score.reset();
        else if (set.contains(u"score"_s))
            score = set[u"score"_s].toInt();
    }
    return score;
}

//! A node in a process of its own.
class NodeProcess
{
public:
    NodeProcess(const QUrl &engine, int leaseTime)
    {
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(QREPOD_CLUSTERNODE, {engine.toString(), QString::number(leaseTime)});
        if (eventually([&] { return m_process.canReadLine(); }))
            m_port = quint16(m_process.readLine().trimmed().toUInt());
    }
    ~NodeProcess() { kill(); }

    void kill()
    {
        m_process.kill();
        m_process.waitForFinished();
    }
    void stop() { ::kill(pid_t(m_process.processId()), SIGSTOP); }
    void resume() { ::kill(pid_t(m_process.processId()), SIGCONT); }

    quint16 port() const { return m_port; }
    QString address() const { return u"127.0.0.1:%1"_s.arg(m_port); }

private:
    Q_DISABLE_COPY_MOVE(NodeProcess)

    QProcess m_process;
    quint16 m_port = 0;
};

//! Speaks like another node, but may leave out anything.
class ForgedNode
{
public:
    explicit ForgedNode(const RedisServer &redis)
    {
        m_socket.connectToHost(u"127.0.0.1"_s, redis.port());
        m_socket.waitForConnected();
    }

    void publish(quint64 number, const QList<QRepod::Item> &items)
    {
        const QByteArray bytes = QRepod::encodeEnvelope({u"forged"_s, 1, number, items});
        m_socket.write("*3\r\n$7\r\nPUBLISH\r\n$10\r\nqrepod:all\r\n$"
                       + QByteArray::number(bytes.size()) + "\r\n" + bytes + "\r\n");
    }

    static QRepod::Item world(quint64 number, int score, bool isFull)
    {
        QVariantMap fields = message(u"_state"_s,
                                     {{u"name"_s, u"world"_s},
                                      {u"set"_s, QVariantMap{{u"score"_s, score}}},
                                      {u"time"_s, 1}});
        if (isFull)
            fields.insert(u"full"_s, true);
        return {QRepod::Item::Kind::State,  {},    u"world"_s, QRepod::encode(fields), 1,
                QRepod::SendMode::Reliable, number};
    }

private:
    QTcpSocket m_socket;
};

} // namespace

class tst_ClusterRedis : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        redis = std::make_unique<RedisServer>();
        QVERIFY(redis->start());
    }

    void nodesAreOneGame()
    {
        settle();
        ClusterNode first(redis->url());
        ClusterNode second(redis->url());
        ClusterNode third(redis->url());
        QVERIFY(haveMet({&first, &second, &third}));
        const auto one = first.connect(u"lobby"_s);
        const auto two = second.connect(u"lobby"_s);
        const auto three = third.connect();
        second.cluster.setUser(two.channel, u"bob"_s, {{u"level"_s, 3}});
        QVERIFY(eventually([&] { return third.users().size() == 1; }));
        third.cluster.sendTo(u"bob"_s, message(u"hello"_s));
        QVERIFY(two.client->receives(u"hello"_s));
        QCOMPARE(first.open(u"arena"_s), first.address());
        QCOMPARE(second.open(u"arena"_s), first.address());

        for (int i = 0; i < 2000; ++i)
            first.server.sendToAll(numbered(i));
        for (const auto *guest : {&one, &two, &three}) {
            QVERIFY(guest->client->receives(u"numbered"_s, 2000));
            QVERIFY(isStrictlyRising(guest->client->numbers()));
        }
        // The topic of a room is subscribed to by now: Redis has answered later requests.
        QVERIFY(eventually([&] {
            first.server.room(u"lobby"_s)->sendToAll(u"chat"_s);
            return two.client->actions().contains(u"chat"_s);
        }));
        QVERIFY(!three.client->actions().contains(u"chat"_s));
    }

    void largeMessagesPass()
    {
        ClusterNode first(redis->url());
        ClusterNode second(redis->url());
        QVERIFY(haveMet({&first, &second}));
        const auto there = second.connect();
        for (int i = 0; i < 4; ++i)
            first.server.sendToAll(bulky(3 * mebi));
        QVERIFY(there.client->receives(u"bulky"_s, 4));
        QCOMPARE(there.client->messages().constLast()[u"data"_s].toByteArray().size(), 3 * mebi);
    }

    void whileRedisIsAwayEachNodePlaysOn()
    {
        ClusterNode first(redis->url());
        ClusterNode second(redis->url());
        QVERIFY(haveMet({&first, &second}));
        const auto here = first.connect(u"lobby"_s);
        const auto there = second.connect(u"lobby"_s);
        second.cluster.setUser(there.channel, u"bob"_s);
        const QSignalSpy offline(&first.cluster, &Cluster::offline);
        const QSignalSpy online(&first.cluster, &Cluster::online);
        redis->kill();
        QVERIFY(eventually([&] { return !first.isOnline() && !second.isOnline(); }));
        QVERIFY2(offline[0][0].toString().contains(QString::number(redis->port())),
                 qPrintable(offline[0][0].toString()));
        first.server.room(u"lobby"_s)->sendToAll(u"away"_s);
        QVERIFY(here.client->receives(u"away"_s));
        QCOMPARE(first.open(u"new"_s), u"room \"new\": the cluster's engine is out of reach"_s);

        QVERIFY(redis->start());
        QVERIFY(haveMet({&first, &second}));
        QCOMPARE(offline.size(), 1);
        QCOMPARE(online.size(), 1);
        QVERIFY(eventually([&] { return first.users().size() == 1; }));
        QVERIFY(eventually([&] {
            first.server.room(u"lobby"_s)->sendToAll(u"back"_s);
            return there.client->actions().contains(u"back"_s);
        }));
        QVERIFY(!there.client->actions().contains(u"away"_s));
        QVERIFY(!first.server.metrics().contains(u"qrepod_cluster_dropped_total 0"_s));
    }

    void aShortAbsenceDoesNotCostARoom()
    {
        settle();
        ClusterNode first(redis->url(), 6000);
        ClusterNode second(redis->url(), 6000);
        QVERIFY(haveMet({&first, &second}));
        QCOMPARE(first.open(u"arena"_s), first.address());
        redis->kill();
        QVERIFY(eventually([&] { return !first.isOnline() && !second.isOnline(); }));
        QVERIFY(redis->start()); // Redis has forgotten who has the room
        QVERIFY(eventually([&] { return second.isOnline(); }));
        const QFuture<QString> address = second.cluster.openRoom(u"arena"_s);
        QVERIFY(eventually([&] { return address.isFinished(); }));
        QCOMPARE(address.result(), first.address());
        QVERIFY(first.server.room(u"arena"_s));
    }

    void aRoomHasOneOwnerThoughRedisHasForgottenIt_data()
    {
        QTest::addColumn<bool>("hasSnapshot");
        QTest::addColumn<bool>("losesLines");
        QTest::newRow("a node joins a Redis without keys") << false << false;
        QTest::newRow("a node joins one that went back to a snapshot") << true << false;
        QTest::newRow("a node was there before, and reconnects twice") << false << true;
    }

    //! The owner is cut off, and does not know that Redis has forgotten it.
    void aRoomHasOneOwnerThoughRedisHasForgottenIt()
    {
        QFETCH(const bool, hasSnapshot);
        QFETCH(const bool, losesLines);
        settle();
        LoadBalancer line;
        line.setTarget(redis->port());
        ClusterNode first(QUrl(u"redis://127.0.0.1:%1"_s.arg(line.port())), 1000);
        ClusterNode second({}, 1000);
        const QSignalSpy online(&second.cluster, &Cluster::online);
        QVERIFY(eventually([&] { return first.isOnline(); }));
        if (losesLines) {
            second.cluster.join(redis->url());
            QVERIFY(eventually([&] { return online.size() == 1; }));
        }
        if (hasSnapshot)
            QCOMPARE(redis->tell("SAVE"), "+OK\r\n"_ba);
        QCOMPARE(first.open(u"arena"_s), first.address());
        line.setSilent(true);
        redis->kill();
        QVERIFY(redis->start());
        if (losesLines) {
            QVERIFY(eventually([&] { return online.size() == 2; }));
            QVERIFY(redis->tell("CLIENT KILL TYPE pubsub").startsWith(':'));
            QVERIFY(eventually([&] { return online.size() == 3; }));
        } else {
            second.cluster.join(redis->url());
            QVERIFY(eventually([&] { return online.size() == 1; }));
        }
        bool hadTwoOwners = false;
        QObject::connect(
            &second.server, &QRepod::Server::roomOpened, &first.server,
            [&](const Room *room) { hadTwoOwners |= first.server.room(room->name()) != nullptr; });
        QCOMPARE(second.open(u"arena"_s), second.address());
        QVERIFY(!hadTwoOwners);
    }

    void whoCannotRenewStopsBeforeAnotherStarts()
    {
        settle();
        ClusterNode first(redis->url(), 1000);
        QVERIFY(eventually([&] { return first.isOnline(); }));
        QCOMPARE(first.open(u"arena"_s), first.address());
        const auto player = first.connect(u"arena"_s);
        const auto spectator = first.connect(u"lobby"_s);
        const QSignalSpy closed(&first.server, &QRepod::Server::roomClosed);
        redis->stall();
        QVERIFY(eventually([&] { return closed.size() == 1; }));
        QVERIFY(!first.server.room(u"arena"_s));
        QVERIFY(first.server.room(u"lobby"_s)); // a room without a lease plays on
        redis->resume();
        ClusterNode second(redis->url(), 1000);
        QVERIFY(eventually([&] { return second.open(u"arena"_s) == second.address(); }));
        QVERIFY(!first.server.room(u"arena"_s));
    }

    void aRedisThatStallsIsOfflineUntilItGoesOn()
    {
        ClusterNode node(redis->url(), 600);
        const QSignalSpy offline(&node.cluster, &Cluster::offline);
        QVERIFY(eventually([&] { return node.isOnline(); }));
        redis->stall();
        QVERIFY(eventually([&] { return offline.size() == 1; }));
        QVERIFY2(offline[0][0].toString().endsWith(u"does not answer"_s),
                 qPrintable(offline[0][0].toString()));
        redis->resume();
        QVERIFY(eventually([&] { return node.isOnline(); }));
    }

    void aFullRedisIsOfflineAndSaysSo()
    {
        RedisServer full({u"--maxmemory"_s, u"1"_s});
        QVERIFY(full.start());
        ClusterNode node;
        const QSignalSpy offline(&node.cluster, &Cluster::offline);
        node.cluster.join(full.url());
        QVERIFY(eventually([&] { return offline.size() == 1; }));
        QVERIFY2(offline[0][0].toString().contains(u"memory"_s),
                 qPrintable(offline[0][0].toString()));
    }

    void thePasswordMustBeRight()
    {
        RedisServer locked({u"--requirepass"_s, u"open sesame"_s});
        QVERIFY(locked.start());
        ClusterNode node;
        const QSignalSpy offline(&node.cluster, &Cluster::offline);
        for (const QString &wrong : {QString(), u":wrong@"_s, u"someone:open%20sesame@"_s}) {
            const qsizetype before = offline.size();
            node.cluster.join(locked.url(wrong));
            QVERIFY(eventually([&] { return offline.size() > before; }));
            const QString error = offline.constLast()[0].toString();
            QVERIFY2(error.contains(u"NOAUTH"_s) || error.contains(u"WRONGPASS"_s),
                     qPrintable(error));
        }
        for (const QString &right :
             {u":open%20sesame@"_s, u"open%20sesame@"_s, u"default:open%20sesame@"_s}) {
            node.cluster.join(locked.url(right));
            QVERIFY(eventually([&] { return node.isOnline(); }));
        }
    }

    void anotherDatabaseIsAnotherWorldOfKeys()
    {
        QUrl url = redis->url();
        url.setPath(u"/3"_s);
        ClusterNode node(url);
        QVERIFY(eventually([&] { return node.isOnline(); }));
        url.setPath(u"/99"_s);
        const QSignalSpy offline(&node.cluster, &Cluster::offline);
        node.cluster.join(url);
        QVERIFY(eventually([&] { return offline.size() == 1; }));
        QVERIFY2(offline[0][0].toString().contains(u"out of range"_s),
                 qPrintable(offline[0][0].toString()));
    }

    //! Somebody else publishes to the game's topics.
    void whatIsOfNoNodeIsIgnored()
    {
        ClusterNode node(redis->url());
        QVERIFY(eventually([&] { return node.isOnline(); }));
        QTcpSocket other;
        other.connectToHost(u"127.0.0.1"_s, redis->port());
        QVERIFY(eventually([&] { return other.state() == QTcpSocket::ConnectedState; }));
        other.write("PUBLISH qrepod:all nonsense\r\nPUBLISH qrepod:all \"\"\r\n");
        QVERIFY(eventually(
            [&] { return node.server.metrics().contains(u"qrepod_cluster_invalid_total 2\n"_s); }));
        QVERIFY(node.isOnline());
        QCOMPARE(node.cluster.nodes().size(), 1);
    }

    void aClusterFollowsItsServerToAnotherThread()
    {
        QRepod::Server server;
        Cluster cluster(&server);
        cluster.join(redis->url());
        QVERIFY(eventually([&] { return cluster.isOnline(); }));
        server.startBackground();
        ClusterNode other(redis->url());
        const auto there = other.connect();
        QVERIFY(eventually([&] { return cluster.nodes().size() == 2; }));
        QVERIFY(eventually([&] { return other.cluster.nodes().size() == 2; }));
        server.sendToAll(u"tick"_s);
        QVERIFY(there.client->receives(u"tick"_s));
    }

    void slotsMayDeleteTheCluster()
    {
        ClusterNode other(redis->url());
        QVERIFY(eventually([&] { return other.isOnline(); }));
        const auto test = [&](auto signal) {
            QRepod::Server server;
            const QPointer<Cluster> cluster = new Cluster(&server);
            QObject::connect(cluster, signal, &server, [&] { delete cluster; });
            cluster->join(redis->url());
            return eventually([&] { return !cluster; }) && !server.everyone()->isShared();
        };
        QVERIFY(test(&Cluster::online));
        QVERIFY(test(&Cluster::nodeJoined));
        redis->kill();
        QVERIFY(test(&Cluster::offline));
    }

    //! Messages sent without Redis are gone. Later ones come once and in order.
    void ordersHoldAcrossAnAbsence()
    {
        ClusterNode first(redis->url(), 1000);
        ClusterNode second(redis->url(), 1000);
        QVERIFY(haveMet({&first, &second}));
        const auto there = second.connect();
        int n = 0;
        for (int round = 0; round < 3; ++round) {
            for (int i = 0; i < 200; ++i)
                first.server.sendToAll(numbered(n++));
            QVERIFY(there.client->receives(u"numbered"_s, 200 * (round + 1)));
            redis->kill();
            QVERIFY(eventually([&] { return !first.isOnline() && !second.isOnline(); }));
            QVERIFY(redis->start());
            QVERIFY(eventually([&] { return first.isOnline() && second.isOnline(); }));
        }
        QVERIFY(isStrictlyRising(there.client->numbers()));
        QCOMPARE(there.client->numbers().size(), 600);
    }

    //! The numbers reveal a loss. A change to unknown state is not applied.
    void stateIsAskedForAnewAfterAGap()
    {
        using Kind = QRepod::Item::Kind;
        ClusterNode node(redis->url());
        QVERIFY(eventually([&] { return node.isOnline(); }));
        const auto player = node.connect();
        const auto asked = [&](int times) {
            return node.server.metrics().contains(
                u"qrepod_cluster_states_asked_total %1\n"_s.arg(times));
        };
        ForgedNode other(*redis);
        other.publish(1, {{Kind::UsersBegin, {}, {}, {}}, {Kind::UsersEnd, {}, {}, {}}});
        other.publish(2, {ForgedNode::world(1, 1, true), ForgedNode::world(2, 2, false)});
        QVERIFY(eventually([&] { return scoreOf(*player.client) == 2; }));
        QVERIFY(asked(0));
        other.publish(3, {ForgedNode::world(2, -1, false)}); // an old number
        other.publish(4, {ForgedNode::world(4, 4, false)});
        QVERIFY(eventually([&] { return asked(1); }));
        other.publish(5,
                      {{Kind::StatesBegin, {}, {}, {}},
                       ForgedNode::world(5, 5, true),
                       {Kind::StatesEnd, {}, {}, {}}});
        QVERIFY(eventually([&] { return scoreOf(*player.client) == 5; }));
        other.publish(7, {}); // number 6 is missing, and its contents are unknown
        QVERIFY(eventually([&] { return asked(2); }));
        other.publish(8, {{Kind::StatesBegin, {}, {}, {}}, {Kind::StatesEnd, {}, {}, {}}});
        QVERIFY(eventually([&] { return !scoreOf(*player.client); }));
        for (const QVariantMap &each : player.client->messages())
            QVERIFY(each[u"set"_s].toMap()[u"score"_s] != QVariant(4));
    }

    //! Nothing that it says counts, and none of it reaches a client.
    void aNodeThatSpeaksNonsenseIsCounted()
    {
        using Kind = QRepod::Item::Kind;
        ClusterNode node(redis->url());
        QVERIFY(eventually([&] { return node.isOnline(); }));
        const auto player = node.connect();
        node.cluster.setUser(player.channel, u"ann"_s);
        ForgedNode other(*redis);
        other.publish(1, {{Kind::UsersBegin, {}, {}, {}}, {Kind::UsersEnd, {}, {}, {}}});
        other.publish(2, {{Kind::Room, {}, u"chat"_s, "no frame"_ba}});
        other.publish(3, {{Kind::User, u"ann"_s, u"chat"_s, "no frame"_ba}});
        other.publish(4, {{Kind::State, {}, u"world"_s, QRepod::encode({{u"action"_s, 1}})}});
        const QByteArray frame = QRepod::encode(message(u"chat"_s));
        other.publish(3, {{Kind::Room, {}, u"chat"_s, frame}});       // an old number
        other.publish(5, {{Kind::User, u"eve"_s, u"chat"_s, frame}}); // a user who is not here
        other.publish(6, {{Kind::Room, {}, u"end"_s, QRepod::encode(message(u"end"_s))}});
        QVERIFY(player.client->receives(u"end"_s));
        QCOMPARE(player.client->actions(), (QStringList{u"connected"_s, u"end"_s}));
        const QString figures = node.server.metrics();
        QVERIFY2(figures.contains(u"qrepod_cluster_invalid_total 3\n"_s), qPrintable(figures));
        QVERIFY2(figures.contains(u"qrepod_cluster_dropped_total 1\n"_s), qPrintable(figures));
    }

    //! The question may be lost too.
    void aNodeThatDoesNotTellItsStateIsAskedAgain()
    {
        using Kind = QRepod::Item::Kind;
        ClusterNode node(redis->url(), 1000);
        QVERIFY(eventually([&] { return node.isOnline(); }));
        QTcpSocket asked; // listens for the forged node
        asked.connectToHost(u"127.0.0.1"_s, redis->port());
        asked.write("SUBSCRIBE qrepod:node:forged\r\n");
        QByteArray heard;
        const auto isSubscribed = [&] {
            heard += asked.readAll();
            return heard.contains("subscribe");
        };
        QVERIFY(eventually(isSubscribed));
        ForgedNode other(*redis);
        other.publish(1, {{Kind::UsersBegin, {}, {}, {}}, {Kind::UsersEnd, {}, {}, {}}});
        quint64 n = 1;
        const auto isAskedAgain = [&] {
            other.publish(++n, {ForgedNode::world(2, 1, false)}); // the first one is missing
            heard += asked.readAll();
            return heard.count("message") >= 3;
        };
        QVERIFY(eventually(isAskedAgain));
        QVERIFY(quint64(heard.count("message")) < n); // but not for each change
    }

    //! The node plays on, and holds no more than it may.
    void whatRedisDoesNotTakeIsDroppedAndCounted()
    {
        ClusterNode node(redis->url(), 60'000);
        QVERIFY(eventually([&] { return node.isOnline(); }));
        const auto dropped = [&] {
            return !node.server.metrics().contains(u"qrepod_cluster_dropped_total 0\n"_s);
        };
        redis->stall();
        const auto resume = qScopeGuard([&] { redis->resume(); });
        const QVariantMap large = bulky(8 * mebi);
        int sent = 0;
        QVERIFY(eventually([&] {
            node.server.sendToAll(large);
            return ++sent > 20 || dropped();
        }));
        QVERIFY(dropped());
        QVERIFY(node.isOnline());
    }

    void whatChangedWhileRedisWasAwayIsKnownAfterwards()
    {
        ClusterNode first(redis->url());
        ClusterNode second(redis->url());
        QVERIFY(haveMet({&first, &second}));
        const auto here = first.connect(u"lobby"_s);
        const auto there = second.connect(u"lobby"_s);
        SharedWorld world;
        first.server.room(u"lobby"_s)->share(u"world"_s, &world);
        first.server.everyone()->share(u"other"_s, &world);
        world.setScore(1);
        QVERIFY(eventually([&] { return scoreOf(*there.client) == 1; }));
        redis->kill();
        QVERIFY(eventually([&] { return !first.isOnline() && !second.isOnline(); }));
        world.setScore(2);
        QVERIFY(eventually([&] { return scoreOf(*here.client) == 2; }));
        first.server.everyone()->unshare(u"other"_s);
        QVERIFY(redis->start());
        const auto isKnown = [&](const QVariantMap &state) {
            return state[u"name"_s] == u"world"_s
                && state[u"set"_s].toMap()[u"score"_s] == QVariant(2);
        };
        QVERIFY(eventually([&] {
            const QList<QVariantMap> messages = there.client->messages();
            return std::any_of(messages.begin(), messages.end(), isKnown);
        }));
        QVERIFY(eventually([&] {
            const QList<QVariantMap> messages = there.client->messages();
            return std::any_of(messages.begin(), messages.end(), [](const QVariantMap &state) {
                return state[u"name"_s] == u"other"_s && state.contains(u"end"_s);
            });
        }));
    }

    //! Redis disconnects listeners that it considers too slow, and tells nobody.
    void aListenerThatRedisCutsLearnsWhatItHasMissed()
    {
        ClusterNode first(redis->url());
        ClusterNode second(redis->url());
        QVERIFY(haveMet({&first, &second}));
        const auto there = second.connect();
        SharedWorld world;
        first.server.everyone()->share(u"world"_s, &world);
        for (int score = 1; score <= 5; ++score) {
            world.setScore(score);
            QVERIFY(redis->tell("CLIENT KILL TYPE pubsub").startsWith(':'));
        }
        QVERIFY(eventually([&] { return scoreOf(*there.client) == 5; }));
    }

    void aNodeThatIsKilledIsLostAndItsUsersAndRoomsAreFree()
    {
        settle();
        ClusterNode node(redis->url(), 1000);
        NodeProcess other(redis->url(), 1000);
        QVERIFY(eventually([&] { return node.cluster.nodes().size() == 2; }));
        RawClient player(other.port());
        QVERIFY(player.send(message(u"open"_s, {{u"name"_s, u"arena"_s}})));
        QVERIFY(player.receives(u"opened"_s));
        QCOMPARE(node.open(u"arena"_s), other.address());
        const QSignalSpy lost(&node.cluster, &Cluster::nodeLost);
        other.kill();
        QVERIFY(eventually([&] { return lost.size() == 1; }));
        QVERIFY(eventually([&] { return node.open(u"arena"_s) == node.address(); }));
        QVERIFY(player.ends());
    }

    //! It resumes with the bytes in its sockets and with its timers, and must know at once that
    //! another node owns the room by now.
    void aNodeThatWasStoppedForTooLongDoesNotActAsOwner()
    {
        settle();
        ClusterNode node(redis->url(), 1000);
        NodeProcess other(redis->url(), 1000);
        QVERIFY(eventually([&] { return node.cluster.nodes().size() == 2; }));
        RawClient player(other.port());
        QVERIFY(player.send(message(u"open"_s, {{u"name"_s, u"arena"_s}})));
        QVERIFY(player.receives(u"opened"_s));
        QVERIFY(player.send(message(u"move"_s, {{u"n"_s, 1}})));
        QVERIFY(player.receives(u"moved"_s));
        QVERIFY(player.receives(u"tick"_s));
        other.stop();
        QVERIFY(eventually([&] { return node.open(u"arena"_s) == node.address(); }));
        QVERIFY(player.send(message(u"move"_s, {{u"n"_s, 2}})));
        const qsizetype ticks = player.actions().count(u"tick"_s); // all it sent has arrived
        other.resume();
        QVERIFY(player.receives(u"unheard"_s));
        QCOMPARE(player.actions().count(u"moved"_s), 1);
        QCOMPARE(player.actions().count(u"tick"_s), ticks);
        QVERIFY(node.server.room(u"arena"_s));
        QVERIFY(eventually([&] { return node.cluster.nodes().size() == 2; }));
        QVERIFY(player.send(message(u"open"_s, {{u"name"_s, u"arena"_s}})));
        QVERIFY(player.receives(u"opened"_s, 2));
        QCOMPARE(player.messages().constLast()[u"address"_s], QVariant(node.address()));
    }

    //! Not before it has been told that Redis is back, which may have forgotten who owns what.
    void aNodeAsksNothingOfARedisThatIsNotUpYet()
    {
        QTcpServer silent; // answers only the first question of each connection
        QVERIFY(silent.listen(QHostAddress(QHostAddress::LocalHost)));
        QByteArray heard;
        QObject::connect(&silent, &QTcpServer::newConnection, &silent, [&] {
            QTcpSocket *const socket = silent.nextPendingConnection();
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [&heard, socket] {
                const QByteArray question = socket->readAll();
                if (!question.contains("SUBSCRIBE"))
                    socket->write("+PONG\r\n");
                heard += question;
            });
        });
        ClusterNode node(QUrl(u"redis://127.0.0.1:%1"_s.arg(silent.serverPort())), 60'000);
        QVERIFY(eventually([&] { return heard.contains("SUBSCRIBE"); }));
        QVERIFY(node.open(u"arena"_s) != node.address());
        QVERIFY2(!heard.contains("EVAL"), heard.constData());
    }

    //! It knows nobody before it has reached Redis.
    void aNodeThatHasJustStartedSendsClientsHome()
    {
        ClusterNode first(redis->url());
        first.server.setSessionTimeout(60'000);
        QVERIFY(haveMet({&first}));
        RawClient before(first.server.port());
        QVERIFY(before.receives(u"connected"_s));
        const QVariant token = before.messages()[0][u"_session"_s];
        LoadBalancer line; // leads to nobody
        ClusterNode second(QUrl(u"redis://127.0.0.1:%1"_s.arg(line.port())));
        second.server.setSessionTimeout(60'000);
        const ClusterNode::Guest late = second.connect();
        RawClient client(second.server.port());
        const QVariantMap resume{{u"_resume"_s, token}, {u"_received"_s, 0}};
        client.send(resume);
        late.client->send(resume);
        const ClusterNode::Guest behind = second.connect(); // then both have been read
        QVERIFY(!second.cluster.isOnline());
        line.setTarget(redis->port());
        const QVariantMap redirection{{u"_redirect"_s, first.address()}};
        for (RawClient *const each : {&client, late.client.get()}) {
            QVERIFY(eventually([&] { return each->messages().contains(redirection); }));
            QVERIFY(each->ends());
        }
    }

    //! It is told nothing: its connections do not end, and nothing is refused.
    void aNodeThatIsCutOffStopsOwningBeforeAnotherStarts()
    {
        settle();
        LoadBalancer line;
        line.setTarget(redis->port());
        ClusterNode first(QUrl(u"redis://127.0.0.1:%1"_s.arg(line.port())), 1000);
        ClusterNode second(redis->url(), 1000);
        QVERIFY(haveMet({&first, &second}));
        const auto here = first.connect();
        const auto there = second.connect();
        first.cluster.setUser(here.channel, u"ann"_s);
        QVERIFY(eventually([&] { return second.users().size() == 1; }));
        QCOMPARE(first.open(u"arena"_s), first.address());
        bool hadTwoOwners = false;
        QObject::connect(
            &second.server, &QRepod::Server::roomOpened, &first.server,
            [&](const Room *room) { hadTwoOwners |= first.server.room(room->name()) != nullptr; });
        const QSignalSpy lost(&second.cluster, &Cluster::nodeLost);
        const QSignalSpy offline(&first.cluster, &Cluster::offline);
        line.setSilent(true);
        QVERIFY(eventually([&] { return second.open(u"arena"_s) == second.address(); }));
        QVERIFY(eventually([&] { return !lost.isEmpty() && !offline.isEmpty(); }));
        QVERIFY2(offline[0][0].toString().endsWith(u"does not answer"_s),
                 qPrintable(offline[0][0].toString()));
        QVERIFY(!hadTwoOwners);
        QCOMPARE(second.users(), QStringList());
        first.server.sendToAll(numbered(1)); // it plays on
        second.server.sendToAll(numbered(2));
        QVERIFY(here.client->receives(u"numbered"_s));
        QVERIFY(there.client->receives(u"numbered"_s));

        line.setSilent(false);
        QVERIFY(haveMet({&first, &second}));
        QVERIFY(eventually([&] { return second.users().size() == 1; }));
        QCOMPARE(first.open(u"arena"_s), second.address());
        first.server.sendToAll(numbered(3));
        QVERIFY(here.client->receives(u"numbered"_s, 2));
        QVERIFY(there.client->receives(u"numbered"_s, 2));
        QCOMPARE(here.client->numbers(), (QList<qint64>{1, 3}));
        QCOMPARE(there.client->numbers(), (QList<qint64>{2, 3}));
    }

    //! It then stores no keys, but passes on what is published.
    void aRedisThatRunsFullTakesTheRoomsButNotTheMessages()
    {
        settle();
        ClusterNode first(redis->url(), 1000);
        ClusterNode second(redis->url(), 1000);
        QVERIFY(haveMet({&first, &second}));
        QCOMPARE(first.open(u"arena"_s), first.address());
        const auto there = second.connect();
        const QSignalSpy closed(&first.server, &QRepod::Server::roomClosed);
        QCOMPARE(redis->tell("CONFIG SET maxmemory 1"), "+OK\r\n"_ba);
        QVERIFY(eventually([&] { return closed.size() == 1; }));
        QVERIFY(first.open(u"arena"_s).contains(u"engine"_s));
        first.server.sendToAll(u"tick"_s);
        QVERIFY(there.client->receives(u"tick"_s));
        QCOMPARE(redis->tell("CONFIG SET maxmemory 0"), "+OK\r\n"_ba);
        QVERIFY(eventually([&] { return second.open(u"arena"_s) == second.address(); }));
        QVERIFY(!first.server.room(u"arena"_s));
    }

    void theLineToRedisMayBeEncrypted()
    {
        RedisServer encrypted({u"--tls-cert-file"_s, QFINDTESTDATA("tls/server.pem"),
                               u"--tls-key-file"_s, QFINDTESTDATA("tls/server.key"),
                               u"--tls-ca-cert-file"_s, QFINDTESTDATA("tls/ca.pem"),
                               u"--tls-auth-clients"_s, u"no"_s},
                              RedisServer::Line::Encrypted);
        QVERIFY(encrypted.start());
        ClusterNode stranger(encrypted.url()); // does not trust its certificate
        const QSignalSpy offline(&stranger.cluster, &Cluster::offline);
        QVERIFY(eventually([&] { return offline.size() == 1; }));
        QVERIFY(!stranger.isOnline());
        stranger.cluster.leave();

        const QSslConfiguration before = QSslConfiguration::defaultConfiguration();
        const auto restore =
            qScopeGuard([&] { QSslConfiguration::setDefaultConfiguration(before); });
        QSslConfiguration::setDefaultConfiguration(clientConfiguration());
        ClusterNode first(encrypted.url());
        ClusterNode second(encrypted.url());
        QVERIFY(haveMet({&first, &second}));
        const auto there = second.connect();
        first.server.sendToAll(u"tick"_s);
        QVERIFY(there.client->receives(u"tick"_s));
    }

private:
    //! The first room on a new Redis takes a lease time, which is short for this node.
    void settle()
    {
        ClusterNode node(redis->url(), 100);
        QVERIFY(eventually([&] { return node.isOnline(); }));
        QCOMPARE(node.open(u"any"_s), node.address());
    }

    std::unique_ptr<RedisServer> redis;
};

QTEST_GUILESS_MAIN(tst_ClusterRedis)
#include "tst_clusterredis.moc"
