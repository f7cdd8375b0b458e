// SPDX-License-Identifier: MIT

//! Many deadlines behind one timer.

#include "support/eventually.h"
#include "support/literals.h"
#include "transport/deadlines.h"

#include <QtCore/qcoreevent.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qmap.h>
#include <QtCore/qthread.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

using namespace QRepod;

namespace {

//! Logs its name and the time, then calls `onDue`.
class Alarm : public Deadline
{
public:
    Alarm(Deadlines &deadlines, const QString &name, QStringList &log)
        : Deadline(deadlines)
        , m_name(name)
        , m_log(log)
    {
    }
    virtual ~Alarm() = default;

    void handleDeadline() override
    {
        cameAt = Deadlines::now();
        m_log << m_name;
        if (const auto call = onDue) // it may delete this
            call();
    }

    std::function<void()> onDue;
    qint64 cameAt = 0;

private:
    const QString m_name;
    QStringList &m_log;
};

//! Lets \a milliseconds pass without an event, so that what was set for then is due.
void spin(qint64 milliseconds)
{
    const qint64 end = Deadlines::now() + milliseconds;
    while (Deadlines::now() < end) { }
}

constexpr int far = 600'000; // milliseconds

} // namespace

class tst_Deadlines : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void comesOnceAndNeverEarly_data();
    void comesOnceAndNeverEarly();
    void comesInTheOrderOfTime();
    void earlierOneSetLaterComesFirst();
    void remainingTimeIsWhatWasAskedAndAtMostATwentiethMore();
    void isAtOnceWhenItIsPast();
    void setAnewComesAtTheNewTimeOnly();
    void clearedDoesNotCome();
    void destroyedDoesNotCome();
    void handlerMaySetItAnew();
    void handlerMayClearAnotherThatIsDue();
    void handlerMayDeleteItselfAndAnother();
    void eventLoopInsideAHandlerDoesNotCallItAgain();
    void thousandCostFewTimers();
    void moveToAnotherThread();
    void canBeSetAndClearedRightAfterTheyMoved();
    void stoppedDoNotCome();

private:
    Alarm &add(const QString &name)
    {
        m_alarms.push_back(std::make_unique<Alarm>(*m_deadlines, name, m_log));
        return *m_alarms.back();
    }

    void remove(const Alarm &alarm)
    {
        m_alarms.erase(std::find_if(m_alarms.begin(), m_alarms.end(),
                                    [&](const auto &other) { return other.get() == &alarm; }));
    }

    //! Waits until \a count deadlines have come.
    bool come(qsizetype count)
    {
        return eventually([&] { return m_log.size() >= count; });
    }

    QStringList m_log;
    std::unique_ptr<Deadlines> m_deadlines;
    std::vector<std::unique_ptr<Alarm>> m_alarms;
};

void tst_Deadlines::init()
{
    m_alarms.clear();
    m_deadlines = std::make_unique<Deadlines>();
    m_log.clear();
}

void tst_Deadlines::comesOnceAndNeverEarly_data()
{
    QTest::addColumn<int>("milliseconds");
    for (const int milliseconds : {1, 2, 19, 20, 60, 150})
        QTest::addRow("%d ms", milliseconds) << milliseconds;
}

void tst_Deadlines::comesOnceAndNeverEarly()
{
    QFETCH(const int, milliseconds);
    Alarm &alarm = add(u"alarm"_s);
    const qint64 start = Deadlines::now();
    alarm.setDeadline(milliseconds);
    QVERIFY(come(1));
    QVERIFY2(alarm.cameAt >= start + milliseconds,
             qPrintable(QString::number(alarm.cameAt - start)));

    // A second call would come before the next one.
    add(u"next"_s).setDeadline(milliseconds);
    QVERIFY(come(2));
    QCOMPARE(m_log, QStringList({u"alarm"_s, u"next"_s}));
}

void tst_Deadlines::comesInTheOrderOfTime()
{
    QMap<QString, qint64> dueAt;
    for (const int milliseconds : {60, 5, 20, 1, 40}) {
        Alarm &alarm = add(QString::number(milliseconds));
        alarm.setDeadline(milliseconds);
        dueAt[QString::number(milliseconds)] = Deadlines::now() + alarm.remainingTime();
    }
    QVERIFY(come(5));
    for (qsizetype i = 1; i < m_log.size(); ++i)
        QVERIFY(dueAt[m_log[i - 1]] <= dueAt[m_log[i]] + 1); // the times were taken at two moments
}

void tst_Deadlines::earlierOneSetLaterComesFirst()
{
    add(u"far"_s).setDeadline(far);
    add(u"near"_s).setDeadline(1);
    QVERIFY(come(1));
    QCOMPARE(m_log, QStringList({u"near"_s}));
}

void tst_Deadlines::remainingTimeIsWhatWasAskedAndAtMostATwentiethMore()
{
    Alarm &alarm = add(u"alarm"_s);
    QCOMPARE(alarm.remainingTime(), 0);
    for (const qint64 milliseconds : {qint64(far), qint64(far) + 17, 100 * qint64(far)}) {
        const qint64 before = Deadlines::now();
        alarm.setDeadline(milliseconds);
        const qint64 remaining = alarm.remainingTime();
        const qint64 passed = Deadlines::now() - before;
        QVERIFY(remaining >= milliseconds - passed);
        QVERIFY(remaining <= milliseconds + milliseconds / 20);
    }
    alarm.clearDeadline();
    QCOMPARE(alarm.remainingTime(), 0);
}

void tst_Deadlines::isAtOnceWhenItIsPast()
{
    Alarm &alarm = add(u"alarm"_s);
    alarm.setDeadline(-far);
    QVERIFY(m_log.isEmpty()); // not from inside the call
    QVERIFY(come(1));
    alarm.setDeadline(0);
    QVERIFY(come(2));

    alarm.setDeadline(1);
    spin(3);
    QCOMPARE(alarm.remainingTime(), 0);
}

void tst_Deadlines::setAnewComesAtTheNewTimeOnly()
{
    Alarm &alarm = add(u"alarm"_s);
    alarm.setDeadline(1);
    alarm.setDeadline(far);
    Alarm &other = add(u"other"_s);
    other.setDeadline(20);
    QVERIFY(come(1));
    QCOMPARE(m_log, QStringList({u"other"_s}));
    alarm.setDeadline(1);
    QVERIFY(come(2));
    QCOMPARE(m_log.last(), u"alarm"_s);
}

void tst_Deadlines::clearedDoesNotCome()
{
    Alarm &alarm = add(u"alarm"_s);
    alarm.clearDeadline(); // clearing one that is not set is allowed
    alarm.setDeadline(1);
    alarm.clearDeadline();
    add(u"other"_s).setDeadline(20);
    QVERIFY(come(1));
    QCOMPARE(m_log, QStringList({u"other"_s}));
}

void tst_Deadlines::destroyedDoesNotCome()
{
    Alarm &alarm = add(u"alarm"_s);
    alarm.setDeadline(1);
    remove(alarm);
    add(u"other"_s).setDeadline(20);
    QVERIFY(come(1));
    QCOMPARE(m_log, QStringList({u"other"_s}));
}

void tst_Deadlines::handlerMaySetItAnew()
{
    Alarm &alarm = add(u"alarm"_s);
    qint64 setAt = 0;
    bool wasEarly = false;
    alarm.onDue = [&] {
        wasEarly = wasEarly || alarm.cameAt < setAt + 1;
        setAt = Deadlines::now();
        alarm.setDeadline(1);
        spin(2); // due again before the handler has ended
    };
    setAt = Deadlines::now();
    alarm.setDeadline(1);
    QVERIFY(come(5));
    QVERIFY(!wasEarly);
}

void tst_Deadlines::handlerMayClearAnotherThatIsDue()
{
    Alarm &first = add(u"first"_s);
    Alarm &second = add(u"second"_s);
    first.onDue = [&] { second.clearDeadline(); };
    first.setDeadline(1);
    second.setDeadline(2);
    spin(4); // both are due
    QVERIFY(come(1));
    add(u"other"_s).setDeadline(10);
    QVERIFY(come(2));
    QCOMPARE(m_log, QStringList({u"first"_s, u"other"_s}));
}

void tst_Deadlines::handlerMayDeleteItselfAndAnother()
{
    Alarm &first = add(u"first"_s);
    Alarm &second = add(u"second"_s);
    first.onDue = [&] {
        remove(second);
        first.setDeadline(1);
        remove(first);
    };
    first.setDeadline(1);
    second.setDeadline(2);
    add(u"third"_s).setDeadline(3);
    spin(5); // all are due
    QVERIFY(come(2));
    add(u"other"_s).setDeadline(10);
    QVERIFY(come(3));
    QCOMPARE(m_log, QStringList({u"first"_s, u"third"_s, u"other"_s}));
}

void tst_Deadlines::eventLoopInsideAHandlerDoesNotCallItAgain()
{
    Alarm &alarm = add(u"alarm"_s);
    Alarm &other = add(u"other"_s);
    QEventLoop loop;
    alarm.onDue = [&] {
        other.setDeadline(20);
        loop.exec();
        m_log << u"has ended"_s;
    };
    other.onDue = [&] { loop.quit(); };
    alarm.setDeadline(1);
    QVERIFY(come(3));
    QCOMPARE(m_log, QStringList({u"alarm"_s, u"other"_s, u"has ended"_s}));
}

void tst_Deadlines::thousandCostFewTimers()
{
    class Counter : public QObject
    {
    public:
        bool eventFilter(QObject *, QEvent *event) override
        {
            count += event->type() == QEvent::Timer;
            return false;
        }
        int count = 0;
    } timers;
    m_deadlines->installEventFilter(&timers);
    for (int i = 0; i < 1'000; ++i)
        add(u"alarm"_s).setDeadline(200); // time passes while they are set
    QVERIFY(come(1'000));
    QVERIFY2(timers.count < 100, qPrintable(QString::number(timers.count)));
}

void tst_Deadlines::moveToAnotherThread()
{
    QThread *cameIn = nullptr;
    QThread other;
    Alarm &alarm = add(u"alarm"_s);
    alarm.onDue = [&] {
        cameIn = QThread::currentThread();
        QThread::currentThread()->quit();
    };
    alarm.setDeadline(1);
    m_deadlines->moveToThread(&other);
    spin(3);
    QCoreApplication::processEvents();
    QVERIFY(m_log.isEmpty());
    other.start();
    QVERIFY(other.wait(patience));
    QCOMPARE(cameIn, &other);
}

void tst_Deadlines::canBeSetAndClearedRightAfterTheyMoved()
{
    QThread other;
    Alarm &alarm = add(u"alarm"_s);
    Alarm &quit = add(u"quit"_s);
    alarm.setDeadline(1);
    quit.onDue = [] { QThread::currentThread()->quit(); };
    // Runs before the timer moves, like a wake-up that was posted before the move.
    QMetaObject::invokeMethod(
        m_deadlines.get(),
        [&] {
            alarm.clearDeadline();
            quit.setDeadline(5);
        },
        Qt::QueuedConnection);
    m_deadlines->moveToThread(&other);
    other.start();
    QVERIFY(other.wait(patience));
    QCOMPARE(m_log, QStringList({u"quit"_s}));
}

void tst_Deadlines::stoppedDoNotCome()
{
    Alarm &alarm = add(u"alarm"_s);
    alarm.setDeadline(1);
    m_deadlines->stop();
    spin(3);
    QCoreApplication::processEvents();
    QVERIFY(m_log.isEmpty());
}

QTEST_GUILESS_MAIN(tst_Deadlines)
#include "tst_deadlines.moc"
