// SPDX-License-Identifier: MIT

//! What outlives a connection: the numbers in both directions, and the hand-over to the next one.

#include "queues.h"
#include "session/session.h"
#include "twoends.h"

#include <QtTest/qtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <set>
#include <thread>
#include <utility>
#include <vector>

using namespace QRepod;

namespace {

EncodedMessage encodedMessage(qint64 n)
{
    return EncodedMessage(number(n), MessageLimits());
}

//! The queues of one connection's end: what it has written, and what it receives.
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

//! Returns message \a n with \a size extra bytes.
EncodedMessage bulky(qint64 n, qsizetype size)
{
    QVariantMap message = number(n);
    message.insert(u"bytes"_s, QByteArray(size, 'x'));
    return EncodedMessage(message, MessageLimits());
}

//! Returns all that is kept, as it would be sent.
QByteArray bytesOf(KeptMessages &kept)
{
    QByteArray bytes;
    for (const KeptMessages::Part &part : kept.parts()) {
        if (part.run) {
            bytes += part.run.frames();
            continue;
        }
        qsizetype begin = 0;
        for (const LargeValue &value : part.largeValues) {
            bytes += QByteArrayView(part.bytes).sliced(begin, value.position - begin);
            bytes += value.bytes;
            begin = value.position;
        }
        bytes += QByteArrayView(part.bytes).sliced(begin);
    }
    return bytes;
}

//! Returns the path to a state, for a report.
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
    void keepsMessagesOfEverySize();
    void smallMessagesShareMemory();
    void replacedAmongOthersKeepsItsNumber();
    void countsWhatItSendsAndReceives();
    void withoutKeepingThereIsNoHandOver();
    void handOverSendsAgainWhatThePeerHasNotReceived();
    void handOverSendsMessagesOfEverySizeAgain();
    void handOverWithAWrongNumberChangesNothing();
    void messagesThatWereRefusedHaveNoNumber();
    void newerMessageTakesTheNumberOfTheOneItReplaces();
    void whatIsSentMeanwhileIsKept();
    void lossThatNobodyKnowsOfYetLosesNothing();
    void keepsNoMoreThanTheLimit();
    void latestOfEachActionIsKept();
    void peerThatAcknowledgesNothingCannotResume();
    void littleIsKeptForAPeerThatSaysNothing();
    void keepsNothingThatIsSentWhileKeepingEnds();
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
    QCOMPARE(bytesOf(kept), encoded(number(3)));
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
    QVERIFY(kept.forget(2)); // acknowledged twice
    QVERIFY(!kept.forget(1));
    QCOMPARE(bytesOf(kept), encoded(number(3)));
}

//! Whatever the peer has received of them, and in whatever steps it acknowledges.
void tst_Session::keepsMessagesOfEverySize()
{
    QList<EncodedMessage> messages;
    for (qint64 n = 1; n <= 600; ++n) {
        constexpr std::array<qsizetype, 5> extra = {5'000, 150, 400, 0, LargeValue::minimumSize};
        messages << (n % 40 == 1 ? bulky(n, extra[size_t(n / 40) % extra.size()])
                                 : encodedMessage(n));
    }
    for (const qint64 step : {1, 7, 39, 40, 64, 300}) {
        KeptMessages kept;
        QByteArray rest;
        for (const EncodedMessage &message : std::as_const(messages)) {
            kept.add(message);
            rest += message.frame();
        }
        QCOMPARE(bytesOf(kept), rest);
        for (qint64 received = step; received <= kept.last(); received += step) {
            for (qint64 n = kept.forgotten(); n < received; ++n)
                rest.remove(0, qsizetype(messages.at(n).size()));
            QVERIFY(kept.forget(received));
            QCOMPARE(kept.forgotten(), received);
            QCOMPARE(kept.bytes(), rest.size());
            QVERIFY2(bytesOf(kept) == rest, qPrintable(QString::number(received)));
            QVERIFY(!kept.canForget(received - 1));
        }
        QCOMPARE(kept.last(), messages.size());
    }
}

void tst_Session::smallMessagesShareMemory()
{
    KeptMessages kept;
    for (qint64 n = 1; n <= 50; ++n)
        kept.add(encodedMessage(n));
    QVERIFY(kept.parts().size() < 5);
    const EncodedMessage large = bulky(51, 5'000); // shares its memory with the caller
    kept.add(large);
    QCOMPARE(kept.parts().back().bytes.constData(), large.bytes().constData());
    QVERIFY(kept.forget(51));
    QVERIFY(kept.parts().empty()); // an idle session holds nothing
}

void tst_Session::replacedAmongOthersKeepsItsNumber()
{
    KeptMessages kept;
    for (qint64 n = 1; n <= 9; ++n)
        kept.add(encodedMessage(n),
                 n % 3 == 0 ? KeptMessages::Form::Replaceable : KeptMessages::Form::Final);
    kept.replace(6, bulky(60, 100));
    kept.replace(9, encodedMessage(90));
    const QByteArray middle = bulky(60, 100).frame() + frames(7, 8) + frames(90, 90);
    QCOMPARE(bytesOf(kept), frames(1, 5) + middle);
    QCOMPARE(kept.bytes(), bytesOf(kept).size());
    QVERIFY(kept.forget(4));
    kept.replace(3, encodedMessage(30)); // the peer already has this
    QCOMPARE(bytesOf(kept), frames(5, 5) + middle);
    QVERIFY(kept.forget(6));
    QCOMPARE(bytesOf(kept), frames(7, 8) + frames(90, 90));
    QCOMPARE(kept.last(), 9);
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

    Line second; // the peer has received one more than it had acknowledged
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

//! The numbers go on where they were, even if acknowledgements end amid small messages.
void tst_Session::handOverSendsMessagesOfEverySizeAgain()
{
    Line first;
    Session session(first.link, Session::Keeping::Unacknowledged);
    QByteArray all;
    QList<qsizetype> ends{0};
    for (qint64 n = 1; n <= 300; ++n) {
        const EncodedMessage message = n % 50 == 0 ? bulky(n, 70'000) : encodedMessage(n);
        QCOMPARE(session.send(message).status, Outbox::Status::Accepted);
        all += message.frame();
        ends << all.size();
    }
    QVERIFY(first.written() == all);
    for (const qint64 received : {0, 30, 49, 50, 51, 277}) {
        Line next;
        session.leave(next.link);
        QVERIFY(session.resume(received));
        QVERIFY(next.written() == all.sliced(ends.at(received)));
        QCOMPARE(next.link.outbox->counts().messages, 300 - received);
        QCOMPARE(session.sent(), 300);
    }
    Line last;
    QVERIFY(session.handOver(last.link, 290));
    session.send(encodedMessage(301));
    QCOMPARE(last.written(), frames(291, 299) + bulky(300, 70'000).frame() + frames(301, 301));
    QVERIFY(!session.canResume(302));
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
    line.link.outbox->send(encoded(message(u"greeting"_s))); // does not count in the session
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
    first.link.outbox->close(); // the connection does this
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
    QCOMPARE(session.send(encodedMessage(10)).status, Outbox::Status::Accepted); // fits
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
    QCOMPARE(session.send(encodedMessage(5)).status, Outbox::Status::Accepted); // as before
    QCOMPARE(line.written(), frames(1, 5));
}

//! A peer that has not said whether it can resume most likely only listens.
void tst_Session::littleIsKeptForAPeerThatSaysNothing()
{
    Line line;
    Session::Limits limits;
    limits.unknown = 10 * encoded(number(1)).size();
    Session session(line.link, Session::Keeping::Unacknowledged, limits);
    session.begin();
    const auto send = [&](qint64 first, qint64 last) {
        for (qint64 n = first; n <= last; ++n)
            session.send(encodedMessage(n));
        line.link.outbox->written(line.written().size());
    };
    send(1, 10);
    QVERIFY(session.canResume(0));
    send(11, 11); // one too many
    QVERIFY(!session.canResume(10));
    QVERIFY(session.canResume(11));
    QCOMPARE(session.heldBytes(), 0);
    send(12, 13);
    QVERIFY(session.canResume(11));

    session.assumePlainPeer();
    QVERIFY(!session.canResume(12));
    QCOMPARE(session.heldBytes(), 0);
    send(14, 15);
    session.send(EncodedMessage(number(16), MessageLimits()), SendMode::Latest);
    QVERIFY(!session.canResume(15));
    QVERIFY(session.canResume(16));
    QCOMPARE(session.sent(), 16);

    line.link.outbox->setPeerKnown(); // it was late
    send(17, 40);
    QVERIFY(session.canResume(16));
    Line next;
    QVERIFY(session.handOver(next.link, 38));
    QCOMPARE(next.written().right(frames(39, 40).size()), frames(39, 40));
}

//! send() first checks whether messages are kept, then takes the lock; this may change in between.
void tst_Session::keepsNothingThatIsSentWhileKeepingEnds()
{
    const EncodedMessage message = encodedMessage(1);
    for (int i = 0; i < 200; ++i) {
        Line line;
        Session session(line.link, Session::Keeping::Unacknowledged);
        std::atomic<bool> hasBegun = false;
        std::atomic<bool> isEnding = false;
        std::thread sender([&] {
            while (!isEnding) {
                session.send(message);
                hasBegun = true;
            }
        });
        while (!hasBegun)
            std::this_thread::yield();
        session.keepNothing();
        isEnding = true;
        sender.join();
        line.link.outbox->written(line.written().size());
        QCOMPARE(session.heldBytes(), 0);
    }
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
    QCOMPARE(line.written(), frames(1, 1)); // this still goes out
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

//! Every order of the steps of two ends, breadth first: sends, frames that arrive, come late or are
//! lost, ends that notice a loss sooner or later, lost attempts, hand-overs and acknowledgements.
//! From each state a sound line must deliver everything.
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
