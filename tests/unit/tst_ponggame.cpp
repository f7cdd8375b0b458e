// SPDX-License-Identifier: MIT
#include "pong/ponggame.h"

#include <QtTest/QTest>

#include <cmath>

using Event = PongGame::Event;
using State = PongGame::State;

//! The rules of pong, tick by tick.
class tst_PongGame : public QObject
{
    Q_OBJECT

private slots:
    void gameStartsWithTheSecondPlayer();
    void freeSlotIsTheLeftOneFirst();
    void everyServeStartsAtTheCentreAndIsNotTooSteep();
    void sameSeedServesTheSame();
    void paddleStaysOnTheField();
    void directionCountsByItsSign();
    void ballBouncesOffTheWalls();
    void ballBouncesOffThePaddle_data();
    void ballBouncesOffThePaddle();
    void fastestBallDoesNotPassAPaddle();
    void ballBehindThePaddleIsLost();
    void speedGrowsToItsTop();
    void pointIsFollowedByASecondsRest();
    void gameIsOverAtTheWinScore();
    void finishedGameStandsStill();
    void leavingEndsTheGame();
    void nextOpponentStartsAtZero();
};

namespace {

PongGame twoPlayers(int winScore = 5)
{
    PongGame game(winScore, 1);
    game.join(0);
    game.join(1);
    return game;
}

//! Returns a ball that is about to leave the field on \a side: -1 left, 1 right.
PongGame::Ball ballOut(int side)
{
    const double x = side < 0 ? 1 : PongGame::fieldWidth - 1;
    return {x, 10, side * PongGame::firstBallSpeed, 0, PongGame::firstBallSpeed};
}

//! Ticks until something happens, for at most \a ticks.
Event tick(PongGame &game, int ticks)
{
    for (int i = 0; i < ticks; ++i) {
        if (const Event event = game.tick(); event != Event::None)
            return event;
    }
    return Event::None;
}

} // namespace

void tst_PongGame::gameStartsWithTheSecondPlayer()
{
    PongGame game(5, 1);
    QVERIFY(game.isEmpty());
    QCOMPARE(game.state(), State::Waiting);
    QCOMPARE(game.join(0), Event::None);
    QVERIFY(!game.isEmpty());
    QCOMPARE(tick(game, 100), Event::None);
    QCOMPARE(game.ball().x, PongGame::fieldWidth / 2.);
    QCOMPARE(game.join(1), Event::RoundStarted);
    QCOMPARE(game.state(), State::Playing);
    game.tick();
    QVERIFY(game.ball().x != PongGame::fieldWidth / 2.);
}

void tst_PongGame::freeSlotIsTheLeftOneFirst()
{
    PongGame game(5, 1);
    QCOMPARE(game.freeSlot(), std::optional(0));
    game.join(0);
    QCOMPARE(game.freeSlot(), std::optional(1));
    game.join(1);
    QCOMPARE(game.freeSlot(), std::nullopt);
    game.leave(0);
    QCOMPARE(game.freeSlot(), std::optional(0));
}

void tst_PongGame::everyServeStartsAtTheCentreAndIsNotTooSteep()
{
    int toTheLeft = 0;
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        PongGame game(5, seed);
        game.join(0);
        game.join(1);
        const PongGame::Ball ball = game.ball();
        QCOMPARE(ball.x, PongGame::fieldWidth / 2.);
        QCOMPARE(ball.y, PongGame::fieldHeight / 2.);
        QCOMPARE(std::hypot(ball.vx, ball.vy), PongGame::firstBallSpeed);
        QVERIFY(std::abs(ball.vy) < std::abs(ball.vx));
        toTheLeft += ball.vx < 0;
    }
    QVERIFY2(toTheLeft > 60 && toTheLeft < 140, qPrintable(QString::number(toTheLeft)));
}

void tst_PongGame::sameSeedServesTheSame()
{
    const PongGame one = twoPlayers();
    const PongGame other = twoPlayers();
    QCOMPARE(one.ball().vx, other.ball().vx);
    QCOMPARE(one.ball().vy, other.ball().vy);
}

void tst_PongGame::paddleStaysOnTheField()
{
    PongGame game(5, 1);
    game.join(0);
    game.setDirection(0, -1);
    tick(game, PongGame::ticksPerSecond * 2);
    QCOMPARE(game.paddle(0), PongGame::paddleHeight / 2.);
    game.setDirection(0, 1);
    game.tick();
    QCOMPARE(game.paddle(0),
             PongGame::paddleHeight / 2. + PongGame::paddleSpeed / PongGame::ticksPerSecond);
    tick(game, PongGame::ticksPerSecond * 2);
    QCOMPARE(game.paddle(0), PongGame::fieldHeight - PongGame::paddleHeight / 2.);
    QCOMPARE(game.paddle(1), PongGame::fieldHeight / 2.);
}

void tst_PongGame::directionCountsByItsSign()
{
    PongGame game(5, 1);
    game.join(0);
    game.setDirection(0, 1000);
    game.tick();
    QCOMPARE(game.paddle(0),
             PongGame::fieldHeight / 2. + PongGame::paddleSpeed / PongGame::ticksPerSecond);
}

void tst_PongGame::ballBouncesOffTheWalls()
{
    PongGame game = twoPlayers();
    game.setBall({400, 6, 100, -300, 320});
    game.tick();
    QCOMPARE(game.ball().y, PongGame::ballSize / 2.);
    QCOMPARE(game.ball().vy, 300.);
    game.setBall({400, PongGame::fieldHeight - 6., 100, 300, 320});
    game.tick();
    QCOMPARE(game.ball().y, PongGame::fieldHeight - PongGame::ballSize / 2.);
    QCOMPARE(game.ball().vy, -300.);
}

void tst_PongGame::ballBouncesOffThePaddle_data()
{
    QTest::addColumn<int>("slot");
    QTest::addColumn<double>("across"); // from the paddle's centre
    QTest::addColumn<int>("vertically");
    QTest::newRow("left, centre") << 0 << 0. << 0;
    QTest::newRow("left, upper end") << 0 << -45. << -1;
    QTest::newRow("left, lower end") << 0 << 45. << 1;
    QTest::newRow("right, centre") << 1 << 0. << 0;
    QTest::newRow("right, upper end") << 1 << -45. << -1;
    QTest::newRow("right, the ball's edge") << 1 << 49. << 1;
}

void tst_PongGame::ballBouncesOffThePaddle()
{
    QFETCH(int, slot);
    QFETCH(double, across);
    QFETCH(int, vertically);

    PongGame game = twoPlayers();
    const double towards = slot == 0 ? -1 : 1;
    const double x = slot == 0 ? 45 : PongGame::fieldWidth - 45;
    game.setBall({x, game.paddle(slot) + across, towards * 320, 0, 320});
    tick(game, 3);
    const PongGame::Ball ball = game.ball();
    QVERIFY(ball.vx * towards < 0);
    QCOMPARE(ball.vy < -1 ? -1 : ball.vy > 1 ? 1 : 0, vertically);
    QCOMPARE(std::hypot(ball.vx, ball.vy), 320 + PongGame::speedGain);
}

void tst_PongGame::fastestBallDoesNotPassAPaddle()
{
    // From every distance within the way of one tick.
    for (int i = 0; i < 100; ++i) {
        PongGame game = twoPlayers();
        game.setBall(
            {60 + i / 10., game.paddle(0), -PongGame::topBallSpeed, 0, PongGame::topBallSpeed});
        tick(game, 6);
        QVERIFY2(game.ball().vx > 0, qPrintable(QString::number(i)));
    }
}

void tst_PongGame::ballBehindThePaddleIsLost()
{
    PongGame game = twoPlayers();
    game.setBall({15, game.paddle(0), -100, 0, 320});
    game.tick();
    QVERIFY(game.ball().vx < 0);
}

void tst_PongGame::speedGrowsToItsTop()
{
    PongGame game = twoPlayers();
    double speed = PongGame::firstBallSpeed;
    for (int i = 0; i < 20; ++i) {
        game.setBall({42, game.paddle(0), -speed, 0, speed});
        game.tick();
        QCOMPARE(game.ball().speed, std::min(speed + PongGame::speedGain, PongGame::topBallSpeed));
        speed = game.ball().speed;
    }
    QCOMPARE(speed, PongGame::topBallSpeed);
}

void tst_PongGame::pointIsFollowedByASecondsRest()
{
    PongGame game = twoPlayers();
    game.setBall(ballOut(-1));
    QCOMPARE(game.tick(), Event::None);
    QCOMPARE(game.state(), State::Scored);
    QCOMPARE(game.score(0), 0);
    QCOMPARE(game.score(1), 1);
    QCOMPARE(game.winner(), std::nullopt);
    QCOMPARE(tick(game, PongGame::ticksPerSecond - 1), Event::None);
    QCOMPARE(game.tick(), Event::RoundStarted);
    QCOMPARE(game.state(), State::Playing);
    QCOMPARE(game.score(1), 1);
}

void tst_PongGame::gameIsOverAtTheWinScore()
{
    PongGame game = twoPlayers(3);
    for (int point = 1; point <= 3; ++point) {
        game.setBall(ballOut(1));
        QCOMPARE(game.tick(), point < 3 ? Event::None : Event::GameOver);
        QCOMPARE(game.score(0), point);
        if (point < 3)
            QCOMPARE(tick(game, PongGame::ticksPerSecond), Event::RoundStarted);
    }
    QCOMPARE(game.state(), State::Finished);
    QCOMPARE(game.winner(), std::optional(0));
}

void tst_PongGame::finishedGameStandsStill()
{
    PongGame game = twoPlayers(1);
    game.setBall(ballOut(-1));
    QCOMPARE(game.tick(), Event::GameOver);
    const double x = game.ball().x;
    QCOMPARE(tick(game, 1000), Event::None);
    QCOMPARE(game.ball().x, x);
    QCOMPARE(game.winner(), std::optional(1));
}

void tst_PongGame::leavingEndsTheGame()
{
    PongGame game = twoPlayers();
    game.tick();
    game.leave(1);
    QCOMPARE(game.state(), State::Waiting);
    QCOMPARE(game.ball().x, PongGame::fieldWidth / 2.);
    QCOMPARE(tick(game, 100), Event::None);
}

void tst_PongGame::nextOpponentStartsAtZero()
{
    PongGame game = twoPlayers(1);
    game.setBall(ballOut(1));
    QCOMPARE(game.tick(), Event::GameOver);
    game.leave(1);
    QCOMPARE(game.score(0), 0); // already for the one who waits
    QCOMPARE(game.join(1), Event::RoundStarted);
    QCOMPARE(game.score(0), 0);
    QCOMPARE(game.score(1), 0);
    QCOMPARE(game.winner(), std::nullopt);
}

QTEST_APPLESS_MAIN(tst_PongGame)

#include "tst_ponggame.moc"
