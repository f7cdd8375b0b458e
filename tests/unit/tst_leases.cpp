// SPDX-License-Identifier: MIT

//! Which node has a room: two nodes, and an engine that does what the test says.

#include "cluster/leases.h"
#include "support/eventually.h"
#include "support/literals.h"

#include <QRepod/RequestError>

#include <QtCore/QDeadlineTimer>
#include <QtTest/QTest>

#include <deque>

using namespace QRepod;

namespace {

struct Kept
{
    QByteArray holder;
    QDeadlineTimer expiry;
};

//! Answers when it is told to, from keys that its like share.
class FakeEngine : public Engine
{
    Q_OBJECT

public:
    explicit FakeEngine(QHash<QByteArray, Kept> &keys)
        : m_keys(keys)
    {
    }

    void open(int) override { }
    void subscribe(const QByteArray &) override { }
    void unsubscribe(const QByteArray &) override { }
    bool publish(const QByteArray &, const QByteArray &) override { return true; }
    void put(const QByteArray &, const QByteArray &, int, Receiver) override { }
    void get(const QByteArray &, Receiver) override { }

    void claim(const QByteArray &key, const QByteArray &holder, int milliseconds,
               Receiver receiver) override
    {
        if (isAway)
            return m_answers.push_back([receiver] { receiver({}); });
        Kept &kept = m_keys[key];
        if (kept.holder.isNull() || kept.holder == holder || kept.expiry.hasExpired())
            kept = {holder, QDeadlineTimer(milliseconds)};
        m_answers.push_back([receiver, value = kept.holder] { receiver({true, value}); });
    }

    void remove(const QByteArray &key, const QByteArray &value) override
    {
        if (m_keys.value(key).holder == value)
            m_keys.remove(key);
    }

    //! Answers what it has been asked.
    void answer()
    {
        for (const auto &each : std::exchange(m_answers, {}))
            each();
    }

    qsizetype questions() const { return qsizetype(m_answers.size()); }

    bool isAway = false;

private:
    QHash<QByteArray, Kept> &m_keys;
    std::deque<std::function<void()>> m_answers;
};

//! A node, as far as rooms go.
struct Node
{
    Node(QHash<QByteArray, Kept> &keys, const QString &name, int time)
        : engine(keys)
        , leases({[this](const QString &room) {
                      rooms << room;
                      return !isFull;
                  },
                  [this](const QString &room) { rooms.removeOne(room); }})
    {
        leases.start(&engine, "owner:", name, name + u":5071"_s, time);
    }

    QStringList rooms;
    bool isFull = false;
    FakeEngine engine;
    Leases leases;
};

constexpr int forLong = 1'000'000;

QString errorOf(const QFuture<QString> &future)
{
    try {
        return future.result();
    } catch (const RequestError &error) {
        return error.error();
    }
}

} // namespace

class tst_Leases : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { keys.clear(); }

    void theFirstToAskHasTheRoom()
    {
        Node first(keys, u"first"_s, forLong);
        Node second(keys, u"second"_s, forLong);
        const QFuture<QString> here = first.leases.open(u"arena"_s);
        const QFuture<QString> again = first.leases.open(u"arena"_s);
        const QFuture<QString> there = second.leases.open(u"arena"_s);
        QCOMPARE(first.engine.questions(), 1);
        QVERIFY(!here.isFinished());
        first.engine.answer();
        second.engine.answer();
        QCOMPARE(here.result(), u"first:5071"_s);
        QCOMPARE(again.result(), u"first:5071"_s);
        QCOMPARE(there.result(), u"first:5071"_s);
        QCOMPARE(first.rooms, QStringList(u"arena"_s));
        QVERIFY(second.rooms.isEmpty());
        QCOMPARE(first.leases.open(u"arena"_s).result(), u"first:5071"_s); // without asking
        QCOMPARE(first.leases.count(), 1);
    }

    void aRoomThatIsGivenBackIsFree()
    {
        Node first(keys, u"first"_s, forLong);
        Node second(keys, u"second"_s, forLong);
        first.leases.open(u"arena"_s);
        first.engine.answer();
        first.leases.release(u"arena"_s);
        first.leases.release(u"arena"_s);
        const QFuture<QString> there = second.leases.open(u"arena"_s);
        second.engine.answer();
        QCOMPARE(there.result(), u"second:5071"_s);
    }

    void whoStopsGivesEverythingBackAndHearsNothingMore()
    {
        Node first(keys, u"first"_s, forLong);
        first.leases.open(u"arena"_s);
        first.engine.answer();
        const QFuture<QString> asked = first.leases.open(u"other"_s);
        first.leases.stop();
        QCOMPARE(errorOf(asked), u"room \"other\": the cluster has been left"_s);
        QVERIFY(first.rooms.isEmpty());
        first.engine.answer();
        QVERIFY(first.rooms.isEmpty());
        QVERIFY(!keys.contains("owner:arena"));
        QCOMPARE(errorOf(first.leases.open(u"arena"_s)),
                 u"room \"arena\": the server is in no cluster"_s);
    }

    void anEngineThatIsAwayRefusesWhatIsNewAndKeepsWhatIsHeld()
    {
        Node node(keys, u"first"_s, forLong);
        node.leases.open(u"arena"_s);
        node.engine.answer();
        node.engine.isAway = true;
        const QFuture<QString> asked = node.leases.open(u"other"_s);
        node.leases.renew();
        node.engine.answer();
        QCOMPARE(errorOf(asked), u"room \"other\": the cluster's engine is out of reach"_s);
        QCOMPARE(node.leases.rooms(), QStringList(u"arena"_s));
    }

    void aRoomThatCannotBeMadeIsNotHeld()
    {
        Node node(keys, u"first"_s, forLong);
        node.isFull = true;
        const QFuture<QString> asked = node.leases.open(u"arena"_s);
        node.engine.answer();
        QCOMPARE(errorOf(asked), u"room \"arena\": this server makes no such room"_s);
        QCOMPARE(node.leases.count(), 0);
        QVERIFY(!keys.contains("owner:arena"));
    }

    void whatIsToldMayAskAgain()
    {
        Node first(keys, u"first"_s, forLong);
        Node second(keys, u"second"_s, forLong);
        first.leases.open(u"arena"_s);
        first.engine.answer();
        QFuture<QString> again;
        const auto asked = second.leases.open(u"arena"_s).then([&](const QString &) {
            again = second.leases.open(u"arena"_s);
        });
        second.engine.answer();
        QVERIFY(asked.isFinished());
        second.engine.answer();
        QCOMPARE(again.result(), u"first:5071"_s);
    }

    void whoFindsAnotherInItsPlaceStopsAtOnce()
    {
        Node node(keys, u"first"_s, forLong);
        node.leases.open(u"arena"_s);
        node.engine.answer();
        keys["owner:arena"] = {"second second:5071", QDeadlineTimer(forLong)};
        node.leases.renew();
        node.engine.answer();
        QVERIFY(node.rooms.isEmpty());
        QCOMPARE(node.leases.count(), 0);
    }

    //! At every moment at most one of the two has the room, though the first is cut off, and the
    //! second asks all the while.
    void whoIsCutOffStopsBeforeAnotherStarts()
    {
        Node first(keys, u"first"_s, 300);
        Node second(keys, u"second"_s, 300);
        first.leases.open(u"arena"_s);
        first.engine.answer();
        first.engine.isAway = true;
        bool hasStopped = false;
        QVERIFY(eventually([&] {
            first.leases.renew();
            first.engine.answer();
            first.leases.check();
            hasStopped |= first.rooms.isEmpty();
            second.leases.open(u"arena"_s);
            second.engine.answer();
            return !second.rooms.isEmpty() || !second.leases.rooms().isEmpty();
        }));
        QVERIFY(hasStopped);
        QVERIFY(first.rooms.isEmpty());
    }

    void anAnswerThatComesTooLateIsNoLease()
    {
        Node node(keys, u"first"_s, 100);
        const QFuture<QString> asked = node.leases.open(u"arena"_s);
        const QDeadlineTimer late(100);
        QVERIFY(eventually([&] { return late.hasExpired(); }));
        node.engine.answer();
        QCOMPARE(errorOf(asked), u"room \"arena\": the cluster's engine has answered too late"_s);
        QVERIFY(node.rooms.isEmpty());
    }

    void anEngineThatMayHaveForgottenIsNotAskedForNewRoomsYet()
    {
        Node node(keys, u"first"_s, 300);
        node.leases.open(u"held"_s);
        node.engine.answer();
        node.leases.wait();
        const QFuture<QString> asked = node.leases.open(u"arena"_s);
        QCOMPARE(node.engine.questions(), 0);
        node.leases.renew(); // what it has it asks for at once
        QCOMPARE(node.engine.questions(), 1);
        QVERIFY(eventually([&] {
            node.engine.answer();
            return asked.isFinished();
        }));
        QCOMPARE(asked.result(), u"first:5071"_s);
    }

private:
    QHash<QByteArray, Kept> keys;
};

QTEST_GUILESS_MAIN(tst_Leases)
#include "tst_leases.moc"
