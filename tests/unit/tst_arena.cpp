// SPDX-License-Identifier: MIT
#include "arena/arena.h"

#include <QtTest/QTest>

#include <algorithm>
#include <cmath>
#include <limits>

//! The rules of arena, tick by tick.
class tst_Arena : public QObject
{
    Q_OBJECT

private slots:
    void everyCourseIsEquallyFast();
    void shipsStayInside();
    void shipInItsWayIsHit();
    void whoDestroysAShipGetsPoints();
    void shotsEnd();
    void nothingHitsWhoIsAway();
    void goldIsCollected();
    void shopSellsForGold();
    void upgradesMakeAShipBetter();
    void firstToFiftyPointsWins();
    void botsFillUpAndGiveWay();
    void botsPlay();
    void whatNobodyCanSteerChangesNothing();
};

namespace {

void pass(Arena &arena, int ticks)
{
    while (ticks-- > 0)
        arena.tick();
}

int add(Arena &arena, QPointF place)
{
    const int number = arena.addPlayer("Ada");
    arena.ship(number)->place = place;
    return number;
}

//! Makes A shoot at B, to its right, until B has been hit \a hits times.
void hit(Arena &arena, int a, int b, int hits = 1)
{
    const int before = arena.ship(b)->hull;
    for (int tick = 0; tick < 500 && arena.ship(b)->hull > before - 25 * hits; ++tick) {
        arena.ship(a)->place = {100, 300};
        arena.ship(b)->place = {200, 300};
        arena.steer(a, {}, true);
        arena.tick();
    }
    arena.steer(a, {}, false);
    pass(arena, 40); // shots that are still flying
}

} // namespace

void tst_Arena::everyCourseIsEquallyFast()
{
    for (const QPointF course : {QPointF(1, 0), QPointF(0, -1), QPointF(1, 1), QPointF(-30, 40)}) {
        Arena arena;
        const int number = add(arena, {480, 300});
        arena.steer(number, course, false);
        pass(arena, Arena::ticksPerSecond / 2);
        const QPointF way = arena.ship(number)->place - QPointF(480, 300);
        QCOMPARE(std::round(std::hypot(way.x(), way.y())), 69);
        QVERIFY(QPointF::dotProduct(way, course) > 0);
        const double angle = std::atan2(course.y(), course.x()) * 180 / M_PI;
        QVERIFY(std::abs(double(arena.ship(number)->angle) - angle) < 0.01);
    }
}

void tst_Arena::shipsStayInside()
{
    Arena arena;
    const int number = add(arena, {100, 100});
    arena.steer(number, {-1, -1}, false);
    pass(arena, 90);
    QCOMPARE(arena.ship(number)->place, QPointF(18, 18));
    arena.steer(number, {1, 1}, false);
    pass(arena, 300);
    QCOMPARE(arena.ship(number)->place, QPointF(Arena::width - 18, Arena::height - 18));
}

void tst_Arena::shipInItsWayIsHit()
{
    Arena arena;
    const int a = add(arena, {});
    const int b = add(arena, {});
    const int other = add(arena, {100, 550});
    hit(arena, a, b);
    QVERIFY(arena.ship(b)->hull < 100);
    QCOMPARE(arena.ship(other)->hull, 100);
    QCOMPARE(arena.ship(a)->hull, 100); // not hit by its own shots
}

void tst_Arena::whoDestroysAShipGetsPoints()
{
    Arena arena;
    const int a = add(arena, {});
    const int b = add(arena, {});
    arena.ship(b)->hull = 25;
    arena.ship(a)->score = 0;
    const int gold = arena.ship(a)->gold;
    hit(arena, a, b);
    QCOMPARE(arena.ship(b)->hull, 0);
    QCOMPARE(arena.ship(a)->score - (arena.ship(a)->gold - gold), 5);

    // A wreck neither flies nor shoots; it is back after two seconds.
    arena.steer(b, {1, 0}, true);
    const QPointF place = arena.ship(b)->place;
    pass(arena, 5);
    QCOMPARE(arena.ship(b)->place, place);
    QVERIFY(arena.shots().isEmpty());
    pass(arena, 2 * Arena::ticksPerSecond);
    QCOMPARE(arena.ship(b)->hull, 100);
}

void tst_Arena::shotsEnd()
{
    Arena arena;
    const int a = add(arena, {100, 300});
    arena.steer(a, {}, true);
    arena.tick();
    QCOMPARE(arena.shots().size(), 1);
    arena.steer(a, {}, false);
    pass(arena, 60);
    QVERIFY(arena.shots().isEmpty());

    arena.ship(a)->place = {900, 300}; // at the edge
    arena.steer(a, {}, true);
    arena.tick();
    arena.steer(a, {}, false);
    pass(arena, 5);
    QVERIFY(arena.shots().isEmpty());
}

void tst_Arena::nothingHitsWhoIsAway()
{
    Arena arena;
    const int a = add(arena, {});
    const int b = add(arena, {});
    arena.steer(b, {1, 0}, true);
    arena.ship(b)->away = true;
    hit(arena, a, b);
    QCOMPARE(arena.ship(b)->hull, 100);
    QVERIFY(!arena.ship(b)->thrust());
    const auto isOfB = [b](const Thing &shot) { return shot.owner == b; };
    QVERIFY(std::none_of(arena.shots().begin(), arena.shots().end(), isOfB));
}

void tst_Arena::goldIsCollected()
{
    Arena arena;
    const Thing piece = arena.gold().first();
    const int number = add(arena, piece.place);
    arena.tick();
    QVERIFY(arena.ship(number)->gold >= 1);
    QCOMPARE(arena.ship(number)->score, arena.ship(number)->gold);
    QVERIFY(arena.gold().first().place != piece.place);
    QCOMPARE(arena.gold().first().number, piece.number);
}

void tst_Arena::shopSellsForGold()
{
    Arena arena;
    const int number = add(arena, {480, 300});
    Ship *ship = arena.ship(number);
    ship->gold = 4;
    QCOMPARE(arena.buy(number, "engine"), "that costs 5 gold");
    QCOMPARE(arena.buy(number, "repair"), "there is nothing to improve");
    QCOMPARE(arena.buy(number, "crown"), "the shop has no such thing");
    QVERIFY(!arena.buy(number + 1, "repair").isEmpty());
    ship->hull = 25;
    QCOMPARE(arena.buy(number, "repair"), QString());
    QCOMPARE(ship->hull, 100);
    QCOMPARE(ship->gold, 1);

    ship->gold = 100;
    for (int level = 1; level <= 3; ++level) {
        QCOMPARE(arena.buy(number, "cannon"), QString());
        QCOMPARE(ship->cannon, level);
    }
    QCOMPARE(arena.buy(number, "cannon"), "there is nothing to improve");
    QCOMPARE(ship->gold, 85);
    ship->hull = 0;
    QCOMPARE(arena.buy(number, "repair"), "there is nothing to improve"); // it comes back anyway
}

void tst_Arena::upgradesMakeAShipBetter()
{
    const auto wayAndShots = [](int level) {
        Arena arena;
        const int number = add(arena, {100, 100});
        arena.ship(number)->engine = arena.ship(number)->cannon = level;
        arena.steer(number, {}, true);
        pass(arena, 2 * Arena::ticksPerSecond);
        const int shots = arena.shots().last().number;
        arena.steer(number, {1, 0}, false);
        pass(arena, Arena::ticksPerSecond);
        return std::pair(arena.ship(number)->place.x(), shots);
    };
    for (int level = 0; level < 3; ++level) {
        QVERIFY(wayAndShots(level).first < wayAndShots(level + 1).first);
        QVERIFY(wayAndShots(level).second < wayAndShots(level + 1).second);
    }
}

void tst_Arena::firstToFiftyPointsWins()
{
    Arena arena;
    const int number = arena.addPlayer("Grace");
    arena.addPlayer("Ada");
    QCOMPARE(arena.tick(), QString());
    arena.ship(number)->score = Arena::winningScore;
    arena.ship(number)->gold = 7;
    QCOMPARE(arena.tick(), "Grace");
    for (const Ship &ship : arena.ships())
        QCOMPARE(ship.score, 0);
    QVERIFY(arena.ship(number)->gold >= 7); // which can still be spent
    QCOMPARE(arena.tick(), QString());
}

void tst_Arena::botsFillUpAndGiveWay()
{
    Arena arena(3);
    const auto bots = [&arena] {
        return std::count_if(arena.ships().begin(), arena.ships().end(),
                             [](const Ship &ship) { return ship.isBot; });
    };
    QCOMPARE(bots(), 3);
    QList<int> players;
    for (int left : {2, 1, 0, 0}) {
        players.append(arena.addPlayer({}));
        QCOMPARE(bots(), left);
        QVERIFY(players.last() >= 1 && players.last() <= 4);
        QCOMPARE(players.count(players.last()), 1);
        QCOMPARE(arena.ship(players.last())->name, "Pilot");
    }
    for (int back : {0, 1, 2, 3}) {
        arena.remove(players.takeLast());
        QCOMPARE(bots(), back);
    }
    QCOMPARE(Arena(9).ships().size(), Arena::maximumShips);
    QVERIFY(Arena().ships().isEmpty());
}

void tst_Arena::botsPlay()
{
    Arena arena(4, 1);
    int shots = 0;
    QString winner;
    for (int tick = 0; tick < 300 * Arena::ticksPerSecond && winner.isEmpty(); ++tick) {
        winner = arena.tick();
        shots = std::max(shots, arena.shots().isEmpty() ? 0 : arena.shots().last().number);
    }
    QVERIFY(winner.startsWith("Bot "));
    QVERIFY(shots > 0);
}

void tst_Arena::whatNobodyCanSteerChangesNothing()
{
    Arena arena;
    const int number = add(arena, {480, 300});
    for (const double odd :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        arena.steer(number, {odd, 0}, true);
        QVERIFY(!arena.ship(number)->thrust());
    }
    arena.steer(number, {1e300, -1e300}, false);
    pass(arena, 10);
    QVERIFY(std::isfinite(arena.ship(number)->speed.x()));
    arena.steer(99, {1, 0}, true);
    arena.remove(99);
    QCOMPARE(arena.ships().size(), 1);
}

QTEST_APPLESS_MAIN(tst_Arena)

#include "tst_arena.moc"
