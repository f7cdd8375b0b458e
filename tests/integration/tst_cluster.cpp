// SPDX-License-Identifier: MIT

//! Several servers as one game, with an engine inside this process.

#include "support/clusternode.h"
#include "support/loadbalancer.h"
#include "support/prometheus.h"
#include "support/recordinglistener.h"
#include "support/sharedworld.h"
#include "support/warnings.h"

#include <QRepod/Client>
#include <QRepod/ReplicaModel>
#include <QRepod/RequestError>
#ifdef QREPOD_HAS_WEBSOCKET
#    include <QRepod/WebSocket>
#endif

#include <QtCore/QPointer>
#include <QtCore/QStringListModel>
#include <QtCore/QThread>
#include <QtTest/QAbstractItemModelTester>
#include <QtTest/QTest>

#include <optional>

using QRepod::Channel;
using QRepod::Cluster;
using QRepod::Room;
using QRepod::Server;

namespace {

QVariantMap numbered(int n)
{
    return message(u"numbered"_s, {{u"n"_s, n}});
}

QList<qint64> upTo(int count)
{
    QList<qint64> numbers;
    for (int i = 0; i < count; ++i)
        numbers << i;
    return numbers;
}

QList<QVariantMap> statesOf(RawClient &client)
{
    QList<QVariantMap> states;
    for (const QVariantMap &each : client.messages()) {
        if (each[u"action"_s] == u"_state"_s)
            states << each;
    }
    return states;
}

//! Returns what the client knows of a SharedWorld; nothing if that is not shared.
std::optional<int> scoreOf(RawClient &client)
{
    std::optional<int> score;
    for (const QVariantMap &state : statesOf(client)) {
        const QVariantMap set = state[u"set"_s].toMap();
        if (state.contains(u"end"_s))
            score.reset();
        else if (set.contains(u"score"_s))
            score = set[u"score"_s].toInt();
    }
    return score;
}

//! Sends one message and waits for it. By then the client's hello has arrived too, without which it
//! would have no session.
bool saysSomething(RecordingListener &client, const Channel &channel)
{
    return client.send(u"something"_s) > 0
        && eventually([&] { return channel.statistics().messagesReceived == 1; });
}

} // namespace

class tst_Cluster : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    //! Each test has an engine of its own.
    void init()
    {
        engine = QUrl(u"memory://%1"_s.arg(QLatin1String(QTest::currentTestFunction())));
    }

    void nodesMeetAndPart()
    {
        ClusterNode first(engine);
        QVERIFY(eventually([&] { return first.isOnline(); }));
        QCOMPARE(first.cluster.nodes(), QStringList(first.cluster.nodeId()));
        const QSignalSpy joined(&first.cluster, &Cluster::nodeJoined);
        const QSignalSpy lost(&first.cluster, &Cluster::nodeLost);
        QString second;
        {
            ClusterNode other(engine);
            const QSignalSpy online(&other.cluster, &Cluster::online);
            second = other.cluster.nodeId();
            QVERIFY(haveMet({&first, &other}));
            QCOMPARE(joined.size(), 1);
            QCOMPARE(joined[0][0].toString(), second);
            QCOMPARE(other.cluster.nodes(), (QStringList{second, first.cluster.nodeId()}));
            QCOMPARE(online.size(), 1);
        }
        QVERIFY(eventually([&] { return !lost.isEmpty(); }));
        QCOMPARE(lost[0][0].toString(), second);
        QCOMPARE(first.cluster.nodes(), QStringList(first.cluster.nodeId()));
    }

    void gamesOfOtherNamesDoNotMeet()
    {
        ClusterNode first;
        ClusterNode second;
        second.cluster.setName(u"other"_s);
        first.cluster.join(engine);
        second.cluster.join(engine);
        QVERIFY(eventually([&] { return first.isOnline() && second.isOnline(); }));
        first.server.sendToAll(u"tick"_s);
        ClusterNode third(engine);
        QVERIFY(haveMet({&first, &third}));
        QCOMPARE(second.cluster.nodes().size(), 1);
    }

    void everyoneIsSharedOnceThereIsACluster()
    {
        Server alone;
        QVERIFY(!alone.everyone()->isShared());
        {
            const Cluster cluster(&alone);
            QVERIFY(alone.everyone()->isShared());
        }
        QVERIFY(!alone.everyone()->isShared());

        ClusterNode first(engine);
        ClusterNode second(engine);
        QVERIFY(haveMet({&first, &second}));
        const auto here = first.connect();
        const auto there = second.connect();
        for (int i = 0; i < 1000; ++i)
            first.server.sendToAll(numbered(i));
        QVERIFY(here.client->receives(u"numbered"_s, 1000));
        QVERIFY(there.client->receives(u"numbered"_s, 1000));
        QCOMPARE(here.client->numbers(), upTo(1000));
        QCOMPARE(there.client->numbers(), upTo(1000));
    }

    void aSharedRoomReachesTheRoomsOfItsNameAndNoOther()
    {
        ClusterNode first(engine);
        ClusterNode second(engine);
        QVERIFY(haveMet({&first, &second}));
        const auto here = first.connect(u"lobby"_s);
        const auto there = second.connect(u"lobby"_s);
        const auto unshared = second.connect(u"private"_s, false);
        const auto outside = second.connect();
        const auto alone = first.connect(u"private"_s, false);

        first.server.room(u"lobby"_s)->sendToAll(message(u"chat"_s), here.channel);
        QVERIFY(there.client->receives(u"chat"_s));
        first.server.room(u"private"_s)->sendToAll(u"secret"_s);
        first.server.sendToAll(u"last"_s);
        for (RawClient *client : {here.client.get(), unshared.client.get(), outside.client.get()}) {
            QVERIFY(client->receives(u"last"_s));
            QCOMPARE(client->actions(), (QStringList{u"connected"_s, u"last"_s}));
        }
    }

    void aRoomThatIsSharedNoMoreIsAlone()
    {
        ClusterNode first(engine);
        ClusterNode second(engine);
        QVERIFY(haveMet({&first, &second}));
        const auto here = first.connect(u"lobby"_s);
        const auto there = second.connect(u"lobby"_s);
        second.server.room(u"lobby"_s)->setShared(false);
        first.server.room(u"lobby"_s)->sendToAll(u"chat"_s);
        first.server.sendToAll(u"last"_s);
        QVERIFY(there.client->receives(u"last"_s));
        QCOMPARE(there.client->actions(), (QStringList{u"connected"_s, u"last"_s}));
        second.server.room(u"lobby"_s)->setShared(true);
        first.server.room(u"lobby"_s)->sendToAll(u"chat"_s);
        QVERIFY(there.client->receives(u"chat"_s));
    }

    void severalThreadsMaySendAndEachIsHeardInOrder()
    {
        ClusterNode first(engine);
        ClusterNode second(engine);
        QVERIFY(haveMet({&first, &second}));
        const auto here = first.connect();
        const auto there = second.connect();
        std::vector<std::unique_ptr<QThread>> threads;
        for (int thread = 0; thread < 3; ++thread) {
            threads.emplace_back(QThread::create([&, thread] {
                for (int i = 0; i < 300; ++i)
                    first.server.sendToAll(message(u"from%1"_s.arg(thread), {{u"n"_s, i}}));
            }));
            threads.back()->start();
        }
        for (const auto &thread : threads)
            QVERIFY(thread->wait());
        for (const char *from : {"from0", "from1", "from2"})
            QVERIFY(there.client->receives(QLatin1String(from), 300));
        QVERIFY(here.client->receives(u"from2"_s, 300));
        QCOMPARE(there.client->messages(), here.client->messages());
    }

    void usersAreKnownEverywhereAndReached()
    {
        ClusterNode first(engine);
        ClusterNode second(engine);
        const QAbstractItemModelTester tester(second.cluster.users());
        QVERIFY(haveMet({&first, &second}));
        auto anna = first.connect();
        const auto bob = second.connect();
        first.cluster.setUser(anna.channel, u"anna"_s, {{u"level"_s, 3}});
        second.cluster.setUser(bob.channel, u"bob"_s);
        const QStringList both{u"anna@"_s + first.cluster.nodeId(),
                               u"bob@"_s + second.cluster.nodeId()};
        QVERIFY(eventually([&] { return first.users() == both && second.users() == both; }));
        QAbstractItemModel *const users = second.cluster.users();
        const int row = users->index(0, 0).data().toString() == u"anna"_s ? 0 : 1;
        QCOMPARE(users->index(row, 0).data(Qt::UserRole + 3), (QVariantMap{{u"level"_s, 3}}));
        QCOMPARE(users->roleNames().value(Qt::UserRole + 1), "user"_ba);

        second.cluster.sendTo(u"anna"_s, message(u"hello"_s));
        first.cluster.sendTo(u"anna"_s, message(u"again"_s));
        first.cluster.sendTo(u"nobody"_s, message(u"hello"_s));
        QVERIFY(anna.client->receives(u"hello"_s));
        QVERIFY(anna.client->receives(u"again"_s));

        anna.client->close();
        QVERIFY(eventually([&] { return second.users() == both.mid(1); }));
        second.cluster.setUser(bob.channel, {});
        QVERIFY(eventually([&] { return first.users().isEmpty(); }));
    }

    void whatCannotBeSentIsLeftOutWithAWarning()
    {
        ClusterNode first(engine);
        ClusterNode second(engine);
        QVERIFY(haveMet({&first, &second}));
        const auto anna = first.connect();
        const QVariant object = QVariant::fromValue(static_cast<QObject *>(&first.server));
        const Warnings warnings;
        first.cluster.setUser(anna.channel, u"anna"_s, {{u"object"_s, object}});
        second.cluster.setUser(anna.channel, u"eve"_s); // not a client of this node
        QVERIFY(eventually([&] { return second.users().size() == 1; }));
        QCOMPARE(second.users(), first.users());
        QCOMPARE(second.cluster.users()->index(0, 0).data(Qt::UserRole + 3).toMap(), QVariantMap());
        second.cluster.sendTo(u"anna"_s, message(u"hello"_s, {{u"object"_s, object}}));
        second.cluster.sendTo(u"anna"_s, message(u"hello"_s, {{u"n"_s, 1}}));
        QVERIFY(anna.client->receives(u"hello"_s));
        QCOMPARE(anna.client->numbers(), QList<qint64>{1});
        QCOMPARE(Warnings::texts().size(), 2);
        QVERIFY(Warnings::texts()[0].startsWith(u"the data of user anna is not sent: "_s));
        QVERIFY(Warnings::texts()[1].contains(u"user anna"_s));
    }

    void aNodeThatComesLaterLearnsOfAllUsers()
    {
        ClusterNode first(engine);
        const auto anna = first.connect();
        first.cluster.setUser(anna.channel, u"anna"_s);
        QVERIFY(eventually([&] { return first.isOnline(); }));
        ClusterNode second(engine);
        QVERIFY(eventually(
            [&] { return second.users() == QStringList(u"anna@"_s + first.cluster.nodeId()); }));
    }

    void theUsersOfANodeThatLeavesAreFree()
    {
        ClusterNode first(engine);
        auto second = std::make_unique<ClusterNode>(engine);
        QVERIFY(haveMet({&first, second.get()}));
        const auto bob = second->connect();
        second->cluster.setUser(bob.channel, u"bob"_s);
        QVERIFY(eventually([&] { return first.users().size() == 1; }));
        second.reset();
        QVERIFY(eventually([&] { return first.users().isEmpty(); }));
    }

    void whoLogsInElsewhereTakesTheUser()
    {
        ClusterNode first(engine);
        ClusterNode second(engine);
        QVERIFY(haveMet({&first, &second}));
        const auto before = first.connect();
        const auto after = second.connect();
        const auto last = second.connect();
        const QSignalSpy takenFirst(&first.cluster, &Cluster::userTaken);
        const QSignalSpy takenSecond(&second.cluster, &Cluster::userTaken);
        first.cluster.setUser(before.channel, u"anna"_s);
        QVERIFY(eventually([&] { return second.users().size() == 1; }));
        second.cluster.setUser(after.channel, u"anna"_s);
        QVERIFY(eventually([&] { return takenFirst.size() == 1; }));
        QCOMPARE(takenFirst[0][0].value<Channel *>(), before.channel);
        const QStringList there{u"anna@"_s + second.cluster.nodeId()};
        QCOMPARE(first.users(), there);
        QCOMPARE(takenSecond.size(), 0);
        // And on the same node.
        second.cluster.setUser(last.channel, u"anna"_s);
        QCOMPARE(takenSecond.size(), 1);
        QCOMPARE(takenSecond[0][0].value<Channel *>(), after.channel);
        QCOMPARE(second.users(), there);
        // The channel's former user does not end what another channel is now.
        after.channel->close();
        QVERIFY(eventually([&] { return second.server.channels().size() == 1; }));
        QCOMPARE(second.users(), there);
        first.cluster.sendTo(u"anna"_s, message(u"hello"_s));
        QVERIFY(last.client->receives(u"hello"_s));
    }

    void ofTwoWhoLogInAtOnceOneRemains()
    {
        ClusterNode first(engine);
        ClusterNode second(engine);
        QVERIFY(haveMet({&first, &second}));
        const auto one = first.connect();
        const auto other = second.connect();
        const QSignalSpy takenFirst(&first.cluster, &Cluster::userTaken);
        const QSignalSpy takenSecond(&second.cluster, &Cluster::userTaken);
        first.cluster.setUser(one.channel, u"anna"_s);
        second.cluster.setUser(other.channel, u"anna"_s);
        QVERIFY(eventually([&] { return takenFirst.size() + takenSecond.size() == 1; }));
        QVERIFY(eventually([&] { return first.users() == second.users(); }));
        QCOMPARE(first.users().size(), 1);
    }

    void aRoomHasOneNode()
    {
        ClusterNode first(engine);
        ClusterNode second(engine);
        QVERIFY(haveMet({&first, &second}));
        QCOMPARE(first.open(u"arena"_s), first.address());
        QVERIFY(first.server.room(u"arena"_s));
        QCOMPARE(second.open(u"arena"_s), first.address());
        QVERIFY(!second.server.room(u"arena"_s));
        QCOMPARE(first.open(u"arena"_s), first.address());
        first.server.room(u"arena"_s)->close();
        QVERIFY(eventually([&] { return second.open(u"arena"_s) == second.address(); }));
        QVERIFY(second.server.room(u"arena"_s));
    }

    void whoOpensARoomIsToldTheAddressThatItsNodeHasSet()
    {
        ClusterNode first;
        first.cluster.setAddress(u"game1.example.org:5071"_s);
        first.cluster.join(engine);
        ClusterNode second(engine);
        QVERIFY(haveMet({&first, &second}));
        QCOMPARE(first.open(u"arena"_s), u"game1.example.org:5071"_s);
        QCOMPARE(second.open(u"arena"_s), u"game1.example.org:5071"_s);
    }

    void ofManyWhoOpenARoomAtOnceOneHasIt()
    {
        std::vector<std::unique_ptr<ClusterNode>> nodes;
        std::vector<QFuture<QString>> addresses;
        for (int i = 0; i < 5; ++i)
            nodes.push_back(std::make_unique<ClusterNode>(engine));
        QVERIFY(eventually([&] {
            return std::all_of(nodes.begin(), nodes.end(),
                               [](const auto &node) { return node->isOnline(); });
        }));
        for (int i = 0; i < 10; ++i)
            addresses.push_back(nodes[size_t(i) % 5]->cluster.openRoom(u"arena"_s));
        QSet<QString> different;
        for (const QFuture<QString> &address : addresses) {
            QVERIFY(eventually([&] { return address.isFinished(); }));
            different << address.result();
        }
        QCOMPARE(different.size(), 1);
        const auto rooms = std::count_if(nodes.begin(), nodes.end(), [](const auto &node) {
            return node->server.room(u"arena"_s) != nullptr;
        });
        QCOMPARE(rooms, 1);
    }

    void theRoomsOfANodeThatLeavesAreFree()
    {
        ClusterNode first(engine);
        ClusterNode second(engine);
        QVERIFY(haveMet({&first, &second}));
        QCOMPARE(first.open(u"arena"_s), first.address());
        first.cluster.leave();
        QVERIFY(!first.server.room(u"arena"_s));
        QVERIFY(!first.isOnline());
        QCOMPARE(second.open(u"arena"_s), second.address());
    }

    void aRoomThatCannotBeMadeIsNobodys()
    {
        ClusterNode first(engine);
        ClusterNode second(engine);
        QVERIFY(haveMet({&first, &second}));
        first.server.setRoomFactory([](const QString &) -> Room * { return nullptr; });
        const Warnings warnings;
        QCOMPARE(first.open(u"arena"_s),
                 u"room \"arena\": this server's room factory returned no such room"_s);
        QCOMPARE(second.open(u"arena"_s), second.address());
    }

    void whatARoomSharesIsKnownOnEveryNode()
    {
        ClusterNode first(engine);
        ClusterNode second(engine);
        QVERIFY(haveMet({&first, &second}));
        const auto here = first.connect(u"lobby"_s);
        const auto there = second.connect(u"lobby"_s);
        const auto outside = second.connect();
        SharedWorld world;
        world.setScore(1);
        first.server.room(u"lobby"_s)->share(u"world"_s, &world);
        for (int score = 2; score <= 20; ++score) {
            world.setScore(score);
            first.server.room(u"lobby"_s)->sync();
        }
        for (RawClient *const client : {here.client.get(), there.client.get()}) {
            QVERIFY(eventually([&] { return scoreOf(*client) == 20; }));
            QCOMPARE(statesOf(*client)[0][u"full"_s], QVariant(true));
        }
        QCOMPARE(statesOf(*outside.client).size(), 0);
        first.server.room(u"lobby"_s)->unshare(u"world"_s);
        for (RawClient *const client : {here.client.get(), there.client.get()})
            QVERIFY(eventually([&] { return !scoreOf(*client); }));
    }

    void whoJoinsOnAnotherNodeGetsEverythingFirst()
    {
        ClusterNode first(engine);
        ClusterNode second(engine);
        QVERIFY(haveMet({&first, &second}));
        // Nobody is in the sharing room, but its topic is still listened to.
        SharedWorld world;
        Room *const room = first.server.openRoom(u"lobby"_s);
        room->setShared(true);
        room->share(u"world"_s, &world);
        world.setScore(5);
        const auto early = second.connect(u"lobby"_s);
        QVERIFY(eventually([&] { return scoreOf(*early.client) == 5; }));
        world.setScore(6);
        QVERIFY(eventually([&] { return scoreOf(*early.client) == 6; }));
        const auto late = second.connect(u"lobby"_s);
        QVERIFY(eventually([&] { return scoreOf(*late.client) == 6; }));
        QCOMPARE(statesOf(*late.client).size(), 1);
        QCOMPARE(statesOf(*late.client)[0][u"full"_s], QVariant(true));
        // A client that leaves is told that nothing more comes.
        late.channel->leave(u"lobby"_s);
        QVERIFY(eventually([&] { return !scoreOf(*late.client); }));
        world.setScore(7);
        QVERIFY(eventually([&] { return scoreOf(*early.client) == 7; }));
        QCOMPARE(statesOf(*late.client).size(), 2);
    }

    void aModelIsTheSameOnEveryNode()
    {
        ClusterNode first(engine);
        ClusterNode second(engine);
        QVERIFY(haveMet({&first, &second}));
        QStringListModel names({u"anna"_s, u"bob"_s});
        first.server.everyone()->share(u"names"_s, &names);
        RecordingListener player;
        player.setAutoPump(true);
        QRepod::ReplicaModel early(&player, u"names"_s);
        QVERIFY(player.connectAndWait(second.server.port()));
        QVERIFY(eventually([&] { return early.rowCount() == 2; }));
        QVERIFY(names.insertRow(1));
        QVERIFY(names.setData(names.index(1), u"carl"_s));
        QVERIFY(names.removeRow(0));
        QVERIFY(names.insertRow(2));
        QVERIFY(names.moveRow({}, 0, {}, 2));
        const auto textsOf = [](const QAbstractItemModel &model) {
            QStringList texts;
            for (int row = 0; row < model.rowCount(); ++row)
                texts << model.index(row, 0).data().toString();
            return texts;
        };
        const QStringList expected = names.stringList();
        QVERIFY(eventually([&] { return textsOf(early) == expected; }));
        RecordingListener other;
        other.setAutoPump(true);
        QRepod::ReplicaModel late(&other, u"names"_s);
        QVERIFY(other.connectAndWait(second.server.port()));
        QVERIFY(eventually([&] { return textsOf(late) == expected; }));
    }

    void stateEndsWithItsRoomOrItsNode()
    {
        ClusterNode first(engine);
        auto second = std::make_unique<ClusterNode>(engine);
        QVERIFY(haveMet({&first, second.get()}));
        const auto player = first.connect(u"lobby"_s);
        SharedWorld world;
        world.setScore(1);
        const auto share = [&] {
            Room *const room = second->server.openRoom(u"lobby"_s);
            room->setShared(true);
            room->share(u"world"_s, &world);
            return eventually([&] { return scoreOf(*player.client) == 1; });
        };
        QVERIFY(share());
        second->server.room(u"lobby"_s)->close();
        QVERIFY(eventually([&] { return !scoreOf(*player.client); }));
        QVERIFY(share());
        second->server.room(u"lobby"_s)->setShared(false);
        QVERIFY(eventually([&] { return !scoreOf(*player.client); }));
        QVERIFY(share());
        second.reset();
        QVERIFY(eventually([&] { return !scoreOf(*player.client); }));
    }

    void ofTwoThatShareTheSameTheLaterCounts()
    {
        ClusterNode first(engine);
        ClusterNode second(engine);
        ClusterNode third(engine);
        QVERIFY(haveMet({&first, &second, &third}));
        const auto player = third.connect();
        const auto own = first.connect();
        SharedWorld one;
        SharedWorld two;
        one.setScore(1);
        two.setScore(2);
        first.server.everyone()->share(u"world"_s, &one);
        QVERIFY(eventually([&] { return scoreOf(*player.client) == 1; }));
        second.server.everyone()->share(u"world"_s, &two);
        QVERIFY(eventually([&] { return scoreOf(*player.client) == 2; }));
        one.setScore(11);
        two.setScore(22);
        QVERIFY(eventually([&] { return scoreOf(*player.client) == 22; }));
        QVERIFY(eventually([&] { return scoreOf(*own.client) == 11; }));
        // The other node's state is used again once the later one has stopped.
        second.server.everyone()->unshare(u"world"_s);
        QVERIFY(eventually([&] { return scoreOf(*player.client) == 11; }));
        for (const QVariantMap &state : statesOf(*own.client))
            QVERIFY(state[u"set"_s].toMap()[u"score"_s] != QVariant(2));
        // What a node shares itself takes precedence.
        SharedWorld three;
        three.setScore(3);
        third.server.everyone()->share(u"world"_s, &three);
        QVERIFY(eventually([&] { return scoreOf(*player.client) == 3; }));
        one.setScore(12);
        QVERIFY(eventually([&] { return scoreOf(*own.client) == 12; }));
        third.server.everyone()->unshare(u"world"_s);
        QVERIFY(eventually([&] { return scoreOf(*player.client) == 12; }));
    }

    void aNodeThatComesLaterIsToldOfWhatIsShared()
    {
        ClusterNode first(engine);
        QVERIFY(eventually([&] { return first.isOnline(); }));
        SharedWorld world;
        first.server.everyone()->share(u"world"_s, &world);
        world.setScore(3);
        ClusterNode second(engine);
        const auto there = second.connect();
        QVERIFY(eventually([&] { return scoreOf(*there.client) == 3; }));
        world.setScore(4);
        QVERIFY(eventually([&] { return scoreOf(*there.client) == 4; }));
    }

    //! Only that node knows who may see which row.
    void whatNotEverybodyMaySeeStaysOnItsNode()
    {
        ClusterNode first(engine);
        ClusterNode second(engine);
        QVERIFY(haveMet({&first, &second}));
        const auto here = first.connect();
        const auto there = second.connect();
        QStringListModel names({u"anna"_s});
        first.server.everyone()->share(u"names"_s, &names);
        QVERIFY(there.client->receives(u"_state"_s));
        first.server.everyone()->setVisible(u"names"_s, [](const Channel *, int) { return true; });
        QVERIFY(there.client->receives(u"_state"_s, 2));
        QCOMPARE(statesOf(*there.client)[1][u"end"_s], QVariant(true));
        QVERIFY(names.setData(names.index(0), u"bob"_s));
        QVERIFY(here.client->receives(u"_state"_s, 3));
        first.server.sendToAll(u"last"_s);
        QVERIFY(there.client->receives(u"last"_s));
        QCOMPARE(statesOf(*there.client).size(), 2);
        first.server.everyone()->setVisible(u"names"_s, {});
        QVERIFY(there.client->receives(u"_state"_s, 3));
        QCOMPARE(statesOf(*there.client)[2][u"full"_s], QVariant(true));
    }

    //! Behind a load balancer, a client may come back to another node.
    void aClientThatComesBackToAnotherNodeIsSentToItsOwn()
    {
        ClusterNode first(engine);
        ClusterNode second(engine);
        first.server.setSessionTimeout(60'000);
        second.server.setSessionTimeout(60'000);
        QVERIFY(haveMet({&first, &second}));
        LoadBalancer balancer;
        balancer.setTarget(first.server.port());
        RecordingListener client;
        client.setReconnect(true);
        client.setReconnectInterval(1);
        QVERIFY(client.connectAndWait(balancer.port()));
        QVERIFY(eventually([&] { return first.server.channels().size() == 1; }));
        Channel *const channel = first.server.channels()[0];
        QVERIFY(saysSomething(client, *channel));
        balancer.setTarget(second.server.port());
        balancer.cut();
        QVERIFY(client.pumpUntil(u"interrupted"_s));
        client.send(u"kept"_s, {});
        channel->send(message(u"chat"_s));
        QVERIFY(client.pumpUntil(u"resumed"_s));
        QVERIFY(client.pumpUntil(u"chat"_s));
        QVERIFY(eventually([&] { return channel->statistics().messagesReceived == 2; }));
        QCOMPARE(first.server.channels(), QList<Channel *>{channel});
        QVERIFY(second.server.channels().isEmpty());
        QCOMPARE(client.actions().count(u"disconnected"_s), 0);
    }

#ifdef QREPOD_HAS_WEBSOCKET
    //! Browsers use another port.
    void aBrowserThatComesBackToAnotherNodeIsSentToItsOwn()
    {
        ClusterNode first;
        ClusterNode second;
        QRepod::WebSocketGate firstGate(&first.server);
        QRepod::WebSocketGate secondGate(&second.server);
        QVERIFY(firstGate.listen(u"127.0.0.1"_s, 0) && secondGate.listen(u"127.0.0.1"_s, 0));
        first.server.setSessionTimeout(60'000);
        second.server.setSessionTimeout(60'000);
        first.cluster.setWebSocketAddress(u"127.0.0.1:%1"_s.arg(firstGate.port()));
        first.cluster.join(engine);
        second.cluster.join(engine);
        QVERIFY(haveMet({&first, &second}));
        LoadBalancer balancer;
        balancer.setTarget(firstGate.port());
        RecordingListener client;
        client.setReconnect(true);
        client.setReconnectInterval(1);
        client.connect(QUrl(u"ws://127.0.0.1:%1"_s.arg(balancer.port())));
        QVERIFY(client.pumpUntil(u"socketConnect"_s));
        QVERIFY(eventually([&] { return first.server.channels().size() == 1; }));
        Channel *const channel = first.server.channels()[0];
        QVERIFY(saysSomething(client, *channel));
        balancer.setTarget(secondGate.port());
        balancer.cut();
        QVERIFY(client.pumpUntil(u"interrupted"_s));
        client.send(u"kept"_s, {});
        QVERIFY(client.pumpUntil(u"resumed"_s));
        QVERIFY(eventually([&] { return channel->statistics().messagesReceived == 2; }));
        QCOMPARE(first.server.channels(), QList<Channel *>{channel});
        QVERIFY(second.server.channels().isEmpty());
    }
#endif

    void aSessionWhoseNodeIsGoneIsLost()
    {
        auto first = std::make_unique<ClusterNode>(engine);
        ClusterNode second(engine);
        first->server.setSessionTimeout(60'000);
        second.server.setSessionTimeout(60'000);
        QVERIFY(haveMet({first.get(), &second}));
        LoadBalancer balancer;
        balancer.setTarget(first->server.port());
        RecordingListener client;
        client.setReconnect(true);
        client.setReconnectInterval(1);
        QVERIFY(client.connectAndWait(balancer.port()));
        QVERIFY(eventually([&] { return first->server.channels().size() == 1; }));
        QVERIFY(saysSomething(client, *first->server.channels()[0]));
        balancer.setTarget(second.server.port());
        first->cluster.leave(); // as if it had died: its key is gone, without a goodbye
        balancer.cut();
        QVERIFY(client.pumpUntil(u"connected"_s, 2));
        QCOMPARE(client.actions(),
                 (QStringList{u"connected"_s, u"socketConnect"_s, u"interrupted"_s, u"error"_s,
                              u"disconnected"_s, u"connected"_s, u"socketConnect"_s}));
        QVERIFY2(client.error.contains(u"the session's server is gone"_s),
                 qPrintable(client.error));
        QVERIFY(eventually([&] { return second.server.channels().size() == 1; }));
    }

    //! Its first frame takes so long that it counts as a new client there.
    void aClientThatIsLateAtAnotherNodeIsSentToItsOwn_data()
    {
        QTest::addColumn<bool>("isThere");
        QTest::newRow("its node is there") << true;
        QTest::newRow("its node has gone") << false;
    }

    void aClientThatIsLateAtAnotherNodeIsSentToItsOwn()
    {
        QFETCH(const bool, isThere);
        ClusterNode first(engine);
        ClusterNode second(engine);
        first.server.setSessionTimeout(60'000);
        second.server.setSessionTimeout(60'000);
        QVERIFY(haveMet({&first, &second}));
        RawClient before(first.server.port());
        QVERIFY(before.receives(u"connected"_s));
        const QVariant token = before.messages()[0][u"_session"_s];
        if (!isThere)
            first.cluster.leave();
        const ClusterNode::Guest late = second.connect();
        QVERIFY(late.channel);
        late.client->send({{u"_resume"_s, token}, {u"_received"_s, 0}});
        const QVariantMap answer = isThere
            ? QVariantMap{{u"_redirect"_s, first.address()}}
            : QVariantMap{{u"_lost"_s, u"the session's server is gone"_s}};
        QVERIFY(eventually([&] { return late.client->messages().contains(answer); }));
        if (isThere) {
            QVERIFY(late.client->ends());
            QVERIFY(eventually([&] { return second.server.channels().isEmpty(); }));
        }
    }

    //! The key of a node that died stays for a while, and names the address of its successor.
    void aNodeSendsNobodyToItself()
    {
        ClusterNode first;
        ClusterNode second(engine);
        first.cluster.setAddress(u"127.0.0.1:%1"_s.arg(second.server.port()));
        first.cluster.join(engine);
        first.server.setSessionTimeout(60'000);
        second.server.setSessionTimeout(60'000);
        QVERIFY(haveMet({&first, &second}));
        LoadBalancer balancer;
        balancer.setTarget(first.server.port());
        RecordingListener client;
        client.setReconnect(true);
        client.setReconnectInterval(1);
        QVERIFY(client.connectAndWait(balancer.port()));
        QVERIFY(eventually([&] { return first.server.channels().size() == 1; }));
        QVERIFY(saysSomething(client, *first.server.channels()[0]));
        balancer.setTarget(second.server.port());
        balancer.cut();
        QVERIFY(client.pumpUntil(u"connected"_s, 2));
        QVERIFY2(client.error.contains(u"the session's server is gone"_s),
                 qPrintable(client.error));
    }

    void withoutAClusterNothingOfItWorksButNothingBreaks()
    {
        ClusterNode node;
        const auto anna = node.connect(u"lobby"_s);
        node.cluster.setUser(anna.channel, u"anna"_s);
        node.cluster.sendTo(u"anna"_s, message(u"hello"_s));
        node.server.sendToAll(u"tick"_s);
        node.cluster.leave();
        QVERIFY(anna.client->receives(u"tick"_s));
        QCOMPARE(anna.client->actions(), (QStringList{u"connected"_s, u"hello"_s, u"tick"_s}));
        QCOMPARE(node.open(u"arena"_s), u"room \"arena\": the server is not in a cluster"_s);
        QVERIFY(node.cluster.nodes().isEmpty());
    }

    void anEngineThatIsNoneIsRefused_data()
    {
        QTest::addColumn<QUrl>("url");
        QTest::newRow("nothing") << QUrl();
        QTest::newRow("another program") << QUrl(u"http://localhost"_s);
        QTest::newRow("memory without a name") << QUrl(u"memory:"_s);
        QTest::newRow("no host") << QUrl(u"redis:///1"_s);
        QTest::newRow("no database") << QUrl(u"redis://localhost/zero"_s);
    }

    void anEngineThatIsNoneIsRefused()
    {
        QFETCH(QUrl, url);
        ClusterNode node;
        const QSignalSpy offline(&node.cluster, &Cluster::offline);
        node.cluster.join(url);
        QVERIFY(eventually([&] { return offline.size() == 1; }));
        QVERIFY(!offline[0][0].toString().isEmpty());
        QVERIFY(!node.isOnline());
    }

    void aServerIsInOneCluster()
    {
        ClusterNode node(engine);
        {
            const Warnings warnings;
            Cluster second(&node.server);
            QCOMPARE(Warnings::texts(), QStringList(u"the server is already in a cluster"_s));
            const QSignalSpy offline(&second, &Cluster::offline);
            second.join(engine);
            QVERIFY(eventually([&] { return offline.size() == 1; }));
        }
        QVERIFY(node.server.everyone()->isShared());
        QVERIFY(eventually([&] { return node.isOnline(); }));
    }

    void theClusterOfABackgroundServerWorksThere()
    {
        Server server;
        server.startBackground();
        QVERIFY(server.listen(u"127.0.0.1"_s, 0));
        Cluster cluster(&server);
        QCOMPARE(cluster.thread(), server.workingThread());
        cluster.join(engine);
        ClusterNode other(engine);
        QVERIFY(eventually([&] { return other.cluster.nodes().size() == 2; }));
        const auto there = other.connect();
        server.sendToAll(u"tick"_s);
        QVERIFY(there.client->receives(u"tick"_s));
        const QFuture<QString> address = cluster.openRoom(u"arena"_s);
        QVERIFY(eventually([&] { return address.isFinished(); }));
        QCOMPARE(address.result(), u"127.0.0.1:%1"_s.arg(server.port()));
    }

    void aClusterFollowsItsServerToAnotherThread()
    {
        Server server;
        Cluster cluster(&server);
        cluster.join(engine);
        server.startBackground();
        ClusterNode other(engine);
        QVERIFY(eventually([&] { return other.cluster.nodes().size() == 2; }));
        QCOMPARE(cluster.thread(), server.workingThread());
    }

    void aClusterEndsWithItsBackgroundServer()
    {
        ClusterNode other(engine);
        auto server = std::make_unique<Server>();
        server->startBackground();
        const QPointer<Cluster> cluster = new Cluster(server.get());
        cluster->join(engine);
        QVERIFY(eventually([&] { return other.cluster.nodes().size() == 2; }));
        server.reset();
        QVERIFY(!cluster);
        QVERIFY(eventually([&] { return other.cluster.nodes().size() == 1; }));
    }

    void theServerMayGoFirst()
    {
        ClusterNode other(engine);
        auto server = std::make_unique<Server>();
        QObject parent;
        auto *const cluster = new Cluster(server.get(), &parent);
        cluster->join(engine);
        QVERIFY(eventually([&] { return other.cluster.nodes().size() == 2; }));
        server.reset();
        QVERIFY(!cluster->isOnline());
        cluster->sendTo(u"anna"_s, message(u"hello"_s));
        cluster->join(engine);
        QVERIFY(eventually([&] { return other.cluster.nodes().size() == 1; }));
    }

    void slotsMayDeleteTheCluster()
    {
        ClusterNode other(engine);
        Server server;
        const QPointer<Cluster> cluster = new Cluster(&server);
        QObject::connect(cluster, &Cluster::nodeJoined, &server, [&] { delete cluster; });
        cluster->join(engine);
        QVERIFY(eventually([&] { return !cluster; }));
        QVERIFY(!server.everyone()->isShared());
    }

    //! The one who waits for the room is told.
    void whoHearsThatARoomIsOpenMayDeleteTheCluster()
    {
        Server server;
        QVERIFY(server.listen(u"127.0.0.1"_s, 0));
        const QPointer<Cluster> cluster = new Cluster(&server);
        cluster->join(engine);
        QVERIFY(eventually([&] { return cluster->isOnline(); }));
        QObject::connect(&server, &Server::roomOpened, &server, [&] { delete cluster; });
        QFuture<QString> address = cluster->openRoom(u"arena"_s);
        QVERIFY(eventually([&] { return address.isFinished(); }));
        QVERIFY(!cluster);
        QString error;
        try {
            address.waitForFinished();
        } catch (const QRepod::RequestError &thrown) {
            error = thrown.error();
        }
        QCOMPARE(error, u"room \"arena\": this node has left the cluster"_s);
        QVERIFY(!server.room(u"arena"_s)); // the room no longer belongs to anybody
    }

    void roomsThatWereThereBeforeAreSharedToo()
    {
        ClusterNode other(engine);
        const auto there = other.connect(u"lobby"_s);
        Server server;
        QVERIFY(server.listen(u"127.0.0.1"_s, 0));
        const RawClient client(server.port());
        QVERIFY(eventually([&] { return server.channels().size() == 1; }));
        server.channels()[0]->join(u"lobby"_s);
        server.room(u"lobby"_s)->setShared(true);
        Cluster cluster(&server);
        cluster.join(engine);
        QVERIFY(eventually([&] { return cluster.nodes().size() == 2; }));
        server.room(u"lobby"_s)->sendToAll(u"tick"_s);
        QVERIFY(there.client->receives(u"tick"_s));
    }

    void figuresTellOfTheCluster()
    {
        ClusterNode first(engine);
        ClusterNode second(engine);
        QVERIFY(haveMet({&first, &second}));
        const auto here = first.connect();
        first.cluster.setUser(here.channel, u"anna"_s);
        QCOMPARE(first.open(u"arena"_s), first.address());
        first.cluster.sendTo(u"nobody"_s, message(u"hello"_s));
        const PrometheusText text(first.server.metrics());
        QCOMPARE(text.error(), QString());
        const QStringList lines = first.server.metrics().split(u'\n');
        for (const char *line :
             {"qrepod_cluster_online 1", "qrepod_cluster_nodes 2", "qrepod_cluster_users 1",
              "qrepod_cluster_rooms_owned 1", "qrepod_cluster_dropped_total 1",
              "qrepod_cluster_gaps_total 0", "qrepod_cluster_invalid_total 0"})
            QVERIFY2(lines.contains(QLatin1String(line)), line);
        const Server alone;
        QVERIFY(!alone.metrics().contains(u"qrepod_cluster"_s));
    }

private:
    QUrl engine;
};

QTEST_GUILESS_MAIN(tst_Cluster)
#include "tst_cluster.moc"
