// SPDX-License-Identifier: MIT

//! The server's clock over a line that delays each packet differently.

#include "state/serverclock.h"

#include <QtCore/qrandom.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using QRepod::ServerClock;

class tst_ServerClock : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void firstExchangeMakesItKnown();
    void quickestExchangeCounts();
    void errorIsCorrectedSlowlyAndNeverBackwards();
    void largeErrorForwardsIsCorrectedAtOnce();
    void isRightThroughAJitteryLine_data();
    void isRightThroughAJitteryLine();
};

void tst_ServerClock::firstExchangeMakesItKnown()
{
    ServerClock clock;
    QVERIFY(!clock.isKnown());
    clock.add(100, 120, 5'000);
    QVERIFY(clock.isKnown());
    QCOMPARE(clock.timeAt(110), 5'000.0);
    QCOMPARE(clock.timeAt(200), 5'090.0);
    clock.clear();
    QVERIFY(!clock.isKnown());
}

void tst_ServerClock::quickestExchangeCounts()
{
    ServerClock clock;
    clock.add(0, 10, 1'005);
    clock.add(100, 300, 1'290); // delayed on the way there
    QCOMPARE(clock.timeAt(300), 1'300.0);
    for (size_t i = 0; i < ServerClock::window; ++i) // the first one does not count for ever
        clock.add(400, 450, 1'426);
    QVERIFY(clock.timeAt(100'000) > 101'000.5);
}

void tst_ServerClock::errorIsCorrectedSlowlyAndNeverBackwards()
{
    ServerClock clock;
    clock.add(0, 100, 1'090); // 40 ms ahead
    double before = clock.timeAt(100);
    clock.add(100, 101, 1'100.5); // a better measurement
    for (int now = 101; now < 2'000; ++now) {
        const double time = clock.timeAt(now);
        QVERIFY(time >= before);
        QVERIFY(time - before <= 1.1);
        before = time;
    }
    QCOMPARE(before, 2'999.0);
    QCOMPARE(clock.timeAt(1'000), 2'999.0); // the local clock stepped back
}

void tst_ServerClock::largeErrorForwardsIsCorrectedAtOnce()
{
    ServerClock clock;
    clock.add(0, 10, 5);
    QCOMPARE(clock.timeAt(20), 20.0);
    for (size_t i = 0; i < ServerClock::window; ++i)
        clock.add(30, 40, 60'035);
    QCOMPARE(clock.timeAt(50), 60'050.0);
}

void tst_ServerClock::isRightThroughAJitteryLine_data()
{
    QTest::addColumn<double>("drift"); // of the server's clock
    QTest::addColumn<quint32>("seed");
    for (quint32 seed = 1; seed <= 3; ++seed) {
        QTest::addRow("no drift, %u", seed) << 0.0 << seed;
        QTest::addRow("fast, %u", seed) << 1e-4 << seed;
        QTest::addRow("slow, %u", seed) << -1e-4 << seed;
    }
}

//! 60 ± 20 ms each way, one exchange every two seconds.
void tst_ServerClock::isRightThroughAJitteryLine()
{
    QFETCH(const double, drift);
    QFETCH(const quint32, seed);
    QRandomGenerator random(seed);
    const auto delay = [&random] { return 40 + random.bounded(40.0); };
    const auto serverTime = [drift](double now) { return std::floor(12'345 + now * (1 + drift)); };
    ServerClock clock;
    std::vector<double> errors;
    double before = 0;
    double next = 0;
    for (int i = 0; i < 60'000; ++i) { // ten minutes, in steps of 10 ms
        const double now = i * 10.0;
        if (now >= next) {
            const double there = now + delay();
            clock.add(now, std::ceil(there + delay()), serverTime(there));
            next += i < 40 ? 50 : 2'000; // like ServerTime
        }
        const double time = clock.timeAt(now);
        QVERIFY(time >= before);
        before = time;
        if (i > 100)
            errors.push_back(std::abs(time - serverTime(now)));
    }
    std::sort(errors.begin(), errors.end());
    const double p99 = errors[errors.size() * 99 / 100];
    QVERIFY2(p99 <= 10, qPrintable(QString::number(p99)));
}

QTEST_APPLESS_MAIN(tst_ServerClock)
#include "tst_serverclock.moc"
