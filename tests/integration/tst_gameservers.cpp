// SPDX-License-Identifier: MIT
#include "arena/arenaserver.h"
#include "chat/printable.h"
#include "endpoints.h"
#include "pong/pongserver.h"
#include "support/eventually.h"
#include "support/pythonpeer.h"
#include "tag/tagserver.h"
#include "whiteboard/whiteboardserver.h"

#include <QRepod/ConnectionListener>
#include <QRepod/ReplicaModel>
#include <QRepod/RequestError>
#ifdef QREPOD_HAS_TESTKIT
#    include <QRepod/Test/FaultProxy>
#endif

#include <QtCore/QElapsedTimer>
#include <QtCore/QLineF>
#include <QtTest/QTest>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

//! The servers of the examples, with clients that know only their messages.
class tst_GameServers : public QObject
{
    Q_OBJECT

private slots:
    void programsListenWhereTheyAreTold_data();
    void programsListenWhereTheyAreTold();
    void whiteboardWithPythonClients();
    void boardIsWipedWhenTheLastHasLeft();
    void boardThatIsTooFullForgetsTheOldest();
    void chatPrintsNoControlCharacters_data();
    void chatPrintsNoControlCharacters();
    void pongWithPythonClients();
    void pongLeavesTheThirdConnected();
    void pongTellsNamesOnceThereAreSome();
    void pongKeepsTimeWhenTheLoopDoesNot();
    void tagWithPythonClients();
    void arenaWithAPythonClient();
    void arenaListsOpenRoomsInTheLobby();
    void arenaLetsFriendsMeetByAWord();
    void arenaRefusesTheFifth();
    void arenaShopAnswers();
    void arenaChatStaysInItsRoom();
    void arenaPlayersGoFromRoomToRoom();
    void arenaTellsWhoWins();
    void arenaSendsAPlayerToTheServerWithTheRoom();
#ifdef QREPOD_HAS_TESTKIT
    void arenaKeepsThePlaceOfWhoDrops();
#endif
};

namespace {

//! A client that keeps the messages.
class Guest : public QRepod::ConnectionListener
{
    Q_OBJECT

public:
    explicit Guest(quint16 port)
    {
        setAutoPump(true);
        QObject::connect(this, &Guest::messageReceived, this,
                         [this](const QString &action, const QVariantMap &message) {
                             latest[action] = message;
                             ++counts[action];
                         });
        connect("127.0.0.1", port);
    }

    QHash<QString, QVariantMap> latest;
    QHash<QString, int> counts;
};

//! A player of arena.
class Player : public Guest
{
public:
    using Guest::Guest;

    //! Returns the answer, or why there is none.
    QVariant ask(const QString &action, const QVariantMap &fields)
    {
        QVariant answer;
        request(action, fields)
            .then(this, [&answer](const QVariant &result) { answer = result; })
            .onFailed(this,
                      [&answer](const QRepod::RequestError &error) { answer = error.error(); });
        eventually([&answer] { return answer.isValid(); });
        return answer;
    }

    //! Joins a room, and returns its name, or why it cannot be joined.
    QString join(const QString &room, const QString &name = "Ada")
    {
        eventually([this] { return state() == State::Connected; });
        const QVariant answer = ask("join", {{"room", room}, {"name", name}});
        ship = answer.toMap()["ship"].toInt();
        return ship ? answer.toMap()["room"].toString() : answer.toString();
    }

    //! Returns the values of \a role for all rows that the server shares.
    static QVariantList column(const QRepod::ReplicaModel &model, const QByteArray &role)
    {
        QVariantList values;
        for (int row = 0; row < model.count(); ++row)
            values.append(model.index(row).data(model.roleNames().key(role)));
        return values;
    }

    int ship = 0;
    QRepod::ReplicaModel rooms{this, "rooms"};
    QRepod::ReplicaModel ships{this, "ships"};
};

Arena &arenaOf(const ArenaServer &server, const QString &room)
{
    return qobject_cast<Match *>(server.room(room))->arena();
}

//! Returns a place where nothing can be collected: at most one of these places is near a piece of
//! gold.
QPointF awayFromGold(const Arena &arena)
{
    QPointF place(60, 60);
    const auto isNear = [&place](const Thing &gold) {
        return QLineF(gold.place, place).length() < 60;
    };
    while (std::any_of(arena.gold().begin(), arena.gold().end(), isNear))
        place.rx() += 130;
    return place;
}

QStringList clientOf(const QRepod::Server &server)
{
    return {"client", "--port", QString::number(server.port())};
}

} // namespace

void tst_GameServers::programsListenWhereTheyAreTold_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<bool>("isOpen");
    QTest::newRow("by place") << QStringList{"127.0.0.1", "0"} << true;
    QTest::newRow("by name") << QStringList{"--port", "0", "--host", "127.0.0.1"} << true;
    QTest::newRow("the host by place") << QStringList{"127.0.0.1", "--port", "0"} << true;
    QTest::newRow("no port") << QStringList{"127.0.0.1", "70000"} << false;
    QTest::newRow("no address") << QStringList{"--host", "nowhere", "--port", "0"} << false;
}

void tst_GameServers::programsListenWhereTheyAreTold()
{
    QFETCH(const QStringList, arguments);
    QFETCH(const bool, isOpen);
    QCommandLineParser options;
    Endpoints::addOptions(options);
    QVERIFY(options.parse(QStringList("game-server") + arguments));
    TagServer server;
    Endpoints endpoints(&server);
    QCOMPARE(endpoints.open("Tag", options), isOpen);
    QCOMPARE(server.isListening(), isOpen);
    if (!isOpen)
        return;
    Guest guest(server.port());
    QTRY_COMPARE(guest.counts["setup"], 1);
}

void tst_GameServers::whiteboardWithPythonClients()
{
    WhiteboardServer server;
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    PythonPeer python("whiteboard.py", clientOf(server));
    QCOMPARE(python.complaint(), QString());
}

void tst_GameServers::boardIsWipedWhenTheLastHasLeft()
{
    WhiteboardServer server;
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    {
        Guest one(server.port());
        QTRY_COMPARE(one.counts["initial"], 1);
        one.send("drawpoint", {{"point", QVariantList{1, 2}}});
        QTRY_COMPARE(one.counts["drawpoint"], 1);
    }
    QTRY_COMPARE(server.channels().size(), 0);
    Guest next(server.port());
    QTRY_COMPARE(next.counts["initial"], 1);
    const QVariantMap lines = next.latest["initial"]["lines"].toMap();
    QCOMPARE(lines.size(), 1); // the guest's own, empty
    QVERIFY(lines.first().toMap()["lines"].toList().isEmpty());
}

void tst_GameServers::boardThatIsTooFullForgetsTheOldest()
{
    WhiteboardServer server;
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    server.setMaximumValues(10'000);
    Guest one(server.port());
    QTRY_COMPARE(one.counts["initial"], 1);

    // A point takes three values of the picture.
    constexpr int lines = 35;
    constexpr int pointsPerLine = 100;
    for (int line = 0; line < lines; ++line) {
        one.send("startline", {{"point", QVariantList{line, 0}}});
        for (int i = 1; i < pointsPerLine; ++i)
            one.send("drawpoint", {{"point", QVariantList{line, i % 560}}});
    }
    QTRY_COMPARE(one.counts["drawpoint"], lines * (pointsPerLine - 1));
    Guest late(server.port());
    QTRY_COMPARE(late.counts["initial"], 1);
    const QVariantMap players = late.latest["initial"]["lines"].toMap();
    const QVariantList kept = players["1"].toMap()["lines"].toList();
    QVERIFY(kept.size() > 20 && kept.size() < lines);
    const QVariantList newest = kept.last().toMap()["points"].toList();
    QCOMPARE(newest.size(), pointsPerLine);
    QCOMPARE(newest.first().toList(), (QVariantList{lines - 1, 0}));
}

void tst_GameServers::chatPrintsNoControlCharacters_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("printed");
    QTest::newRow("text") << "gr\u00fc\u00df \U0001f600"
                          << "gr\u00fc\u00df \U0001f600";
    QTest::newRow("clears the screen") << "\x1b[2Ja"
                                       << "\\u{1b}[2Ja";
    QTest::newRow("a line of its own") << "a\r\nSYSTEM: b"
                                       << "a\\u{d}\\u{a}SYSTEM: b";
    QTest::newRow("C1") << QString(QChar(0x9b)) + "2J"
                        << "\\u{9b}2J";
    QTest::newRow("turned around") << QString(QChar(0x202e)) + "abc"
                                   << "\\u{202e}abc";
    QTest::newRow("half a character")
        << QString(QChar(0xd83d)) << QString(QChar(QChar::ReplacementCharacter));
    QTest::newRow("nul") << QString(QChar(0)) << "\\u{0}";
}

void tst_GameServers::chatPrintsNoControlCharacters()
{
    QFETCH(const QString, text);
    QFETCH(const QString, printed);
    QCOMPARE(printable(text), printed);
}

void tst_GameServers::pongWithPythonClients()
{
    PongServer server;
    server.setTickInterval(4ms);
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    PythonPeer python("pong.py", clientOf(server));
    QCOMPARE(python.complaint(), QString());
}

void tst_GameServers::pongLeavesTheThirdConnected()
{
    PongServer server;
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    Guest left(server.port());
    Guest right(server.port());
    QTRY_VERIFY(right.counts["state"] > 0 && left.counts["round_start"] > 0);
    Guest third(server.port());
    QTRY_COMPARE(third.counts["full"], 1);
    const int states = left.counts["state"];
    QTRY_VERIFY(left.counts["state"] > states + 5);
    QCOMPARE(third.state(), Guest::State::Connected);
    QCOMPARE(server.channels().size(), 3);
    QCOMPARE(third.counts["state"], 0);
}

void tst_GameServers::pongTellsNamesOnceThereAreSome()
{
    PongServer server;
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    Guest left(server.port());
    QTRY_VERIFY(left.counts["setup"] > 0);
    Guest right(server.port());
    QTRY_VERIFY(right.counts["round_start"] > 0);
    QCOMPARE(right.counts["names"], 0); // as with repod
    right.send("name", {{"name", " A\x1b[2J d\n a, countess of Lovelace"}});
    QTRY_COMPARE(left.counts["names"], 1);
    QCOMPARE(left.latest["names"]["list"].toStringList(), (QStringList{"", "A[2J d a, counte"}));
    Guest third(server.port());
    third.send("name", {{"name", "third"}});
    QTRY_COMPARE(third.counts["full"], 1);
    QCOMPARE(third.counts["names"], 0);
}

void tst_GameServers::pongKeepsTimeWhenTheLoopDoesNot()
{
    PongServer server;
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    Guest one(server.port());
    QTRY_VERIFY(one.counts["state"] > 0);

    // A paddle shows how much time has passed in the game. The loop is held up again and again.
    one.send("input", {{"direction", -1}});
    const double start = server.game().paddle(0);
    QTRY_VERIFY(server.game().paddle(0) < start);
    const double y = server.game().paddle(0);
    qint64 least = 0; // milliseconds that must pass in the game, which skips longer ones
    qint64 latest = 0;
    QElapsedTimer clock;
    clock.start();
    while (clock.elapsed() < 400) {
        QElapsedTimer held;
        held.start();
        while (held.elapsed() < 47) { }
        const qint64 now = clock.elapsed();
        QCoreApplication::processEvents();
        least += std::min<qint64>(now - std::exchange(latest, now), 200);
    }
    const double seconds = (y - server.game().paddle(0)) / PongGame::paddleSpeed;
    const double toTheWall = (y - PongGame::paddleHeight / 2.) / PongGame::paddleSpeed;
    constexpr double ticks = 0.05; // for the ticks before and after
    const double passed = double(clock.elapsed()) / 1000;
    QVERIFY2(seconds > std::min(double(least) / 1000, toTheWall) - ticks
                 && seconds < passed + ticks,
             qPrintable(QString("%1 s in the game, %2 s outside").arg(seconds).arg(passed)));
}

void tst_GameServers::tagWithPythonClients()
{
    TagServer server;
    server.setTickInterval(4ms);
    server.arena().setObstacles({QRect(300, 300, 50, 60)});
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    PythonPeer python("tag.py", clientOf(server));
    QCOMPARE(python.complaint(), QString());
}

void tst_GameServers::arenaWithAPythonClient()
{
    ArenaServer server;
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    PythonPeer python("arena.py", clientOf(server));
    QCOMPARE(python.complaint(), QString());
    QTRY_COMPARE(server.rooms().size(), 1); // only the lobby
}

void tst_GameServers::arenaListsOpenRoomsInTheLobby()
{
    ArenaServer server;
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    Player waiting(server.port());
    QTRY_VERIFY(waiting.rooms.isReady());
    QCOMPARE(waiting.rooms.count(), 0);

    Player one(server.port());
    QCOMPARE(one.join(""), "Room 1");
    QTRY_VERIFY(!one.rooms.isReady()); // it has left the lobby
    Player secret(server.port());
    QCOMPARE(secret.join("#tiger"), "#TIGER");
    QTRY_COMPARE(Player::column(waiting.rooms, "name"), QVariantList{"Room 1"});
    QTRY_COMPARE(Player::column(waiting.rooms, "players"), QVariantList{1});
    QCOMPARE(waiting.join("Room 1"), "Room 1");
    QCOMPARE(waiting.join("Room 7"), "join: this room has closed");
    QCOMPARE(waiting.join("lobby"), "join: this room has closed");
}

void tst_GameServers::arenaLetsFriendsMeetByAWord()
{
    ArenaServer server;
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    Player one(server.port());
    Player other(server.port());
    Player stranger(server.port());
    QCOMPARE(one.join("#Blue tiger", "Ada"), "#BLUE TIGER");
    QCOMPARE(other.join("# blue  TIGER", "\x1b[Grace "), "#BLUE TIGER");
    QCOMPARE(stranger.join("#tiger"), "#TIGER");
    QTRY_COMPARE(Player::column(one.ships, "name"), (QVariantList{"Ada", "[Grace"})); // no bots
    QTRY_COMPARE(Player::column(other.ships, "number"), (QVariantList{one.ship, other.ship}));
    QTRY_COMPARE(stranger.ships.count(), 1);
}

void tst_GameServers::arenaRefusesTheFifth()
{
    ArenaServer server;
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    std::vector<std::unique_ptr<Player>> players;
    for (int ship = 1; ship <= 4; ++ship) {
        players.push_back(std::make_unique<Player>(server.port()));
        QCOMPARE(players.back()->join(""), "Room 1");
    }
    QTRY_COMPARE(players[0]->ships.count(), 4); // the bots have made room
    Player fifth(server.port());
    const QString refused = fifth.join("Room 1");
    QVERIFY2(refused.startsWith("join: ") && refused.contains("full"), qPrintable(refused));
    QTRY_VERIFY(fifth.rooms.isReady()); // it may choose another room
    QCOMPARE(fifth.join(""), "Room 2");
    players.pop_back();
    Player sixth(server.port());
    QTRY_COMPARE(server.room("Room 1")->channels().size(), 3);
    QCOMPARE(sixth.join(""), "Room 1");
}

void tst_GameServers::arenaShopAnswers()
{
    ArenaServer server(0);
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    Player one(server.port());
    QCOMPARE(one.join(""), "Room 1");
    Ship *const ship = arenaOf(server, "Room 1").ship(one.ship);
    ship->place = awayFromGold(arenaOf(server, "Room 1"));
    ship->gold = 0;
    QCOMPARE(one.ask("buy", {{"item", "cannon"}}), "buy: that costs 5 gold");
    ship->gold = 7;
    QCOMPARE(one.ask("buy", {{"item", "cannon"}}), 2);
    QTRY_COMPARE(Player::column(one.ships, "gold"), QVariantList{2});
}

void tst_GameServers::arenaChatStaysInItsRoom()
{
    ArenaServer server;
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    Player one(server.port());
    Player other(server.port());
    Player stranger(server.port());
    QCOMPARE(one.join(""), "Room 1");
    QCOMPARE(other.join(""), "Room 1");
    QCOMPARE(stranger.join("#x"), "#X");
    stranger.send("chat", {{"text", "nobody hears"}});
    one.send("chat", {{"text", "<b>hello</b>\n  there"}});
    QTRY_COMPARE(other.counts["chat"], 1);
    QCOMPARE(other.latest["chat"]["name"], "Ada");
    QCOMPARE(other.latest["chat"]["text"], "<b>hello</b> there");
    QTRY_COMPARE(stranger.counts["chat"], 1);
    QCOMPARE(stranger.latest["chat"]["text"], "nobody hears");
    one.send("chat", {{"text", QString(500, 'x')}});
    QTRY_COMPARE(other.counts["chat"], 2);
    QCOMPARE(other.latest["chat"]["text"].toString().size(), 200);
}

void tst_GameServers::arenaPlayersGoFromRoomToRoom()
{
    ArenaServer server(2);
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    Player one(server.port());
    Player other(server.port());
    QCOMPARE(one.join(""), "Room 1");
    QCOMPARE(other.join(""), "Room 1");
    QCOMPARE(one.join("#x"), "#X");
    QTRY_COMPARE(Player::column(one.ships, "number"), QVariantList{one.ship});
    QCOMPARE(server.room("Room 1")->channels().size(), 1);
    QCOMPARE(arenaOf(server, "Room 1").ships().size(), 2); // with a bot again
    one.send("leave");
    QTRY_VERIFY(one.rooms.isReady());
    QVERIFY(!server.room("#X"));
    one.send("input", {{"x", 1}, {"y", 0}, {"fire", true}}); // for a ship that no longer exists
    one.send("leave");
    QCOMPARE(one.join("Room 1"), "Room 1");
}

void tst_GameServers::arenaTellsWhoWins()
{
    ArenaServer server;
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    Player one(server.port());
    QCOMPARE(one.join("", "Grace"), "Room 1");
    arenaOf(server, "Room 1").ship(one.ship)->score = Arena::winningScore;
    QTRY_COMPARE(one.counts["won"], 1);
    QCOMPARE(one.latest["won"]["name"], "Grace");
}

void tst_GameServers::arenaSendsAPlayerToTheServerWithTheRoom()
{
    ArenaServer here;
    ArenaServer there;
    for (ArenaServer *server : {&here, &there}) {
        QVERIFY2(server->listen("127.0.0.1", 0), qPrintable(server->errorString()));
        server->openSomewhere = [&there](const QString &room) {
            there.openRoom(room);
            return QtFuture::makeReadyFuture(QString("127.0.0.1:%1").arg(there.port()));
        };
    }
    Player one(here.port());
    QTRY_COMPARE(one.state(), Player::State::Connected);
    one.request("join", {{"name", "Ada"}, {"room", "#x"}});
    QTRY_COMPARE(there.channels().size(), 1);
    QTRY_COMPARE(one.state(), Player::State::Connected);
    QCOMPARE(one.join("#x"), "#X");
    QVERIFY(there.room("#X"));
    QCOMPARE(one.join(""), "Room 1"); // each server has its own public rooms
}

#ifdef QREPOD_HAS_TESTKIT
void tst_GameServers::arenaKeepsThePlaceOfWhoDrops()
{
    ArenaServer server(0);
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    QRepod::FaultProxy network(server.port());
    Player one(network.port());
    one.setReconnect(true);
    one.setReconnectInterval(20);
    one.setMaximumReconnectInterval(50);
    Player other(server.port());
    QCOMPARE(one.join(""), "Room 1");
    QCOMPARE(other.join("", "Grace"), "Room 1");
    arenaOf(server, "Room 1").ship(one.ship)->score = 17;
    QTRY_COMPARE(Player::column(other.ships, "away"), (QVariantList{false, false}));

    network.interrupt(patience);
    QTRY_COMPARE(Player::column(other.ships, "away"), (QVariantList{true, false}));
    other.send("chat", {{"text", "where are you?"}});
    QTRY_COMPARE(other.counts["chat"], 1);
    network.interrupt(0); // the line is back
    QTRY_COMPARE(Player::column(other.ships, "away"), (QVariantList{false, false}));
    QTRY_COMPARE(one.latest["chat"]["text"], "where are you?"); // sent while it was away
    QCOMPARE(server.room("Room 1")->channels().size(), 2);
    QVERIFY(arenaOf(server, "Room 1").ship(one.ship)->score >= 17);
    QCOMPARE(one.counts["connected"], 1);
    QTRY_COMPARE(Player::column(one.ships, "name"), (QVariantList{"Ada", "Grace"}));
}
#endif

QTEST_GUILESS_MAIN(tst_GameServers)

#include "tst_gameservers.moc"
