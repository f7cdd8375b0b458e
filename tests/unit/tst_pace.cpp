// SPDX-License-Identifier: MIT

//! When a peer is too slow to keep.

#include "transport/pace.h"

#include <QtTest/qtest.h>

using namespace QRepod;

class tst_Pace : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whoTakesSomethingIsFastEnough();
    void whoIsOverTheBacklogMayTakeNothingForFiveSeconds();
    void whoTakesNothingOfWhatWaitsIsTooSlow();
    void unfinishedFrameMayTakeItsTimeIfItComesFastEnough();
    void timeoutsOfZeroAreNone();
    void looksAgainWhenThereMayBeAFault();

private:
    const Pace m_pace{{.sendBacklog = 1'000, .stallTimeout = 30'000, .frameTimeout = 20'000}};
};

void tst_Pace::whoTakesSomethingIsFastEnough()
{
    QCOMPARE(m_pace.fault({}), QString());
    QCOMPARE(m_pace.fault({.bytesWaiting = 1'000'000, .stalledFor = 4'999}), QString());
}

void tst_Pace::whoIsOverTheBacklogMayTakeNothingForFiveSeconds()
{
    QCOMPARE(m_pace.fault({.bytesWaiting = 1'000, .stalledFor = 5'000}), QString());
    QCOMPARE(m_pace.fault({.bytesWaiting = 1'001, .stalledFor = 5'000}),
             QStringLiteral("1001 bytes waiting to be sent are over the limit of 1000, and none of "
                            "them was taken for 5000 ms"));
    QCOMPARE(m_pace.fault({.bytesWaiting = 1'000'000, .bytesLatest = 999'000, .stalledFor = 5'000}),
             QString());
}

void tst_Pace::whoTakesNothingOfWhatWaitsIsTooSlow()
{
    QCOMPARE(m_pace.fault({.bytesWaiting = 1, .stalledFor = 29'999}), QString());
    QCOMPARE(m_pace.fault({.bytesWaiting = 1, .stalledFor = 30'000}),
             QStringLiteral("none of the 1 bytes waiting to be sent was taken for 30000 ms"));
    QCOMPARE(m_pace.fault({.bytesWaiting = 0, .stalledFor = 30'000}), QString());
}

void tst_Pace::unfinishedFrameMayTakeItsTimeIfItComesFastEnough()
{
    QCOMPARE(m_pace.fault({.frameBytes = 1, .frameAge = 19'999}), QString());
    QCOMPARE(m_pace.fault({.frameBytes = 20'479, .frameAge = 20'000}),
             QStringLiteral("frame not finished after 20000 ms: only 20479 bytes have arrived"));
    QCOMPARE(m_pace.fault({.frameBytes = 20'480, .frameAge = 20'000}), QString());
    QCOMPARE(m_pace.fault({.frameBytes = 0, .frameAge = 20'000}), QString());
}

void tst_Pace::timeoutsOfZeroAreNone()
{
    const Pace pace({.sendBacklog = 1'000});
    QCOMPARE(pace.fault({.bytesWaiting = 1'000,
                         .stalledFor = 1'000'000,
                         .frameBytes = 1,
                         .frameAge = 1'000'000}),
             QString());
    QCOMPARE(pace.nextCheck({.frameBytes = 1}), -1);
}

void tst_Pace::looksAgainWhenThereMayBeAFault()
{
    QCOMPARE(m_pace.nextCheck({}), -1);
    QCOMPARE(m_pace.nextCheck({.bytesWaiting = 1}), 1'000); // more may wait by then
    QCOMPARE(m_pace.nextCheck({.bytesWaiting = 1, .stalledFor = 29'900}), 100);
    QCOMPARE(m_pace.nextCheck({.frameBytes = 1, .frameAge = 19'900}), 100);
    QCOMPARE(m_pace.nextCheck({.bytesWaiting = 1, .frameBytes = 1, .frameAge = 19'999}), 1);
    QCOMPARE(m_pace.nextCheck({.frameBytes = 30'000, .frameAge = 25'000}), 1'000); // fast so far
}

QTEST_GUILESS_MAIN(tst_Pace)
#include "tst_pace.moc"
