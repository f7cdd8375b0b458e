// SPDX-License-Identifier: MIT
#include "protocol/encodedmessage.h"

#include <QRepod/protocol.h>

#include "support/literals.h"

#include <QtTest/qtest.h>

using namespace QRepod;

class tst_EncodedMessage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isTheFrameThatEncodeWrites();
    void copiesShareTheBytes();
    void whatIsSharedIsNotWrittenOver();
    void largeValuesStayWhereTheyAre();
    void needsATextAsAction_data();
    void needsATextAsAction();
    void tellsWhatCannotBeEncoded();
    void tellsWhatIsOverTheLimits();
    void isNoMessageByDefault();
};

void tst_EncodedMessage::isTheFrameThatEncodeWrites()
{
    const QVariantMap message{{u"action"_s, u"chat"_s}, {u"text"_s, u"hello"_s}, {u"n"_s, 7}};
    const EncodedMessage encoded(message, MessageLimits());
    QVERIFY(encoded.isValid());
    QCOMPARE(encoded.error(), QString());
    QCOMPARE(encoded.action(), u"chat"_s);
    QCOMPARE(encoded.bytes(), encode(message));
    QCOMPARE(encoded.frame(), encode(message));
    QCOMPARE(encoded.size(), encode(message).size());
    QVERIFY(encoded.largeValues().isEmpty());
}

void tst_EncodedMessage::copiesShareTheBytes()
{
    const EncodedMessage encoded({{u"action"_s, u"chat"_s}}, MessageLimits());
    const EncodedMessage copy = encoded;
    QCOMPARE(copy.bytes().constData(), encoded.bytes().constData());
    QCOMPARE(copy.frame().constData(), encoded.bytes().constData());
    QCOMPARE(copy.action(), encoded.action());
}

//! The memory of a message may be reused for the next one.
void tst_EncodedMessage::whatIsSharedIsNotWrittenOver()
{
    const QVariantMap longer{{u"action"_s, u"chat"_s}, {u"text"_s, u"hello"_s}};
    const QVariantMap shorter{{u"action"_s, u"bye"_s}};
    const auto made = [](const QVariantMap &message) {
        return EncodedMessage(message, MessageLimits());
    };
    const EncodedMessage copy = EncodedMessage(made(longer));
    const QByteArray bytes = made(longer).bytes();
    for (int i = 0; i < 3; ++i) {
        const EncodedMessage next = made(shorter);
        QCOMPARE(next.bytes(), encode(shorter));
        QCOMPARE(made(longer).bytes(), encode(longer));
        QCOMPARE(next.bytes(), encode(shorter));
    }
    QCOMPARE(copy.bytes(), encode(longer));
    QCOMPARE(bytes, encode(longer));
}

void tst_EncodedMessage::largeValuesStayWhereTheyAre()
{
    const QByteArray first(LargeValue::minimumSize, 'a');
    const QByteArray second(LargeValue::minimumSize + 1, 'b');
    const QVariantMap message{{u"action"_s, u"map"_s},
                              {u"between"_s, 1},
                              {u"cells"_s, first},
                              {u"rows"_s, QVariantList{second, 2}}};
    const EncodedMessage encoded(message, MessageLimits());
    QVERIFY(encoded.isValid());
    QCOMPARE(encoded.largeValues().size(), 2);
    QCOMPARE(encoded.largeValues()[0].bytes.constData(), first.constData());
    QCOMPARE(encoded.largeValues()[1].bytes.constData(), second.constData());
    QVERIFY(encoded.bytes().size() < 100);
    QCOMPARE(encoded.size(), encode(message).size());
    QCOMPARE(encoded.frame(), encode(message));
}

void tst_EncodedMessage::needsATextAsAction_data()
{
    QTest::addColumn<QVariantMap>("message");
    QTest::addColumn<QString>("error");

    const QString none = u"message has no action"_s;
    QTest::newRow("empty") << QVariantMap() << none;
    QTest::newRow("misspelt") << QVariantMap{{u"actoin"_s, u"chat"_s}} << none;
    QTest::newRow("nested") << QVariantMap{{u"x"_s, QVariantMap{{u"action"_s, u"chat"_s}}}} << none;
    QTest::newRow("null text") << QVariantMap{{u"action"_s, QString()}} << none;
    QTest::newRow("empty text") << QVariantMap{{u"action"_s, u""_s}} << none;
    QTest::newRow("integer") << QVariantMap{{u"action"_s, 7}} << none + u": int is not text"_s;
    QTest::newRow("bytes") << QVariantMap{{u"action"_s, QByteArray("chat")}}
                           << none + u": QByteArray is not text"_s;
}

void tst_EncodedMessage::needsATextAsAction()
{
    QFETCH(QVariantMap, message);
    QFETCH(QString, error);
    const EncodedMessage encoded(message, MessageLimits());
    QVERIFY(!encoded.isValid());
    QCOMPARE(encoded.error(), error);
    QCOMPARE(encoded.action(), QString());
    QCOMPARE(encoded.size(), 0);
    QVERIFY(encoded.frame().isEmpty());
}

void tst_EncodedMessage::tellsWhatCannotBeEncoded()
{
    const QByteArray large(LargeValue::minimumSize, 'a');
    const QVariantMap message{
        {u"action"_s, u"join"_s}, {u"a"_s, large}, {u"who"_s, QVariant::fromValue(this)}};
    const EncodedMessage encoded(message, MessageLimits());
    QVERIFY(!encoded.isValid());
    QCOMPARE(encoded.error(), u"who: tst_EncodedMessage* has no MessagePack form"_s);
    QCOMPARE(encoded.action(), u"join"_s);
    QCOMPARE(encoded.size(), 0);
    QVERIFY(encoded.largeValues().isEmpty());
}

void tst_EncodedMessage::tellsWhatIsOverTheLimits()
{
    MessageLimits limits;
    limits.frameSize = 100'000;
    const EncodedMessage encoded({{u"action"_s, u"map"_s}, {u"cells"_s, QByteArray(100'000, 'a')}},
                                 limits);
    QVERIFY(!encoded.isValid());
    QCOMPARE(encoded.error(), u"frame of 100023 bytes is over the limit of 100000"_s);
}

void tst_EncodedMessage::isNoMessageByDefault()
{
    const EncodedMessage none;
    QVERIFY(!none.isValid());
    QCOMPARE(none.error(), QString());
    QCOMPARE(none.size(), 0);
    QVERIFY(none.frame().isEmpty());
}

QTEST_APPLESS_MAIN(tst_EncodedMessage)
#include "tst_encodedmessage.moc"
