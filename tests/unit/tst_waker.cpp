// SPDX-License-Identifier: MIT

//! Wake-ups from any thread, in order, with few events.

#include "support/eventually.h"
#include "support/literals.h"
#include "transport/waker.h"

#include <QtCore/qeventloop.h>
#include <QtCore/qthread.h>
#include <QtTest/qtest.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

using namespace QRepod;

namespace {

//! Logs its name when it is woken, then calls `onWake`.
class Sleeper : public Wakeable
{
public:
    Sleeper(Waker &waker, const QString &name, QStringList &log)
        : m_waker(waker)
        , m_name(name)
        , m_log(log)
    {
    }
    virtual ~Sleeper() { m_waker.forget(this); }

    void wake() { m_waker.wake(this); }

    std::function<void()> onWake;

private:
    void handleWake() override
    {
        m_log << m_name;
        if (const auto call = onWake) // it may delete this
            call();
    }

    Waker &m_waker;
    const QString m_name;
    QStringList &m_log;
};

} // namespace

class tst_Waker : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void wakesInTheOrderInWhichItWasAsked();
    void wakesOnceHoweverOftenItWasAsked();
    void isAskedFromAnyThreadAndWakesInItsOwn();
    void postsOneEventForMany();
    void wakesAgainWhatIsWokenWhileItRuns();
    void leavesWhatIsWokenMeanwhileForTheNextTurn();
    void wakesNothingThatItWasToForget();
    void oneThatRunsMayDeleteTheOthers();
    void oneThatRunsMayDeleteItself();
    void oneThatRunsMayDeleteTheWaker();
    void turnEndsAlthoughItsLastIsForgotten();
    void eventLoopInsideDoesNotHoldUpTheOthers();
    void targetOfNobodyWakesNobody();
    void movesToAnotherThreadWithWhatWaits();
    void missesNothingUnderManyThreads();

private:
    //! Delivers the pending event, but no later one.
    void turn() { QCoreApplication::sendPostedEvents(m_waker.get()); }

    Sleeper &add(const QString &name)
    {
        m_sleepers.push_back(std::make_unique<Sleeper>(*m_waker, name, m_log));
        return *m_sleepers.back();
    }

    void forget(const Sleeper &sleeper)
    {
        m_sleepers.erase(std::find_if(m_sleepers.begin(), m_sleepers.end(),
                                      [&](const auto &other) { return other.get() == &sleeper; }));
    }

    QStringList m_log;
    std::unique_ptr<Waker> m_waker;
    std::vector<std::unique_ptr<Sleeper>> m_sleepers;
};

void tst_Waker::init()
{
    m_sleepers.clear();
    m_waker = std::make_unique<Waker>();
    m_log.clear();
}

void tst_Waker::wakesInTheOrderInWhichItWasAsked()
{
    Sleeper &a = add(u"a"_s);
    Sleeper &b = add(u"b"_s);
    Sleeper &c = add(u"c"_s);
    b.wake();
    c.wake();
    a.wake();
    QVERIFY(m_log.isEmpty()); // not from inside wake()
    turn();
    QCOMPARE(m_log, QStringList({u"b"_s, u"c"_s, u"a"_s}));
    turn();
    QCOMPARE(m_log.size(), 3);
}

void tst_Waker::wakesOnceHoweverOftenItWasAsked()
{
    Sleeper &a = add(u"a"_s);
    Sleeper &b = add(u"b"_s);
    for (int i = 0; i < 3; ++i) {
        a.wake();
        b.wake();
    }
    turn();
    QCOMPARE(m_log, QStringList({u"a"_s, u"b"_s}));
}

void tst_Waker::isAskedFromAnyThreadAndWakesInItsOwn()
{
    Sleeper &a = add(u"a"_s);
    QThread *wokenIn = nullptr;
    a.onWake = [&] { wokenIn = QThread::currentThread(); };
    std::thread([&] { a.wake(); }).join();
    QVERIFY(!wokenIn);
    QVERIFY(eventually([&] { return wokenIn; }));
    QCOMPARE(wokenIn, thread());
}

void tst_Waker::postsOneEventForMany()
{
    class Counter : public QObject
    {
    public:
        bool eventFilter(QObject *, QEvent *) override
        {
            ++count;
            return false;
        }
        int count = 0;
    } events;
    m_waker->installEventFilter(&events);
    for (int i = 0; i < 1'000; ++i)
        add(QString::number(i)).wake();
    QCoreApplication::processEvents();
    QCOMPARE(m_log.size(), 1'000);
    QVERIFY2(events.count <= 2, qPrintable(QString::number(events.count)));
}

void tst_Waker::wakesAgainWhatIsWokenWhileItRuns()
{
    Sleeper &a = add(u"a"_s);
    a.onWake = [&] {
        if (m_log.size() == 1)
            a.wake();
    };
    a.wake();
    QVERIFY(eventually([&] { return m_log.size() == 2; }));
    turn();
    QCOMPARE(m_log, QStringList({u"a"_s, u"a"_s}));
}

void tst_Waker::leavesWhatIsWokenMeanwhileForTheNextTurn()
{
    Sleeper &a = add(u"a"_s);
    Sleeper &b = add(u"b"_s);
    Sleeper &c = add(u"c"_s);
    a.onWake = [&] {
        a.wake(); // it always has something to do
        c.wake();
    };
    a.wake();
    b.wake();
    turn();
    QCOMPARE(m_log, QStringList({u"a"_s, u"b"_s}));
    turn();
    QCOMPARE(m_log, QStringList({u"a"_s, u"b"_s, u"a"_s, u"c"_s}));
}

void tst_Waker::wakesNothingThatItWasToForget()
{
    Sleeper &a = add(u"a"_s);
    Sleeper &b = add(u"b"_s);
    Sleeper &c = add(u"c"_s);
    m_waker->forget(&a); // forgetting one that is not listed is allowed
    for (Sleeper *sleeper : {&a, &b, &c})
        sleeper->wake();
    m_waker->forget(&b);
    turn();
    QCOMPARE(m_log, QStringList({u"a"_s, u"c"_s}));
    b.wake(); // b can still be used
    turn();
    QCOMPARE(m_log.last(), u"b"_s);
}

void tst_Waker::oneThatRunsMayDeleteTheOthers()
{
    Sleeper &before = add(u"before"_s);
    Sleeper &a = add(u"a"_s);
    Sleeper &next = add(u"next"_s);
    Sleeper &kept = add(u"kept"_s);
    Sleeper &last = add(u"last"_s);
    a.onWake = [&] {
        forget(before);
        forget(next);
        forget(last);
    };
    for (Sleeper *sleeper : {&before, &a, &next, &kept, &last})
        sleeper->wake();
    turn();
    turn();
    QCOMPARE(m_log, QStringList({u"before"_s, u"a"_s, u"kept"_s}));
}

void tst_Waker::oneThatRunsMayDeleteItself()
{
    Sleeper &a = add(u"a"_s);
    Sleeper &b = add(u"b"_s);
    a.onWake = [&] {
        a.wake();
        forget(a);
    };
    a.wake();
    b.wake();
    turn();
    turn();
    QCOMPARE(m_log, QStringList({u"a"_s, u"b"_s}));
}

void tst_Waker::oneThatRunsMayDeleteTheWaker()
{
    Sleeper &a = add(u"a"_s);
    Sleeper &b = add(u"b"_s);
    a.onWake = [&] {
        m_sleepers.clear();
        m_waker.reset();
    };
    a.wake();
    b.wake();
    turn();
    QVERIFY(!m_waker);
    QCOMPARE(m_log, QStringList({u"a"_s}));
}

void tst_Waker::turnEndsAlthoughItsLastIsForgotten()
{
    Sleeper &a = add(u"a"_s);
    Sleeper &last = add(u"last"_s);
    a.onWake = [&] {
        if (m_log.size() == 1)
            forget(last);
        if (m_log.size() < 100)
            a.wake(); // it always has something to do
    };
    a.wake();
    last.wake();
    turn();
    QVERIFY2(m_log.size() <= 2, qPrintable(QString::number(m_log.size())));
}

void tst_Waker::eventLoopInsideDoesNotHoldUpTheOthers()
{
    Sleeper &a = add(u"a"_s);
    Sleeper &b = add(u"b"_s);
    Sleeper &c = add(u"c"_s);
    QEventLoop loop;
    a.onWake = [&] {
        loop.exec(); // like a handler that waits for an answer
        m_log << u"a has ended"_s;
    };
    b.onWake = [&] { c.wake(); };
    c.onWake = [&] { loop.quit(); };
    a.wake();
    b.wake();
    QVERIFY(eventually([&] { return m_log.contains(u"a has ended"_s); }));
    QCOMPARE(m_log, QStringList({u"a"_s, u"b"_s, u"c"_s, u"a has ended"_s}));
}

void tst_Waker::targetOfNobodyWakesNobody()
{
    const WakeTarget nobody;
    QVERIFY(!nobody);
    nobody.wake();

    Sleeper &a = add(u"a"_s);
    const WakeTarget target{m_waker.get(), &a};
    QVERIFY(target);
    target.wake();
    turn();
    QCOMPARE(m_log, QStringList({u"a"_s}));
}

void tst_Waker::movesToAnotherThreadWithWhatWaits()
{
    Sleeper &a = add(u"a"_s);
    QThread other;
    std::atomic<QThread *> wokenIn = nullptr;
    a.onWake = [&] { wokenIn = QThread::currentThread(); };
    a.wake();
    m_waker->moveToThread(&other);
    other.start();
    QVERIFY(eventually([&] { return wokenIn.load(); }));
    other.quit();
    QVERIFY(other.wait(patience));
    QCOMPARE(wokenIn.load(), &other);
}

void tst_Waker::missesNothingUnderManyThreads()
{
    constexpr int threadCount = 3;
    constexpr int sleeperCount = 5;
    constexpr int count = 20'000; // per thread
    std::array<std::atomic<int>, sleeperCount> published = {};
    std::array<int, sleeperCount> taken = {};
    for (size_t i = 0; i < sleeperCount; ++i)
        add(QString::number(i)).onWake = [&, i] { taken[i] += published[i].exchange(0); };

    std::vector<std::thread> threads;
    for (int i = 0; i < threadCount; ++i) {
        threads.emplace_back([&] {
            for (size_t n = 0; n < count; ++n) {
                ++published[n % sleeperCount];
                m_sleepers[n % sleeperCount]->wake();
            }
        });
    }
    const auto sum = [&] {
        int sum = 0;
        for (const int n : taken)
            sum += n;
        return sum;
    };
    const bool isComplete = eventually([&] { return sum() == threadCount * count; });
    for (std::thread &thread : threads)
        thread.join();
    QVERIFY(isComplete);
}

QTEST_GUILESS_MAIN(tst_Waker)
#include "tst_waker.moc"
