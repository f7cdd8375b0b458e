// SPDX-License-Identifier: MIT

//! The loop through the deliveries of an inbox, one step at a time.

#include "delivery/deliveryloop.h"
#include "protocol/builtin.h"
#include "queues.h"

#include <QtTest/qtest.h>

#include <functional>
#include <memory>
#include <stdexcept>

using namespace QRepod;

namespace {

const QDeadlineTimer forever(QDeadlineTimer::Forever);
const QDeadlineTimer atOnce(0);

//! A reader with a loop of its own, like listeners and channels. It logs what it is told,
//! `"joined()"` for an event and `"a"` for a message, then calls `onStep`.
class Reader : public QObject, public Recipient
{
public:
    explicit Reader(QStringList &log)
        : m_log(log)
    {
    }

    //! Adds one batch for each of \a batches to the inbox.
    void push(const QList<QStringList> &batches)
    {
        for (const QStringList &actions : batches)
            QVERIFY(currentInbox->pushMessages(batch(actions)));
    }

    int run(QDeadlineTimer budget = forever) { return loop.run(m_texts, budget); }

    Inbox &inbox() override { return *currentInbox; }
    void joined(const Delivery &, DeliveryRun &run) override
    {
        step(u"joined()"_s);
        run.announce(BuiltIn::connected());
    }
    bool received(const Message &message, DeliveryRun &) override
    {
        const QString action = text(message.action());
        step(action);
        return action != u"ignored"_s;
    }
    void controlled(const Control &control, DeliveryRun &) override
    {
        step(u"control %1"_s.arg(control.fields().firstKey()));
    }
    void announced(const Message &message, DeliveryRun &) override { step(text(message.action())); }
    void failed(const Delivery &delivery, DeliveryRun &run) override
    {
        step(u"failed()"_s);
        run.announce(BuiltIn::error(delivery.error()));
    }
    void left(const Delivery &, DeliveryRun &run) override
    {
        step(u"left()"_s);
        run.announce(BuiltIn::disconnected());
    }
    void cancelled(const Delivery &, DeliveryRun &) override { step(u"cancelled()"_s); }
    void resumed(const Delivery &, DeliveryRun &) override { step(u"resumed()"_s); }

    std::shared_ptr<Inbox> currentInbox = std::make_shared<Inbox>(WakeTarget(), mebi);
    DeliveryLoop loop{this, *this};
    std::function<void(const QString &)> onStep = [](const QString &) {};

private:
    void step(const QString &entry)
    {
        m_log << entry;
        const auto call = onStep; // it may delete this
        call(entry);
    }

    QStringList &m_log;
    TextCache m_texts;
};

} // namespace

class tst_DeliveryLoop : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_reader.reset(); }

    void tellsALifeInOrder();
    void tellsWhatNeverConnected();
    void countsWhatWasDispatched();
    void stopsAtTheBudgetAndGoesOnWithTheNextFrame();
    void makesProgressWithoutTime();
    void stopsWhenItsReaderIsDeleted_data();
    void stopsWhenItsReaderIsDeleted();
    void leavesForLaterWhatArrivesMeanwhile();
    void keepsOrderWhenTakenFromBeforeTheBudgetEnds();
    void doesNothingInsideOfAStep();
    void wakesForWhatArrivedMeanwhile();
    void freesEachBatchAsItGoes();
    void canBeUsedAfterAStepHasThrown();

private:
    QStringList m_log;
    std::unique_ptr<Reader> m_reader;
};

void tst_DeliveryLoop::init()
{
    m_log.clear();
    m_reader = std::make_unique<Reader>(m_log);
}

void tst_DeliveryLoop::tellsALifeInOrder()
{
    m_reader->currentInbox->pushConnected();
    m_reader->push({{u"a"_s, u"b"_s}, {u"c"_s}});
    m_reader->currentInbox->pushEnd(u"broken"_s);
    m_reader->run();
    QCOMPARE(m_log,
             QStringList({u"joined()"_s, u"connected"_s, u"a"_s, u"b"_s, u"c"_s, u"failed()"_s,
                          u"error"_s, u"left()"_s, u"disconnected"_s}));
}

void tst_DeliveryLoop::tellsWhatNeverConnected()
{
    m_reader->currentInbox->close();
    QCOMPARE(m_reader->run(), 0);
    QCOMPARE(m_log, QStringList({u"cancelled()"_s}));
}

void tst_DeliveryLoop::countsWhatWasDispatched()
{
    m_reader->currentInbox->pushConnected();
    m_reader->push({{u"a"_s, u"ignored"_s, u"b"_s}});
    m_reader->currentInbox->pushEnd({});
    QCOMPARE(m_reader->run(), 4); // with `connected` and `disconnected`
    QCOMPARE(m_reader->run(), 0);
}

void tst_DeliveryLoop::stopsAtTheBudgetAndGoesOnWithTheNextFrame()
{
    m_reader->push({{u"a"_s, u"b"_s, u"c"_s}, {u"d"_s}, {u"e"_s, u"f"_s}});
    for (const QString &action : {u"a"_s, u"b"_s, u"c"_s, u"d"_s, u"e"_s}) {
        QCOMPARE(m_reader->run(atOnce), 1);
        QCOMPARE(m_log.takeFirst(), action);
        QVERIFY(m_log.isEmpty());
        QVERIFY(!m_reader->loop.isEmpty());
        QVERIFY(!m_reader->loop.isRunning());
    }
    m_reader->push({{u"g"_s}});
    QCOMPARE(m_reader->run(), 2);
    QCOMPARE(m_log, QStringList({u"f"_s, u"g"_s}));
    QVERIFY(m_reader->loop.isEmpty());
}

void tst_DeliveryLoop::makesProgressWithoutTime()
{
    QCOMPARE(m_reader->run(atOnce), 0); // there is nothing
    m_reader->push({{u"ignored"_s, u"a"_s, u"b"_s}});

    // A message that counts for nothing is not progress: the walk goes on to the first that counts.
    QCOMPARE(m_reader->run(atOnce), 1);
    QCOMPARE(m_log, QStringList({u"ignored"_s, u"a"_s}));
}

void tst_DeliveryLoop::stopsWhenItsReaderIsDeleted_data()
{
    QTest::addColumn<QString>("where");
    QTest::addColumn<int>("dispatched");
    QTest::addColumn<QStringList>("expected");
    const QStringList all{u"joined()"_s, u"connected"_s, u"a"_s,           u"b"_s,
                          u"failed()"_s, u"error"_s,     u"disconnected"_s};
    QTest::newRow("event") << u"joined()"_s << 0 << all.first(1);
    QTest::newRow("announcement") << u"connected"_s << 1 << all.first(2);
    QTest::newRow("message") << u"a"_s << 2 << all.first(3);
    QTest::newRow("last message") << u"b"_s << 3 << all.first(4);
    QTest::newRow("failure") << u"failed()"_s << 3 << all.first(5);
}

void tst_DeliveryLoop::stopsWhenItsReaderIsDeleted()
{
    QFETCH(const QString, where);
    QFETCH(const int, dispatched);
    QFETCH(const QStringList, expected);
    const std::shared_ptr<Inbox> inbox = m_reader->currentInbox;
    inbox->pushConnected();
    m_reader->push({{u"a"_s, u"b"_s}});
    inbox->pushEnd(u"broken"_s);
    m_reader->onStep = [&](const QString &step) {
        if (step == where)
            m_reader.reset();
    };
    QCOMPARE(m_reader->run(), dispatched);
    QVERIFY(!m_reader);
    QCOMPARE(m_log, expected);
}

void tst_DeliveryLoop::leavesForLaterWhatArrivesMeanwhile()
{
    m_reader->push({{u"a"_s}, {u"b"_s}});
    m_reader->onStep = [&](const QString &action) {
        QVERIFY(m_reader->loop.isRunning());
        if (action == u"a"_s)
            m_reader->push({{u"later"_s}});
    };
    QVERIFY(!m_reader->loop.isRunning());
    QCOMPARE(m_reader->run(), 2);
    QVERIFY(!m_reader->loop.isRunning());
    QCOMPARE(m_log, QStringList({u"a"_s, u"b"_s}));
    QCOMPARE(m_reader->run(), 1);
    QCOMPARE(m_log.last(), u"later"_s);
}

void tst_DeliveryLoop::keepsOrderWhenTakenFromBeforeTheBudgetEnds()
{
    m_reader->push({{u"a"_s, u"b"_s}, {u"c"_s}});
    m_reader->onStep = [&](const QString &action) {
        if (action != u"a"_s)
            return;
        m_reader->push({{u"later"_s}});
        m_reader->loop.take(); // like a handler that connects elsewhere
    };
    QCOMPARE(m_reader->run(atOnce), 1);
    QCOMPARE(m_reader->run(), 3);
    QCOMPARE(m_log, QStringList({u"a"_s, u"b"_s, u"c"_s, u"later"_s}));
}

void tst_DeliveryLoop::doesNothingInsideOfAStep()
{
    m_reader->push({{u"a"_s, u"b"_s}});
    QList<int> inner;
    m_reader->onStep = [&](const QString &) { inner << m_reader->run(); };
    QCOMPARE(m_reader->run(), 2);
    QCOMPARE(inner, QList<int>({0, 0}));
    QCOMPARE(m_log, QStringList({u"a"_s, u"b"_s}));
}

//! The wake-up may have come, and been used up, while a handler was running an event loop.
void tst_DeliveryLoop::wakesForWhatArrivedMeanwhile()
{
    Sleeper sleeper;
    m_reader->currentInbox = std::make_shared<Inbox>(sleeper, mebi);
    m_reader->push({{u"a"_s}});
    m_reader->onStep = [&](const QString &action) {
        if (action != u"a"_s)
            return;
        m_reader->push({{u"later"_s}});
        sleeper.wakes();
    };
    QCOMPARE(m_reader->run(), 1);
    const int before = sleeper.wakes();
    QCOMPARE(m_reader->run(), 1);
    QCOMPARE(before, 2);
    QCOMPARE(sleeper.wakes(), 2);
}

void tst_DeliveryLoop::freesEachBatchAsItGoes()
{
    Sleeper writer;
    const qint64 cost = batch({u"a"_s}).cost();
    const auto inbox = std::make_shared<Inbox>(WakeTarget(), 2 * cost);
    m_reader->currentInbox = inbox;
    inbox->setWriter(writer);
    QVERIFY(inbox->pushMessages(batch({u"a"_s})));
    QVERIFY(inbox->pushMessages(batch({u"b"_s})));
    QVERIFY(!inbox->pushMessages(batch({u"c"_s})));

    QList<bool> hasRoom;
    m_reader->onStep = [&](const QString &) { hasRoom << inbox->hasRoom(); };
    m_reader->run();
    QCOMPARE(hasRoom, QList<bool>({false, false, true})); // before the third, half is free
    QCOMPARE(writer.wakes(), 1);
}

void tst_DeliveryLoop::canBeUsedAfterAStepHasThrown()
{
    m_reader->push({{u"a"_s}});
    m_reader->onStep = [](const QString &) { throw std::runtime_error("of a handler"); };
    bool hasThrown = false;
    try {
        m_reader->run();
    } catch (const std::runtime_error &) {
        hasThrown = true;
    }
    QVERIFY(hasThrown);
    QVERIFY(!m_reader->loop.isRunning());
    m_reader->onStep = [](const QString &) {};
    m_reader->push({{u"b"_s, u"c"_s}});
    QCOMPARE(m_reader->run(), 2);
    QCOMPARE(m_log, QStringList({u"a"_s, u"b"_s, u"c"_s}));
}

QTEST_GUILESS_MAIN(tst_DeliveryLoop)
#include "tst_deliveryloop.moc"
