// SPDX-License-Identifier: MIT

//! What outlives a connection: the numbers in both directions, and the hand-over to the next one.

#include "queues.h"
#include "session/session.h"

#include <QtTest/qtest.h>

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
    QVERIFY(session.acknowledge(2));
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

QTEST_GUILESS_MAIN(tst_Session)
#include "tst_session.moc"
