// SPDX-License-Identifier: MIT
#include "tag/tagarena.h"

#include <QtTest/QTest>

#include <cmath>

//! The rules of tag, tick by tick.
class tst_TagArena : public QObject
{
    Q_OBJECT

private slots:
    void everyDirectionIsEquallyFast();
    void playersStopAtObstaclesAndSlideAlongThem();
    void nobodyStartsInAnObstacle();
    void nobodyIsCaughtSoonAfterACatch();
    void somebodyIsItAsLongAsSomebodyPlays();
};

void tst_TagArena::everyDirectionIsEquallyFast()
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

void tst_TagArena::playersStopAtObstaclesAndSlideAlongThem()
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

void tst_TagArena::nobodyStartsInAnObstacle()
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

void tst_TagArena::nobodyIsCaughtSoonAfterACatch()
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

void tst_TagArena::somebodyIsItAsLongAsSomebodyPlays()
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
    arena.setDirection(first, 1, 1); // no such player any more
}

QTEST_APPLESS_MAIN(tst_TagArena)

#include "tst_tagarena.moc"
