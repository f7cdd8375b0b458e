// SPDX-License-Identifier: MIT

//! The memory of large frames, reused from one frame to the next.

#include "poolkeeper.h"
#include "support/eventually.h"
#include "support/messages.h"
#include "transport/poolexpiry.h"

#include <QtCore/qthread.h>
#include <QtTest/qtest.h>

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

using namespace QRepod;
using namespace std::chrono_literals;

namespace {

//! Returns an array with exactly this capacity.
QByteArray buffer(qsizetype capacity)
{
    QByteArray bytes;
    bytes.reserve(capacity);
    bytes.append("used");
    return bytes;
}

//! Returns the time; what is given after this is given later.
BufferPool::Clock::time_point now()
{
    const auto time = BufferPool::Clock::now();
    while (BufferPool::Clock::now() == time) { }
    return time;
}

} // namespace

class tst_BufferPool : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void memoryIsTakenAgain();
    void memoryOfAPartIsTakenWhole();
    void memoryThatSomebodyRefersToIsNotKept();
    void memoryThatIsNotOfTheHeapIsNotKept();
    void littleOrTooMuchMemoryIsNotKept();
    void onlyWhatFitsIsTaken();
    void theLatestIsTakenFirst();
    void whatHasBeenThereForTheLongestMakesRoom();

    void memoryIsFreedAfterTheIdleTime();
    void aKeeperIsCalledUntilItHasFreedAll();
    void withoutAKeeperNothingIsKept();
    void theLastKeeperFreesWhatIsLeft();
    void anotherKeeperTakesOver();
    void expiryFreesInItsThread();

    void anyThreadMayTakeAndGive();
};

void tst_BufferPool::memoryIsTakenAgain()
{
    BufferPool pool;
    const PoolKeeper keeper(pool);
    QByteArray bytes = buffer(mebi);
    const char *const memory = bytes.constData();
    pool.give(std::move(bytes));
    QCOMPARE(pool.size(), mebi);

    QByteArray taken = pool.take(mebi);
    QCOMPARE(pool.size(), 0);
    QVERIFY(taken.isEmpty());
    QCOMPARE(taken.capacity(), mebi);
    taken.append("longer than what was there before");
    taken.resize(mebi);
    QCOMPARE(taken.constData(), memory);
}

//! For example a frame whose last bytes a handler holds without a copy.
void tst_BufferPool::memoryOfAPartIsTakenWhole()
{
    BufferPool pool;
    const PoolKeeper keeper(pool);
    QByteArray bytes = buffer(mebi);
    bytes.resize(mebi);
    const char *const memory = bytes.constData();
    bytes.data_ptr().setBegin(bytes.data_ptr().begin() + 100);
    bytes.data_ptr().size = mebi - 100;
    pool.give(std::move(bytes));

    QByteArray taken = pool.take(mebi);
    taken.resize(mebi);
    QCOMPARE(taken.constData(), memory);
}

void tst_BufferPool::memoryThatSomebodyRefersToIsNotKept()
{
    BufferPool pool;
    const PoolKeeper keeper(pool);
    QByteArray bytes = buffer(mebi);
    const QByteArray handlers = bytes;
    pool.give(std::move(bytes));
    QCOMPARE(pool.size(), 0);
    QCOMPARE(handlers, QByteArray("used"));
}

void tst_BufferPool::memoryThatIsNotOfTheHeapIsNotKept()
{
    BufferPool pool;
    const PoolKeeper keeper(pool);
    const std::vector<char> memory(size_t(mebi), 'x');
    pool.give(QByteArray::fromRawData(memory.data(), mebi));
    pool.give(QByteArray());
    QCOMPARE(pool.size(), 0);
}

void tst_BufferPool::littleOrTooMuchMemoryIsNotKept()
{
    BufferPool pool;
    const PoolKeeper keeper(pool);
    pool.give(buffer(BufferPool::minimumSize - 1));
    pool.give(buffer(BufferPool::limit + 1));
    QCOMPARE(pool.size(), 0);
    pool.give(buffer(BufferPool::minimumSize));
    QCOMPARE(pool.size(), BufferPool::minimumSize);
    pool.give(buffer(BufferPool::limit));
    QCOMPARE(pool.size(), BufferPool::limit);
}

//! Otherwise a small message would hold much memory, which the limits would count.
void tst_BufferPool::onlyWhatFitsIsTaken()
{
    BufferPool pool;
    const PoolKeeper keeper(pool);
    pool.give(buffer(3 * mebi));
    QCOMPARE(pool.take(3 * mebi + 1).capacity(), 0);
    QCOMPARE(pool.take(2 * mebi - 1).capacity(), 0);
    QCOMPARE(pool.take(2 * mebi).capacity(), 3 * mebi);
}

void tst_BufferPool::theLatestIsTakenFirst()
{
    BufferPool pool;
    const PoolKeeper keeper(pool);
    for (const qsizetype more : {1, 2, 3})
        pool.give(buffer(mebi + more));
    for (const qsizetype more : {3, 2, 1})
        QCOMPARE(pool.take(mebi).capacity(), mebi + more);
}

void tst_BufferPool::whatHasBeenThereForTheLongestMakesRoom()
{
    BufferPool pool;
    const PoolKeeper keeper(pool);
    const qsizetype quarter = BufferPool::limit / 4;
    for (const qsizetype less : {1, 2, 3, 4, 5})
        pool.give(buffer(quarter - less));
    QCOMPARE(pool.size(), 4 * quarter - (2 + 3 + 4 + 5));
    pool.give(buffer(2 * quarter));
    QCOMPARE(pool.size(), 4 * quarter - (4 + 5));
}

void tst_BufferPool::memoryIsFreedAfterTheIdleTime()
{
    BufferPool pool(1h);
    const PoolKeeper keeper(pool);
    pool.give(buffer(mebi));
    const auto between = now();
    pool.give(buffer(2 * mebi));

    QVERIFY(pool.release(between) > 0ms);
    QCOMPARE(pool.size(), 3 * mebi);
    const auto wait = pool.release(between + 1h);
    QCOMPARE(pool.size(), 2 * mebi);
    QVERIFY(wait > 0ms && wait <= 1h);
    QVERIFY(pool.release(now() + 1h) == 0ms);
    QCOMPARE(pool.size(), 0);
}

void tst_BufferPool::aKeeperIsCalledUntilItHasFreedAll()
{
    BufferPool pool(1h);
    const PoolKeeper keeper(pool);
    pool.give(buffer(mebi));
    QCOMPARE(keeper.calls(), 1);
    pool.give(pool.take(mebi)); // empty for a moment, but it is checked anyway
    QCOMPARE(keeper.calls(), 1);
    QVERIFY(pool.release(now() + 1h) == 0ms);
    pool.give(buffer(mebi));
    QCOMPARE(keeper.calls(), 2);
}

void tst_BufferPool::withoutAKeeperNothingIsKept()
{
    BufferPool pool;
    pool.give(buffer(mebi));
    QCOMPARE(pool.size(), 0);
}

void tst_BufferPool::theLastKeeperFreesWhatIsLeft()
{
    BufferPool pool;
    auto first = std::make_unique<PoolKeeper>(pool);
    auto second = std::make_unique<PoolKeeper>(pool);
    pool.give(buffer(mebi));
    second.reset();
    QCOMPARE(pool.size(), mebi);
    first.reset();
    QCOMPARE(pool.size(), 0);
}

void tst_BufferPool::anotherKeeperTakesOver()
{
    BufferPool pool;
    auto first = std::make_unique<PoolKeeper>(pool);
    const PoolKeeper second(pool);
    pool.give(buffer(mebi));
    QCOMPARE(first->calls(), 1);
    QCOMPARE(second.calls(), 0);
    first.reset();
    QCOMPARE(second.calls(), 1);
}

void tst_BufferPool::expiryFreesInItsThread()
{
    BufferPool pool(1ms);
    Waker waker;
    Deadlines deadlines;
    const PoolExpiry expiry(pool, waker, deadlines);
    for (int round = 0; round < 2; ++round) {
        std::thread([&pool] { pool.give(buffer(mebi)); }).join();
        QCOMPARE(pool.size(), mebi);
        QVERIFY(eventually([&] { return pool.size() == 0; }));
    }
}

//! When memory is written again, earlier accesses by other threads must be over. For sanitizers.
void tst_BufferPool::anyThreadMayTakeAndGive()
{
    BufferPool pool;
    const PoolKeeper keeper(pool);
    const auto use = [&pool](char mark) {
        for (int i = 0; i < 200; ++i) {
            QByteArray bytes = pool.take(BufferPool::minimumSize);
            if (bytes.capacity() == 0)
                bytes.reserve(BufferPool::minimumSize);
            bytes.append(16, mark);
            const char *const memory = bytes.constData();
            std::thread reader([&pool, mark, shared = bytes]() mutable {
                if (shared != QByteArray(16, mark))
                    qFatal("somebody else has written there");
                pool.give(std::move(shared));
            });
            if (bytes.constData() != memory || bytes != QByteArray(16, mark))
                qFatal("somebody else has written here");
            pool.give(std::move(bytes));
            reader.join();
        }
    };
    std::thread other(use, 'a');
    use('b');
    other.join();
    QVERIFY(pool.size() <= BufferPool::limit);
}

QTEST_GUILESS_MAIN(tst_BufferPool)

#include "tst_bufferpool.moc"
