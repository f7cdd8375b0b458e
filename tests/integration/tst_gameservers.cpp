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
    void pongKeepsTimeWhenTheLoopDoesNot();
    void tagWithPythonClients();
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

QTEST_GUILESS_MAIN(tst_GameServers)

#include "tst_gameservers.moc"
