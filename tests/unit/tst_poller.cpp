// SPDX-License-Identifier: MIT

//! Both pollers: who is told what, while handlers do anything.

#include "support/eventually.h"
#include "support/literals.h"
#include "transport/notifierpoller.h"
#ifdef QREPOD_EPOLL
#    include "transport/epollpoller.h"
#endif

#include <QtCore/qeventloop.h>
#include <QtCore/qtemporaryfile.h>
#include <QtCore/qthread.h>
#include <QtCore/qtimer.h>
#include <QtTest/qtest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

using namespace QRepod;

namespace {

//! Two connected sockets; the poller gets the first.
class SocketPair
{
public:
    SocketPair()
    {
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, m_ends.data()) < 0)
            qFatal("the test has no sockets: %s", strerror(errno));
    }
    ~SocketPair() { close(); }
    Q_DISABLE_COPY_MOVE(SocketPair)

    int descriptor() const { return m_ends[0]; }

    void write() const { QCOMPARE(::write(m_ends[1], "x", 1), 1); }
    void closePeer() { ::close(std::exchange(m_ends[1], -1)); }
    void drainPeer() const
    {
        std::array<char, 4096> bytes;
        while (::read(m_ends[1], bytes.data(), bytes.size()) > 0) { }
    }

    //! Reads one of the bytes that have arrived.
    void read() const
    {
        char byte = 0;
        (void)!::read(m_ends[0], &byte, 1);
    }

    //! Writes until the system takes no more.
    void fill() const
    {
        const std::array<char, 4096> bytes = {};
        while (::send(m_ends[0], bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0) { }
    }

    void close()
    {
        for (int &end : m_ends) {
            if (end != -1)
                ::close(std::exchange(end, -1));
        }
    }

private:
    std::array<int, 2> m_ends = {-1, -1};
};

//! Counts what it is told, then calls a function.
class Watcher : public Poller::Watcher
{
public:
    explicit Watcher(Poller *poller = nullptr)
        : m_poller(poller)
    {
    }
    virtual ~Watcher() { watch({}); }
    Q_DISABLE_COPY_MOVE(Watcher)

    bool watch(Poller::Interest interest)
    {
        return m_poller && m_poller->watch(sockets.descriptor(), this, interest);
    }

    void handleReadable() override
    {
        ++readable;
        if (const auto call = onReadable) // it may delete this
            call();
    }
    void handleWritable() override
    {
        ++writable;
        if (const auto call = onWritable)
            call();
    }

    SocketPair sockets;
    std::function<void()> onReadable = [this] { sockets.read(); };
    std::function<void()> onWritable = [this] { watch({}); };
    int readable = 0;
    int writable = 0;

private:
    Poller *m_poller;
};

constexpr Poller::Interest reading{.reading = true, .writing = false};
constexpr Poller::Interest writing{.reading = false, .writing = true};
constexpr Poller::Interest both{.reading = true, .writing = true};

void turn()
{
    QCoreApplication::processEvents();
}

} // namespace

class tst_Poller : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_poller.reset(); }

    void tellsOfBytesForAsLongAsThereAreSome_data() { addKinds(); }
    void tellsOfBytesForAsLongAsThereAreSome();
    void tellsOfRoomForAsLongAsThereIsSome_data() { addKinds(); }
    void tellsOfRoomForAsLongAsThereIsSome();
    void tellsOnlyWhatIsWanted_data() { addKinds(); }
    void tellsOnlyWhatIsWanted();
    void tellsBothInOneTurn_data() { addKinds(); }
    void tellsBothInOneTurn();
    void tellsWhoReadsOfTheEnd_data() { addKinds(); }
    void tellsWhoReadsOfTheEnd();
    void tellsWhoWritesOfAHangUp_data() { addKinds(); }
    void tellsWhoWritesOfAHangUp();
    void isSilentAboutAHangUpThatNobodyWants_data() { addKinds(); }
    void isSilentAboutAHangUpThatNobodyWants();
    void handlerMayStopAnother_data() { addKinds(); }
    void handlerMayStopAnother();
    void handlerMayDeleteItself_data() { addKinds(); }
    void handlerMayDeleteItself();
    void readingHandlerMayStopWriting_data() { addKinds(); }
    void readingHandlerMayStopWriting();
    void descriptorUsedAgainIsAnother_data() { addKinds(); }
    void descriptorUsedAgainIsAnother();
    void descriptorUsedAgainByAHandlerIsAnother_data() { addKinds(); }
    void descriptorUsedAgainByAHandlerIsAnother();
    void eventLoopInsideAHandlerServesTheOthers_data() { addKinds(); }
    void eventLoopInsideAHandlerServesTheOthers();
    void manyThatAreAlwaysReadyLeaveRoomForTheRest_data() { addKinds(); }
    void manyThatAreAlwaysReadyLeaveRoomForTheRest();
    void timerOfNoTimeLeavesRoomForSockets_data() { addKinds(); }
    void timerOfNoTimeLeavesRoomForSockets();
    void movesToAnotherThread_data() { addKinds(); }
    void movesToAnotherThread();
#ifdef QREPOD_EPOLL
    void refusesWhatCannotBeWatched();
#endif

private:
    static void addKinds()
    {
        QTest::addColumn<bool>("isEpoll");
        QTest::newRow("notifiers") << false;
#ifdef QREPOD_EPOLL
        QTest::newRow("epoll") << true;
#endif
    }

    std::unique_ptr<Poller> m_poller;
};

void tst_Poller::init()
{
#ifdef QREPOD_EPOLL
    if (!QTest::currentDataTag() || qstrcmp(QTest::currentDataTag(), "epoll") == 0) {
        m_poller = std::make_unique<EpollPoller>();
        return;
    }
#endif
    m_poller = std::make_unique<NotifierPoller>();
}

void tst_Poller::tellsOfBytesForAsLongAsThereAreSome()
{
    Watcher watcher(m_poller.get());
    QVERIFY(watcher.watch(reading));
    turn();
    QCOMPARE(watcher.readable, 0);
    watcher.sockets.write();
    watcher.sockets.write();
    QVERIFY(eventually([&] { return watcher.readable == 2; })); // one byte each time
    turn();
    QCOMPARE(watcher.readable, 2);
    QCOMPARE(watcher.writable, 0);
}

void tst_Poller::tellsOfRoomForAsLongAsThereIsSome()
{
    Watcher watcher(m_poller.get());
    watcher.onWritable = {};
    QVERIFY(watcher.watch(writing));
    QVERIFY(eventually([&] { return watcher.writable == 2; }));
    watcher.sockets.fill();
    turn();
    turn();
    QCOMPARE(watcher.writable, 2);
    watcher.sockets.drainPeer();
    QVERIFY(eventually([&] { return watcher.writable > 2; }));
}

void tst_Poller::tellsOnlyWhatIsWanted()
{
    Watcher watcher(m_poller.get());
    watcher.onReadable = {};
    watcher.onWritable = {};
    watcher.sockets.write();
    QVERIFY(watcher.watch({})); // unwatching one that is not watched is allowed
    turn();
    QVERIFY(watcher.watch(reading));
    QVERIFY(eventually([&] { return watcher.readable > 0; }));
    QCOMPARE(watcher.writable, 0);

    QVERIFY(watcher.watch(writing));
    watcher.readable = 0;
    QVERIFY(eventually([&] { return watcher.writable > 0; }));
    QCOMPARE(watcher.readable, 0);

    QVERIFY(watcher.watch({}));
    watcher.writable = 0;
    turn();
    turn();
    QCOMPARE(watcher.readable + watcher.writable, 0);

    QVERIFY(watcher.watch(reading));
    QVERIFY(eventually([&] { return watcher.readable > 0; }));
}

void tst_Poller::tellsBothInOneTurn()
{
    Watcher watcher(m_poller.get());
    watcher.sockets.write();
    QVERIFY(watcher.watch(both));
    QVERIFY(eventually([&] { return watcher.readable && watcher.writable; }));
}

void tst_Poller::tellsWhoReadsOfTheEnd()
{
    Watcher watcher(m_poller.get());
    QVERIFY(watcher.watch(reading));
    turn();
    watcher.sockets.closePeer();
    QVERIFY(eventually([&] { return watcher.readable > 0; }));
    QCOMPARE(watcher.writable, 0);
}

void tst_Poller::tellsWhoWritesOfAHangUp()
{
    Watcher watcher(m_poller.get());
    watcher.sockets.fill();
    QVERIFY(watcher.watch(writing));
    turn();
    QCOMPARE(watcher.writable, 0);
    watcher.sockets.closePeer();
    QVERIFY(eventually([&] { return watcher.writable == 1; }));
    QCOMPARE(watcher.readable, 0);
}

void tst_Poller::isSilentAboutAHangUpThatNobodyWants()
{
    Watcher watcher(m_poller.get());
    QVERIFY(watcher.watch(reading));
    QVERIFY(watcher.watch({}));
    watcher.sockets.closePeer();
    // A poller that noticed this would not sleep.
    QTimer::singleShot(20, this, [] {});
    QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    QCOMPARE(watcher.readable + watcher.writable, 0);
}

void tst_Poller::handlerMayStopAnother()
{
    std::array<Watcher, 2> watchers{Watcher(m_poller.get()), Watcher(m_poller.get())};
    for (size_t i = 0; i < 2; ++i) {
        watchers[i].onReadable = [&, i] {
            watchers[i].sockets.read();
            watchers[1 - i].watch({});
        };
        QVERIFY(watchers[i].watch(reading));
        watchers[i].sockets.write();
    }
    QVERIFY(eventually([&] { return watchers[0].readable + watchers[1].readable > 0; }));
    turn();
    QCOMPARE(watchers[0].readable + watchers[1].readable, 1);
}

void tst_Poller::handlerMayDeleteItself()
{
    auto watcher = std::make_unique<Watcher>(m_poller.get());
    int told = 0;
    watcher->onReadable = [&] {
        ++told;
        watcher.reset();
    };
    watcher->sockets.write();
    QVERIFY(watcher->watch(both));
    QVERIFY(eventually([&] { return !watcher; }));
    turn();
    QCOMPARE(told, 1);
}

void tst_Poller::readingHandlerMayStopWriting()
{
    Watcher watcher(m_poller.get());
    watcher.onWritable = {};
    watcher.sockets.fill();
    QVERIFY(watcher.watch(both));
    turn();
    watcher.onReadable = [&] {
        watcher.sockets.read();
        watcher.writable = 0;
        watcher.watch(reading);
    };
    watcher.sockets.write();
    watcher.sockets.drainPeer(); // so that both are reported at once
    QVERIFY(eventually([&] { return watcher.readable > 0; }));
    turn();
    QCOMPARE(watcher.writable, 0);
}

void tst_Poller::descriptorUsedAgainIsAnother()
{
    int first = -1;
    for (int i = 0; i < 100; ++i) {
        Watcher watcher(m_poller.get());
        if (first == -1)
            first = watcher.sockets.descriptor();
        QCOMPARE(watcher.sockets.descriptor(), first);
        QVERIFY(watcher.watch(reading));
        turn();
        QCOMPARE(watcher.readable, 0);
        watcher.sockets.write();
        QVERIFY(eventually([&] { return watcher.readable == 1; }));
    }
}

//! Both sockets are ready. The first handler closes the other's socket, and opens another that gets
//! its number. The new one must not be told what was meant for the old one.
void tst_Poller::descriptorUsedAgainByAHandlerIsAnother()
{
    std::array<std::unique_ptr<Watcher>, 2> watchers;
    std::unique_ptr<Watcher> another;
    bool isSameNumber = false;
    for (size_t i = 0; i < 2; ++i) {
        watchers[i] = std::make_unique<Watcher>(m_poller.get());
        watchers[i]->onReadable = [&, i] {
            watchers[i]->sockets.read();
            const int number = watchers[1 - i]->sockets.descriptor();
            watchers[1 - i].reset();
            another = std::make_unique<Watcher>(m_poller.get());
            isSameNumber = another->sockets.descriptor() == number;
            another->watch(reading);
        };
        QVERIFY(watchers[i]->watch(reading));
        watchers[i]->sockets.write();
    }
    QVERIFY(eventually([&] { return another != nullptr; }));
    turn();
    QVERIFY(isSameNumber);
    QCOMPARE(another->readable, 0);
    another->sockets.write();
    QVERIFY(eventually([&] { return another->readable == 1; }));
}

void tst_Poller::eventLoopInsideAHandlerServesTheOthers()
{
    Watcher first(m_poller.get());
    Watcher second(m_poller.get());
    QEventLoop loop;
    bool hasWaited = false;
    first.onReadable = [&] {
        first.sockets.read();
        second.sockets.write();
        loop.exec();
        hasWaited = true;
    };
    second.onReadable = [&] {
        second.sockets.read();
        loop.quit();
    };
    QVERIFY(first.watch(reading));
    QVERIFY(second.watch(reading));
    first.sockets.write();
    QVERIFY(eventually([&] { return hasWaited; }));
    QCOMPARE(first.readable, 1);
    QCOMPARE(second.readable, 1);
}

void tst_Poller::manyThatAreAlwaysReadyLeaveRoomForTheRest()
{
    std::vector<std::unique_ptr<Watcher>> watchers; // more than are served in one turn
    for (int i = 0; i < 300; ++i) {
        watchers.push_back(std::make_unique<Watcher>(m_poller.get()));
        watchers.back()->onReadable = {}; // never read
        watchers.back()->sockets.write();
        QVERIFY(watchers.back()->watch(reading));
    }
    int posted = 0;
    int timed = 0;
    QMetaObject::invokeMethod(
        this, [&] { ++posted; }, Qt::QueuedConnection);
    QTimer timer;
    connect(&timer, &QTimer::timeout, this, [&] { ++timed; });
    timer.start(1);
    QVERIFY(eventually([&] { return posted == 1 && timed > 1; }));
    QVERIFY(eventually([&] {
        return std::all_of(watchers.cbegin(), watchers.cend(),
                           [](const auto &watcher) { return watcher->readable > 1; });
    }));
}

void tst_Poller::timerOfNoTimeLeavesRoomForSockets()
{
    Watcher watcher(m_poller.get());
    QVERIFY(watcher.watch(reading));
    QTimer always;
    int count = 0;
    connect(&always, &QTimer::timeout, this, [&] {
        if (++count == 100)
            watcher.sockets.write();
    });
    always.start(0);
    QVERIFY(eventually([&] { return watcher.readable == 1; }));
    QVERIFY(count >= 100);
}

void tst_Poller::movesToAnotherThread()
{
    Watcher watcher(m_poller.get());
    QVERIFY(watcher.watch(reading));
    watcher.sockets.write();
    QThread other;
    QThread *toldIn = nullptr;
    watcher.onReadable = [&] {
        watcher.sockets.read();
        watcher.watch({});
        toldIn = QThread::currentThread();
        toldIn->quit();
    };
    m_poller->moveToThread(&other);
    turn();
    QCOMPARE(watcher.readable, 0);
    other.start();
    QVERIFY(other.wait(patience));
    QCOMPARE(toldIn, &other);
}

#ifdef QREPOD_EPOLL
void tst_Poller::refusesWhatCannotBeWatched()
{
    QTemporaryFile file; // epoll does not accept files
    QVERIFY(file.open());
    Watcher watcher;
    QVERIFY(!m_poller->watch(file.handle(), &watcher, reading));
    QCOMPARE(errno, EPERM);
    QVERIFY(m_poller->watch(file.handle(), &watcher, {}));
}
#endif

QTEST_GUILESS_MAIN(tst_Poller)
#include "tst_poller.moc"
