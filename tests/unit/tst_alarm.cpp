// SPDX-License-Identifier: MIT
#include "test/alarm.h"

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qelapsedtimer.h>
#include <QtTest/qtest.h>

#include <memory>
#include <set>

using namespace QRepod;
using namespace std::chrono_literals;

class tst_Alarm : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ringsOnceAndNotEarly();
    void ringsWhenItWasSetLast();
    void mayBeStartedWhileItRings();
    void keepsItsIdHoweverOftenItIsStarted();
    void givesItsIdBack();

private:
    static QList<QAbstractEventDispatcher::TimerInfo> timersOf(QObject *object)
    {
        return QAbstractEventDispatcher::instance()->registeredTimers(object);
    }
};

void tst_Alarm::ringsOnceAndNotEarly()
{
    int count = 0;
    Alarm alarm([&] { ++count; });
    QElapsedTimer clock;
    clock.start();
    alarm.start(20ms);
    QTRY_COMPARE(count, 1);
    QVERIFY(clock.elapsed() >= 20);
    QTest::qWait(60); // a repeating timer would ring again
    QCOMPARE(count, 1);
}

void tst_Alarm::ringsWhenItWasSetLast()
{
    int count = 0;
    Alarm alarm([&] { ++count; });
    alarm.start(1h);
    alarm.start(0ms);
    QTRY_COMPARE(count, 1);
    alarm.start(0ms);
    alarm.start(1h);
    QTest::qWait(20);
    QCOMPARE(count, 1);
}

void tst_Alarm::mayBeStartedWhileItRings()
{
    int count = 0;
    std::unique_ptr<Alarm> alarm;
    alarm = std::make_unique<Alarm>([&] {
        if (++count < 1'000)
            alarm->start(0ms);
    });
    alarm->start(0ms);
    QTRY_COMPARE(count, 1'000);
}

void tst_Alarm::keepsItsIdHoweverOftenItIsStarted()
{
    int count = 0;
    Alarm alarm([&] { ++count; });
    std::set<int> ids;
    for (int i = 1; i <= 300; ++i) {
        alarm.start(1h);
        alarm.start(0ms);
        QCOMPARE(timersOf(&alarm).size(), 1);
        ids.insert(timersOf(&alarm).first().timerId);
        QTRY_COMPARE(count, i);
    }
    QCOMPARE(ids.size(), size_t(1));
}

void tst_Alarm::givesItsIdBack()
{
    auto alarm = std::make_unique<Alarm>([] {});
    alarm->start(1h);
    QObject *const address = alarm.get();
    QCOMPARE(timersOf(address).size(), 1);
    alarm.reset();
    QVERIFY(timersOf(address).isEmpty());
}

QTEST_GUILESS_MAIN(tst_Alarm)
#include "tst_alarm.moc"
