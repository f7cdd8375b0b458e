// SPDX-License-Identifier: MIT

//! Frames that wait to be written, and how a newer one replaces an older one.

#include "support/literals.h"
#include "transport/framequeue.h"

#include <QtTest/qtest.h>

using namespace QRepod;

namespace {

void append(FrameQueue &queue, const QByteArray &frame)
{
    queue.append(frame, &frame);
}

QByteArray all(FrameQueue &queue)
{
    QByteArray bytes;
    for (const QByteArray &part : queue.parts())
        bytes += part;
    return bytes;
}

const QString a = u"a"_s;
const QString b = u"b"_s;

} // namespace

class tst_FrameQueue : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void newerFrameTakesThePlaceOfTheOlder();
    void placesFollowWhenAFrameGrows();
    void lastOfSeveralIsReplaced();
    void largeFrameIsReplacedWithoutACopy();
    void whatHasBegunIsNotReplaced_data();
    void whatHasBegunIsNotReplaced();
    void whatIsTakenOutGoesBackToItsPlace();
};

void tst_FrameQueue::newerFrameTakesThePlaceOfTheOlder()
{
    FrameQueue queue;
    append(queue, "1-");
    QVERIFY(!queue.replaceLatest("a2", a));
    queue.appendLatest("a1", a, 2);
    append(queue, "-3");
    QVERIFY(!queue.replaceLatest("b1", b));
    const auto replaced = queue.replaceLatest("A2", a);
    QVERIFY(replaced);
    QCOMPARE(replaced->number, 2);
    QCOMPARE(replaced->growth, 0);
    QCOMPARE(all(queue), QByteArray("1-A2-3"));
    QCOMPARE(queue.parts().size(), size_t(1));
}

void tst_FrameQueue::placesFollowWhenAFrameGrows()
{
    FrameQueue queue;
    append(queue, "1-");
    queue.appendLatest("a", a, 2);
    append(queue, "-");
    queue.appendLatest("b", b, 4);
    append(queue, "-5");
    QCOMPARE(queue.replaceLatest("aaaa", a)->growth, 3);
    QCOMPARE(queue.replaceLatest("BB", b)->number, 4);
    QCOMPARE(all(queue), QByteArray("1-aaaa-BB-5"));
    QCOMPARE(queue.replaceLatest("A", a)->growth, -3);
    QCOMPARE(queue.replaceLatest("b", b)->growth, -1);
    QCOMPARE(all(queue), QByteArray("1-A-b-5"));
    QCOMPARE(queue.latestBytes(), 2);
}

void tst_FrameQueue::lastOfSeveralIsReplaced()
{
    FrameQueue queue;
    queue.appendLatest("a1", a, 1);
    queue.appendLatest("b1", b, 2);
    queue.appendLatest("a2", a, 3);
    QCOMPARE(queue.replaceLatest("a3", a)->number, 3);
    QCOMPARE(all(queue), QByteArray("a1b1a3"));
}

void tst_FrameQueue::largeFrameIsReplacedWithoutACopy()
{
    const QByteArray large(100'000, 'x');
    const QByteArray larger(200'000, 'y');
    FrameQueue queue;
    append(queue, "1");
    queue.appendLatest(large, a, 2);
    QCOMPARE(queue.parts().back().constData(), large.constData());
    queue.replaceLatest(larger, a);
    QCOMPARE(queue.parts().back().constData(), larger.constData());
    QCOMPARE(queue.latestBytes(), larger.size());
}

void tst_FrameQueue::whatHasBegunIsNotReplaced_data()
{
    QTest::addColumn<int>("written");
    QTest::addColumn<QByteArray>("rest");
    QTest::addColumn<QByteArray>("taken");

    // the queue is 1-a-b-c; a and b may be replaced
    QTest::newRow("nothing written") << 0 << QByteArray("1-") << QByteArray("a-b-c");
    QTest::newRow("up to the frame") << 2 << QByteArray("1-") << QByteArray("a-b-c");
    QTest::newRow("the first is written") << 3 << QByteArray("1-a-") << QByteArray("b-c");
    QTest::newRow("both are written") << 5 << QByteArray("1-a-b-c") << QByteArray();
}

void tst_FrameQueue::whatHasBegunIsNotReplaced()
{
    QFETCH(int, written);
    QFETCH(QByteArray, rest);
    QFETCH(QByteArray, taken);

    FrameQueue queue;
    append(queue, "1-");
    queue.appendLatest("a", a, 2);
    append(queue, "-");
    queue.appendLatest("b", b, 4);
    append(queue, "-c");
    FrameQueue replaceable = queue.takeReplaceable(0, written);
    QCOMPARE(all(queue), rest);
    QCOMPARE(all(replaceable), taken);
    QVERIFY(!queue.replaceLatest("A", a));
    QCOMPARE(replaceable.replaceLatest("A", a).has_value(), taken.contains('a'));
    QCOMPARE(replaceable.replaceLatest("B", b).has_value(), taken.contains('b'));
    QCOMPARE(all(replaceable), taken.toUpper().replace('C', 'c'));
}

void tst_FrameQueue::whatIsTakenOutGoesBackToItsPlace()
{
    const QByteArray large(100'000, 'x');
    FrameQueue queue;
    append(queue, large);
    queue.appendLatest("a1", a, 2);
    append(queue, large);
    queue.appendLatest("b1", b, 4);
    FrameQueue taken = queue.takeReplaceable(0, 10);
    QCOMPARE(all(queue), large);
    FrameQueue newer;
    newer.appendLatest("a2", a, 5);
    newer.prepend(std::move(taken));
    QCOMPARE(all(newer), "a1" + large + "b1a2");
    QCOMPARE(newer.latestBytes(), 6);
    QCOMPARE(newer.replaceLatest("A2", a)->number, 5);
    QCOMPARE(newer.replaceLatest("B1", b)->number, 4);
    QCOMPARE(all(newer), "a1" + large + "B1A2");
}

QTEST_GUILESS_MAIN(tst_FrameQueue)
#include "tst_framequeue.moc"
