// SPDX-License-Identifier: MIT

//! The queue from the network thread to the reader.

#include "queues.h"
#include "support/eventually.h"

#include <QtTest/qtest.h>

#include <memory>
#include <thread>

using namespace QRepod;

namespace {

//! An inbox with somebody at both ends.
struct TestInbox
{
    explicit TestInbox(qint64 limit = mebi)
        : inbox(std::make_shared<Inbox>(reader, limit))
    {
        inbox->setWriter(writer);
    }

    Inbox *operator->() const { return inbox.get(); }
    bool push(const QStringList &actions) const { return inbox->pushMessages(batch(actions)); }

    Sleeper reader;
    Sleeper writer;
    std::shared_ptr<Inbox> inbox;
};

} // namespace

class tst_Inbox : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wakesTheReaderOnceUntilItHasWokenUp();
    void wakesTheReaderOnlyWhenItWasEmpty();
    void wakesAgainOnRequest();
    void keepsOrder();
    void closedBeforeItWasConnectedIsCancelled();
    void closedAfterItWasConnectedIsDisconnected();
    void givesNothingAfterTheEnd();
    void endsAsTheConnectionEnded_data();
    void endsAsTheConnectionEnded();
    void cancelledIsAsIfItHadNeverBeenConnected();
    void cancelledAfterSomethingWasTakenIsClosed();
    void lostByTheReaderIsALossBehindWhatHasCome();
    void abortGivesTheErrorFirst();
    void wakesTheWriterToClose();
    void stopsTheWriterPastItsLimit();
    void wakesTheWriterAtHalfTheLimit();
    void heldIsNotReadHoweverMuchRoomThereIs();
    void heldBytesCountTheBeginningOfAFrame();
    void withoutAReaderIsClosedAndWakesNobody();
    void underTwoThreads();
};

void tst_Inbox::wakesTheReaderOnceUntilItHasWokenUp()
{
    TestInbox inbox;
    inbox->pushConnected();
    QVERIFY(inbox.push({u"a"_s}));
    QCOMPARE(inbox->takeAll().size(), size_t(2));
    QVERIFY(inbox.push({u"b"_s})); // empty before, but a wake-up is pending
    QCOMPARE(inbox.reader.wakes(), 1);

    QCOMPARE(inbox->takeAll().size(), size_t(1));
    QVERIFY(inbox.push({u"c"_s}));
    QCOMPARE(inbox.reader.wakes(), 2);
}

void tst_Inbox::wakesTheReaderOnlyWhenItWasEmpty()
{
    TestInbox inbox;
    QVERIFY(inbox->isEmpty());
    QVERIFY(inbox.push({u"a"_s}));
    QVERIFY(!inbox->isEmpty());
    QCOMPARE(inbox.reader.wakes(), 1);
    QVERIFY(inbox.push({u"b"_s})); // a is still waiting, and the reader knows
    QCOMPARE(inbox.reader.wakes(), 1);
}

void tst_Inbox::wakesAgainOnRequest()
{
    TestInbox inbox;
    inbox->wakeReader();
    QCOMPARE(inbox.reader.wakes(), 0); // there is nothing to read

    QVERIFY(inbox.push({u"a"_s}));
    inbox->wakeReader();
    QCOMPARE(inbox.reader.wakes(), 1); // one is pending
    inbox->wakeReader();
    QCOMPARE(inbox.reader.wakes(), 2);

    inbox->takeAll();
    QVERIFY(inbox->isEmpty());
    inbox->wakeReader();
    QCOMPARE(inbox.reader.wakes(), 2);
}

void tst_Inbox::keepsOrder()
{
    TestInbox inbox;
    inbox->pushConnected();
    QVERIFY(inbox.push({u"a"_s, u"b"_s}));
    QVERIFY(inbox.push({u"c"_s}));
    inbox->pushEnd(u"broken"_s);
    const std::vector<Delivery> deliveries = inbox->takeAll();
    QCOMPARE(entries(deliveries),
             QStringList(
                 {u"connected"_s, u"a"_s, u"b"_s, u"c"_s, u"error: broken"_s, u"disconnected"_s}));
    for (const Delivery &delivery : deliveries)
        QCOMPARE(delivery.origin(), inbox.inbox.get());
}

void tst_Inbox::closedBeforeItWasConnectedIsCancelled()
{
    TestInbox inbox;
    QCOMPARE(inbox->state(), Inbox::State::Open);
    inbox->close();
    QCOMPARE(inbox->state(), Inbox::State::Closed);
    inbox->pushConnected();
    QCOMPARE(entries(inbox->takeAll()), QStringList({u"cancelled"_s}));
}

void tst_Inbox::closedAfterItWasConnectedIsDisconnected()
{
    TestInbox inbox;
    inbox->pushConnected();
    QVERIFY(inbox.push({u"a"_s}));
    inbox->close();
    inbox->close();
    QCOMPARE(entries(inbox->takeAll()), QStringList({u"connected"_s, u"a"_s, u"disconnected"_s}));
}

void tst_Inbox::givesNothingAfterTheEnd()
{
    TestInbox inbox;
    inbox->pushConnected();
    inbox->close();
    QVERIFY(!inbox.push({u"a"_s})); // this also tells the writer to stop
    inbox->pushEnd(u"broken"_s);
    inbox->abort(u"too much"_s);
    QCOMPARE(inbox->state(), Inbox::State::Closed);
    QCOMPARE(entries(inbox->takeAll()), QStringList({u"connected"_s, u"disconnected"_s}));
    QVERIFY(inbox->takeAll().empty());
}

void tst_Inbox::endsAsTheConnectionEnded_data()
{
    QTest::addColumn<bool>("isConnected");
    QTest::addColumn<QString>("error");
    QTest::addColumn<QStringList>("expected");
    QTest::newRow("peer closed") << true << QString()
                                 << QStringList({u"connected"_s, u"disconnected"_s});
    QTest::newRow("broke") << true << u"broken"_s
                           << QStringList({u"connected"_s, u"error: broken"_s, u"disconnected"_s});
    QTest::newRow("refused") << false << u"refused"_s << QStringList({u"error: refused"_s});
}

void tst_Inbox::endsAsTheConnectionEnded()
{
    QFETCH(const bool, isConnected);
    QFETCH(const QString, error);
    QFETCH(const QStringList, expected);
    TestInbox inbox;
    if (isConnected)
        inbox->pushConnected();
    inbox->pushEnd(error);
    QCOMPARE(inbox->state(), Inbox::State::Closed);
    QCOMPARE(entries(inbox->takeAll()), expected);
}

void tst_Inbox::cancelledIsAsIfItHadNeverBeenConnected()
{
    TestInbox inbox;
    inbox->pushConnected();
    QVERIFY(inbox.push({u"a"_s}));
    inbox->cancel();
    const std::vector<Delivery> deliveries = inbox->takeAll();
    QCOMPARE(deliveries.size(), size_t(1));
    QCOMPARE(deliveries.front().kind(), Delivery::Kind::Cancelled);
    QCOMPARE(inbox->heldBytes(), 0);
    QCOMPARE(inbox->counts().waiting, 0);
}

void tst_Inbox::cancelledAfterSomethingWasTakenIsClosed()
{
    TestInbox inbox;
    inbox->pushConnected();
    inbox->takeAll();
    QVERIFY(inbox.push({u"a"_s}));
    inbox->cancel();
    const std::vector<Delivery> deliveries = inbox->takeAll();
    QCOMPARE(deliveries.size(), size_t(2));
    QCOMPARE(deliveries.back().kind(), Delivery::Kind::Disconnected);
}

void tst_Inbox::lostByTheReaderIsALossBehindWhatHasCome()
{
    TestInbox inbox;
    inbox->pushConnected();
    QVERIFY(inbox.push({u"a"_s}));
    inbox->lose();
    QCOMPARE(inbox->state(), Inbox::State::Closed);
    inbox->close();
    const std::vector<Delivery> deliveries = inbox->takeAll();
    QCOMPARE(entries(deliveries), QStringList({u"connected"_s, u"a"_s, u"disconnected"_s}));
    QVERIFY(deliveries.back().isLoss());
}

void tst_Inbox::abortGivesTheErrorFirst()
{
    TestInbox inbox;
    inbox->pushConnected();
    inbox->abort(u"too much"_s);
    QCOMPARE(inbox->state(), Inbox::State::Aborted);
    QCOMPARE(inbox.writer.wakes(), 1);
    inbox->close();
    QCOMPARE(inbox->state(), Inbox::State::Aborted);
    QCOMPARE(entries(inbox->takeAll()),
             QStringList({u"connected"_s, u"error: too much"_s, u"disconnected"_s}));
}

void tst_Inbox::wakesTheWriterToClose()
{
    TestInbox inbox;
    inbox->pushConnected();
    QCOMPARE(inbox.writer.wakes(), 0);
    inbox->close();
    inbox->close();
    QCOMPARE(inbox.writer.wakes(), 1);
}

void tst_Inbox::stopsTheWriterPastItsLimit()
{
    const qint64 cost = batch({u"a"_s}).cost();
    TestInbox inbox(2 * cost);
    QVERIFY(inbox.push({u"a"_s}));
    QVERIFY(inbox.push({u"b"_s})); // the limit itself is allowed
    QVERIFY(inbox->hasRoom());
    QVERIFY(!inbox.push({u"c"_s}));
    QVERIFY(!inbox->hasRoom());
    QCOMPARE(entries(inbox->takeAll()), QStringList({u"a"_s, u"b"_s, u"c"_s})); // c as well
}

void tst_Inbox::wakesTheWriterAtHalfTheLimit()
{
    const qint64 cost = batch({u"a"_s}).cost();
    TestInbox inbox(4 * cost);
    for (int i = 0; i < 4; ++i)
        QVERIFY(inbox.push({u"a"_s}));
    QVERIFY(!inbox.push({u"a"_s}));

    std::vector<Delivery> deliveries = inbox->takeAll();
    QVERIFY(!inbox->hasRoom()); // taken is not pumped
    deliveries.pop_back();
    deliveries.pop_back();
    QVERIFY(!inbox->hasRoom()); // three of four remain
    QCOMPARE(inbox.writer.wakes(), 0);
    deliveries.pop_back();
    QVERIFY(inbox->hasRoom());
    QCOMPARE(inbox.writer.wakes(), 1);
    deliveries.clear();
    QCOMPARE(inbox.writer.wakes(), 1);
}

void tst_Inbox::heldIsNotReadHoweverMuchRoomThereIs()
{
    TestInbox inbox;
    inbox->setHeld(true);
    inbox->setHeld(true);
    QCOMPARE(inbox.writer.wakes(), 1); // to stop reading
    QVERIFY(!inbox->hasRoom());
    QVERIFY(!inbox.push({u"a"_s}));
    QCOMPARE(entries(inbox->takeAll()), QStringList({u"a"_s}));
    QVERIFY(!inbox->hasRoom());
    inbox->setHeld(false);
    QCOMPARE(inbox.writer.wakes(), 2); // to go on
    QVERIFY(inbox->hasRoom());
}

void tst_Inbox::heldBytesCountTheBeginningOfAFrame()
{
    const qint64 cost = batch({u"a"_s}).cost();
    TestInbox inbox;
    QVERIFY(inbox.push({u"a"_s}));
    inbox->setUnfinished(1'000);
    QCOMPARE(inbox->heldBytes(), cost + 1'000);
    inbox->takeAll();
    inbox->setUnfinished(0);
    QCOMPARE(inbox->heldBytes(), 0);
}

void tst_Inbox::withoutAReaderIsClosedAndWakesNobody()
{
    TestInbox inbox;
    inbox->pushConnected();
    QCOMPARE(inbox.reader.wakes(), 1);
    inbox->takeAll();

    inbox->detachReader();
    inbox->wakeReader();
    QVERIFY(!inbox.push({u"a"_s}));
    QCOMPARE(inbox.reader.wakes(), 1);
    QCOMPARE(inbox->state(), Inbox::State::Closed);
    QCOMPARE(inbox.writer.wakes(), 1);
}

void tst_Inbox::underTwoThreads()
{
    constexpr qint64 count = 20'000;
    Sleeper reader;
    const auto inbox = std::make_shared<Inbox>(reader, 100 * batch(number(0)).cost());
    std::thread producer([inbox] {
        Sleeper writer;
        inbox->setWriter(writer);
        inbox->pushConnected();
        for (qint64 n = 0; n < count; ++n) {
            if (inbox->pushMessages(batch(number(n))))
                continue;
            while (!inbox->hasRoom())
                std::this_thread::yield();
        }
        inbox->pushEnd(QString());
        inbox->setWriter({});
    });

    qint64 expected = 0;
    bool isInOrder = true;
    bool hasEnded = false;
    reader.onWake = [&] {
        for (const Delivery &delivery : inbox->takeAll()) {
            hasEnded = delivery.kind() == Delivery::Kind::Disconnected;
            for (const Frame &frame : delivery.batch().frames)
                isInOrder = numberIn(frame) == expected++ && isInOrder;
        }
    };
    const bool isComplete = eventually([&] { return hasEnded; });
    if (!isComplete)
        inbox->close(); // so that the thread ends even if it waits
    while (!isComplete && !inbox->hasRoom())
        inbox->takeAll();
    producer.join();
    QVERIFY(isComplete);
    QVERIFY(isInOrder);
    QCOMPARE(expected, count);
}

QTEST_GUILESS_MAIN(tst_Inbox)
#include "tst_inbox.moc"
