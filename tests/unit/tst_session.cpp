// SPDX-License-Identifier: MIT

//! What outlives a connection: the numbers in both directions, and the hand-over to the next one.

#include "queues.h"
#include "session/session.h"
#include "twoends.h"

#include <QtTest/qtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>
#include <vector>

using namespace QRepod;

namespace {

EncodedMessage encodedMessage(qint64 n)
{
    return EncodedMessage(number(n), MessageLimits());
}

//! One connection's end of the queues: what it has written, and what it brings.
struct Line
{
    explicit Line(qint64 backlog = mebi)
        : link(Link::create({}, withBacklog(backlog)))
    {
        link.outbox->open(writer);
    }

    static ConnectionSettings withBacklog(qint64 backlog)
    {
        ConnectionSettings settings;
        settings.sendBacklog = backlog;
        return settings;
    }

    //! All bytes that wait to be written.
    QByteArray written()
    {
        QByteArray bytes;
        for (const QByteArray &part : link.outbox->takeAll().parts())
            bytes += part;
        return bytes;
    }

    Sleeper writer;
    Link link;
};

QByteArray frames(qint64 first, qint64 last)
{
    QByteArray bytes;
    for (qint64 n = first; n <= last; ++n)
        bytes += encoded(number(n));
    return bytes;
}

//! How to get there, for a report.
QString text(const std::vector<TwoEnds::Step> &path)
{
    static constexpr const char *names[] = {
        "client sends",   "server sends",        "to server",          "to client",
        "late to server", "client loses line",   "server loses line",  "attempt is lost",
        "client is back", "client acknowledges", "server acknowledges"};
    QStringList steps;
    for (const TwoEnds::Step step : path)
        steps << QString::fromLatin1(names[step]);
    return steps.join(u", "_s);
}

} // namespace

class tst_Session : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsUntilThePeerHasReceived();
    void refusesNumbersThatCannotBe();
    void countsWhatItSendsAndReceives();
    void withoutKeepingThereIsNoHandOver();
    void handOverSendsAgainWhatThePeerHasNotReceived();
    void handOverWithAWrongNumberChangesNothing();
    void messagesThatWereRefusedHaveNoNumber();
    void newerMessageTakesTheNumberOfTheOneItReplaces();
    void whatIsSentMeanwhileIsKept();
    void lossThatNobodyKnowsOfYetLosesNothing();
    void keepsNoMoreThanTheLimit();
    void latestOfEachActionIsKept();
    void peerThatAcknowledgesNothingCannotResume();
    void whatEndedAcceptsNothing();
    void greetingsDoNotCount();
    void attemptThatFailsCountsNothing();
    void twoEndsInEveryOrder();
};

void tst_Session::keepsUntilThePeerHasReceived()
{
    KeptMessages kept;
    QCOMPARE(kept.last(), 0);
    for (qint64 n = 1; n <= 3; ++n)
        kept.add(encodedMessage(n));
    QCOMPARE(kept.last(), 3);
    QCOMPARE(kept.bytes(), frames(1, 3).size());
    QVERIFY(kept.forget(2));
    QCOMPARE(kept.last(), 3);
    QCOMPARE(kept.messages().size(), size_t(1));
    QCOMPARE(kept.messages().front().frame(), encoded(number(3)));
    QCOMPARE(kept.bytes(), frames(3, 3).size());
    QVERIFY(kept.forget(3));
    QCOMPARE(kept.bytes(), 0);
    kept.add(encodedMessage(4));
    QCOMPARE(kept.last(), 4);
}

void tst_Session::refusesNumbersThatCannotBe()
{
    KeptMessages kept;
    for (qint64 n = 1; n <= 3; ++n)
        kept.add(encodedMessage(n));
    QVERIFY(!kept.forget(4));
    QVERIFY(!kept.forget(-1));
    QVERIFY(kept.forget(2));
    QVERIFY(kept.forget(2)); // told twice
    QVERIFY(!kept.forget(1));
    QCOMPARE(kept.messages().size(), size_t(1));
}

void tst_Session::countsWhatItSendsAndReceives()
{
    for (const auto keeping : {Session::Keeping::Nothing, Session::Keeping::Unacknowledged}) {
        Line line;
        Session session(line.link, keeping);
        QCOMPARE(session.sent(), 0);
        QCOMPARE(session.received(), 0);
        for (qint64 n = 1; n <= 3; ++n)
            QCOMPARE(session.send(encodedMessage(n)).status, Outbox::Status::Accepted);
        line.link.inbox->pushConnected();
        QVERIFY(line.link.inbox->pushMessages(batch(frames(1, 2))));
        QCOMPARE(session.sent(), 3);
        QCOMPARE(session.received(), 2);
    }
}

void tst_Session::withoutKeepingThereIsNoHandOver()
{
    Line line;
    Line next;
    Session session(line.link);
    session.send(encodedMessage(1));
    QVERIFY(!session.handOver(next.link, 0));
    QVERIFY(!session.acknowledge(1));
    QCOMPARE(session.link().outbox, line.link.outbox);
}

void tst_Session::handOverSendsAgainWhatThePeerHasNotReceived()
{
    Line first;
    Session session(first.link, Session::Keeping::Unacknowledged);
    for (qint64 n = 1; n <= 5; ++n)
        session.send(encodedMessage(n));
    QCOMPARE(first.written(), frames(1, 5));
    first.link.inbox->pushConnected();
    QVERIFY(first.link.inbox->pushMessages(batch(frames(1, 1))));
    session.acknowledge(2);
    first.link.close();

    Line second; // the peer has got one more than it had told
    QVERIFY(session.handOver(second.link, 3));
    session.send(encodedMessage(6));
    QCOMPARE(second.written(), frames(4, 6));
    QCOMPARE(session.sent(), 6);
    QCOMPARE(session.received(), 1);
    second.link.inbox->pushConnected();
    QVERIFY(second.link.inbox->pushMessages(batch(frames(2, 2))));
    QCOMPARE(session.received(), 2);

    Line third; // and again, before anything else was acknowledged
    QVERIFY(session.handOver(third.link, 3));
    QCOMPARE(third.written(), frames(4, 6));
    QCOMPARE(session.received(), 2);
}

void tst_Session::handOverWithAWrongNumberChangesNothing()
{
    Line first;
    Line second;
    Session session(first.link, Session::Keeping::Unacknowledged);
    session.send(encodedMessage(1));
    QVERIFY(!session.handOver(second.link, 2));
    QCOMPARE(second.written(), QByteArray());
    QCOMPARE(session.link().outbox, first.link.outbox);
    QVERIFY(session.handOver(second.link, 0));
    QCOMPARE(second.written(), frames(1, 1));
}

void tst_Session::messagesThatWereRefusedHaveNoNumber()
{
    Line line(frames(1, 1).size());
    Session session(line.link, Session::Keeping::Unacknowledged);
    QCOMPARE(session.send(encodedMessage(1)).status, Outbox::Status::Accepted);
    QCOMPARE(session.send(encodedMessage(2)).status, Outbox::Status::Full);
    QCOMPARE(session.sent(), 1);
    line.link.outbox->close();
    QCOMPARE(session.send(encodedMessage(2)).status, Outbox::Status::Closed);
    QCOMPARE(session.sent(), 1);
}

void tst_Session::newerMessageTakesTheNumberOfTheOneItReplaces()
{
    Line line;
    Session session(line.link, Session::Keeping::Unacknowledged);
    line.link.outbox->send(encoded(message(u"greeting"_s))); // has no number in the session
    line.written();
    line.link.outbox->block({});
    session.send(encodedMessage(1));
    session.send(encodedMessage(2), SendMode::Latest);
    session.send(encodedMessage(3));
    session.send(encodedMessage(4), SendMode::Latest); // in the place of 2
    QCOMPARE(session.sent(), 3);
    QCOMPARE(line.written(), frames(1, 1) + frames(4, 4) + frames(3, 3));

    Line next;
    QVERIFY(session.handOver(next.link, 1));
    QCOMPARE(next.written(), frames(4, 4) + frames(3, 3));
}

void tst_Session::whatIsSentMeanwhileIsKept()
{
    Line first;
    Line nobody;
    Line second;
    Session session(first.link, Session::Keeping::Unacknowledged);
    session.begin();
    session.send(encodedMessage(1));
    session.leave(nobody.link);
    QVERIFY(!session.isOpen());
    QVERIFY(session.isAccepting());
    QCOMPARE(session.send(encodedMessage(2)).status, Outbox::Status::Accepted);
    QCOMPARE(nobody.written(), QByteArray());
    QVERIFY(session.handOver(second.link, 1));
    QVERIFY(session.isOpen());
    session.send(encodedMessage(3));
    QCOMPARE(second.written(), frames(2, 3));
}

void tst_Session::lossThatNobodyKnowsOfYetLosesNothing()
{
    Line first;
    Line second;
    Session session(first.link, Session::Keeping::Unacknowledged);
    session.begin();
    first.link.outbox->close(); // the connection does
    QCOMPARE(session.send(encodedMessage(1)).status, Outbox::Status::Accepted);
    QVERIFY(session.handOver(second.link, 0));
    QCOMPARE(second.written(), frames(1, 1));
}

void tst_Session::keepsNoMoreThanTheLimit()
{
    const qint64 size = frames(1, 1).size();
    Line first;
    Line nobody;
    Session session(first.link, Session::Keeping::Unacknowledged, {2 * size, mebi});
    session.begin();
    session.leave(nobody.link);
    QCOMPARE(session.send(encodedMessage(1)).status, Outbox::Status::Accepted);
    QCOMPARE(session.send(encodedMessage(2)).status, Outbox::Status::Accepted);
    const Outbox::Result full = session.send(encodedMessage(3));
    QCOMPARE(full.status, Outbox::Status::Full);
    QCOMPARE(full.error,
             u"%1 bytes kept for the peer are over the limit of %2"_s.arg(3 * size).arg(2 * size));
    QCOMPARE(session.sent(), 2);
    QCOMPARE(session.heldBytes(), 2 * size);
}

void tst_Session::latestOfEachActionIsKept()
{
    const qint64 size = frames(1, 1).size();
    Line first;
    Line nobody;
    Line second;
    Session session(first.link, Session::Keeping::Unacknowledged, {size, mebi});
    session.begin();
    session.leave(nobody.link);
    for (qint64 n = 1; n <= 9; ++n)
        QCOMPARE(session.send(encodedMessage(n), SendMode::Latest).status,
                 Outbox::Status::Accepted);
    QCOMPARE(session.send(encodedMessage(10)).status, Outbox::Status::Accepted); // has room
    QVERIFY(session.handOver(second.link, 0));
    QCOMPARE(second.written(), frames(9, 10));
    QCOMPARE(session.sent(), 2);
}

void tst_Session::peerThatAcknowledgesNothingCannotResume()
{
    const qint64 size = frames(1, 1).size();
    Line line;
    Session session(line.link, Session::Keeping::Unacknowledged, {mebi, 2 * size});
    session.begin();
    for (qint64 n = 1; n <= 2; ++n)
        session.send(encodedMessage(n));
    QVERIFY(session.isResumable());
    session.acknowledge(1);
    session.send(encodedMessage(3));
    QVERIFY(session.isResumable());
    session.send(encodedMessage(4));
    QVERIFY(!session.isResumable());
    QCOMPARE(session.send(encodedMessage(5)).status, Outbox::Status::Accepted); // as if nothing
    QCOMPARE(line.written(), frames(1, 5));
}

void tst_Session::whatEndedAcceptsNothing()
{
    Line line;
    Line next;
    Session session(line.link, Session::Keeping::Unacknowledged);
    session.begin();
    session.send(encodedMessage(1));
    session.end();
    QCOMPARE(session.send(encodedMessage(2)).status, Outbox::Status::Closed);
    QVERIFY(!session.handOver(next.link, 0));
    QCOMPARE(line.written(), frames(1, 1)); // that still goes out
}

void tst_Session::greetingsDoNotCount()
{
    Line line;
    Line next;
    Session session(line.link, Session::Keeping::Unacknowledged);
    line.link.inbox->pushConnected();
    QVERIFY(line.link.inbox->pushMessages(batch(frames(0, 2)))); // the first is the greeting
    session.discount(1);
    session.begin();
    QCOMPARE(session.received(), 2);
    QCOMPARE(line.link.inbox->receipt(), 2);
    session.leave(next.link);
    next.link.inbox->pushConnected();
    QVERIFY(next.link.inbox->pushMessages(batch(frames(0, 0))));
    QCOMPARE(session.received(), 2);
    session.discount(1);
    QVERIFY(session.resume(0));
    QCOMPARE(session.received(), 2);
    QCOMPARE(next.link.inbox->receipt(), 2);
}

void tst_Session::attemptThatFailsCountsNothing()
{
    Line line;
    Line attempt;
    Line next;
    Session session(line.link, Session::Keeping::Unacknowledged);
    session.begin();
    session.leave(attempt.link);
    attempt.link.inbox->pushConnected();
    QVERIFY(attempt.link.inbox->pushMessages(batch(frames(0, 5))));
    session.leave(next.link);
    QCOMPARE(session.received(), 0);
}

//! Every order of steps of two ends, breadth first: sends, frames that arrive, come late or are
//! lost, ends that notice a loss sooner or later, attempts that are lost, hand-overs and receipts.
//! From each state a sound line must bring everything.
void tst_Session::twoEndsInEveryOrder()
{
    constexpr TwoEnds::Bounds bounds{2, 4};
    const int depth = qEnvironmentVariableIsSet("QREPOD_SLOW_TESTS") ? 16 : 10;
    using Path = std::vector<TwoEnds::Step>;
    const auto replayed = [&](const Path &path) {
        auto ends = std::make_unique<TwoEnds>(bounds);
        for (const TwoEnds::Step step : path)
            ends->take(step);
        return ends;
    };
    std::set<QByteArray> seen{TwoEnds(bounds).state()};
    std::vector<Path> reached{{}};
    for (int i = 0; i < depth; ++i) {
        for (const Path &path : std::exchange(reached, {})) {
            const auto before = replayed(path);
            for (int step = 0; step < TwoEnds::steps; ++step) {
                if (!before->can(TwoEnds::Step(step)))
                    continue;
                Path next = path;
                next.push_back(TwoEnds::Step(step));
                const auto ends = replayed(next);
                QVERIFY2(ends->isSound(), qPrintable(text(next)));
                if (!seen.insert(ends->state()).second)
                    continue;
                ends->settle();
                QVERIFY2(ends->isComplete(), qPrintable(text(next)));
                reached.push_back(std::move(next));
            }
        }
    }
    qInfo("%zu states within %d steps", seen.size(), depth);
}

QTEST_GUILESS_MAIN(tst_Session)
#include "tst_session.moc"
