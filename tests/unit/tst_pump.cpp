// SPDX-License-Identifier: MIT

//! The walk through what the inbox has given, one frame at a time.

#include "queues.h"
#include "transport/pump.h"

#include <QtCore/qpointer.h>
#include <QtTest/qtest.h>

#include <functional>
#include <memory>
#include <stdexcept>

using namespace QRepod;

namespace {

const QDeadlineTimer forever(QDeadlineTimer::Forever);
const QDeadlineTimer atOnce(0);

//! A reader with the pump that it owns, as listeners and channels have.
class PumpOwner : public QObject
{
public:
    //! Adds a delivery of its own for each of \a batches.
    void add(const QList<QStringList> &batches)
    {
        for (const QStringList &actions : batches)
            QVERIFY(inbox->pushMessages(batch(actions)));
        pump->add(inbox->takeAll());
    }

    //! Notes each action, and then calls \a call with it.
    int run(
        QDeadlineTimer budget, const std::function<void(const QString &)> &call = [](auto &) {})
    {
        const QPointer<QObject> alive(this);
        QStringList *const steps = &log;
        return pump->run(alive, budget, [&](const Delivery &delivery, size_t frame) {
            const QString action = entries(delivery).at(qsizetype(frame));
            *steps << action;
            call(action);
            return 1;
        });
    }

    std::shared_ptr<Inbox> inbox = std::make_shared<Inbox>(nullptr, mebi);
    std::unique_ptr<Pump> pump = std::make_unique<Pump>();
    QStringList log;
};

} // namespace

class tst_Pump : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void stopsAtTheBudgetAndGoesOnWithTheNextFrame();
    void makesProgressWithoutTime();
    void stopsWhenItsReaderIsDeleted();
    void leavesForLaterWhatIsAddedMeanwhile();
    void keepsOrderWhenAddedToBeforeTheBudgetEnds();
    void freesEachBatchAsItGoes();
    void canBeUsedAfterAStepHasThrown();
};

void tst_Pump::stopsAtTheBudgetAndGoesOnWithTheNextFrame()
{
    PumpOwner owner;
    owner.add({{u"a"_s, u"b"_s, u"c"_s}, {u"d"_s}, {u"e"_s, u"f"_s}});
    for (const QString &action : {u"a"_s, u"b"_s, u"c"_s, u"d"_s, u"e"_s}) {
        QCOMPARE(owner.run(atOnce), 1);
        QCOMPARE(owner.log.takeFirst(), action);
        QVERIFY(owner.log.isEmpty());
        QVERIFY(!owner.pump->isEmpty());
        QVERIFY(!owner.pump->isRunning());
    }
    owner.add({{u"g"_s}});
    QCOMPARE(owner.run(forever), 2);
    QCOMPARE(owner.log, QStringList({u"f"_s, u"g"_s}));
    QVERIFY(owner.pump->isEmpty());
}

void tst_Pump::makesProgressWithoutTime()
{
    PumpOwner owner;
    QCOMPARE(owner.run(atOnce), 0); // there is nothing
    owner.add({{u"a"_s, u"b"_s}});

    // What counts for nothing is no progress: it goes on to the first that does.
    int steps = 0;
    const int total = owner.pump->run(&owner, atOnce, [&](const Delivery &, size_t) {
        ++steps;
        return steps == 2 ? 1 : 0;
    });
    QCOMPARE(total, 1);
    QCOMPARE(steps, 2);
}

void tst_Pump::stopsWhenItsReaderIsDeleted()
{
    auto *owner = new PumpOwner;
    const std::shared_ptr<Inbox> inbox = owner->inbox;
    owner->add({{u"a"_s, u"b"_s}, {u"c"_s}});
    QStringList log;
    const QPointer<QObject> alive(owner);
    const int total = owner->pump->run(alive, forever, [&](const Delivery &delivery, size_t frame) {
        log << entries(delivery).at(qsizetype(frame));
        delete owner;
        // What the step was given outlives the reader.
        log << entries(delivery);
        return 1;
    });
    QVERIFY(!alive);
    QCOMPARE(total, 1);
    QCOMPARE(log, QStringList({u"a"_s, u"a"_s, u"b"_s}));
}

void tst_Pump::leavesForLaterWhatIsAddedMeanwhile()
{
    PumpOwner owner;
    owner.add({{u"a"_s}, {u"b"_s}});
    QVERIFY(!owner.pump->isRunning());
    const int total = owner.run(forever, [&](const QString &action) {
        QVERIFY(owner.pump->isRunning());
        if (action == u"a"_s)
            owner.add({{u"later"_s}});
    });
    QVERIFY(!owner.pump->isRunning());
    QCOMPARE(total, 2);
    QCOMPARE(owner.log, QStringList({u"a"_s, u"b"_s}));
    QVERIFY(!owner.pump->isEmpty());
    QCOMPARE(owner.run(forever), 1);
    QCOMPARE(owner.log.last(), u"later"_s);
}

void tst_Pump::keepsOrderWhenAddedToBeforeTheBudgetEnds()
{
    PumpOwner owner;
    owner.add({{u"a"_s, u"b"_s}, {u"c"_s}});
    const int total = owner.run(atOnce, [&](const QString &) { owner.add({{u"later"_s}}); });
    QCOMPARE(total, 1);
    QCOMPARE(owner.run(forever), 3);
    QCOMPARE(owner.log, QStringList({u"a"_s, u"b"_s, u"c"_s, u"later"_s}));
}

void tst_Pump::freesEachBatchAsItGoes()
{
    Writer writer;
    PumpOwner owner;
    const qint64 cost = batch({u"a"_s}).cost();
    owner.inbox = std::make_shared<Inbox>(nullptr, 2 * cost);
    owner.inbox->setWriter(writer);
    QVERIFY(owner.inbox->pushMessages(batch({u"a"_s})));
    QVERIFY(owner.inbox->pushMessages(batch({u"b"_s})));
    QVERIFY(!owner.inbox->pushMessages(batch({u"c"_s})));
    owner.pump->add(owner.inbox->takeAll());

    QList<bool> hasRoom;
    owner.run(forever, [&](const QString &) { hasRoom << owner.inbox->hasRoom(); });
    QCOMPARE(hasRoom, QList<bool>({false, false, true})); // before the third, half is free
    QCOMPARE(writer.wakes(), 1);
}

void tst_Pump::canBeUsedAfterAStepHasThrown()
{
    PumpOwner owner;
    owner.add({{u"a"_s}});
    const auto throws = [](const QString &) { throw std::runtime_error("of a handler"); };
    bool hasThrown = false;
    try {
        owner.run(forever, throws);
    } catch (const std::runtime_error &) {
        hasThrown = true;
    }
    QVERIFY(hasThrown);
    QVERIFY(!owner.pump->isRunning());
    owner.add({{u"b"_s, u"c"_s}});
    QCOMPARE(owner.run(forever), 2);
    QCOMPARE(owner.log, QStringList({u"a"_s, u"b"_s, u"c"_s}));
}

QTEST_GUILESS_MAIN(tst_Pump)
#include "tst_pump.moc"
