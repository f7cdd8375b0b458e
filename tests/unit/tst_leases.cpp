// SPDX-License-Identifier: MIT

//! Which node has a room: two nodes, and an engine that does what the test says.

#include "cluster/leases.h"
#include "cluster/memoryengine.h"
#include "leasemodel.h"
#include "support/eventually.h"
#include "support/literals.h"

#include <QRepod/RequestError>

#include <QtCore/QDeadlineTimer>
#include <QtCore/QElapsedTimer>
#include <QtCore/QSet>
#include <QtTest/QTest>

#include <deque>
#include <memory>
#include <vector>

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
    QByteArray runId() const override { return runName; }
    void subscribe(const QByteArray &) override { }
    void unsubscribe(const QByteArray &) override { }
    bool publish(const QByteArray &, const QByteArray &) override { return true; }
    void get(const QByteArray &, Receiver) override { }

    void put(const QByteArray &key, const QByteArray &value, int milliseconds,
             Receiver receiver) override
    {
        if (!isAway)
            m_keys[key] = {value, QDeadlineTimer(milliseconds)};
        answerWith(value, receiver);
    }

    void claim(const QByteArray &key, const QByteArray &holder, int milliseconds,
               const QByteArray &guard, Receiver receiver) override
    {
        if (m_keys.value(key).expiry.hasExpired())
            m_keys.remove(key);
        const QByteArray present = m_keys.value(key).holder;
        if (!present.isNull() && present != holder)
            return answerWith(present, receiver);
        if (!guard.isEmpty() && !m_keys.contains(guard))
            return answerWith({}, receiver);
        if (!isAway)
            m_keys[key] = {holder, QDeadlineTimer(milliseconds)};
        answerWith(holder, receiver);
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
    QByteArray runName; // none: it forgets nothing

private:
    void answerWith(const QByteArray &value, const Receiver &receiver)
    {
        const Answer answer = isAway ? Answer{} : Answer{true, value};
        m_answers.push_back([receiver, answer] { receiver(answer); });
    }

    QHash<QByteArray, Kept> &m_keys;
    std::deque<std::function<void()>> m_answers;
};

//! A node, as far as rooms go.
struct Node
{
    Node(QHash<QByteArray, Kept> &keys, const QString &name, int time,
         const Leases::Clock &clock = realClock())
        : engine(keys)
        , leases({[this](const QString &room) {
                      rooms << room;
                      return !isFull;
                  },
                  [this](const QString &room) { rooms.removeOne(room); }},
                 clock)
    {
        leases.start(&engine, "game", name, name + u":5071"_s, time);
    }

    static Leases::Clock realClock()
    {
        QElapsedTimer timer;
        timer.start();
        return [timer] { return timer.elapsed(); };
    }

    //! Everything that is to be asked and answered now.
    void talk()
    {
        for (int i = 0; i < 2; ++i) { // the first answers may be what the second look is for
            leases.check();
            while (engine.questions() > 0)
                engine.answer();
        }
    }

    QStringList rooms;
    bool isFull = false;
    FakeEngine engine;
    Leases leases;
};

constexpr int forLong = 1'000'000;

QString outcomeOf(const QFuture<QString> &future)
{
    if (!future.isFinished())
        return u"none yet"_s;
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
        QCOMPARE(outcomeOf(asked), u"room \"other\": this node has left the cluster"_s);
        QVERIFY(first.rooms.isEmpty());
        first.engine.answer();
        QVERIFY(first.rooms.isEmpty());
        QVERIFY(!keys.contains("game:owner:arena"));
        QCOMPARE(outcomeOf(first.leases.open(u"arena"_s)),
                 u"room \"arena\": the server is not in a cluster"_s);
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
        QCOMPARE(outcomeOf(asked), u"room \"other\": the cluster's engine is out of reach"_s);
        QCOMPARE(node.leases.rooms(), QStringList(u"arena"_s));
    }

    void aRoomThatCannotBeMadeIsNotHeld()
    {
        Node node(keys, u"first"_s, forLong);
        node.isFull = true;
        const QFuture<QString> asked = node.leases.open(u"arena"_s);
        node.engine.answer();
        QCOMPARE(outcomeOf(asked),
                 u"room \"arena\": this server's room factory returned no such room"_s);
        QCOMPARE(node.leases.count(), 0);
        QVERIFY(!keys.contains("game:owner:arena"));
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
        keys["game:owner:arena"] = {"second second:5071", QDeadlineTimer(forLong)};
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

    //! Every order of what may happen, up to so many steps from where it may be dangerous: no two
    //! nodes act as owners at once.
    ///
    /// Commands and answers that are late or lost, nodes that are cut off, stopped, killed and
    /// started, an engine that loses its keys or goes back to earlier ones, and a clock that goes
    /// on in between.
    void noTwoNodesAreOwnersWhateverHappens()
    {
        const int steps = qEnvironmentVariableIsSet("QREPOD_SLOW_TESTS") ? 4 : 3;
        std::vector<std::vector<int>> paths = LeaseModel::beginnings();
        QSet<QByteArray> known;
        bool hasHadOwners = false;
        for (int step = 0; step < steps; ++step) {
            std::vector<std::vector<int>> longer;
            for (const std::vector<int> &path : paths) {
                std::unique_ptr<LeaseModel> model;
                for (int action = 0; action < LeaseModel::actions; ++action) {
                    if (!model)
                        model = LeaseModel::after(path);
                    if (!model->act(action))
                        continue;
                    std::vector<int> way = path;
                    way.push_back(action);
                    const auto changed = std::exchange(model, nullptr);
                    hasHadOwners |= changed->owners() == 1;
                    if (changed->owners() > 1)
                        QFAIL(qPrintable(LeaseModel::textOf(way)));
                    const QByteArray state = changed->state();
                    if (known.contains(state))
                        continue;
                    known.insert(state);
                    longer.push_back(std::move(way));
                }
            }
            paths = std::move(longer);
        }
        QVERIFY(hasHadOwners);
        qInfo("%lld states in %d steps", qlonglong(known.size()), steps);
    }

    void anAnswerThatComesTooLateIsNoLease()
    {
        Node node(keys, u"first"_s, 100);
        const QFuture<QString> asked = node.leases.open(u"arena"_s);
        const QDeadlineTimer late(100);
        QVERIFY(eventually([&] { return late.hasExpired(); }));
        node.engine.answer();
        QCOMPARE(outcomeOf(asked), u"room \"arena\": the cluster's engine answered too late"_s);
        QVERIFY(node.rooms.isEmpty());
    }

    //! Nodes may have leases that an engine without keys does not know of.
    void whoComesToAnEngineWithoutKeysWaitsUntilLeasesOfBeforeHaveEnded()
    {
        const auto first = join(u"first"_s);
        first->leases.open(u"arena"_s);
        settle(*first);
        QCOMPARE(first->rooms, QStringList(u"arena"_s));
        keys.clear(); // and the first node is cut off
        const auto second = join(u"second"_s);
        const QFuture<QString> asked = second->leases.open(u"arena"_s);
        second->talk();
        now += forLong - 1;
        second->talk();
        QVERIFY(!asked.isFinished());
        first->leases.check();
        QVERIFY(first->rooms.isEmpty());
        now += 1;
        second->talk();
        QCOMPARE(outcomeOf(asked), u"second:5071"_s);
    }

    void whoComesToAnEngineThatAnotherHasSettledDoesNotWait()
    {
        const auto first = join(u"first"_s);
        settle(*first);
        const auto second = join(u"second"_s);
        const QFuture<QString> asked = second->leases.open(u"arena"_s);
        second->talk();
        QCOMPARE(outcomeOf(asked), u"second:5071"_s);
    }

    //! It counts from when the node was first told, and on through every reconnect.
    void reconnectsNeitherShortenNorProlongTheWait()
    {
        const auto node = join(u"first"_s);
        const QFuture<QString> asked = node->leases.open(u"arena"_s);
        for (int i = 0; i < 3; ++i) {
            node->talk();
            now += forLong / 4;
            node->leases.resume();
        }
        now += forLong / 4 - 1;
        node->talk();
        QVERIFY(!asked.isFinished());
        now += 1;
        node->talk();
        QCOMPARE(outcomeOf(asked), u"first:5071"_s);
    }

    void keysThatAreLostOnceMoreBeginTheWaitAnew()
    {
        const auto node = join(u"first"_s);
        const QFuture<QString> asked = node->leases.open(u"arena"_s);
        node->talk();
        now += forLong - 1;
        keys.clear();
        settle(*node, 1); // it learns of it, and waits
        now += forLong - 1;
        node->talk();
        QVERIFY(!asked.isFinished());
        now += 1;
        node->talk();
        QCOMPARE(outcomeOf(asked), u"first:5071"_s);
    }

    //! It may have been started with the keys of a snapshot, which lacks the latest.
    void anotherRunOfTheEngineIsToBeSettledAgain()
    {
        const auto node = join(u"first"_s);
        settle(*node);
        node->engine.runName = "second";
        const QFuture<QString> asked = node->leases.open(u"arena"_s);
        node->talk();
        now += forLong - 1;
        node->talk();
        QVERIFY(!asked.isFinished());
        now += 1;
        node->talk();
        QCOMPARE(outcomeOf(asked), u"first:5071"_s);
    }

    //! Who has a room is sure of it, and the others need not wait once it has been renewed.
    void roomsThatAreHeldAreRenewedWhileOthersWait()
    {
        const auto first = join(u"first"_s);
        first->leases.open(u"arena"_s);
        settle(*first);
        keys.clear();
        const auto second = join(u"second"_s);
        const QFuture<QString> asked = second->leases.open(u"arena"_s);
        second->talk();
        first->leases.resume();
        first->talk();
        QVERIFY(!asked.isFinished());
        second->leases.renew();
        second->talk();
        QCOMPARE(outcomeOf(asked), u"first:5071"_s);
        QCOMPARE(first->rooms, QStringList(u"arena"_s));
    }

    void whoWaitsIsToldThatTheEngineIsOutOfReach()
    {
        const auto node = join(u"first"_s);
        const QString away = u"room \"arena\": the cluster's engine is out of reach"_s;
        for (const int passed : {0, forLong}) { // before it has begun to wait, and at the end
            const QFuture<QString> asked = node->leases.open(u"arena"_s);
            node->engine.answer();
            now += passed;
            node->engine.isAway = true;
            node->talk();
            QCOMPARE(outcomeOf(asked), away);
            node->engine.isAway = false;
            node->talk();
        }
        const QFuture<QString> asked = node->leases.open(u"arena"_s);
        node->talk();
        QCOMPARE(outcomeOf(asked), u"first:5071"_s);
    }

    void whoStopsWhileItWaitsLeavesNothingBehind()
    {
        const auto node = join(u"first"_s);
        const QFuture<QString> asked = node->leases.open(u"arena"_s);
        node->talk();
        QCOMPARE(keys.size(), 1);
        node->leases.stop();
        QCOMPARE(outcomeOf(asked), u"room \"arena\": this node has left the cluster"_s);
        QVERIFY(keys.isEmpty());
    }

    void anEngineInMemoryAsksForAGuardToo()
    {
        MemoryEngine engine(u"leases"_s);
        QByteArrayList answers;
        const auto receiver = [&](const Engine::Answer &answer) { answers << answer.value; };
        engine.claim("room", "first", forLong, "guard", receiver);
        engine.put("guard", "there", forLong, receiver);
        engine.claim("room", "first", forLong, "guard", receiver);
        engine.claim("room", "second", forLong, "nothing", receiver);
        QVERIFY(eventually([&] { return answers.size() == 4; }));
        QCOMPARE(answers, (QByteArrayList{{}, "there", "first", "first"}));
        QVERIFY(answers[0].isNull());
    }

    //! The game may leave the cluster when it is told that a room has ended.
    void whoLeavesWhileItAsksForARoomGetsNone()
    {
        qint64 time = 0;
        FakeEngine engine(keys);
        Leases leases(
            {[](const QString &) { return true; }, [&leases](const QString &) { leases.stop(); }},
            [&time] { return time; });
        leases.start(&engine, "game", u"first"_s, u"first:5071"_s, forLong);
        leases.open(u"arena"_s);
        engine.answer();
        time = forLong;
        QCOMPARE(outcomeOf(leases.open(u"other"_s)),
                 u"room \"other\": this node has left the cluster"_s);
    }

    //! A cluster that plays on for days does not wait again.
    void whatIsSettledIsKept()
    {
        const auto node = join(u"first"_s);
        settle(*node);
        const QList<QByteArray> guard = keys.keys();
        QCOMPARE(guard.size(), 1);
        keys[guard[0]].expiry.setRemainingTime(forLong);
        now += 3600 * 1000;
        node->talk();
        QVERIFY(keys[guard[0]].expiry.remainingTime() > forLong);
    }

private:
    //! A node that comes to an engine that may lose its keys, on a clock of the test's own.
    std::unique_ptr<Node> join(const QString &name)
    {
        auto node = std::make_unique<Node>(keys, name, forLong, [this] { return now; });
        node->engine.runName = "first";
        node->leases.resume();
        return node;
    }

    void settle(Node &node, int time = forLong)
    {
        node.talk();
        now += time;
        node.talk();
    }

    qint64 now = 0;
    QHash<QByteArray, Kept> keys;
};

QTEST_GUILESS_MAIN(tst_Leases)
#include "tst_leases.moc"
