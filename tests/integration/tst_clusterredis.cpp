// SPDX-License-Identifier: MIT

//! A cluster on Redis that is killed, started again, stalled, full, and asks for a password.

#include "support/clusternode.h"
#include "support/redisserver.h"

#include <QtCore/QPointer>
#include <QtTest/QTest>

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
        // The topic of a room is subscribed to by now: Redis has answered for all others behind it.
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
        ClusterNode first(redis->url(), 8000);
        ClusterNode second(redis->url(), 8000);
        QVERIFY(haveMet({&first, &second}));
        QCOMPARE(first.open(u"arena"_s), first.address());
        redis->kill();
        QVERIFY(eventually([&] { return !first.isOnline() && !second.isOnline(); }));
        QVERIFY(redis->start()); // and has forgotten who has the room
        QVERIFY(eventually([&] { return second.isOnline(); }));
        const QFuture<QString> address = second.cluster.openRoom(u"arena"_s);
        QVERIFY(eventually([&] { return address.isFinished(); }));
        QCOMPARE(address.result(), first.address());
        QVERIFY(first.server.room(u"arena"_s));
    }

    void whoCannotRenewStopsBeforeAnotherStarts()
    {
        ClusterNode first(redis->url(), 1000);
        QVERIFY(eventually([&] { return first.isOnline(); }));
        QCOMPARE(first.open(u"arena"_s), first.address());
        const auto player = first.connect(u"arena"_s);
        const auto spectator = first.connect(u"lobby"_s);
        const QSignalSpy closed(&first.server, &QRepod::Server::roomClosed);
        redis->stall();
        QVERIFY(eventually([&] { return closed.size() == 1; }));
        QVERIFY(!first.server.room(u"arena"_s));
        QVERIFY(first.server.room(u"lobby"_s)); // which nobody leases plays on
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

    //! Somebody else publishes to the topics of the game.
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

    //! The messages of the time without Redis are gone; what comes later comes once and in order.
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

private:
    std::unique_ptr<RedisServer> redis;
};

QTEST_GUILESS_MAIN(tst_ClusterRedis)
#include "tst_clusterredis.moc"
