// SPDX-License-Identifier: MIT

//! The steps between two orders of rows.

#include "state/rowchanges.h"

#include <QtCore/qrandom.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <numeric>

using namespace QRepod;

namespace {

using Order = std::vector<RowId>;
using Kind = RowChange::Kind;

//! Applies \a changes to \a rows; insertions take their rows from \a after.
Order applied(Order rows, const Order &after, const std::vector<RowChange> &changes)
{
    for (const RowChange &change : changes) {
        const auto at = [&](int row) { return rows.begin() + row; };
        switch (change.kind) {
        case Kind::Insert:
            rows.insert(at(change.row), after.begin() + change.row,
                        after.begin() + change.row + change.count);
            break;
        case Kind::Remove:
            rows.erase(at(change.row), at(change.row + change.count));
            break;
        case Kind::Move: {
            const Order block(at(change.row), at(change.row + change.count));
            rows.erase(at(change.row), at(change.row + change.count));
            rows.insert(at(change.to), block.begin(), block.end());
            break;
        }
        }
    }
    return rows;
}

Order numbers(RowId first, RowId end)
{
    Order order(size_t(end - first));
    std::iota(order.begin(), order.end(), first);
    return order;
}

using Changes = std::vector<RowChange>;

} // namespace

class tst_RowChanges : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fewestStepsAreTaken_data();
    void fewestStepsAreTaken();
    void everyStepIsRight();
    void largeShuffleIsNotWorthItsSteps();
    void largeRotationIsOneStep();
};

void tst_RowChanges::fewestStepsAreTaken_data()
{
    QTest::addColumn<Order>("before");
    QTest::addColumn<Order>("after");
    QTest::addColumn<Changes>("changes");
    const Order five = {1, 2, 3, 4, 5};
    QTest::newRow("nothing") << five << five << Changes{};
    QTest::newRow("first rows") << Order{} << five << Changes{{Kind::Insert, 0, 5}};
    QTest::newRow("all gone") << five << Order{} << Changes{{Kind::Remove, 0, 5}};
    QTest::newRow("one inserted") << five << Order{1, 2, 9, 3, 4, 5}
                                  << Changes{{Kind::Insert, 2, 1}};
    QTest::newRow("two places") << five << Order{8, 1, 2, 3, 4, 9, 5}
                                << Changes{{Kind::Insert, 0, 1}, {Kind::Insert, 5, 1}};
    QTest::newRow("two gaps") << five << Order{1, 3, 5}
                              << Changes{{Kind::Remove, 3, 1}, {Kind::Remove, 1, 1}};
    QTest::newRow("first to the end")
        << five << Order{2, 3, 4, 5, 1} << Changes{{Kind::Move, 0, 1, 4}};
    QTest::newRow("last to the front")
        << five << Order{5, 1, 2, 3, 4} << Changes{{Kind::Move, 4, 1, 0}};
    QTest::newRow("two together") << five << Order{3, 4, 5, 1, 2} << Changes{{Kind::Move, 0, 2, 3}};
    QTest::newRow("replaced") << five << Order{1, 2, 7, 4, 5}
                              << Changes{{Kind::Remove, 2, 1}, {Kind::Insert, 2, 1}};
}

void tst_RowChanges::fewestStepsAreTaken()
{
    QFETCH(const Order, before);
    QFETCH(const Order, after);
    QFETCH(const Changes, changes);
    const auto found = rowChanges(before, after);
    QVERIFY(found);
    QCOMPARE(*found, changes);
    QCOMPARE(applied(before, after, *found), after);
}

void tst_RowChanges::everyStepIsRight()
{
    QRandomGenerator random(1);
    for (int round = 0; round < 5'000; ++round) {
        Order before = numbers(0, RowId(random.bounded(12)));
        std::shuffle(before.begin(), before.end(), random);
        Order after;
        for (const RowId id : before) {
            if (random.bounded(3) > 0)
                after.push_back(id);
        }
        const int moves = random.bounded(4);
        for (int i = 0; i < moves && !after.empty(); ++i)
            std::swap(after[size_t(random.bounded(int(after.size())))], after.front());
        const int insertions = random.bounded(4);
        for (int i = 0; i < insertions; ++i)
            after.insert(after.begin() + random.bounded(int(after.size()) + 1), RowId(100 + i));
        const auto changes = rowChanges(before, after);
        QVERIFY(changes);
        QCOMPARE(applied(before, after, *changes), after);
    }
}

void tst_RowChanges::largeShuffleIsNotWorthItsSteps()
{
    Order after = numbers(0, 100'000);
    QRandomGenerator random(1);
    std::shuffle(after.begin(), after.end(), random);
    QVERIFY(!rowChanges(numbers(0, 100'000), after));
}

void tst_RowChanges::largeRotationIsOneStep()
{
    const Order before = numbers(0, 100'000);
    Order after = before;
    std::rotate(after.begin(), after.begin() + 1, after.end());
    const auto changes = rowChanges(before, after);
    QVERIFY(changes);
    QCOMPARE(*changes, (Changes{{Kind::Move, 0, 1, 99'999}}));
}

QTEST_APPLESS_MAIN(tst_RowChanges)
#include "tst_rowchanges.moc"
