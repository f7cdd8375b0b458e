// SPDX-License-Identifier: MIT
#include "chat/printable.h"
#include "pong/pongserver.h"
#include "support/pythonpeer.h"
#include "tag/tagserver.h"
#include "whiteboard/whiteboardserver.h"

#include <QRepod/ConnectionListener>

#include <QtCore/QElapsedTimer>
#include <QtTest/QTest>

#include <cmath>

using namespace std::chrono_literals;

//! The servers of the whiteboard and of pong, with clients that know nothing but their messages.
class tst_GameServers : public QObject
{
    Q_OBJECT

private slots:
    void whiteboardWithPythonClients();
    void boardIsWipedWhenTheLastHasLeft();
    void boardThatIsTooFullForgetsTheOldest();
    void chatPrintsNoControlCharacters_data();
    void chatPrintsNoControlCharacters();
    void pongWithPythonClients();
    void pongLeavesTheThirdConnected();
    void pongTellsNamesOnceThereAreSome();
    void nextGameOfPongStartsAtZero();
    void pongKeepsTimeWhenTheLoopDoesNot();
    void tagWithPythonClients();
    void tagMovesEquallyFastInEveryDirection();
    void tagStopsAtObstaclesAndSlidesAlongThem();
    void tagPlacesNobodyInAnObstacle();
    void tagRestsAfterSomebodyWasCaught();
    void tagIsNeverWithoutOneWhoIsIt();
};

namespace {

//! Somebody who keeps the messages.
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

QStringList clientOf(const QRepod::Server &server)
{
    return {"client", "--port", QString::number(server.port())};
}

} // namespace

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

    // A point takes three values in the picture.
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

void tst_GameServers::nextGameOfPongStartsAtZero()
{
    PongGame game;
    game.join(0);
    QCOMPARE(game.join(1), PongGame::Event::RoundStarted);
    PongGame::Ball ball;
    ball.x = 0;
    game.setBall(ball);
    game.tick();
    QCOMPARE(game.score(1), 1);
    game.leave(0);
    QCOMPARE(game.score(1), 0);
    QCOMPARE(game.join(0), PongGame::Event::RoundStarted);
    QCOMPARE(game.score(0), 0);
    QCOMPARE(game.score(1), 0);
}

void tst_GameServers::pongKeepsTimeWhenTheLoopDoesNot()
{
    PongServer server;
    QVERIFY2(server.listen("127.0.0.1", 0), qPrintable(server.errorString()));
    Guest one(server.port());
    QTRY_VERIFY(one.counts["state"] > 0);

    // A paddle tells how much time has passed in the game. The loop is held up again and again.
    one.send("input", {{"direction", -1}});
    const double start = server.game().paddle(0);
    QTRY_VERIFY(server.game().paddle(0) < start);
    const double y = server.game().paddle(0);
    QElapsedTimer clock;
    clock.start();
    while (clock.elapsed() < 400) {
        QElapsedTimer held;
        held.start();
        while (held.elapsed() < 47) { }
        QCoreApplication::processEvents();
    }
    const double seconds = (y - server.game().paddle(0)) / PongGame::paddleSpeed;
    const double passed = double(clock.elapsed()) / 1000;
    // Exact but for the ticks before and after; more if the machine stood still for long.
    QVERIFY2(std::abs(seconds - passed) < 0.1,
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

void tst_GameServers::tagMovesEquallyFastInEveryDirection()
{
    TagArena arena;
    arena.setObstacles({});
    const int id = arena.join();
    for (int dx : {-1, 0, 1}) {
        for (int dy : {-1, 0, 1}) {
            arena.setPosition(id, {400, 300});
            arena.setDirection(id, dx * 7, dy);
            for (int i = 0; i < TagArena::ticksPerSecond; ++i)
                arena.tick();
            const QPointF way = arena.players().at(id).position - QPointF(400, 300);
            const double expected = dx == 0 && dy == 0 ? 0 : TagArena::speed;
            QVERIFY(std::abs(std::hypot(way.x(), way.y()) - expected) < 0.001);
            QVERIFY(way.x() * dx >= 0 && way.y() * dy >= 0);
        }
    }
}

void tst_GameServers::tagStopsAtObstaclesAndSlidesAlongThem()
{
    TagArena arena;
    arena.setObstacles({QRect(400, 100, 100, 400)});
    const int id = arena.join();
    const auto run = [&arena, id](QPointF from, int dx, int dy) {
        arena.setPosition(id, from);
        arena.setDirection(id, dx, dy);
        for (int i = 0; i < TagArena::ticksPerSecond; ++i)
            arena.tick();
        return arena.players().at(id).position;
    };
    constexpr double r = TagArena::radius;
    QCOMPARE(run({300, 300}, 1, 0), QPointF(400 - r, 300));
    QCOMPARE(run({600, 300}, -1, 0), QPointF(500 + r, 300));
    QCOMPARE(run({450, 20}, 0, 1), QPointF(450, 100 - r));
    QCOMPARE(run({450, 580}, 0, -1), QPointF(450, 500 + r));
    QCOMPARE(run({20, 20}, -1, -1), QPointF(r, r)); // the arena's corner
    const QPointF along = run({380, 200}, 1, 1);
    QCOMPARE(along.x(), 400 - r);
    QVERIFY(along.y() > 300);
}

void tst_GameServers::tagPlacesNobodyInAnObstacle()
{
    for (std::uint32_t seed = 0; seed < 100; ++seed) {
        TagArena arena(seed);
        QCOMPARE(arena.obstacles().size(), TagArena::obstacleCount);
        for (int i = 0; i < 20; ++i) {
            const QPointF at = arena.players().at(arena.join()).position;
            for (const QRect &obstacle : arena.obstacles())
                QVERIFY(!QRectF(obstacle).contains(at));
        }
    }
    TagArena arena;
    arena.setObstacles(
        {QRect(TagArena::radius, TagArena::radius, TagArena::width, TagArena::height)});
    QCOMPARE(arena.players().at(arena.join()).position,
             QPointF(TagArena::radius, TagArena::radius));
}

void tst_GameServers::tagRestsAfterSomebodyWasCaught()
{
    TagArena arena;
    arena.setObstacles({});
    const int one = arena.join();
    const int other = arena.join();
    arena.setPosition(one, {100, 100});
    arena.setPosition(other, {100 + TagArena::reach - 0.1, 100});
    QCOMPARE(arena.it(), one);
    for (int i = 1; i < TagArena::restTicks; ++i)
        QVERIFY(!arena.tick());
    auto caught = arena.tick();
    QVERIFY(caught && caught->tagger == one && caught->tagged == other);
    QCOMPARE(arena.it(), other);
    for (int i = 1; i < TagArena::restTicks; ++i)
        QVERIFY(!arena.tick());
    caught = arena.tick();
    QVERIFY(caught && caught->tagger == other && caught->tagged == one);

    arena.setPosition(other, {100 + TagArena::reach, 100});
    for (int i = 0; i < 2 * TagArena::restTicks; ++i)
        QVERIFY(!arena.tick());
}

void tst_GameServers::tagIsNeverWithoutOneWhoIsIt()
{
    TagArena arena;
    QCOMPARE(arena.it(), std::nullopt);
    const int first = arena.join();
    const int second = arena.join();
    const int third = arena.join();
    QCOMPARE(arena.it(), first);
    arena.leave(first);
    QCOMPARE(arena.it(), second);
    arena.leave(third);
    QCOMPARE(arena.it(), second);
    arena.leave(second);
    QCOMPARE(arena.it(), std::nullopt);
    QVERIFY(!arena.tick());
    QCOMPARE(arena.it(), std::nullopt);
    QCOMPARE(arena.join(), third + 1);
    QCOMPARE(arena.it(), third + 1);
    arena.setDirection(first, 1, 1); // nobody any more
}

QTEST_GUILESS_MAIN(tst_GameServers)

#include "tst_gameservers.moc"
