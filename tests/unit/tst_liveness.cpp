// SPDX-License-Identifier: MIT

//! When a heartbeat is due and when a peer counts as lost. The tests set the time.

#include "transport/liveness.h"

#include <QtTest/qtest.h>

#include <limits>

using namespace QRepod;

Q_DECLARE_METATYPE(QRepod::Liveness::Facts)
Q_DECLARE_METATYPE(QRepod::Liveness::Finding)

namespace {

constexpr int heartbeat = 5'000; // milliseconds, like the times below
constexpr int idle = 15'000;
constexpr qint64 begin = 1'000'000;

} // namespace

class tst_Liveness : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void finds_data();
    void finds();
    void everythingThatIsHeardCounts();
    void nextCheckIsWhenThereMayBeSomethingToFind_data();
    void nextCheckIsWhenThereMayBeSomethingToFind();
    void checksAsToldMissNothing_data();
    void checksAsToldMissNothing();
    void isOffWithoutEither();
};

void tst_Liveness::finds_data()
{
    using Facts = Liveness::Facts;
    using Finding = Liveness::Finding;
    QTest::addColumn<int>("heartbeatInterval");
    QTest::addColumn<int>("idleTimeout");
    QTest::addColumn<qint64>("silentFor");
    QTest::addColumn<Facts>("facts");
    QTest::addColumn<Finding>("finding");
    const auto row = [](const char *name, qint64 silentFor, const Facts &facts, Finding finding,
                        int heartbeatInterval = heartbeat, int idleTimeout = idle) {
        QTest::newRow(name) << heartbeatInterval << idleTimeout << silentFor << facts << finding;
    };
    row("at first", 0, {}, Finding::Fine);
    row("just sent", idle, {.sentNothingFor = heartbeat - 1}, Finding::Fine);
    row("quiet for an interval", 0, {.sentNothingFor = heartbeat}, Finding::HeartbeatDue);
    row("quiet for long", 0, {.sentNothingFor = 100 * heartbeat}, Finding::HeartbeatDue);
    row("without heartbeats", 0, {.sentNothingFor = 100 * heartbeat}, Finding::Fine, 0);

    row("not yet silent", idle - 1, {.hasSentHeartbeats = true}, Finding::Fine);
    row("silent", idle, {.hasSentHeartbeats = true}, Finding::PeerSilent);
    row("silent, and a heartbeat is due", idle,
        {.sentNothingFor = heartbeat, .hasSentHeartbeats = true}, Finding::PeerSilent);
    row("silent, as it may be without heartbeats", 100 * idle, {}, Finding::Fine);
    row("silent to one that does not listen", 100 * idle,
        {.hasSentHeartbeats = true, .isReading = false}, Finding::Fine);
    row("silent, which does not matter", 100 * idle, {.hasSentHeartbeats = true}, Finding::Fine,
        heartbeat, 0);

    row("not yet overdue", idle, {.unacknowledgedFor = idle - 1}, Finding::Fine);
    row("overdue", 0, {.unacknowledgedFor = idle}, Finding::NothingAcknowledged);
    row("overdue to one that does not listen", 0, {.unacknowledgedFor = idle, .isReading = false},
        Finding::NothingAcknowledged);
    row("overdue and silent", idle, {.unacknowledgedFor = idle, .hasSentHeartbeats = true},
        Finding::NothingAcknowledged);
    row("overdue, which does not matter", 0, {.unacknowledgedFor = 100 * idle}, Finding::Fine,
        heartbeat, 0);
}

void tst_Liveness::finds()
{
    QFETCH(const int, heartbeatInterval);
    QFETCH(const int, idleTimeout);
    QFETCH(const qint64, silentFor);
    QFETCH(const Liveness::Facts, facts);
    Liveness liveness(heartbeatInterval, idleTimeout);
    liveness.start(begin);
    QTEST(liveness.check(begin + silentFor, facts), "finding");
}

void tst_Liveness::everythingThatIsHeardCounts()
{
    const Liveness::Facts facts{.hasSentHeartbeats = true};
    Liveness liveness(heartbeat, idle);
    liveness.start(begin);
    liveness.hear(begin + idle - 1);
    QCOMPARE(liveness.check(begin + idle, facts), Liveness::Finding::Fine);
    QCOMPARE(liveness.check(begin + 2 * idle - 2, facts), Liveness::Finding::Fine);
    QCOMPARE(liveness.check(begin + 2 * idle - 1, facts), Liveness::Finding::PeerSilent);
}

void tst_Liveness::nextCheckIsWhenThereMayBeSomethingToFind_data()
{
    QTest::addColumn<int>("heartbeatInterval");
    QTest::addColumn<int>("idleTimeout");
    QTest::addColumn<qint64>("sentNothingFor");
    QTest::addColumn<qint64>("silentFor");
    QTest::addColumn<qint64>("wait");
    const auto row = [](const char *name, int heartbeatInterval, int idleTimeout,
                        qint64 sentNothingFor, qint64 silentFor, qint64 wait) {
        QTest::newRow(name) << heartbeatInterval << idleTimeout << sentNothingFor << silentFor
                            << wait;
    };
    row("at first: a heartbeat", heartbeat, idle, 0, 0, heartbeat);
    row("the rest of the interval", heartbeat, idle, 2'000, 0, heartbeat - 2'000);
    row("heartbeat due", heartbeat, idle, heartbeat, 0, 1);
    row("heartbeat overdue", heartbeat, idle, 100 * heartbeat, 0, 1);
    row("a clock that is ahead", heartbeat, idle, -100, 0, heartbeat);
    row("the rest of the timeout", heartbeat, idle, 0, idle - 100, 100);
    row("past the timeout", heartbeat, idle, 0, idle + 100, heartbeat);
    row("without heartbeats", 0, idle, 0, 0, idle);
    row("without heartbeats, past the timeout", 0, idle, 0, 3 * idle + 100, idle - 100);
    row("without a timeout", heartbeat, 0, 0, 100 * idle, heartbeat);
}

void tst_Liveness::nextCheckIsWhenThereMayBeSomethingToFind()
{
    QFETCH(const int, heartbeatInterval);
    QFETCH(const int, idleTimeout);
    QFETCH(const qint64, sentNothingFor);
    QFETCH(const qint64, silentFor);
    Liveness liveness(heartbeatInterval, idleTimeout);
    liveness.start(begin);
    QTEST(liveness.nextCheck(begin + silentFor, {.sentNothingFor = sentNothingFor}), "wait");
}

void tst_Liveness::checksAsToldMissNothing_data()
{
    QTest::addColumn<int>("heartbeatInterval");
    QTest::addColumn<int>("idleTimeout");
    QTest::newRow("defaults") << heartbeat << idle;
    QTest::newRow("heartbeats that are rarer than the timeout") << 7'000 << 3'000;
    QTest::newRow("no heartbeats") << 0 << idle;
    QTest::newRow("no timeout") << heartbeat << 0;
    QTest::newRow("the shortest") << 1 << 1;
}

//! A peer sends for a minute and then falls silent. Checking only when told to must find each due
//! heartbeat, and the silence, in time.
void tst_Liveness::checksAsToldMissNothing()
{
    QFETCH(const int, heartbeatInterval);
    QFETCH(const int, idleTimeout);
    constexpr qint64 silence = begin + 60'000;
    Liveness liveness(heartbeatInterval, idleTimeout);
    liveness.start(begin);
    qint64 sentAt = begin;
    qint64 now = begin;
    const auto facts = [&] {
        return Liveness::Facts{.sentNothingFor = now - sentAt, .hasSentHeartbeats = true};
    };
    for (int checks = 0; checks < 200'000; ++checks) {
        const qint64 wait = liveness.nextCheck(now, facts());
        QVERIFY(wait >= 1);
        now += wait;
        if (now < silence)
            liveness.hear(now);
        switch (liveness.check(now, facts())) {
        case Liveness::Finding::Fine:
            QVERIFY(heartbeatInterval == 0 || now - sentAt < heartbeatInterval);
            break;
        case Liveness::Finding::HeartbeatDue:
            QCOMPARE(now - sentAt, heartbeatInterval);
            sentAt = now;
            break;
        case Liveness::Finding::PeerSilent:
            QVERIFY(idleTimeout > 0 && now >= silence);
            QVERIFY(now <= silence + idleTimeout);
            return;
        case Liveness::Finding::NothingAcknowledged:
            QFAIL("everything was acknowledged");
        }
        if (now > silence + 60'000) {
            QCOMPARE(idleTimeout, 0);
            return;
        }
    }
    QFAIL("it was told to check too often");
}

void tst_Liveness::isOffWithoutEither()
{
    QVERIFY(Liveness(0, 0).isOff());
    QVERIFY(!Liveness(heartbeat, 0).isOff());
    QVERIFY(!Liveness(0, idle).isOff());
    const Liveness liveness(0, 0);
    QCOMPARE(liveness.check(
                 begin,
                 {.sentNothingFor = begin, .unacknowledgedFor = begin, .hasSentHeartbeats = true}),
             Liveness::Finding::Fine);
    QVERIFY(liveness.nextCheck(begin, {}) > begin);
}

QTEST_APPLESS_MAIN(tst_Liveness)
#include "tst_liveness.moc"
