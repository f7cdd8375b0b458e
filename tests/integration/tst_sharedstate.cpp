// SPDX-License-Identifier: MIT

//! Shared objects and models over real sockets: who is told what, and when.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/pythonpeer.h"
#include "support/rawclient.h"
#include "support/rawserver.h"
#include "support/recordinglistener.h"
#include "support/scriptedserver.h"
#include "support/warnings.h"

#include <QRepod/Replica>
#include <QRepod/ReplicaModel>
#include <QRepod/Room>
#include <QRepod/StateTick>

#include <QtCore/qfile.h>
#include <QtCore/qrandom.h>
#include <QtCore/qstringlistmodel.h>
#include <QtCore/qthread.h>
#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

using namespace QRepod;

namespace {

struct Point
{
    Q_GADGET
    Q_PROPERTY(int x MEMBER x)
    Q_PROPERTY(int y MEMBER y)

public:
    int x = 0;
    int y = 0;
    bool operator==(const Point &) const = default;
};

class World : public QObject
{
    Q_OBJECT
    Q_PROPERTY(int score MEMBER score NOTIFY changed)
    Q_PROPERTY(QString title MEMBER title NOTIFY changed)
    Q_PROPERTY(Weather weather MEMBER weather NOTIFY changed)
    Q_PROPERTY(Point flag MEMBER flag NOTIFY changed)
    Q_PROPERTY(QVariant any MEMBER any NOTIFY changed)

public:
    enum class Weather { Sun, Rain };
    Q_ENUM(Weather)

    void setScore(int value)
    {
        score = value;
        Q_EMIT changed();
    }

    int score = 0;
    QString title = u"first"_s;
    Weather weather = Weather::Sun;
    Point flag;
    QVariant any;

Q_SIGNALS:
    void changed();
};

//! A target with some properties of other types.
class Weathervane : public QObject
{
    Q_OBJECT
    Q_PROPERTY(int score MEMBER score)
    Q_PROPERTY(int title MEMBER title)

public:
    int score = 0;
    int title = 0;
};

//! A client whose messages are pumped by the event loop.
struct Player
{
    explicit Player(quint16 port)
    {
        listener.setAutoPump(true);
        listener.connectAndWait(port);
    }

    RecordingListener listener;
};

//! A room that shares in its constructor.
class Match : public Room
{
    Q_OBJECT

public:
    Match() { share(u"match"_s, &world); }

    World world;
};

QList<QVariantMap> statesOf(RawClient &client)
{
    QList<QVariantMap> states;
    for (const QVariantMap &message : client.messages()) {
        if (message[u"action"_s] == u"_state"_s)
            states << message;
    }
    return states;
}

QStringList display(const QAbstractItemModel &model)
{
    QStringList texts;
    for (int row = 0; row < model.rowCount(); ++row)
        texts << model.index(row, 0).data().toString();
    return texts;
}

//! Changes \a texts in a random way.
void step(QStringListModel &texts, QRandomGenerator &random)
{
    const int count = texts.rowCount();
    const int kind = random.bounded(100);
    if (kind < 30 || count == 0)
        texts.insertRows(random.bounded(count + 1), count < 50 ? 1 + random.bounded(2) : 0);
    else if (kind < 50)
        texts.removeRow(random.bounded(count));
    else if (kind < 70)
        texts.moveRow({}, random.bounded(count), {}, random.bounded(count + 1));
    else if (kind < 98)
        texts.setData(texts.index(random.bounded(count)), QString::number(random.bounded(9)));
    else if (kind < 99)
        texts.sort(0);
    else
        texts.setStringList(texts.stringList());
}

} // namespace

class tst_SharedState : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whoJoinsGetsEverythingFirst();
    void changesAreToldOnceInAnInterval();
    void emptyChangeSendsNothing();
    void everyClientIsToldTheSame();
    void plainClientCanFollow();
    void pythonClientCanFollow();
    void pythonClientIsThatOfTheGuide();
    void pythonServerShares();
    void stateOverTheLimitsComesInParts();
    void valueThatIsTooLargeIsLeftOutWithOneWarning();
    void rolesMayHaveAnyValue();
    void roomThatSharesInItsConstructor();
    void whoLeavesIsToldSo();
    void unsharingMakesReplicasNotReady();
    void destroyedObjectIsNotSharedAnyMore();
    void newShareOfTheSameNameReplacesTheOld();
    void oneObjectInManyRooms();
    void objectOfAnotherThreadIsRefused();
    void serverInTheBackgroundSharesToo();
    void visibleRowsDependOnTheChannel();

    void lateReplicaKnowsWhatHasCome();
    void withoutReplicaItIsAMessage();
    void targetFollows();
    void valuesOfOneMessageChangeTogether();
    void slotsMayDeleteEverything_data();
    void slotsMayDeleteEverything();
    void lostConnectionMakesReplicasNotReadyUntilItIsBack();
    void randomWalkEndsEqual();
    void randomWalkOfWhatEachMaySeeEndsEqual();
    void tickIsKnownWhileItIsDelivered();

    void serverTimeFollowsTheServersClock();
    void serverTimeOfAPlainServerIsUnknown();
    void anotherPeersPingIsAnswered();
};

void tst_SharedState::whoJoinsGetsEverythingFirst()
{
    TestServer server;
    World world;
    QStringListModel names({u"ada"_s, u"bob"_s});
    server->everyone()->share(u"world"_s, &world);
    server->everyone()->share(u"names"_s, &names);
    QObject::connect(server.server, &Server::channelConnected,
                     [](Channel *channel) { channel->send(u"hello"_s); });
    JoinedClient client(server);
    QVERIFY(client->receives(u"hello"_s));
    QCOMPARE(client->actions(),
             (QStringList{u"connected"_s, u"_state"_s, u"_state"_s, u"hello"_s}));
    const QList<QVariantMap> states = statesOf(client.client);
    QCOMPARE(states[0][u"name"_s], QVariant(u"names"_s));
    QCOMPARE(states[0][u"full"_s], QVariant(true));
    QCOMPARE(states[0][u"roles"_s].toList(), QVariantList{u"display"_s});
    QCOMPARE(states[0][u"rows"_s].toList(),
             (QVariantList{QVariantList{u"ada"_s}, QVariantList{u"bob"_s}}));
    QCOMPARE(states[1][u"set"_s].toMap()[u"title"_s], QVariant(u"first"_s));
    QVERIFY(states[1][u"time"_s].toLongLong() <= Server::time());
}

void tst_SharedState::changesAreToldOnceInAnInterval()
{
    TestServer server;
    World world;
    server->everyone()->setSyncInterval(0);
    server->everyone()->share(u"world"_s, &world);
    JoinedClient client(server);
    for (int i = 1; i <= 100; ++i)
        world.setScore(i);
    QVERIFY(client->receives(u"_state"_s, 2));
    QCOMPARE(statesOf(client.client)[1][u"set"_s].toMap(), (QVariantMap{{u"score"_s, 100LL}}));

    server->everyone()->setSyncInterval(3'600'000);
    QCOMPARE(server->everyone()->syncInterval(), 3'600'000);
    world.setScore(1);
    server->everyone()->sync(); // the interval begins
    for (int i = 0; i < 20; ++i) {
        world.setScore(200 + i);
        QCoreApplication::processEvents();
    }
    server->everyone()->sync();
    server->sendToAll(u"end"_s);
    QVERIFY(client->receives(u"end"_s));
    QCOMPARE(client->actions().count(u"_state"_s), 4);
    QCOMPARE(statesOf(client.client)[3][u"set"_s].toMap(), (QVariantMap{{u"score"_s, 219LL}}));
}

void tst_SharedState::emptyChangeSendsNothing()
{
    TestServer server;
    World world;
    server->everyone()->share(u"world"_s, &world);
    JoinedClient client(server);
    server->everyone()->sync();
    world.setScore(5);
    world.setScore(0);
    server->everyone()->sync();
    server->sendToAll(u"end"_s);
    QVERIFY(client->receives(u"end"_s));
    QCOMPARE(client->actions().count(u"_state"_s), 1);
}

void tst_SharedState::everyClientIsToldTheSame()
{
    TestServer server;
    World world;
    QStringListModel names({u"ada"_s});
    server->everyone()->setSyncInterval(1);
    server->everyone()->share(u"world"_s, &world);
    server->everyone()->share(u"names"_s, &names);
    Player first(server->port());
    Replica firstWorld(&first.listener, u"world"_s);
    ReplicaModel firstNames(&first.listener, u"names"_s);
    QTRY_VERIFY(firstWorld.isReady() && firstNames.isReady());
    names.setStringList({u"ada"_s, u"bob"_s});
    world.weather = World::Weather::Rain;
    world.setScore(7);
    Player second(server->port());
    Replica secondWorld(&second.listener, u"world"_s);
    ReplicaModel secondNames(&second.listener, u"names"_s);
    QTRY_COMPARE(secondWorld.value(u"score"_s), QVariant(7LL));
    QTRY_COMPARE(firstWorld.values(), secondWorld.values());
    QCOMPARE(firstWorld.value(u"weather"_s), QVariant(1LL));
    QTRY_COMPARE(display(secondNames), display(names));
    QTRY_COMPARE(display(firstNames), display(names));
    names.insertRow(1);
    names.setData(names.index(1), u"eve"_s);
    QTRY_COMPARE(display(secondNames), display(names));
    QTRY_COMPARE(display(firstNames), display(names));
}

//! Like a program in another language, with the few lines that this takes.
void tst_SharedState::plainClientCanFollow()
{
    TestServer server;
    QStringListModel names({u"a"_s, u"b"_s, u"c"_s});
    server->everyone()->share(u"names"_s, &names);
    JoinedClient client(server);
    const auto sync = [&] { server->everyone()->sync(); };
    names.moveRow({}, 0, {}, 3);
    sync();
    names.insertRow(1);
    names.setData(names.index(1), u"x"_s);
    sync();
    names.setData(names.index(0), u"y"_s);
    sync();
    names.removeRows(1, 2);
    sync();
    QVERIFY(client->receives(u"_state"_s, 5));
    QList<QVariant> rows;
    for (const QVariantMap &state : statesOf(client.client)) {
        if (state.contains(u"rows"_s))
            rows = state[u"rows"_s].toList();
        for (const QVariant &entry : state[u"changes"_s].toList()) {
            const QVariantList change = entry.toList();
            const int row = change[1].toInt();
            if (change[0] == u"insert"_s) {
                for (const QVariant &values : change[2].toList())
                    rows.insert(row, values);
            } else if (change[0] == u"remove"_s) {
                rows.remove(row, change[2].toInt());
            } else if (change[0] == u"move"_s) {
                rows.insert(change[3].toInt(), rows.takeAt(row));
            } else {
                rows[row] = QVariantList{change[2].toMap()[u"display"_s]};
            }
        }
    }
    QStringList texts;
    for (const QVariant &row : std::as_const(rows))
        texts << row.toList()[0].toString();
    QCOMPARE(texts, names.stringList());
}

void tst_SharedState::pythonClientCanFollow()
{
    TestServer server;
    World world;
    QStringListModel names({u"a"_s, u"b"_s, u"c"_s});
    server->everyone()->share(u"names"_s, &names);
    server->everyone()->share(u"world"_s, &world);
    PythonPeer python(u"mirror.py"_s, {QString::number(server->port())});
    QVERIFY(python.hasSaid(R"(names [["a"], ["b"], ["c"]])"));
    QVERIFY(python.hasSaid(R"(world {"any": null, "flag": {"x": 0, "y": 0}, "score": 0, )"
                           R"("title": "first", "weather": 0})"));
    names.insertRow(1);
    names.setData(names.index(1), u"x"_s);
    server->everyone()->sync();
    QVERIFY(python.hasSaid(R"(names [["a"], ["x"], ["b"], ["c"]])"));
    names.moveRow({}, 0, {}, 4);
    names.setData(names.index(1), u"y"_s);
    server->everyone()->sync();
    QVERIFY(python.hasSaid(R"(names [["x"], ["y"], ["c"], ["a"]])"));
    names.removeRows(0, 2);
    world.title = u"over"_s;
    world.setScore(3);
    server->everyone()->sync();
    QVERIFY(python.hasSaid(R"(names [["c"], ["a"]])"));
    QVERIFY(python.hasSaid(R"(world {"any": null, "flag": {"x": 0, "y": 0}, "score": 3, )"
                           R"("title": "over", "weather": 0})"));
    server->everyone()->unshare(u"world"_s);
    QVERIFY(python.hasSaid("world null"));
    server->close();
    QCOMPARE(python.complaint(), QString());
}

//! The guide says that a few lines are enough, and shows them.
void tst_SharedState::pythonClientIsThatOfTheGuide()
{
    const auto contents = [](const char *name) {
        QFile file(QFINDTESTDATA(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    };
    const QByteArray guide = contents("../../src/doc/STATE.md");
    const qsizetype begin = guide.indexOf("```python\n") + 10;
    const QByteArray shown = guide.sliced(begin, guide.indexOf("```", begin) - begin);
    QVERIFY(shown.contains("def take(message):"));
    QVERIFY(contents("python/mirror.py").contains(shown));
}

void tst_SharedState::pythonServerShares()
{
    PythonPeer python(u"server.py"_s, {u"shares"_s});
    Player player(python.port());
    Replica world(&player.listener, u"world"_s);
    ReplicaModel players(&player.listener, u"players"_s);
    const QAbstractItemModelTester tester(&players);
    QTRY_VERIFY(world.isReady() && players.isReady());
    QCOMPARE(world.values(), (QVariantMap{{u"score"_s, 0LL}, {u"title"_s, u"first"_s}}));
    QCOMPARE(players.get(1), (QVariantMap{{u"id"_s, 2LL}, {u"x"_s, 5LL}}));
    const QSignalSpy resets(&players, &ReplicaModel::modelReset);
    const QSignalSpy received(&player.listener, &ConnectionListener::stateReceived);
    const auto next = [&] {
        const auto count = received.count() + 1;
        player.listener.send(u"next"_s);
        return eventually([&] { return received.count() == count; });
    };
    QVERIFY(next());
    QCOMPARE(world.value(u"score"_s), QVariant(7LL));
    QVERIFY(next());
    QCOMPARE(players.count(), 3);
    QCOMPARE(players.get(1), (QVariantMap{{u"id"_s, 1LL}, {u"x"_s, 2.5}}));
    QVERIFY(next());
    QCOMPARE(world.values(), (QVariantMap{{u"score"_s, 8LL}, {u"title"_s, u"second"_s}}));
    QVERIFY(next());
    QCOMPARE(players.count(), 2);
    QCOMPARE(players.get(1), (QVariantMap{{u"id"_s, 4LL}, {u"x"_s, 10LL}}));
    QVERIFY(next());
    QVERIFY(!world.isReady());
    QCOMPARE(resets.count(), 0);
    QVERIFY(player.listener.pumpUntil(u"done"_s));
    player.listener.close();
    QCOMPARE(python.complaint(), QString());
}

void tst_SharedState::stateOverTheLimitsComesInParts()
{
    TestServer server;
    server->setMaximumValues(100);
    server->everyone()->setSyncInterval(0);
    QStringList texts;
    for (int i = 0; i < 1'000; ++i)
        texts << QString::number(i);
    QStringListModel names(texts);
    World world;
    server->everyone()->share(u"names"_s, &names, u"display"_s);
    server->everyone()->share(u"world"_s, &world);
    const Warnings warnings;
    Player player(server->port());
    Replica replica(&player.listener, u"world"_s);
    ReplicaModel model(&player.listener, u"names"_s);
    QCOMPARE(model.name(), u"names"_s);
    const QAbstractItemModelTester tester(&model);
    const QSignalSpy resets(&model, &ReplicaModel::modelReset);
    QTRY_VERIFY(model.isReady() && replica.isReady());
    QCOMPARE(resets.count(), 1);
    QCOMPARE(display(model), texts);
    QVariantList list; // too large for one of the server's messages with the rest
    for (int i = 0; i < 80; ++i)
        list << i;
    world.any = list;
    Q_EMIT world.changed();
    names.setStringList(texts + texts.replaceInStrings(u"1"_s, u"x"_s));
    QTRY_COMPARE(display(model), display(names));
    QTRY_COMPARE(replica.value(u"any"_s).toList().size(), 80);

    PythonPeer python(u"mirror.py"_s, {QString::number(server->port())});
    QByteArray rows = "names [";
    for (const QString &text : display(names))
        rows += "[\"" + text.toUtf8() + "\"], ";
    QVERIFY(python.hasSaid(rows.chopped(2) + ']'));
    QCOMPARE(Warnings::texts(), QStringList());
}

void tst_SharedState::valueThatIsTooLargeIsLeftOutWithOneWarning()
{
    TestServer server;
    server->setMaximumFrameSize(1'000);
    World world;
    server->everyone()->share(u"world"_s, &world);
    Player player(server->port());
    Replica replica(&player.listener, u"world"_s);
    QTRY_VERIFY(replica.isReady());
    const Warnings warnings;
    for (int i = 1; i < 4; ++i) {
        world.title = QString(2'000 + i, u'x');
        world.setScore(i);
        server->everyone()->sync();
        QTRY_COMPARE(replica.value(u"score"_s), QVariant(qint64(i)));
    }
    QCOMPARE(replica.value(u"title"_s), QVariant(u"first"_s));
    QCOMPARE(Warnings::texts().size(), 1);
    QVERIFY(Warnings::texts()[0].startsWith(
        u"a value of world is too large for a message and is not shared: frame of "_s));
    Player late(server->port());
    Replica other(&late.listener, u"world"_s);
    QTRY_VERIFY(other.isReady());
    QVERIFY(!other.values().contains(u"title"_s));
}

void tst_SharedState::rolesMayHaveAnyValue()
{
    class Things : public QAbstractListModel
    {
    public:
        int rowCount(const QModelIndex &parent = {}) const override
        {
            return parent.isValid() ? 0 : 1;
        }
        QVariant data(const QModelIndex &, int role) const override
        {
            return role == 1'000 ? QVariant::fromValue(World::Weather::Rain)
                : role == 1'001  ? QVariant::fromValue(Point{1, 2})
                : role == 1'002  ? QVariant(QVariantList{1, QVariantMap{{u"a"_s, QVariantList{}}}})
                                 : QVariant();
        }
        QHash<int, QByteArray> roleNames() const override
        {
            return {{1'000, "weather"}, {1'001, "flag"}, {1'002, "nested"}, {1'003, "nothing"}};
        }
    } things;
    TestServer server;
    server->everyone()->share(u"things"_s, &things);
    Player player(server->port());
    ReplicaModel model(&player.listener, u"things"_s);
    QTRY_VERIFY(model.isReady());
    const QVariantMap row = model.get(0);
    QCOMPARE(row[u"weather"_s], QVariant(1LL));
    QCOMPARE(row[u"flag"_s].toMap(), (QVariantMap{{u"x"_s, 1LL}, {u"y"_s, 2LL}}));
    QCOMPARE(row[u"nested"_s].toList()[1].toMap(), (QVariantMap{{u"a"_s, QVariantList{}}}));
    QVERIFY(row[u"nothing"_s].isNull());
}

void tst_SharedState::roomThatSharesInItsConstructor()
{
    TestServer server;
    server->setRoomClass<Match>();
    server->openRoom(u"one"_s)->setPersistent(true);
    Match &match = *static_cast<Match *>(server->room(u"one"_s));
    match.world.setScore(3); // nobody is there yet
    JoinedClient client(server);
    QVERIFY(client.channel->join(u"one"_s));
    match.world.setScore(4);
    match.sync();
    QVERIFY(client->receives(u"_state"_s, 2));
    const QList<QVariantMap> states = statesOf(client.client);
    QCOMPARE(states[0][u"set"_s].toMap()[u"score"_s], QVariant(3LL));
    QCOMPARE(states[1][u"set"_s].toMap(), (QVariantMap{{u"score"_s, 4LL}}));
}

void tst_SharedState::whoLeavesIsToldSo()
{
    TestServer server;
    server->setRoomClass<Match>();
    JoinedClient client(server);
    JoinedClient other(server);
    QVERIFY(client.channel->join(u"one"_s));
    QVERIFY(other.channel->join(u"one"_s));
    client.channel->leave(u"one"_s);
    QVERIFY(client->receives(u"_state"_s, 2));
    QCOMPARE(statesOf(client.client)[1][u"end"_s], QVariant(true));
    server->room(u"one"_s)->close();
    QVERIFY(other->receives(u"_state"_s, 2));
    QCOMPARE(statesOf(other.client)[1][u"end"_s], QVariant(true));
}

void tst_SharedState::unsharingMakesReplicasNotReady()
{
    TestServer server;
    World world;
    server->everyone()->share(u"world"_s, &world);
    Player player(server->port());
    Replica replica(&player.listener, u"world"_s);
    const QSignalSpy ready(&replica, &Replica::ready);
    const QSignalSpy readyChanged(&replica, &Replica::readyChanged);
    QTRY_VERIFY(replica.isReady());
    server->everyone()->unshare(u"world"_s);
    QTRY_VERIFY(!replica.isReady());
    QCOMPARE(replica.value(u"title"_s), QVariant(u"first"_s));
    world.setScore(5);
    server->everyone()->share(u"world"_s, &world);
    QTRY_VERIFY(replica.isReady());
    QCOMPARE(replica.value(u"score"_s), QVariant(5LL));
    QVERIFY(ready.count() >= 1 && readyChanged.count() >= 2);
}

void tst_SharedState::destroyedObjectIsNotSharedAnyMore()
{
    TestServer server;
    auto world = std::make_unique<World>();
    auto names = std::make_unique<QStringListModel>();
    server->everyone()->share(u"world"_s, world.get());
    server->everyone()->share(u"names"_s, names.get());
    JoinedClient client(server);
    world->setScore(5);
    names->insertRow(0);
    world.reset();
    names.reset();
    server->everyone()->sync();
    QVERIFY(client->receives(u"_state"_s, 4));
    QCOMPARE(statesOf(client.client)[2][u"end"_s], QVariant(true));
    QCOMPARE(statesOf(client.client)[3][u"end"_s], QVariant(true));
    JoinedClient late(server);
    server->sendToAll(u"end"_s);
    QVERIFY(late->receives(u"end"_s));
    QVERIFY(statesOf(late.client).isEmpty());
}

void tst_SharedState::newShareOfTheSameNameReplacesTheOld()
{
    TestServer server;
    World first;
    World second;
    second.title = u"second"_s;
    server->everyone()->share(u"world"_s, &first);
    JoinedClient client(server);
    server->everyone()->share(u"world"_s, &second);
    first.setScore(9);
    server->everyone()->sync();
    server->sendToAll(u"end"_s);
    QVERIFY(client->receives(u"end"_s));
    const QList<QVariantMap> states = statesOf(client.client);
    QCOMPARE(states.size(), 3);
    QCOMPARE(states[2][u"set"_s].toMap()[u"title"_s], QVariant(u"second"_s));
}

void tst_SharedState::oneObjectInManyRooms()
{
    TestServer server;
    World world;
    server->openRoom(u"a"_s)->share(u"in a"_s, &world);
    server->openRoom(u"b"_s)->share(u"in b"_s, &world);
    JoinedClient client(server);
    QVERIFY(client.channel->join(u"a"_s) && client.channel->join(u"b"_s));
    world.setScore(5);
    server->room(u"a"_s)->sync();
    server->room(u"b"_s)->sync();
    QVERIFY(client->receives(u"_state"_s, 4));
    const QList<QVariantMap> states = statesOf(client.client);
    QCOMPARE(states[2][u"set"_s], states[3][u"set"_s]);
    QVERIFY(states[2][u"name"_s] != states[3][u"name"_s]);
}

void tst_SharedState::objectOfAnotherThreadIsRefused()
{
    TestServer server;
    World world;
    QThread thread;
    world.moveToThread(&thread);
    const Warnings warnings;
    server->everyone()->share(u"world"_s, &world);
    QCOMPARE(Warnings::texts().size(), 1);
    QVERIFY(Warnings::texts()[0].contains(u"a different thread"_s));
    JoinedClient client(server);
    server->sendToAll(u"end"_s);
    QVERIFY(client->receives(u"end"_s));
    QVERIFY(statesOf(client.client).isEmpty());

    World moved; // is moved after it has been shared
    server->everyone()->share(u"moved"_s, &moved);
    QVERIFY(client->receives(u"_state"_s));
    moved.moveToThread(&thread);
    moved.setScore(1);
    server->everyone()->sync();
    QVERIFY(Warnings::texts().contains(
        u"moved lives in a different thread from the room that shares it"_s));
    QCOMPARE(statesOf(client.client).size(), 1);
}

void tst_SharedState::serverInTheBackgroundSharesToo()
{
    TestServer server;
    auto *const world = new World;
    world->setParent(server.server); // moves with the server
    server->everyone()->setSyncInterval(0);
    server->everyone()->share(u"world"_s, world);
    server->startBackground();
    Player player(server->port());
    Replica replica(&player.listener, u"world"_s);
    QTRY_VERIFY(replica.isReady());
    QMetaObject::invokeMethod(world, [world] { world->setScore(12); });
    QTRY_COMPARE(replica.value(u"score"_s), QVariant(12LL));
}

void tst_SharedState::visibleRowsDependOnTheChannel()
{
    TestServer server;
    QStringListModel cards({u"a"_s, u"b"_s, u"c"_s});
    JoinedClient first(server);
    JoinedClient second(server);
    QHash<const Channel *, QString> hands;
    hands[first.channel] = u"ab"_s;
    hands[second.channel] = u"c"_s;
    server->everyone()->share(u"cards"_s, &cards);
    server->everyone()->setVisible(u"cards"_s, [&](const Channel *channel, int row) {
        return hands.value(channel).contains(cards.stringList()[row]);
    });
    server->everyone()->sync();
    const auto latest = [](RawClient &client) { return statesOf(client).constLast(); };
    QVERIFY(first->receives(u"_state"_s, 2) && second->receives(u"_state"_s, 2));
    QCOMPARE(latest(first.client)[u"rows"_s].toList().size(), 2);
    QCOMPARE(latest(second.client)[u"rows"_s].toList(),
             (QVariantList{QVariant(QVariantList{u"c"_s})}));
    hands[second.channel] = u"bc"_s;
    hands[first.channel] = u"a"_s;
    server->everyone()->sync();
    QVERIFY(first->receives(u"_state"_s, 3) && second->receives(u"_state"_s, 3));
    const auto change = [](const QVariantList &parts) { return QVariantList{QVariant(parts)}; };
    QCOMPARE(latest(first.client)[u"changes"_s].toList(), change({u"remove"_s, 1LL, 1LL}));
    QCOMPARE(latest(second.client)[u"changes"_s].toList(),
             change({u"insert"_s, 0LL, QVariantList{QVariant(QVariantList{u"b"_s})}}));
    const Warnings warnings;
    server->everyone()->setVisible(u"none"_s, {});
    QCOMPARE(Warnings::texts().size(), 1);
}

void tst_SharedState::lateReplicaKnowsWhatHasCome()
{
    TestServer server;
    World world;
    QStringListModel names({u"ada"_s});
    server->everyone()->share(u"world"_s, &world);
    server->everyone()->share(u"names"_s, &names);
    Player player(server->port());
    QVERIFY(player.listener.pumpUntil(u"_state"_s, 2));
    Replica replica(&player.listener, u"world"_s);
    ReplicaModel model(&player.listener, u"names"_s);
    QVERIFY(replica.isReady() && model.isReady());
    QCOMPARE(replica.value(u"title"_s), QVariant(u"first"_s));
    QCOMPARE(model.count(), 1);
    QCOMPARE(model.get(0), (QVariantMap{{u"display"_s, u"ada"_s}}));
    QVERIFY(model.get(1).isEmpty());
    QVERIFY(!ReplicaModel(&player.listener, u"world"_s).isReady());
    QVERIFY(!Replica(nullptr, u"world"_s).isReady());
}

void tst_SharedState::withoutReplicaItIsAMessage()
{
    TestServer server;
    World world;
    server->everyone()->share(u"world"_s, &world);
    Player player(server->port());
    QVERIFY(player.listener.pumpUntil(u"_state"_s));
    {
        const Replica replica(&player.listener, u"world"_s);
        world.setScore(1);
        QTRY_COMPARE(replica.value(u"score"_s), QVariant(1LL));
    }
    world.setScore(2);
    QVERIFY(player.listener.pumpUntil(u"_state"_s, 2));
    QCOMPARE(player.listener.messages.constLast()[u"set"_s].toMap(),
             (QVariantMap{{u"score"_s, 2LL}}));
}

void tst_SharedState::targetFollows()
{
    TestServer server;
    World world;
    world.weather = World::Weather::Rain;
    world.flag = {3, 4};
    server->everyone()->setSyncInterval(1);
    server->everyone()->share(u"world"_s, &world);
    Player player(server->port());
    Replica replica(&player.listener, u"world"_s);
    QTRY_VERIFY(replica.isReady());
    World target;
    replica.setTarget(&target);
    QCOMPARE(replica.target(), &target);
    QCOMPARE(target.weather, World::Weather::Rain);
    QCOMPARE(target.flag, (Point{3, 4}));
    world.title = u"second"_s;
    world.any = QVariantList{1, 2};
    world.setScore(9);
    QTRY_COMPARE(target.score, 9);
    QCOMPARE(target.title, u"second"_s);
    QCOMPARE(target.any, QVariant(QVariantList{1LL, 2LL}));
    replica.setTarget(nullptr);

    Weathervane vane; // its title is not text
    {
        const Warnings warnings;
        replica.setTarget(&vane);
        world.title = u"third"_s;
        world.setScore(11);
        QTRY_COMPARE(vane.score, 11);
        QCOMPARE(vane.title, 0);
        QCOMPARE(Warnings::texts(), // only once
                 QStringList(u"world.title is text which does not fit the target's int"_s));
    }

    QObject other; // the type of its name differs from the shared one
    replica.setTarget(&other);
    world.setScore(10);
    QTRY_COMPARE(replica.value(u"score"_s), QVariant(10LL));
}

void tst_SharedState::valuesOfOneMessageChangeTogether()
{
    TestServer server;
    World world;
    server->everyone()->share(u"world"_s, &world);
    Player player(server->port());
    Replica replica(&player.listener, u"world"_s);
    QTRY_VERIFY(replica.isReady());
    QStringList seen;
    QObject::connect(&replica, &Replica::valueChanged,
                     [&](const QString &property, const QVariant &) {
                         seen << u"%1 %2 %3"_s.arg(property, replica.value(u"score"_s).toString(),
                                                   replica.value(u"title"_s).toString());
                     });
    world.title = u"second"_s;
    world.setScore(1);
    server->everyone()->sync();
    QTRY_COMPARE(seen, (QStringList{u"score 1 second"_s, u"title 1 second"_s}));
}

void tst_SharedState::slotsMayDeleteEverything_data()
{
    QTest::addColumn<int>("victim");
    QTest::newRow("the replica") << 0;
    QTest::newRow("the model") << 1;
    QTest::newRow("the listener") << 2;
    QTest::newRow("everything") << 3;
}

void tst_SharedState::slotsMayDeleteEverything()
{
    QFETCH(const int, victim);
    TestServer server;
    World world;
    QStringListModel names({u"ada"_s});
    server->everyone()->share(u"world"_s, &world);
    server->everyone()->share(u"names"_s, &names);
    auto player = std::make_unique<Player>(server->port());
    auto replica = std::make_unique<Replica>(&player->listener, u"world"_s);
    auto model = std::make_unique<ReplicaModel>(&player->listener, u"names"_s);
    auto second = std::make_unique<ReplicaModel>(&player->listener, u"names"_s);
    QTRY_VERIFY(replica->isReady() && model->isReady());
    int calls = 0;
    const auto strike = [&] {
        ++calls;
        if (victim == 0 || victim == 3)
            replica.reset();
        if (victim == 1 || victim == 3)
            second.reset();
        if (victim == 2 || victim == 3)
            player.reset();
    };
    QObject::connect(replica.get(), &Replica::valueChanged, server.server, strike);
    QObject::connect(model.get(), &ReplicaModel::rowsAboutToBeInserted, server.server, strike);
    names.insertRow(0);
    server->everyone()->sync();
    QTRY_COMPARE(calls, 1);
    world.setScore(1);
    server->everyone()->sync();
    if (victim == 1)
        QTRY_VERIFY(calls >= 2);
    QCOMPARE(model->rowCount(), 2);
    model.reset();
}

void tst_SharedState::lostConnectionMakesReplicasNotReadyUntilItIsBack()
{
    TestServer server;
    World world;
    QStringListModel names({u"ada"_s, u"bob"_s});
    server->everyone()->share(u"world"_s, &world);
    server->everyone()->share(u"names"_s, &names, u"display"_s);
    Player player(server->port());
    player.listener.setReconnect(true);
    player.listener.setReconnectInterval(1);
    Replica replica(&player.listener, u"world"_s);
    ReplicaModel model(&player.listener, u"names"_s);
    const QAbstractItemModelTester tester(&model);
    QTRY_VERIFY(replica.isReady() && model.isReady());
    const QSignalSpy resets(&model, &ReplicaModel::modelReset);
    const QSignalSpy insertions(&model, &ReplicaModel::rowsInserted);
    const QSignalSpy ready(&model, &ReplicaModel::ready);
    const QSignalSpy readyChanged(&model, &ReplicaModel::readyChanged);
    server->channels().constFirst()->close();
    names.setStringList({u"ada"_s, u"eve"_s, u"bob"_s});
    world.setScore(6);
    QTRY_COMPARE(readyChanged.count(), 2);
    QTRY_VERIFY(replica.isReady() && model.isReady());
    QCOMPARE(replica.value(u"score"_s), QVariant(6LL));
    QCOMPARE(display(model), names.stringList());
    QCOMPARE(resets.count(), 0);
    QCOMPARE(insertions.count(), 1);
    QCOMPARE(ready.count(), 1);
}

void tst_SharedState::randomWalkEndsEqual()
{
    TestServer server;
    QStringListModel names;
    server->everyone()->setSyncInterval(0);
    server->everyone()->share(u"names"_s, &names);
    Player player(server->port());
    ReplicaModel model(&player.listener, u"names"_s);
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    QTRY_VERIFY(model.isReady());
    QRandomGenerator random(5);
    for (int i = 0; i < 10'000; ++i) {
        step(names, random);
        if (random.bounded(10) == 0)
            QCoreApplication::processEvents();
    }
    QTRY_COMPARE(display(model), display(names));
}

//! One client sees the even numbers, the other the odd ones, and both what is not a number yet.
void tst_SharedState::randomWalkOfWhatEachMaySeeEndsEqual()
{
    TestServer server;
    QStringListModel numbers;
    QHash<const Channel *, int> hidden; // the remainder of a division by two
    server->everyone()->setSyncInterval(0);
    server->everyone()->share(u"numbers"_s, &numbers);
    server->everyone()->setVisible(u"numbers"_s, [&](const Channel *channel, int row) {
        const QString text = numbers.stringList()[row];
        return text.isEmpty() || text.toInt() % 2 != hidden.value(channel);
    });
    std::array<std::unique_ptr<Player>, 2> players;
    std::array<std::unique_ptr<ReplicaModel>, 2> models;
    std::vector<std::unique_ptr<QAbstractItemModelTester>> testers;
    for (size_t i = 0; i < players.size(); ++i) {
        players[i] = std::make_unique<Player>(server->port());
        models[i] = std::make_unique<ReplicaModel>(&players[i]->listener, u"numbers"_s);
        testers.push_back(std::make_unique<QAbstractItemModelTester>(
            models[i].get(), QAbstractItemModelTester::FailureReportingMode::QtTest));
        QTRY_VERIFY(models[i]->isReady());
        const QList<Channel *> channels = server->channels();
        for (const Channel *const channel : channels) {
            if (!hidden.contains(channel))
                hidden[channel] = int(i);
        }
    }
    QRandomGenerator random(6);
    for (int i = 0; i < 2'000; ++i) {
        step(numbers, random);
        if (random.bounded(10) == 0)
            QCoreApplication::processEvents();
    }
    for (int i = 0; i < 2; ++i) {
        QStringList seen = numbers.stringList();
        seen.removeIf(
            [i](const QString &text) { return !text.isEmpty() && text.toInt() % 2 == i; });
        QTRY_COMPARE(display(*models[size_t(i)]), seen);
    }
}

void tst_SharedState::tickIsKnownWhileItIsDelivered()
{
    TestServer server;
    World world;
    server->everyone()->share(u"world"_s, &world);
    Player player(server->port());
    Replica replica(&player.listener, u"world"_s);
    QTRY_VERIFY(replica.isReady());
    QVERIFY(!StateTick::current());
    const QSignalSpy received(&player.listener, &ConnectionListener::stateReceived);
    qint64 time = -1;
    QObject::connect(&replica, &Replica::valueChanged, [&] {
        const StateTick *const tick = StateTick::current();
        QVERIFY(tick);
        QCOMPARE(tick->listener, &player.listener);
        QCOMPARE(tick->name, u"world"_s);
        time = tick->time;
    });
    const qint64 before = Server::time();
    world.setScore(1);
    server->everyone()->sync();
    QTRY_COMPARE(received.count(), 1);
    QVERIFY(time >= before && time <= Server::time());
    QCOMPARE(received[0], (QVariantList{u"world"_s, time}));
}

void tst_SharedState::serverTimeFollowsTheServersClock()
{
    TestServer server;
    Player player(server->port());
    QCOMPARE(player.listener.serverTime(), qint64(-1));
    QTRY_VERIFY(player.listener.serverTime() >= 0);
    qint64 latest = 0;
    for (int i = 0; i < 1'000; ++i) {
        const qint64 time = player.listener.serverTime();
        QVERIFY(time >= latest);
        latest = time;
    }
    // Both are on this machine, but a question may have waited long: half of that is the error.
    QVERIFY(std::abs(player.listener.serverTime() - Server::time()) < 30'000);
    player.listener.close();
    player.listener.pump();
    QCOMPARE(player.listener.serverTime(), qint64(-1));
}

void tst_SharedState::serverTimeOfAPlainServerIsUnknown()
{
    RawServer server;
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(server.port()));
    QCOMPARE(listener.serverTime(), qint64(-1));
    server.send(message(u"end"_s));
    QVERIFY(listener.pumpUntil(u"end"_s));
    QCOMPARE(listener.serverTime(), qint64(-1));
    QVERIFY(server.received().isEmpty());
}

void tst_SharedState::anotherPeersPingIsAnswered()
{
    TestServer server;
    JoinedClient client(server);
    QVERIFY(client->sendBytes(frame(hex("81 a6 5f68656c6c6f 01"))));    // {"_hello": 1}
    QVERIFY(client->sendBytes(frame(hex("81 a5 5f70696e67 cd 03e8")))); // {"_ping": 1000}
    QVERIFY(client->sendBytes(frame(hex("81 a5 5f70696e67 a1 78"))));   // {"_ping": "x"}
    QVERIFY(client->send(message(u"end"_s)));
    QVERIFY(server.receives(u"end"_s));
    server->sendToAll(u"end"_s);
    QVERIFY(client->receives(u"end"_s));
    const QByteArray pong = hex("82 a5 5f706f6e67 cd 03e8 a5 5f74696d65");
    QCOMPARE(client->received.count(pong), 1);
    QCOMPARE(client->received.count("_pong"), 1);
}

QTEST_GUILESS_MAIN(tst_SharedState)
#include "tst_sharedstate.moc"
