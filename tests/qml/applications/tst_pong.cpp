// SPDX-License-Identifier: MIT
#include "frontend.h"

#include "pong/pongserver.h"
#include "support/pythonpeer.h"

#include <QtQuick/QQuickItem>
#include <QtQuick/QQuickWindow>
#include <QtTest/QTest>

#include <cmath>
#include <memory>

using namespace std::chrono_literals;

//! Windows of pong, their keys, and a server, over real sockets.
class tst_Pong : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void windowAsksWhereTheServerIs();
    void namesAreShownAsTheyWereTyped();
    void firstPlayerWaits();
    void gameToFive();
    void newGameAfterTheEnd();
    void opponentWhoLeavesIsMissed();
    void thirdPlayerIsToldThatTheGameIsFull();
    void keysMoveThePaddle();
    void latestKeyCounts();
    void reconnectButtonConnects();
    void windowsPlayWithAPythonServer();

private:
    void startServer(int winScore, quint16 port = 0);

    //! One follows the ball and the other runs away from it, until somebody has won.
    void playWith(const Frontend &left, const Frontend &right);

    std::unique_ptr<PongServer> m_server;
};

namespace {

QString notice(const Frontend &frontend)
{
    return frontend.item("notice")->property("title").toString();
}

QString action(const Frontend &frontend)
{
    return frontend.item("notice")->property("action").toString();
}

//! What a player sees: where the ball is above or below the own paddle.
double wayToTheBall(const Frontend &frontend, const QString &paddle)
{
    const auto middle = [](const QQuickItem *item) { return item->y() + item->height() / 2; };
    return middle(frontend.item("ball")) - middle(frontend.item(paddle));
}

void steer(const Frontend &frontend, double way, Qt::Key up, Qt::Key down)
{
    if (way < 0) {
        frontend.release("keys", down);
        frontend.press("keys", up);
    } else {
        frontend.release("keys", up);
        frontend.press("keys", down);
    }
}

} // namespace

void tst_Pong::init()
{
    m_server.reset();
    startServer(5);
}

void tst_Pong::startServer(int winScore, quint16 port)
{
    m_server = std::make_unique<PongServer>(winScore);
    m_server->setTickInterval(3ms); // five times as fast as people play
    QVERIFY2(m_server->listen("127.0.0.1", port), qPrintable(m_server->errorString()));
}

void tst_Pong::playWith(const Frontend &left, const Frontend &right)
{
    const bool isOver = QTest::qWaitFor(
        [&] {
            steer(left, wayToTheBall(left, "paddle0"), Qt::Key_W, Qt::Key_S);
            steer(right, -wayToTheBall(right, "paddle1"), Qt::Key_Up, Qt::Key_Down);
            return m_server->game().winner().has_value();
        },
        120'000);
    QVERIFY(isOver);
}

void tst_Pong::windowAsksWhereTheServerIs()
{
    const quint16 port = m_server->port();
    m_server.reset();
    const Frontend one("Pong", 1, {}, false, false);
    QCOMPARE(notice(one), "Pong");
    QCOMPARE(action(one), "Connect");
    QCOMPARE(one.text("host"), "127.0.0.1");
    QCOMPARE(one.text("port"), "1");

    // Nobody listens there yet.
    one.type("host", "localhost");
    one.type("port", QString::number(port));
    one.click("action");
    QTRY_VERIFY2(one.item("notice")->property("text").toString().contains("refused"),
                 qPrintable(one.item("notice")->property("text").toString()));
    QCOMPARE(action(one), "Connect");

    startServer(5, port);
    one.click("action");
    QTRY_COMPARE(notice(one), "Waiting for an opponent");
    m_server.reset();
    QTRY_COMPARE(notice(one), "Not connected");
    QCOMPARE(action(one), "Reconnect");
}

void tst_Pong::namesAreShownAsTheyWereTyped()
{
    const Frontend left("Pong", m_server->port());
    QTRY_COMPARE(notice(left), "Waiting for an opponent");
    const Frontend right("Pong", m_server->port(), {}, false, false);
    right.type("name", "<b>Ada</b>");
    right.click("action");
    QTRY_COMPARE(notice(right), "");
    QTRY_COMPARE(left.item("score1")->property("name").toString(), "<b>Ada</b>");
    QTRY_COMPARE(right.item("score1")->property("name").toString(), "<b>Ada</b> (you)");
    QCOMPARE(left.item("score0")->property("name").toString(), "You");
    QCOMPARE(right.item("score0")->property("name").toString(), "Opponent");
    QCOMPARE(left.item("name1")->property("textFormat").toInt(), int(Qt::PlainText));
}

void tst_Pong::firstPlayerWaits()
{
    const Frontend one("Pong", m_server->port());
    QTRY_COMPARE(one.text("status"), "You play on the left, first to 5 wins");
    QCOMPARE(notice(one), "Waiting for an opponent");
    QVERIFY(!one.item("ball")->isVisible());
}

void tst_Pong::gameToFive()
{
    const Frontend left("Pong", m_server->port());
    QTRY_COMPARE(left.text("status"), "You play on the left, first to 5 wins");
    const Frontend right("Pong", m_server->port());
    QTRY_COMPARE(right.text("status"), "You play on the right, first to 5 wins");
    QTRY_COMPARE(notice(left), "");
    QTRY_COMPARE(notice(right), "");
    QTRY_VERIFY(left.item("ball")->isVisible());

    playWith(left, right);
    const PongGame &game = m_server->game();
    QCOMPARE(std::max(game.score(0), game.score(1)), 5);
    // Not always who plays well: a busy machine may show both of them the ball too late.
    const bool leftWins = game.winner() == 0;
    QTRY_COMPARE(notice(leftWins ? left : right), "You win!");
    QTRY_COMPARE(notice(leftWins ? right : left), "You lose");
    for (const Frontend *one : {&left, &right}) {
        QTRY_COMPARE(one->text("score0"), QString::number(game.score(0)));
        QTRY_COMPARE(one->text("score1"), QString::number(game.score(1)));
        QCOMPARE(action(*one), "Play again");
    }
}

void tst_Pong::newGameAfterTheEnd()
{
    startServer(1);
    const Frontend left("Pong", m_server->port());
    QTRY_COMPARE(notice(left), "Waiting for an opponent");
    const Frontend right("Pong", m_server->port());
    QTRY_COMPARE(notice(right), "");
    playWith(left, right);
    QTRY_VERIFY(left.item("action")->isVisible());
    QTRY_VERIFY(right.item("action")->isVisible());

    left.click("action");
    QTRY_COMPARE(m_server->game().state(), PongGame::State::Playing);
    QTRY_COMPARE(notice(left), "");
    QTRY_COMPARE(notice(right), "");
    QCOMPARE(m_server->game().score(0), 0);

    // The other asks, by key.
    playWith(left, right);
    QTRY_VERIFY(right.item("action")->isVisible());
    right.press("keys", Qt::Key_Space);
    QTRY_COMPARE(m_server->game().state(), PongGame::State::Playing);
    QTRY_COMPARE(notice(right), "");

    // Both ask at once.
    playWith(left, right);
    QTRY_VERIFY(left.item("action")->isVisible());
    QTRY_VERIFY(right.item("action")->isVisible());
    left.press("keys", Qt::Key_Return);
    right.press("keys", Qt::Key_Return);
    QTRY_COMPARE(m_server->game().state(), PongGame::State::Playing);
    QTRY_COMPARE(notice(left), "");
    QTRY_COMPARE(notice(right), "");
}

void tst_Pong::opponentWhoLeavesIsMissed()
{
    const Frontend left("Pong", m_server->port());
    QTRY_COMPARE(notice(left), "Waiting for an opponent");
    {
        const Frontend right("Pong", m_server->port());
        QTRY_COMPARE(notice(left), "");
    }
    QTRY_COMPARE(notice(left), "Your opponent has left");
    QVERIFY(!left.item("ball")->isVisible());
    const Frontend next("Pong", m_server->port());
    QTRY_COMPARE(notice(left), "");
    QTRY_VERIFY(next.item("ball")->isVisible());
}

void tst_Pong::thirdPlayerIsToldThatTheGameIsFull()
{
    const Frontend left("Pong", m_server->port());
    auto right = std::make_unique<Frontend>("Pong", m_server->port());
    QTRY_COMPARE(m_server->game().freeSlot(), std::nullopt);
    const Frontend third("Pong", m_server->port());
    QTRY_COMPARE(notice(third), "The game is full");
    QCOMPARE(m_server->channels().size(), 3);
    QTRY_COMPARE(notice(left), "");
    QCOMPARE(notice(third), "The game is full");

    right.reset();
    QTRY_COMPARE(notice(left), "Your opponent has left");
    third.click("action");
    QTRY_COMPARE(notice(third), "");
    QTRY_COMPARE(notice(left), "");
}

void tst_Pong::keysMoveThePaddle()
{
    const Frontend one("Pong", m_server->port());
    QTRY_COMPARE(notice(one), "Waiting for an opponent");
    one.window()->requestActivate();
    QVERIFY(QTest::qWaitForWindowActive(one.window()));
    const PongGame &game = m_server->game();
    for (const auto &[up, down] : {std::pair(Qt::Key_Up, Qt::Key_Down), {Qt::Key_W, Qt::Key_S}}) {
        QTest::keyPress(one.window(), up);
        QTRY_COMPARE(game.paddle(0), PongGame::paddleHeight / 2.);
        QTRY_VERIFY(one.item("paddle0")->y() < 1);
        QTest::keyRelease(one.window(), up);
        QTest::keyPress(one.window(), down);
        QTRY_COMPARE(game.paddle(0), PongGame::fieldHeight - PongGame::paddleHeight / 2.);
        QTest::keyRelease(one.window(), down);
    }
}

void tst_Pong::latestKeyCounts()
{
    const Frontend one("Pong", m_server->port());
    QTRY_COMPARE(notice(one), "Waiting for an opponent");
    const PongGame &game = m_server->game();
    one.press("keys", Qt::Key_W);
    QTRY_COMPARE(game.paddle(0), PongGame::paddleHeight / 2.);
    one.press("keys", Qt::Key_Down);
    QTRY_COMPARE(game.paddle(0), PongGame::fieldHeight - PongGame::paddleHeight / 2.);
    one.release("keys", Qt::Key_Down);
    QTRY_COMPARE(game.paddle(0), PongGame::paddleHeight / 2.);
    one.release("keys", Qt::Key_W);
}

void tst_Pong::reconnectButtonConnects()
{
    const Frontend one("Pong", m_server->port());
    QTRY_COMPARE(notice(one), "Waiting for an opponent");
    const quint16 port = m_server->port();
    m_server.reset();
    QTRY_COMPARE(notice(one), "Not connected");
    startServer(5, port);
    one.click("action");
    QTRY_COMPARE(notice(one), "Waiting for an opponent");
}

void tst_Pong::windowsPlayWithAPythonServer()
{
    PythonPeer python("pong.py", {"server"});
    const quint16 port = python.port();
    QVERIFY(port != 0);
    {
        const Frontend left("Pong", port);
        QTRY_COMPARE(left.text("status"), "You play on the left, first to 2 wins");
        const Frontend right("Pong", port);
        QTRY_COMPARE(notice(left), "");
        QTRY_COMPARE(notice(right), "");
        QTRY_COMPARE(right.text("status"), "You play on the right, first to 2 wins");
        const Frontend third("Pong", port);
        QTRY_COMPARE(notice(third), "The game is full");

        // Its field is 400 by 300.
        const QQuickItem *court = left.item("court");
        QCOMPARE(std::round(court->width() / court->height() * 100), 133);
        left.press("keys", Qt::Key_W);
        right.press("keys", Qt::Key_Down);
        QTRY_COMPARE(left.text("score0"), "1");
        QVERIFY(left.item("paddle0")->y() < 1);
        left.release("keys", Qt::Key_W);
        right.release("keys", Qt::Key_Down);
        left.press("keys", Qt::Key_Down);
        right.press("keys", Qt::Key_W);
        QTRY_COMPARE(notice(left), "You win!");
        QTRY_COMPARE(notice(right), "You lose");
        QCOMPARE(right.text("score0"), "2");
        left.release("keys", Qt::Key_Down);
        right.release("keys", Qt::Key_W);
        right.press("keys", Qt::Key_Space);
        QTRY_COMPARE(notice(left), "");
        QTRY_COMPARE(notice(right), "");
        QTRY_COMPARE(left.text("score0"), "0");
    }
    QCOMPARE(python.end(), QString());
}

QTEST_MAIN(tst_Pong)

#include "tst_pong.moc"
