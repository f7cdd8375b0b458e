// SPDX-License-Identifier: MIT

//! How long a listener waits before it reconnects, and when the delay starts over.

#include "client/backoff.h"

#include <QtTest/qtest.h>

using namespace QRepod;
using namespace std::chrono_literals;

namespace {

const Backoff::Clock::time_point start{};

//! Returns whether the next delay is \a exact, except for the random quarter.
bool nextIsAbout(Backoff &backoff, int exact)
{
    const int delay = backoff.next();
    return delay >= exact * 3 / 4 && delay <= exact * 5 / 4;
}

} // namespace

class tst_Backoff : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void doublesUpToTheMaximum();
    void waitsAtLeastAMillisecond();
    void isExhaustedAfterTheMaximum();
    void connectionThatHeldBeginsAnew_data();
    void connectionThatHeldBeginsAnew();
    void attemptsThatFailCountOn();
    void isZeroWhileConnected();
};

void tst_Backoff::doublesUpToTheMaximum()
{
    Backoff backoff;
    for (const int exact : {500, 1'000, 2'000, 4'000, 8'000, 16'000, 30'000, 30'000})
        QVERIFY(nextIsAbout(backoff, exact));
    for (int i = 0; i < 100; ++i)
        QVERIFY(nextIsAbout(backoff, 30'000));
    backoff.reset();
    QVERIFY(nextIsAbout(backoff, 500));
}

void tst_Backoff::waitsAtLeastAMillisecond()
{
    Backoff backoff;
    for (const int interval : {0, -500}) {
        backoff.interval = interval;
        QCOMPARE(backoff.next(), 1);
    }
}

void tst_Backoff::isExhaustedAfterTheMaximum()
{
    Backoff backoff;
    QVERIFY(!backoff.isExhausted());
    backoff.maximumAttempts = 2;
    backoff.next();
    QVERIFY(!backoff.isExhausted());
    backoff.next();
    QVERIFY(backoff.isExhausted());
    backoff.reset();
    QVERIFY(!backoff.isExhausted());
}

void tst_Backoff::connectionThatHeldBeginsAnew_data()
{
    QTest::addColumn<std::chrono::milliseconds>("held");
    QTest::addColumn<int>("attempt");
    QTest::newRow("not at all") << 0ms << 4;
    QTest::newRow("almost long enough") << 4'999ms << 4;
    QTest::newRow("long enough") << 5'000ms << 1;
    QTest::newRow("an hour") << std::chrono::milliseconds(1h) << 1;
}

void tst_Backoff::connectionThatHeldBeginsAnew()
{
    QFETCH(const std::chrono::milliseconds, held);
    QFETCH(const int, attempt);
    Backoff backoff;
    for (int i = 0; i < 3; ++i)
        backoff.next();
    backoff.connected(start);
    backoff.ended(start + held);
    QVERIFY(nextIsAbout(backoff, 500 << (attempt - 1)));
    QCOMPARE(backoff.attempt(), attempt);
}

//! A connection of long ago does not count for the attempts after it.
void tst_Backoff::attemptsThatFailCountOn()
{
    Backoff backoff;
    backoff.connected(start);
    backoff.ended(start + 1s);
    for (int attempt = 1; attempt <= 3; ++attempt) {
        backoff.next();
        backoff.ended(start + 1h);
        QCOMPARE(backoff.attempt(), attempt);
    }
}

void tst_Backoff::isZeroWhileConnected()
{
    Backoff backoff;
    backoff.next();
    QCOMPARE(backoff.attempt(), 1);
    QVERIFY(backoff.delay() > 0);
    backoff.connected(start);
    QCOMPARE(backoff.attempt(), 0);
    QCOMPARE(backoff.delay(), 0);
    backoff.ended(start + 1s);
    QCOMPARE(backoff.attempt(), 1);
}

QTEST_APPLESS_MAIN(tst_Backoff)
#include "tst_backoff.moc"
