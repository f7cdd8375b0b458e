// SPDX-License-Identifier: MIT

//! Rooms: who gets what, who may join, and handlers that delete everything around them.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/rawclient.h"
#include "support/scriptedserver.h"

#include <QRepod/Channel>
#include <QRepod/Room>
#include <QRepod/Server>

#include <QtCore/qregularexpression.h>
#include <QtCore/qthread.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

using QRepod::Channel;
using QRepod::Room;
using QRepod::Server;

namespace {

using Action = std::function<void(Room *, Channel *)>;

//! What the rooms of a test were told, in order, and how they react.
struct Game
{
    QStringList log;
    QString code;               ///< which refusal() asks for, if any
    Action onMove = nullptr;    ///< in a handler
    Action onUnknown = nullptr; ///< in network_received()
    Action onAsked = nullptr;   ///< in refusal()
};

void run(Action &action, Room *room, Channel *channel)
{
    if (const Action once = std::exchange(action, nullptr))
        once(room, channel);
}

class Match : public Room
{
    Q_OBJECT

public:
    explicit Match(Game &game)
        : m_game(game)
    {
    }

    QString refusal(Channel *channel, const QVariantMap &options) override
    {
        run(m_game.onAsked, this, channel);
        if (options[u"code"_s].toString() != m_game.code)
            return u"the code is wrong"_s;
        return Room::refusal(channel, options);
    }

    void network_received(Channel *channel, const QVariantMap &message) override
    {
        m_game.log << u"%1 fallback %2"_s.arg(name(), message[u"action"_s].toString());
        run(m_game.onUnknown, this, channel);
    }

public Q_SLOTS:
    void Network_move(QRepod::Channel *channel, int x)
    {
        m_game.log << u"%1 move %2"_s.arg(name()).arg(x);
        run(m_game.onMove, this, channel);
    }
    void Network_disconnected(QRepod::Channel *) { m_game.log << name() + u" disconnected"_s; }

private:
    Game &m_game;
};

//! Also handles `move`.
class Player : public ScriptedChannel
{
    Q_OBJECT

public:
    using ScriptedChannel::ScriptedChannel;

    Q_INVOKABLE void Network_move() { m_script.log << u"channel move"_s; }
};

class ServerHandler : public QObject
{
    Q_OBJECT

public:
    explicit ServerHandler(Game &game)
        : m_game(game)
    {
    }

    Q_INVOKABLE void Network_move(QRepod::Channel *) { m_game.log << u"server move"_s; }

private:
    Game &m_game;
};

QVariantMap move(int x)
{
    return message(u"move"_s, {{u"x"_s, x}});
}

struct WithGame
{
    Game game;
};

//! A server whose rooms are matches of one game, which outlives the server.
template <class C = ScriptedChannel>
struct GameServer : WithGame, TestServer<C>
{
    GameServer()
    {
        this->server->setRoomFactory([this](const QString &) { return new Match(game); });
        QObject::connect(this->server, &Server::roomOpened, this->server, [this](Room *room) {
            game.log << room->name() + u" opened"_s;
            QObject::connect(room, &Room::channelJoined, this->server,
                             [this, room] { game.log << room->name() + u" joined"_s; });
            QObject::connect(room, &Room::channelLeft, this->server,
                             [this, room] { game.log << room->name() + u" left"_s; });
        });
        QObject::connect(this->server, &Server::roomClosed, this->server,
                         [this](Room *room) { game.log << room->name() + u" closed"_s; });
    }
};

void expectWarning(const QString &text)
{
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QRegularExpression::escape(text)));
}

//! Returns whether channels and rooms agree.
bool isConsistent(const Server &server)
{
    const QList<Room *> rooms = server.rooms();
    for (const Room *room : rooms) {
        const QList<Channel *> channels = room->channels();
        for (const Channel *channel : channels) {
            if (!channel->rooms().contains(room) || !server.channels().contains(channel))
                return false;
        }
    }
    const QList<Channel *> channels = server.channels();
    return std::all_of(channels.begin(), channels.end(), [&](Channel *channel) {
        const QList<Room *> joined = channel->rooms();
        return std::all_of(joined.begin(), joined.end(), [&](const Room *room) {
            return rooms.contains(room) && room->channels().contains(channel);
        });
    });
}

} // namespace

class tst_Rooms : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void messageReachesChannelThenRoomsThenServer();
    void fallbacksGetWhatNobodyTook();
    void messageOfAnotherRoomsMemberIsNotForThisOne();
    void broadcastReachesMembersAlone();
    void orderOfSendingHoldsAcrossRooms();
    void joinOpensTheRoomAndJoiningAgainDoesNothing();
    void refusalSaysWhy_data();
    void refusalSaysWhy();
    void roomThatRefusedItsFirstChannelCloses();
    void factoryThatMakesNoRoomIsAnError();
    void roomThatItsFactoryHasOpenedMeanwhileCounts();
    void lastToLeaveClosesTheRoom();
    void openedRoomWaitsForItsFirstChannel();
    void persistentRoomStays();
    void closeLetsEveryoneLeaveAndFreesTheName();
    void clientThatGoesLeavesItsRooms();
    void deletedChannelLeavesItsRooms();
    void deletedRoomIsLeft();
    void everyoneCannotBeLeftOrClosed();
    void everyoneTellsWhoComesAndGoes();
    void deletedServerTellsNobody();
    void userCodeMayDoAnything_data();
    void userCodeMayDoAnything();
    void roomsWorkInTheBackgroundThread();
    void manyRoomsAreLeftAtOnce();
    void settingsTellOfChanges();
};

void tst_Rooms::messageReachesChannelThenRoomsThenServer()
{
    GameServer<Player> server;
    ServerHandler handler(server.game);
    server->addHandler(&handler);
    JoinedClient client(server);
    for (const QString &room : {u"b"_s, u"a"_s, u"c"_s})
        QVERIFY(client.channel->join(room));
    client.channel->leave(u"c"_s);
    server.game.log.clear();

    client->send(move(3));
    QVERIFY(eventually([&] { return server.game.log.contains(u"server move"_s); }));
    QCOMPARE(server.script.log, QStringList({u"channel move"_s}));
    QCOMPARE(server.game.log, QStringList({u"b move 3"_s, u"a move 3"_s, u"server move"_s}));
}

void tst_Rooms::fallbacksGetWhatNobodyTook()
{
    GameServer server;
    JoinedClient client(server);
    QVERIFY(client.channel->join(u"a"_s));
    server.game.log.clear();

    client->send(move(1)); // the room takes it
    client->send(message(u"hello"_s));
    QVERIFY(server.receives(u"hello"_s));
    QCOMPARE(server.script.log, QStringList({u"hello"_s}));
    QCOMPARE(server.game.log, QStringList({u"a move 1"_s, u"a fallback hello"_s}));

    server.game.log.clear();
    expectWarning(u"Network_move: field \"x\""_s);
    client->send(message(u"move"_s, {{u"x"_s, u"far"_s}})); // does not fit
    QVERIFY(server.receives(u"move"_s));
    QCOMPARE(server.game.log, QStringList({u"a fallback move"_s}));
}

void tst_Rooms::messageOfAnotherRoomsMemberIsNotForThisOne()
{
    GameServer server;
    JoinedClient one(server);
    JoinedClient other(server);
    QVERIFY(one.channel->join(u"a"_s));
    QVERIFY(other.channel->join(u"b"_s));
    server.game.log.clear();
    one->send(move(1));
    QVERIFY(eventually([&] { return !server.game.log.isEmpty(); }));
    QCOMPARE(server.game.log, QStringList({u"a move 1"_s}));
}

void tst_Rooms::broadcastReachesMembersAlone()
{
    GameServer server;
    JoinedClient one(server);
    JoinedClient two(server);
    JoinedClient stranger(server);
    QVERIFY(one.channel->join(u"a"_s));
    QVERIFY(two.channel->join(u"a"_s));
    Room *const room = server->room(u"a"_s);
    QCOMPARE(room->channels(), QList<Channel *>({one.channel, two.channel}));

    room->sendToAll(u"all"_s);
    room->sendToAll(message(u"some"_s), one.channel);
    server->sendToAll(u"end"_s);
    for (JoinedClient *client : {&one, &two, &stranger})
        QVERIFY((*client)->receives(u"end"_s));
    QCOMPARE(one->actions(), QStringList({u"connected"_s, u"all"_s, u"end"_s}));
    QCOMPARE(two->actions(), QStringList({u"connected"_s, u"all"_s, u"some"_s, u"end"_s}));
    QCOMPARE(stranger->actions(), QStringList({u"connected"_s, u"end"_s}));
}

void tst_Rooms::orderOfSendingHoldsAcrossRooms()
{
    GameServer server;
    JoinedClient client(server);
    QVERIFY(client.channel->join(u"a"_s));
    QVERIFY(client.channel->join(u"b"_s));
    Room *const a = server->room(u"a"_s);
    Room *const b = server->room(u"b"_s);
    QList<qint64> expected;
    for (int n = 0; n < 400; n += 4) {
        a->sendToAll(number(n));
        client.channel->send(number(n + 1));
        b->sendToAll(number(n + 2));
        server->sendToAll(number(n + 3));
        expected << n << n + 1 << n + 2 << n + 3;
    }
    QVERIFY(client->receives(u"number"_s, expected.size()));
    QCOMPARE(client->numbers(), expected);
}

void tst_Rooms::joinOpensTheRoomAndJoiningAgainDoesNothing()
{
    GameServer server;
    JoinedClient client(server);
    QString error = u"left over"_s;
    QVERIFY(client.channel->join(u"a"_s, {}, &error));
    QVERIFY(error.isEmpty());
    QVERIFY(client.channel->join(u"a"_s));
    QCOMPARE(server.game.log, QStringList({u"a opened"_s, u"a joined"_s}));
    Room *const room = server->room(u"a"_s);
    QVERIFY(room);
    QCOMPARE(room->name(), u"a"_s);
    QCOMPARE(room->server(), server.server.data());
    QCOMPARE(room->thread(), server->thread());
    QCOMPARE(server->openRoom(u"a"_s), room);
    QCOMPARE(server->rooms(), QList<Room *>({room}));
    QCOMPARE(client.channel->rooms(), QList<Room *>({room}));
}

void tst_Rooms::refusalSaysWhy_data()
{
    QTest::addColumn<QString>("room");
    QTest::addColumn<QString>("code");
    QTest::addColumn<QString>("reason");
    QTest::newRow("closed") << u"shut"_s << u"1"_s << u"room \"shut\" is closed"_s;
    QTest::newRow("full") << u"full"_s << u"1"_s << u"room \"full\" is full: 1 channels"_s;
    QTest::newRow("of its own") << u"full"_s << u"2"_s << u"the code is wrong"_s;
}

void tst_Rooms::refusalSaysWhy()
{
    QFETCH(const QString, room);
    QFETCH(const QString, code);
    QFETCH(const QString, reason);
    GameServer server;
    server.game.code = u"1"_s;
    JoinedClient first(server);
    JoinedClient second(server);
    Room *const full = server->openRoom(u"full"_s);
    full->setMaximumChannels(1);
    QVERIFY(first.channel->join(u"full"_s, {{u"code"_s, u"1"_s}}));
    server->openRoom(u"shut"_s)->setOpen(false);

    QString error;
    QVERIFY(!second.channel->join(room, {{u"code"_s, code}}, &error));
    QCOMPARE(error, reason);
    QVERIFY(second.channel->rooms().isEmpty());
    QCOMPARE(full->channels(), QList<Channel *>({first.channel}));
    QVERIFY(server->room(room)); // it was there before
}

void tst_Rooms::roomThatRefusedItsFirstChannelCloses()
{
    GameServer server;
    server.game.code = u"1"_s;
    JoinedClient client(server);
    QVERIFY(!client.channel->join(u"a"_s));
    QVERIFY(server->rooms().isEmpty());
    QCOMPARE(server.game.log, QStringList({u"a opened"_s, u"a closed"_s}));
}

void tst_Rooms::factoryThatMakesNoRoomIsAnError()
{
    GameServer server;
    server->setRoomFactory([](const QString &) { return nullptr; });
    JoinedClient client(server);
    QString error;
    expectWarning(u"the room factory returned no room for a"_s);
    QVERIFY(!client.channel->join(u"a"_s, {}, &error));
    QCOMPARE(error, u"room \"a\" cannot be opened"_s);
    expectWarning(u"a room needs a name"_s);
    QVERIFY(!client.channel->join(QString(), {}, &error));
}

void tst_Rooms::roomThatItsFactoryHasOpenedMeanwhileCounts()
{
    GameServer server;
    QPointer<Room> superfluous;
    server->setRoomFactory([&](const QString &name) -> Room * {
        server->setRoomFactory([](const QString &) { return new Room; });
        server->openRoom(name);
        superfluous = new Room;
        return superfluous;
    });
    Room *const room = server->openRoom(u"a"_s);
    QVERIFY(room);
    QCOMPARE(server->rooms(), QList<Room *>{room});
    QVERIFY(!superfluous);
}

void tst_Rooms::lastToLeaveClosesTheRoom()
{
    GameServer server;
    JoinedClient one(server);
    JoinedClient two(server);
    QVERIFY(one.channel->join(u"a"_s));
    QVERIFY(two.channel->join(u"a"_s));
    const QPointer<Room> room = server->room(u"a"_s);
    server.game.log.clear();

    one.channel->leave(u"a"_s);
    one.channel->leave(u"a"_s);
    one.channel->leave(u"elsewhere"_s);
    QCOMPARE(server.game.log, QStringList({u"a left"_s}));
    two.channel->leave(u"a"_s);
    QCOMPARE(server.game.log, QStringList({u"a left"_s, u"a left"_s, u"a closed"_s}));
    QVERIFY(!server->room(u"a"_s));
    QVERIFY(room);
    QVERIFY(eventually([&] { return !room; }));
}

void tst_Rooms::openedRoomWaitsForItsFirstChannel()
{
    GameServer server;
    Room *const room = server->openRoom(u"a"_s);
    JoinedClient client(server);
    QCOMPARE(server->room(u"a"_s), room);
    QVERIFY(client.channel->join(u"a"_s));
    client.channel->leave(u"a"_s);
    QVERIFY(server->rooms().isEmpty());
}

void tst_Rooms::persistentRoomStays()
{
    GameServer server;
    JoinedClient client(server);
    Room *const lobby = server->openRoom(u"lobby"_s);
    lobby->setPersistent(true);
    QVERIFY(client.channel->join(u"lobby"_s));
    client->close();
    QVERIFY(server.has(0));
    QVERIFY(lobby->channels().isEmpty());
    QCOMPARE(server->rooms(), QList<Room *>({lobby}));
    QSignalSpy closed(server.server, &Server::roomClosed);
    lobby->close();
    lobby->close();
    QCOMPARE(closed.size(), 1);
    QVERIFY(server->rooms().isEmpty());
}

void tst_Rooms::closeLetsEveryoneLeaveAndFreesTheName()
{
    GameServer server;
    JoinedClient one(server);
    JoinedClient two(server);
    QVERIFY(one.channel->join(u"a"_s));
    QVERIFY(two.channel->join(u"a"_s));
    const QPointer<Room> old = server->room(u"a"_s);
    connect(old, &Room::channelLeft, server.server,
            [](Channel *channel) { channel->join(u"a"_s); }); // another room of that name
    server.game.log.clear();
    old->close();
    QCOMPARE(server.game.log,
             QStringList({u"a left"_s, u"a opened"_s, u"a joined"_s, u"a left"_s, u"a joined"_s,
                          u"a closed"_s}));
    QVERIFY(old);
    QVERIFY(old->channels().isEmpty());
    QVERIFY(server->room(u"a"_s) != old);
    QCOMPARE(server->room(u"a"_s)->channels(), QList<Channel *>({one.channel, two.channel}));
    QVERIFY(eventually([&] { return !old; }));
    QVERIFY(isConsistent(*server.server));
}

void tst_Rooms::clientThatGoesLeavesItsRooms()
{
    GameServer server;
    JoinedClient client(server);
    JoinedClient witness(server);
    QVERIFY(client.channel->join(u"a"_s));
    QVERIFY(client.channel->join(u"b"_s));
    QVERIFY(witness.channel->join(u"b"_s));
    connect(server.server, &Server::channelDisconnected, server.server, [&](Channel *channel) {
        server.game.log << u"gone"_s;
        QVERIFY(channel->rooms().isEmpty());
        QString error;
        QVERIFY(!channel->join(u"c"_s, {}, &error));
        QCOMPARE(error, u"the client is not connected"_s);
    });
    server.game.log.clear();
    client->close();
    QVERIFY(eventually([&] { return !client.channel; }));
    QCOMPARE(server.game.log,
             QStringList({u"a disconnected"_s, u"b disconnected"_s, u"b left"_s, u"a left"_s,
                          u"a closed"_s, u"gone"_s}));
    QVERIFY(isConsistent(*server.server));
}

void tst_Rooms::deletedChannelLeavesItsRooms()
{
    GameServer server;
    JoinedClient client(server);
    JoinedClient witness(server);
    for (const QString &room : {u"a"_s, u"b"_s})
        QVERIFY(client.channel->join(room));
    QVERIFY(witness.channel->join(u"b"_s));
    server.game.log.clear();
    delete client.channel;
    QCOMPARE(server.game.log, QStringList({u"b left"_s, u"a left"_s, u"a closed"_s}));
    QCOMPARE(server->room(u"b"_s)->channels(), QList<Channel *>({witness.channel}));
}

void tst_Rooms::deletedRoomIsLeft()
{
    GameServer server;
    JoinedClient client(server);
    QVERIFY(client.channel->join(u"a"_s));
    server.game.log.clear();
    delete server->room(u"a"_s);
    QCOMPARE(server.game.log, QStringList({u"a left"_s, u"a closed"_s}));
    QVERIFY(client.channel->rooms().isEmpty());
    QVERIFY(server->rooms().isEmpty());
    client->send(move(1));
    QVERIFY(server.receives(u"move"_s)); // nobody takes it
}

void tst_Rooms::everyoneCannotBeLeftOrClosed()
{
    GameServer server;
    JoinedClient client(server);
    Room *const everyone = server->everyone();
    expectWarning(u"everyone() cannot be closed"_s);
    everyone->close();
    client.channel->leave(QString());
    QCOMPARE(everyone->channels(), QList<Channel *>({client.channel}));
    QVERIFY(client.channel->rooms().isEmpty());
    QVERIFY(!server->room(QString()));
    QVERIFY(server->rooms().isEmpty());
    client->close();
    QVERIFY(server.has(0)); // it does not close when the last channel has gone
    JoinedClient next(server);
    server->sendToAll(u"on"_s);
    QVERIFY(next->receives(u"on"_s));
}

void tst_Rooms::everyoneTellsWhoComesAndGoes()
{
    GameServer server;
    QSignalSpy joined(server->everyone(), &Room::channelJoined);
    QSignalSpy left(server->everyone(), &Room::channelLeft);
    JoinedClient client(server);
    QCOMPARE(joined.size(), 1);
    client->close();
    QVERIFY(server.has(0));
    QCOMPARE(left.size(), 1);
}

void tst_Rooms::deletedServerTellsNobody()
{
    GameServer server;
    JoinedClient client(server);
    QVERIFY(client.channel->join(u"a"_s));
    const QPointer<Room> room = server->room(u"a"_s);
    server.game.log.clear();
    delete server.server;
    QVERIFY(!room);
    QVERIFY(server.game.log.isEmpty());
}

void tst_Rooms::userCodeMayDoAnything_data()
{
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("what");
    for (const char *where : {"handler", "fallback", "refusal", "channelJoined", "channelLeft",
                              "channelLeft of a closed room", "roomOpened", "roomClosed",
                              "channelConnected", "channelDisconnected"}) {
        for (const char *what :
             {"join", "leave", "leave and join", "close room", "delete room", "close channel",
              "delete channel", "delete both", "delete server"}) {
            // Like any object, a room must not be deleted within one of its own virtual functions.
            if (QByteArray(where) == "refusal" && QByteArray(what).startsWith("delete")
                && QByteArray(what) != "delete channel")
                continue;
            QTest::addRow("%s in %s", what, where)
                << QString::fromLatin1(where) << QString::fromLatin1(what);
        }
    }
}

//! In every handler and slot that involves a room.
void tst_Rooms::userCodeMayDoAnything()
{
    QFETCH(const QString, where);
    QFETCH(const QString, what);
    GameServer server;
    JoinedClient client(server);
    QVERIFY(client.channel->join(u"before"_s));

    int runs = 0;
    const Action act = [&](Room *room, Channel *channel) {
        if (runs++ > 0)
            return;
        if (what == u"join"_s || what == u"leave and join"_s) {
            if (what == u"leave and join"_s)
                channel->leave(u"a"_s);
            channel->join(u"another"_s);
            channel->join(u"a"_s);
        } else if (what == u"leave"_s) {
            channel->leave(u"a"_s);
            channel->leave(u"before"_s);
        } else if (what == u"close room"_s && room) {
            room->close();
        } else if (what == u"delete room"_s && room) {
            delete room;
        } else if (what == u"close channel"_s) {
            channel->close();
        } else if (what == u"delete channel"_s) {
            delete channel;
        } else if (what == u"delete both"_s) {
            delete room;
            delete channel;
        } else if (what == u"delete server"_s) {
            delete server.server;
        }
    };
    QPointer<Channel> subject = client.channel;
    const auto slot = [&](Room *room) {
        if (subject)
            act(room, subject);
    };
    connect(server.server, &Server::roomOpened, this, [&](Room *room) {
        if (room->name() != u"a"_s)
            return;
        connect(room, &Room::channelJoined, this, [&, room] {
            if (where == u"channelJoined"_s)
                slot(room);
        });
        connect(room, &Room::channelLeft, this, [&, room] {
            if (where.startsWith(u"channelLeft"_s))
                slot(room);
        });
        if (where == u"roomOpened"_s)
            slot(room);
    });
    connect(server.server, &Server::roomClosed, this, [&](Room *room) {
        if (where == u"roomClosed"_s && room->name() == u"a"_s)
            slot(room);
    });
    if (where == u"refusal"_s)
        server.game.onAsked = act;
    if (where == u"handler"_s)
        server.game.onMove = act;
    if (where == u"fallback"_s)
        server.game.onUnknown = act;
    std::unique_ptr<RawClient> second;
    if (where == u"channelConnected"_s) {
        connect(server.server, &Server::channelConnected, this, [&](Channel *channel) {
            channel->join(u"a"_s);
            subject = channel;
            slot(channel->rooms().value(0));
        });
        second = std::make_unique<RawClient>(server->port());
        QVERIFY(eventually([&] { return runs > 0; }));
    } else if (where == u"channelDisconnected"_s) {
        connect(server.server, &Server::channelDisconnected, this,
                [&](Channel *) { slot(server->rooms().value(0)); });
    }

    if (subject && where != u"channelConnected"_s)
        subject->join(u"a"_s);
    if (subject) {
        client->send(move(1));
        client->send(message(u"unknown"_s));
        client->send(move(2));
    }
    if (where == u"handler"_s || where == u"fallback"_s)
        QVERIFY(eventually([&] { return runs > 0; }));
    if (server.server && where == u"channelLeft of a closed room"_s) {
        if (Room *const room = server->room(u"a"_s))
            room->close();
    } else if (server.server && subject
               && (where == u"channelLeft"_s || where == u"roomClosed"_s)) {
        subject->leave(u"a"_s);
    } else if (where == u"channelDisconnected"_s) {
        client->close();
        QVERIFY(eventually([&] { return runs > 0; }));
    }
    QVERIFY(runs > 0);
    if (!server.server)
        return;
    QVERIFY(isConsistent(*server.server));

    JoinedClient next(server); // the server still works
    QVERIFY(next.channel->join(u"last"_s));
    server->room(u"last"_s)->sendToAll(u"on"_s);
    QVERIFY(next->receives(u"on"_s));
    if (second)
        second->close();
    client->close();
    QVERIFY(server.has(1));
    QVERIFY(isConsistent(*server.server));
    QCOMPARE(server->rooms(), next.channel->rooms());
}

void tst_Rooms::roomsWorkInTheBackgroundThread()
{
    constexpr int threadCount = 8;
    constexpr int messageCount = 50;
    GameServer server;
    server->startBackground();
    Room *const room = server->openRoom(u"a"_s);
    QCOMPARE(room->thread(), server->workingThread());
    connect(server.server, &Server::channelConnected, server.server,
            [](Channel *channel) { channel->join(u"a"_s); });
    RawClient client(server->port());
    QVERIFY(eventually([&] { return room->channels().size() == 1; }));

    std::vector<std::unique_ptr<QThread>> threads;
    for (int i = 0; i < threadCount; ++i) {
        threads.emplace_back(QThread::create([&] {
            for (int n = 0; n < messageCount; ++n) {
                room->sendToAll(number(n));
                server->openRoom(u"b"_s);
                server->room(u"b"_s);
                server->rooms();
                room->setMaximumChannels(n);
            }
        }));
        threads.back()->start();
    }
    QVERIFY(client.receives(u"number"_s, threadCount * messageCount));
    for (const auto &thread : threads)
        thread->wait();
    QCOMPARE(server->rooms().size(), 2);
}

void tst_Rooms::manyRoomsAreLeftAtOnce()
{
    constexpr int roomCount = 10'000;
    TestServer server;
    std::vector<std::unique_ptr<JoinedClient>> clients;
    for (int i = 0; i < 4; ++i)
        clients.push_back(std::make_unique<JoinedClient>(server));
    for (int n = 0; n < roomCount; ++n) {
        for (const auto &client : clients)
            QVERIFY(client->channel->join(QString::number(n)));
    }
    QCOMPARE(server->rooms().size(), roomCount);
    server->room(u"7777"_s)->sendToAll(u"here"_s);
    for (const auto &client : clients)
        QVERIFY((*client)->receives(u"here"_s));
    for (const auto &client : clients)
        (*client)->close();
    QVERIFY(server.has(0));
    QVERIFY(eventually([&] { return server->rooms().isEmpty(); }));
}

void tst_Rooms::settingsTellOfChanges()
{
    TestServer server;
    Room *const room = server->openRoom(u"a"_s);
    QSignalSpy changed(room, &Room::settingsChanged);
    QVERIFY(room->isOpen());
    QVERIFY(!room->isPersistent());
    QCOMPARE(room->maximumChannels(), 0);
    room->setOpen(false);
    room->setPersistent(true);
    room->setMaximumChannels(4);
    QCOMPARE(changed.size(), 3);
    room->setMaximumChannels(4);
    QCOMPARE(changed.size(), 3);
    room->setMaximumChannels(-1);
    QCOMPARE(room->maximumChannels(), 0);
}

QTEST_GUILESS_MAIN(tst_Rooms)
#include "tst_rooms.moc"
