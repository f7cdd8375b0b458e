// SPDX-License-Identifier: MIT
// How to test the network side of a game. Copy this file and put in your game.

#include "testing/taggame.h"

#include <QRepod/Test/FaultProxy>
#include <QRepod/Test/MessageSpy>
#include <QRepod/Test/PumpUntil>
#include <QRepod/Test/Recorder>
#include <QRepod/Test/Replay>
#include <QRepod/Test/TestServer>

#include <QtCore/QTemporaryDir>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

using namespace QRepod;

class tst_TagGame : public QObject
{
    Q_OBJECT

private slots:
    void joinsByName();
    void tellsTheServerWhereItMoves();
    void playersComeAndGo_data();
    void playersComeAndGo();
    void signalsWhenSomethingHasChanged();
    void playsOverABadLine();
    void damagedMessageEndsTheGameWithAReason();
    void cutLineEndsTheGameWithAReason();
    void canJoinAgain();
    void recordedMatchComesOutTheSame();
};

void tst_TagGame::joinsByName()
{
    TestServer server; // already listens on a free port
    TagGame game("alice");
    game.connect("127.0.0.1", server.port());
    server.pumpWhileWaiting(&game); // or game.setAutoPump(true)
    QCOMPARE(server.waitForMessage("join")["name"], "alice");
}

void tst_TagGame::tellsTheServerWhereItMoves()
{
    TestServer server;
    server.onMessage("move", [](const QVariantMap &message) -> QVariantMap {
        return {{"action", "moved"}, {"name", "alice"}, {"x", message["x"]}, {"y", 0.0}};
    });
    TagGame game("alice");
    game.connect("127.0.0.1", server.port());
    QVERIFY(MessageSpy(&game, "connected").wait());

    MessageSpy moved(&game, "moved");
    game.move({3, 4});
    QCOMPARE(game.players()["alice"], QPointF(3, 4)); // before the server has answered
    QVERIFY(moved.wait());
    QCOMPARE(server.received("move").first()["y"], 4.0);
    QCOMPARE(game.players()["alice"], QPointF(3, 0)); // the server is right
}

void tst_TagGame::playersComeAndGo_data()
{
    QTest::addColumn<QList<QVariantMap>>("messages");
    QTest::addColumn<QStringList>("players");
    QTest::addColumn<QString>("it");
    const QVariantMap bobMoves{{"action", "moved"}, {"name", "bob"}, {"x", 1.5}, {"y", 2}};
    const QVariantMap bobIsIt{{"action", "tagged"}, {"name", "bob"}};
    const QVariantMap bobLeaves{{"action", "left"}, {"name", "bob"}};
    using Messages = QList<QVariantMap>;
    QTest::newRow("comes") << Messages{bobMoves} << QStringList{"bob"} << "";
    QTest::newRow("is it") << Messages{bobMoves, bobIsIt} << QStringList{"bob"} << "bob";
    QTest::newRow("leaves") << Messages{bobMoves, bobIsIt, bobLeaves} << QStringList{} << "";
}

void tst_TagGame::playersComeAndGo()
{
    QFETCH(QList<QVariantMap>, messages);
    QFETCH(QStringList, players);
    QFETCH(QString, it);
    TestServer server;
    TagGame game("alice");
    game.connect("127.0.0.1", server.port());
    QVERIFY(MessageSpy(&game, "connected").wait());

    MessageSpy all(&game);
    for (const QVariantMap &message : messages)
        server.sendToAll(message);
    QVERIFY(all.waitForCount(int(messages.size())));
    QCOMPARE(game.players().keys(), players);
    QCOMPARE(game.it(), it);
}

void tst_TagGame::signalsWhenSomethingHasChanged()
{
    TestServer server;
    TagGame game("alice");
    game.connect("127.0.0.1", server.port());
    QVERIFY(MessageSpy(&game, "connected").wait());

    QSignalSpy changed(&game, &TagGame::changed);
    server.sendToAll({{"action", "tagged"}, {"name", "bob"}});
    QVERIFY(pumpUntil(&game, [&] { return game.it() == "bob"; }));
    QCOMPARE(changed.count(), 1);
}

void tst_TagGame::playsOverABadLine()
{
    TestServer server;
    FaultProxy line(server.port()); // the game connects to this
    line.setLatency(20);
    line.setJitter(20);
    line.setChunkSize(1);
    TagGame game("alice");
    game.connect("127.0.0.1", line.port());
    server.pumpWhileWaiting(&game);
    QVERIFY(!server.waitForMessage("join").isEmpty());

    for (int x = 0; x < 20; ++x)
        server.sendToAll({{"action", "moved"}, {"name", "bob"}, {"x", x}, {"y", 0}});
    QVERIFY(pumpUntil(&game, [&] { return game.players()["bob"].x() == 19; }));
}

void tst_TagGame::damagedMessageEndsTheGameWithAReason()
{
    TestServer server;
    FaultProxy line(server.port());
    line.corrupt(0, Direction::ToClient); // the length of the first frame
    TagGame game("alice");
    game.connect("127.0.0.1", line.port());
    QVERIFY(MessageSpy(&game, "disconnected").wait());
    QVERIFY2(game.problem().contains("over the limit"), qPrintable(game.problem()));
}

void tst_TagGame::cutLineEndsTheGameWithAReason()
{
    TestServer server;
    FaultProxy line(server.port());
    TagGame game("alice");
    game.connect("127.0.0.1", line.port());
    QVERIFY(pumpUntil(&game, [&] { return server.clientCount() == 1; }));
    server.sendToAll({{"action", "tagged"}, {"name", "bob"}});
    QVERIFY(MessageSpy(&game, "tagged").wait());

    line.reset();
    QVERIFY(MessageSpy(&game, "disconnected").wait());
    QVERIFY2(game.problem().endsWith("Connection reset by peer"), qPrintable(game.problem()));
    QCOMPARE(game.it(), "");
}

void tst_TagGame::canJoinAgain()
{
    TestServer server;
    TagGame game("alice");
    server.pumpWhileWaiting(&game);
    for (int i = 0; i < 3; ++i) {
        game.connect("127.0.0.1", server.port());
        QCOMPARE(server.waitForMessage("join")["name"], "alice");
        QCOMPARE(game.problem(), "");
        server.disconnectAll();
        QVERIFY(MessageSpy(&game, "disconnected").wait());
        QCOMPARE(game.problem(), "The server has closed the game");
    }
}

void tst_TagGame::recordedMatchComesOutTheSame()
{
    QTemporaryDir folder;
    const QString file = folder.filePath("match.qrepod");
    QMap<QString, QPointF> players;
    {
        TestServer server;
        Recorder recorder(file, server.port()); // or in front of the real server, for a bug report
        TagGame game("alice");
        game.connect("127.0.0.1", recorder.port());
        QVERIFY(pumpUntil(&game, [&] { return server.clientCount() == 1; }));
        for (const char *name : {"bob", "carol", "dave"})
            server.sendToAll({{"action", "moved"}, {"name", name}, {"x", 1}, {"y", 2}});
        server.sendToAll({{"action", "left"}, {"name", "carol"}});
        QVERIFY(MessageSpy(&game, "left").wait());
        players = game.players();
        QCOMPARE(players.size(), 2);
    }

    Replay replay(file, Replay::Speed::Full);
    QVERIFY2(replay.isValid(), qPrintable(replay.errorString()));
    TagGame game("alice");
    game.connect("127.0.0.1", replay.port());
    QVERIFY(MessageSpy(&game, "left").wait());
    QCOMPARE(game.players(), players);
}

QTEST_GUILESS_MAIN(tst_TagGame)
#include "tst_taggame.moc"
