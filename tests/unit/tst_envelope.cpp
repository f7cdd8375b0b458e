// SPDX-License-Identifier: MIT

//! What the nodes of a cluster say to each other: as bytes, by topic, and with numbers that reveal
//! losses.

#include "cluster/envelope.h"
#include "cluster/outgoingitems.h"
#include "cluster/sequences.h"
#include "support/literals.h"

#include <QtTest/QTest>

using namespace QRepod;
using Verdict = Sequences::Verdict;

namespace {

Envelope envelope()
{
    return {u"node"_s,
            7,
            8,
            {{Item::Kind::Room, u"lobby"_s, u"chat"_s, "frame"_ba, 0, SendMode::Latest},
             {Item::Kind::UserOut, u"anna"_s, {}, {}, 9}}};
}

Item item(qsizetype size)
{
    return {Item::Kind::Room, {}, {}, QByteArray(size, 'x')};
}

} // namespace

class tst_Envelope : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEnvelopeComesBack()
    {
        const std::optional<Envelope> decoded = decodeEnvelope(encodeEnvelope(envelope()));
        QVERIFY(decoded);
        QCOMPARE(decoded->node, u"node"_s);
        QCOMPARE(decoded->epoch, 7u);
        QCOMPARE(decoded->number, 8u);
        QCOMPARE(decoded->items.size(), 2);
        QCOMPARE(decoded->items[0].name, u"lobby"_s);
        QCOMPARE(decoded->items[0].action, u"chat"_s);
        QCOMPARE(decoded->items[0].data, "frame"_ba);
        QCOMPARE(decoded->items[0].mode, SendMode::Latest);
        QCOMPARE(decoded->items[1].kind, Item::Kind::UserOut);
        QCOMPARE(decoded->items[1].time, 9u);
    }

    void whatIsNoEnvelopeIsNothing()
    {
        const QByteArray bytes = encodeEnvelope(envelope());
        for (qsizetype size = 0; size < bytes.size(); ++size)
            QVERIFY(!decodeEnvelope(bytes.first(size)));
        QVERIFY(!decodeEnvelope(bytes + '\0'));
        QVERIFY(!decodeEnvelope('\2' + bytes.mid(1))); // another version
        Envelope other = envelope();
        other.items[0].kind = Item::Kind(quint8(Item::Kind::StateOver) + 1);
        QVERIFY(!decodeEnvelope(encodeEnvelope(other)));
        other = envelope();
        other.node.clear();
        QVERIFY(!decodeEnvelope(encodeEnvelope(other)));
    }

    void changedBytesAreNoReasonToFail()
    {
        const QByteArray bytes = encodeEnvelope(envelope());
        for (qsizetype i = 0; i < bytes.size(); ++i) {
            for (const int byte : {0, 1, 0x7f, 0x80, 0xff}) {
                QByteArray changed = bytes;
                changed[i] = char(byte);
                const std::optional<Envelope> decoded = decodeEnvelope(changed);
                QVERIFY(!decoded || decoded->items.size() <= 2);
            }
        }
    }

    void aFrameHasTheLengthThatItSays()
    {
        QVERIFY(isFrame(QByteArray("\0\0\0\1\x80", 5)));
        QVERIFY(!isFrame(QByteArray("\0\0\0\2\x80", 5)));
        QVERIFY(!isFrame(QByteArray("\0\0\0\0", 4)));
        QVERIFY(!isFrame({}));
    }

    void topicsKeepTheirOrderAndTheirItems()
    {
        OutgoingItems outgoing;
        QCOMPARE(outgoing.add("a", item(1)), OutgoingItems::Added::First);
        QCOMPARE(outgoing.add("b", item(2)), OutgoingItems::Added::Later);
        QCOMPARE(outgoing.add("a", item(3)), OutgoingItems::Added::Later);
        const OutgoingItems::Topics topics = outgoing.takeAll();
        QCOMPARE(topics.size(), 2u);
        QCOMPARE(topics[0].first, "a"_ba);
        QCOMPARE(topics[0].second.size(), 2);
        QCOMPARE(topics[0].second[1].data.size(), 3);
        QCOMPARE(topics[1].first, "b"_ba);
        QVERIFY(outgoing.takeAll().empty());
        QCOMPARE(outgoing.add("a", item(1)), OutgoingItems::Added::First);
    }

    void onlySoMuchWaits()
    {
        OutgoingItems outgoing;
        QCOMPARE(outgoing.add("a", item(OutgoingItems::maximumSize)), OutgoingItems::Added::First);
        QCOMPARE(outgoing.add("a", item(1)), OutgoingItems::Added::Later);
        QCOMPARE(outgoing.add("a", item(1)), OutgoingItems::Added::Dropped);
        QCOMPARE(outgoing.takeAll().front().second.size(), 2);
        QCOMPARE(outgoing.add("a", item(1)), OutgoingItems::Added::First);
    }

    void numbersShowWhatIsLost()
    {
        Sequences sequences;
        QCOMPARE(sequences.note("t", u"n"_s, 1, 5), Verdict::InOrder); // the first one heard
        QCOMPARE(sequences.note("t", u"n"_s, 1, 6), Verdict::InOrder);
        QCOMPARE(sequences.note("t", u"n"_s, 1, 6), Verdict::Old);
        QCOMPARE(sequences.note("t", u"n"_s, 1, 8), Verdict::Gap);
        QCOMPARE(sequences.note("t", u"n"_s, 1, 7), Verdict::Old);
        QCOMPARE(sequences.note("t", u"n"_s, 1, 9), Verdict::InOrder);
        // Another node, another topic, and the same node after it has joined again.
        QCOMPARE(sequences.note("t", u"m"_s, 1, 1), Verdict::InOrder);
        QCOMPARE(sequences.note("u", u"n"_s, 1, 1), Verdict::InOrder);
        QCOMPARE(sequences.note("t", u"n"_s, 2, 1), Verdict::InOrder);
        QCOMPARE(sequences.note("t", u"n"_s, 2, 2), Verdict::InOrder);
    }

    void whatIsForgottenBeginsAnew()
    {
        Sequences sequences;
        sequences.note("t", u"n"_s, 1, 5);
        sequences.note("u", u"n"_s, 1, 5);
        sequences.forgetTopic("t");
        QCOMPARE(sequences.note("t", u"n"_s, 1, 9), Verdict::InOrder);
        QCOMPARE(sequences.note("u", u"n"_s, 1, 9), Verdict::Gap);
        sequences.forgetNode(u"n"_s);
        QCOMPARE(sequences.note("u", u"n"_s, 1, 20), Verdict::InOrder);
    }
};

QTEST_APPLESS_MAIN(tst_Envelope)
#include "tst_envelope.moc"
