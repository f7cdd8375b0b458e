// SPDX-License-Identifier: MIT
#include "transport/epolldispatcher.h"

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qsocketnotifier.h>
#include <QtCore/qtemporaryfile.h>
#include <QtCore/qthread.h>
#include <QtCore/qtimer.h>
#include <QtTest/qtest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <thread>

using namespace QRepod;

namespace {

//! Two connected sockets.
class SocketPair
{
public:
    SocketPair() { ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends); }
    ~SocketPair()
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    Q_DISABLE_COPY_MOVE(SocketPair)

    void write() { QCOMPARE(::write(ends[1], "x", 1), 1); }
    char read()
    {
        char c = 0;
        return ::read(ends[0], &c, 1) == 1 ? c : '\0';
    }

    int ends[2];
};

} // namespace

//! Each test runs in a thread that has the dispatcher.
class tst_EpollDispatcher : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void threadHasIt();
    void wakesForEventsOfAnotherThread();
    void endsWhenToldByAnotherThread();
    void timersComeInOrderAndNeverEarly();
    void aTimerRepeats();
    void aTimerOfNoTimeLeavesRoomForTheRest();
    void aTimerStoppedByAnotherDoesNotCome();
    void aLoopInsideATimersEventDoesNotSendItAgain();
    void remainingTimeAndRegisteredTimers();
    void notifierTellsOfWhatCanBeRead();
    void aDisabledNotifierIsSilent();
    void aNotifierMayDeleteAnother();
    void aDescriptorUsedAgainIsAnother();
    void aNotifierTakesOverTheDescriptorOfAnother();
    void anExceptionNotifierTellsOfAHangUp();
    void whatCannotBeWatchedIsNamed();
    void socketsCanBeLeftAlone();
    void anObjectTakesItsTimersAlong();

private:
    template <class Function>
    void inThread(Function function)
    {
        QThread thread;
        EpollDispatcher::install(&thread);
        QObject context;
        context.moveToThread(&thread);
        thread.start();
        QMetaObject::invokeMethod(&context, function, Qt::BlockingQueuedConnection);
        thread.quit();
        QVERIFY(thread.wait(10'000));
    }
};

void tst_EpollDispatcher::threadHasIt()
{
    inThread([] {
        QVERIFY(qobject_cast<EpollDispatcher *>(QThread::currentThread()->eventDispatcher()));
    });
}

void tst_EpollDispatcher::wakesForEventsOfAnotherThread()
{
    QThread thread;
    EpollDispatcher::install(&thread);
    QObject there;
    there.moveToThread(&thread);
    thread.start();
    int sum = 0;
    for (int i = 0; i < 10'000; ++i) // each finds the thread asleep
        QMetaObject::invokeMethod(
            &there, [&sum] { ++sum; }, Qt::BlockingQueuedConnection);
    QCOMPARE(sum, 10'000);
    thread.quit();
    QVERIFY(thread.wait(10'000));
}

void tst_EpollDispatcher::endsWhenToldByAnotherThread()
{
    for (int i = 0; i < 200; ++i) {
        QThread thread;
        EpollDispatcher::install(&thread);
        thread.start();
        thread.quit();
        QVERIFY(thread.wait(10'000));
    }
}

void tst_EpollDispatcher::timersComeInOrderAndNeverEarly()
{
    inThread([] {
        QElapsedTimer clock;
        clock.start();
        QList<int> came;
        QEventLoop loop;
        for (const int interval : {60, 5, 20, 1}) {
            for (const auto type : {Qt::PreciseTimer, Qt::CoarseTimer}) {
                QTimer::singleShot(interval, type, &loop, [&, interval] {
                    QVERIFY(clock.elapsed() >= interval);
                    came.append(interval);
                    if (came.size() == 8)
                        loop.quit();
                });
            }
        }
        loop.exec();
        QCOMPARE(came, QList<int>({1, 1, 5, 5, 20, 20, 60, 60}));
    });
}

void tst_EpollDispatcher::aTimerRepeats()
{
    inThread([] {
        QEventLoop loop;
        QTimer timer;
        int count = 0;
        QObject::connect(&timer, &QTimer::timeout, &loop, [&] {
            if (++count == 5)
                loop.quit();
        });
        QElapsedTimer clock;
        clock.start();
        timer.start(10);
        loop.exec();
        QVERIFY(clock.elapsed() >= 50);
    });
}

void tst_EpollDispatcher::aTimerOfNoTimeLeavesRoomForTheRest()
{
    inThread([] {
        SocketPair sockets;
        QEventLoop loop;
        QTimer always;
        int count = 0;
        QObject::connect(&always, &QTimer::timeout, &loop, [&] {
            if (++count == 100)
                sockets.write();
        });
        QSocketNotifier notifier(sockets.ends[0], QSocketNotifier::Read);
        QObject::connect(&notifier, &QSocketNotifier::activated, &loop, &QEventLoop::quit);
        always.start(0);
        loop.exec();
        QVERIFY(count >= 100);
    });
}

void tst_EpollDispatcher::aTimerStoppedByAnotherDoesNotCome()
{
    inThread([] {
        QEventLoop loop;
        QTimer first;
        QTimer second;
        QObject::connect(&first, &QTimer::timeout, &loop, [&] {
            second.stop();
            QTimer::singleShot(30, &loop, &QEventLoop::quit);
            first.stop();
        });
        QObject::connect(&second, &QTimer::timeout, &loop, [] { QFAIL("it was stopped"); });
        first.start(5);
        second.start(6);
        QThread::msleep(10); // both are due
        loop.exec();
    });
}

void tst_EpollDispatcher::aLoopInsideATimersEventDoesNotSendItAgain()
{
    inThread([] {
        QEventLoop loop;
        QTimer timer;
        int depth = 0;
        QObject::connect(&timer, &QTimer::timeout, &loop, [&] {
            QCOMPARE(++depth, 1);
            QEventLoop inner;
            QTimer::singleShot(20, &inner, &QEventLoop::quit);
            inner.exec();
            --depth;
            loop.quit();
        });
        timer.start(1);
        loop.exec();
    });
}

void tst_EpollDispatcher::remainingTimeAndRegisteredTimers()
{
    inThread([] {
        auto *dispatcher = QThread::currentThread()->eventDispatcher();
        QObject owner;
        const int id = owner.startTimer(10'000, Qt::PreciseTimer);
        QVERIFY(dispatcher->remainingTime(id) > 9'000);
        QVERIFY(dispatcher->remainingTime(id) <= 10'000);
        const auto timers = dispatcher->registeredTimers(&owner);
        QCOMPARE(timers.size(), 1);
        QCOMPARE(timers.first().timerId, id);
        QCOMPARE(timers.first().interval, 10'000);
        owner.killTimer(id);
        QCOMPARE(dispatcher->remainingTime(id), -1);
        QVERIFY(dispatcher->registeredTimers(&owner).isEmpty());
    });
}

void tst_EpollDispatcher::notifierTellsOfWhatCanBeRead()
{
    inThread([] {
        SocketPair sockets;
        QEventLoop loop;
        QSocketNotifier reader(sockets.ends[0], QSocketNotifier::Read);
        QSocketNotifier writer(sockets.ends[0], QSocketNotifier::Write);
        QObject::connect(&writer, &QSocketNotifier::activated, &loop, [&] {
            writer.setEnabled(false);
            sockets.write();
        });
        QObject::connect(&reader, &QSocketNotifier::activated, &loop, [&] {
            QCOMPARE(sockets.read(), 'x');
            loop.quit();
        });
        loop.exec();
    });
}

void tst_EpollDispatcher::aDisabledNotifierIsSilent()
{
    inThread([] {
        SocketPair sockets;
        QSocketNotifier reader(sockets.ends[0], QSocketNotifier::Read);
        bool isWanted = false;
        QEventLoop loop;
        QObject::connect(&reader, &QSocketNotifier::activated, &loop, [&] {
            QVERIFY(isWanted);
            loop.quit();
        });
        reader.setEnabled(false);
        sockets.write();
        loop.processEvents();
        isWanted = true;
        reader.setEnabled(true);
        loop.exec();
    });
}

void tst_EpollDispatcher::aNotifierMayDeleteAnother()
{
    inThread([] {
        SocketPair sockets[2];
        std::unique_ptr<QSocketNotifier> notifiers[2];
        QEventLoop loop;
        int count = 0;
        for (int i = 0; i < 2; ++i) {
            notifiers[i] =
                std::make_unique<QSocketNotifier>(sockets[i].ends[0], QSocketNotifier::Read);
            QObject::connect(notifiers[i].get(), &QSocketNotifier::activated, &loop, [&, i] {
                ++count;
                sockets[i].read();
                notifiers[1 - i].reset();
            });
            sockets[i].write();
        }
        loop.processEvents();
        loop.processEvents();
        QCOMPARE(count, 1);
    });
}

void tst_EpollDispatcher::aDescriptorUsedAgainIsAnother()
{
    inThread([] {
        QEventLoop loop;
        for (int i = 0; i < 100; ++i) {
            SocketPair sockets; // of the same numbers each time
            QSocketNotifier notifier(sockets.ends[0], QSocketNotifier::Read);
            bool hasCome = false;
            QObject::connect(&notifier, &QSocketNotifier::activated, &loop, [&] {
                sockets.read();
                hasCome = true;
            });
            loop.processEvents();
            QVERIFY(!hasCome);
            sockets.write();
            loop.processEvents();
            QVERIFY(hasCome);
        }
    });
}

void tst_EpollDispatcher::aNotifierTakesOverTheDescriptorOfAnother()
{
    inThread([] {
        SocketPair sockets;
        QEventLoop loop;
        auto first = std::make_unique<QSocketNotifier>(sockets.ends[0], QSocketNotifier::Read);
        QObject::connect(first.get(), &QSocketNotifier::activated, &loop,
                         [] { QFAIL("it was replaced"); });
        QSocketNotifier second(sockets.ends[0], QSocketNotifier::Read);
        QObject::connect(&second, &QSocketNotifier::activated, &loop, &QEventLoop::quit);
        first.reset();
        sockets.write();
        loop.exec();
    });
}

void tst_EpollDispatcher::anExceptionNotifierTellsOfAHangUp()
{
    inThread([] {
        SocketPair sockets;
        QEventLoop loop;
        QSocketNotifier notifier(sockets.ends[0], QSocketNotifier::Exception);
        bool isHangingUp = false;
        QObject::connect(&notifier, &QSocketNotifier::activated, &loop, [&] {
            QVERIFY(isHangingUp);
            notifier.setEnabled(false);
            loop.quit();
        });
        sockets.write(); // for those who read
        loop.processEvents();
        isHangingUp = true;
        ::shutdown(sockets.ends[1], SHUT_RDWR);
        loop.exec();
    });
}

void tst_EpollDispatcher::whatCannotBeWatchedIsNamed()
{
    QTemporaryFile file; // epoll takes none
    QVERIFY(file.open());
    QTest::ignoreMessage(QtCriticalMsg,
                         QRegularExpression(QStringLiteral("descriptor \\d+ cannot be watched")));
    inThread([&] {
        QSocketNotifier notifier(file.handle(), QSocketNotifier::Read);
        QEventLoop().processEvents();
    });
}

void tst_EpollDispatcher::socketsCanBeLeftAlone()
{
    inThread([] {
        SocketPair sockets;
        QEventLoop loop;
        QSocketNotifier notifier(sockets.ends[0], QSocketNotifier::Read);
        bool hasCome = false;
        QObject::connect(&notifier, &QSocketNotifier::activated, &loop, [&] {
            sockets.read();
            hasCome = true;
        });
        sockets.write();
        loop.processEvents(QEventLoop::ExcludeSocketNotifiers);
        std::thread other([thread = QThread::currentThread()] {
            QMetaObject::invokeMethod(
                thread->eventDispatcher(), [] {}, Qt::QueuedConnection);
        });
        loop.processEvents(QEventLoop::ExcludeSocketNotifiers | QEventLoop::WaitForMoreEvents);
        other.join();
        QVERIFY(!hasCome);
        loop.processEvents();
        QVERIFY(hasCome);
    });
}

void tst_EpollDispatcher::anObjectTakesItsTimersAlong()
{
    inThread([] {
        auto *dispatcher = QThread::currentThread()->eventDispatcher();
        auto owner = std::make_unique<QObject>();
        const int first = owner->startTimer(10'000);
        const int second = owner->startTimer(0);
        owner.reset();
        QCOMPARE(dispatcher->remainingTime(first), -1);
        QCOMPARE(dispatcher->remainingTime(second), -1);
        QVERIFY(!dispatcher->unregisterTimer(second));
    });
}

QTEST_GUILESS_MAIN(tst_EpollDispatcher)
#include "tst_epolldispatcher.moc"
