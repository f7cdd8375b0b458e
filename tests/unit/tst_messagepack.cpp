// SPDX-License-Identifier: MIT
#include "poolkeeper.h"
#include "protocol/messagepackreader.h"
#include "protocol/messagepackwriter.h"
#include "protocol/validator.h"
#include "protocol/variantreader.h"

#include <QRepod/extension.h>

#include "support/literals.h"
#include "support/messagepackoracle.h"

#include <QtCore/qdatetime.h>
#include <QtCore/qrandom.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <array>
#include <limits>

using namespace QRepod;
using MessagePackOracle::Structure;
using Kind = MessagePackReader::Kind;
using Fault = MessagePackReader::Fault;

namespace {

QByteArray hex(const char *digits)
{
    return QByteArray::fromHex(digits);
}

template <class Write>
QByteArray written(Write write)
{
    QByteArray bytes = "before";
    {
        MessagePackWriter writer(bytes);
        write(writer);
    }
    return bytes.sliced(6);
}

QByteArray randomBytes(QRandomGenerator &random, qsizetype size)
{
    QByteArray bytes(size, Qt::Uninitialized);
    std::generate(bytes.begin(), bytes.end(), [&] { return char(random.bounded(256)); });
    return bytes;
}

} // namespace

class tst_MessagePack : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aPrefixOfAnyFormIsTruncated_data();
    void aPrefixOfAnyFormIsTruncated();
    void sizesPastTheEndAreTruncated_data();
    void sizesPastTheEndAreTruncated();
    void nothingIsReadBehindAFault();
    void skippingEndsWhereReadingDoes();
    void skippingEndsAtAFault();
    void integersAreWrittenAsTheOracleDoes();
    void largeTextIsWrittenAsShortTextIs();
    void muchIsWrittenToMemoryOfWhatWasWrittenBefore();
    void sizesAreWrittenAsTheOracleDoes();
    void randomBytesAreJudgedAsByTheOracle();
    void goodPayloadsAreDecodedAsByTheOracle();
};

void tst_MessagePack::aPrefixOfAnyFormIsTruncated_data()
{
    QTest::addColumn<QByteArray>("bytes");
    for (const char *bytes : {"c403000000",
                              "c50001ff",
                              "c600000001ff",
                              "c7010500",
                              "c800010500",
                              "c90000000105ff",
                              "ca3fc00000",
                              "cb3ff0000000000000",
                              "cc80",
                              "cd0100",
                              "ce00010000",
                              "cf0000000100000000",
                              "d0df",
                              "d1ff7f",
                              "d2ffff7fff",
                              "d38000000000000000",
                              "d40500",
                              "d5050001",
                              "d60500010203",
                              "d7050001020304050607",
                              "d80500010203040506070809101112131415",
                              "a161",
                              "d90161",
                              "da000161",
                              "db0000000161"}) {
        QTest::newRow(bytes) << hex(bytes);
    }
}

void tst_MessagePack::aPrefixOfAnyFormIsTruncated()
{
    QFETCH(const QByteArray, bytes);
    MessagePackReader whole(bytes);
    QVERIFY(whole.next().kind != Kind::Invalid);
    QCOMPARE(whole.bytesLeft(), 0);
    for (qsizetype size = 0; size < bytes.size(); ++size) {
        const QByteArray prefix = bytes.first(size); // no byte after it can be read
        MessagePackReader reader(prefix);
        QCOMPARE(reader.next().kind, Kind::Invalid);
        QCOMPARE(reader.fault(), Fault::Truncated);
        QCOMPARE(MessagePackOracle::structure(prefix), Structure::Truncated);
    }
}

void tst_MessagePack::sizesPastTheEndAreTruncated_data()
{
    QTest::addColumn<QByteArray>("header");
    for (const char *header :
         {"d9ff", "daffff", "dbffffffff", "db7fffffff", "db80000000", "c4ff", "c5ffff",
          "c6ffffffff", "c680000000", "c7ff05", "c8ffff05", "c9ffffffff05", "c97fffffff05"})
        QTest::newRow(header) << hex(header);
}

void tst_MessagePack::sizesPastTheEndAreTruncated()
{
    QFETCH(const QByteArray, header);
    for (const qsizetype body : {0, 1, 100}) {
        const QByteArray bytes = header + QByteArray(body, 'x');
        MessagePackReader reader(bytes);
        QCOMPARE(reader.next().kind, Kind::Invalid);
        QCOMPARE(reader.fault(), Fault::Truncated);
    }
}

void tst_MessagePack::nothingIsReadBehindAFault()
{
    const QByteArray bytes = hex("01c1");
    MessagePackReader reader(bytes);
    QCOMPARE(reader.next().integer, 1);
    QCOMPARE(reader.fault(), Fault::None);
    QCOMPARE(reader.next().kind, Kind::Invalid);
    QCOMPARE(reader.fault(), Fault::Reserved);
    QCOMPARE(reader.bytesLeft(), 0);

    MessagePackReader empty(QByteArrayView{});
    QCOMPARE(empty.next().kind, Kind::Invalid);
    QCOMPARE(empty.fault(), Fault::Truncated);
}

void tst_MessagePack::skippingEndsWhereReadingDoes()
{
    for (const char *value :
         {"01", "c0", "a3616263", "c403000000", "d80500010203040506070809101112131415", "90",
          "93019201029180", "80", "82a16101a1628101c3", "dc0002c2c3",
          "de000101dd00000001cb3ff0000000000000"}) {
        const QByteArray bytes = hex(value) + '\x7f';
        MessagePackReader reader(bytes);
        reader.skip();
        QCOMPARE(reader.fault(), Fault::None);
        QCOMPARE(reader.bytesLeft(), 1);
        QCOMPARE(reader.next().integer, 127);
    }
}

void tst_MessagePack::skippingEndsAtAFault()
{
    // Half of these claim more values than could be skipped in a lifetime.
    for (const char *value : {"ddffffffff", "dfffffffff01", "92", "8101", "91c1", "ddffffffffc1"}) {
        const QByteArray bytes = hex(value);
        MessagePackReader reader(bytes);
        reader.skip();
        QVERIFY(reader.fault() != Fault::None);
    }
}

void tst_MessagePack::integersAreWrittenAsTheOracleDoes()
{
    for (int bit = 0; bit < 64; ++bit) {
        for (int offset = -2; offset <= 2; ++offset) {
            const quint64 number = (quint64(1) << bit) + quint64(offset);
            const auto integer = qint64(number);
            const auto negative = qint64(0 - number);
            QCOMPARE(written([&](MessagePackWriter &writer) { writer.integer(integer); }),
                     MessagePackOracle::encode(integer));
            QCOMPARE(written([&](MessagePackWriter &writer) { writer.integer(negative); }),
                     MessagePackOracle::encode(negative));
            QCOMPARE(written([&](MessagePackWriter &writer) { writer.number(number); }),
                     MessagePackOracle::encode(number));
        }
    }
}

//! Surrogate pairs, and lone surrogates, wherever the writer may cut.
void tst_MessagePack::largeTextIsWrittenAsShortTextIs()
{
    const QString pair = QString::fromUcs4(U"\U0001F600", 1);
    const QString half(pair.front());
    const QString otherHalf(pair.back());
    for (const QString &part : {QString(u'x'), QString(u'\u20ac'), pair, u'x' + pair, half,
                                otherHalf, pair + half, half + u'x', otherHalf + pair}) {
        for (const qsizetype shift : {0, 1}) {
            const auto shortText = [&](MessagePackWriter &writer) { writer.text(part); };
            const QByteArray utf8 =
                QByteArray(shift, 'y') + written(shortText).sliced(1).repeated(100'000);
            const QString text = QString(shift, u'y') + part.repeated(100'000);
            QCOMPARE(written([&](MessagePackWriter &writer) { writer.text(text); }),
                     written([&](MessagePackWriter &writer) { writer.utf8(utf8); }));
        }
    }
}

void tst_MessagePack::muchIsWrittenToMemoryOfWhatWasWrittenBefore()
{
    const PoolKeeper keeper;
    const char *memory = nullptr;
    for (const QString &text : {QString(1'000'000, u'a'), QString(1'000'000, u'b')}) {
        QByteArray bytes;
        {
            MessagePackWriter writer(bytes);
            writer.list(2);
            writer.integer(7);
            writer.text(text);
        }
        QCOMPARE(bytes, MessagePackOracle::encode(QVariantList{qint64(7), text}));
        QVERIFY(!memory || bytes.constData() == memory);
        memory = bytes.constData();
        recycle(std::move(bytes));
    }
}

void tst_MessagePack::sizesAreWrittenAsTheOracleDoes()
{
    for (const qsizetype edge : {0, 1, 2, 4, 8, 15, 16, 31, 32, 255, 256, 65535, 65536, 100'000}) {
        for (const qsizetype size : {edge - 1, edge, edge + 1}) {
            if (size < 0)
                continue;
            const QByteArray bytes(size, 'x');
            QCOMPARE(written([&](MessagePackWriter &writer) { writer.binary(bytes); }),
                     MessagePackOracle::encode(bytes));
            const Extension extension{5, bytes};
            QCOMPARE(written([&](MessagePackWriter &writer) { writer.extension(5, bytes); }),
                     MessagePackOracle::encode(QVariant::fromValue(extension)));
            for (const char16_t character : {u'x', u'\u00e9', u'\u20ac'}) {
                const QString text(size, character);
                QCOMPARE(written([&](MessagePackWriter &writer) { writer.text(text); }),
                         MessagePackOracle::encode(text));
            }
            const QVariantList list(size, QVariant(true));
            QCOMPARE(written([&](MessagePackWriter &writer) {
                         writer.list(size);
                         for (qsizetype i = 0; i < size; ++i)
                             writer.boolean(true);
                     }),
                     MessagePackOracle::encode(list));
        }
    }
    QCOMPARE(written([](MessagePackWriter &writer) { writer.map(15); }), hex("8f"));
    QCOMPARE(written([](MessagePackWriter &writer) { writer.map(16); }), hex("de0010"));
    QCOMPARE(written([](MessagePackWriter &writer) { writer.map(65536); }), hex("df00010000"));
}

void tst_MessagePack::randomBytesAreJudgedAsByTheOracle()
{
    QRandomGenerator random(11);
    const MessageLimits limits{.depth = 1000, .values = std::numeric_limits<int>::max()};
    int good = 0;
    for (int i = 0; i < 200'000; ++i) {
        const QByteArray payload = randomBytes(random, random.bounded(1, 24));
        const QString error = validate(payload, limits).error;
        const auto structure = MessagePackOracle::structureOf(error);
        if (structure)
            QVERIFY2(*structure == MessagePackOracle::structure(payload), payload.toHex());
        good += error.isEmpty();
    }
    QVERIFY(good > 1000);
}

//! Adds a random value. It is complete, whatever the random numbers.
static void addValue(QByteArray &out, QRandomGenerator &random, int depth)
{
    const auto raw = [&](qsizetype size) { out += randomBytes(random, size); };
    switch (random.bounded(depth > 4 ? 8 : 10)) {
    case 0:
        out += char(random.bounded(0x80)); // fixint
        return;
    case 1:
        out += char(0xe0 + random.bounded(0x20));
        return;
    case 2:
        out += random.bounded(2) ? '\xc0' : char(0xc2 + random.bounded(2));
        return;
    case 3: { // numbers of every form
        const int form = random.bounded(10);
        out += char(0xca + form);
        constexpr std::array<qsizetype, 10> sizes = {4, 8, 1, 2, 4, 8, 1, 2, 4, 8};
        return raw(sizes[size_t(form)]);
    }
    case 4: {
        const auto size = random.bounded(32);
        out += char(0xa0 + size);
        out += QByteArray(size, char('a' + random.bounded(26)));
        return;
    }
    case 5:
        out += "\xc4\x05"_ba;
        return raw(5);
    case 6: { // ext of 1, 2, 4, 8, 16
        const int form = random.bounded(5);
        out += char(0xd4 + form);
        return raw(1 + (1 << form));
    }
    case 7:
        out += random.bounded(2) ? "\xc7\x0c\xff"_ba : "\xc8\x00\x0c\x05"_ba;
        return raw(12);
    case 8: {
        const auto count = random.bounded(4);
        out += random.bounded(2) ? QByteArray(1, char(0x90 + count)) : "\xdc\x00"_ba + char(count);
        for (auto i = 0; i < count; ++i)
            addValue(out, random, depth + 1);
        return;
    }
    default: {
        const auto count = random.bounded(4);
        out += random.bounded(2) ? QByteArray(1, char(0x80 + count))
                                 : "\xdf\x00\x00\x00"_ba + char(count);
        for (auto i = 0; i < count; ++i) {
            addValue(out, random, 100);
            addValue(out, random, depth + 1);
        }
        return;
    }
    }
}

void tst_MessagePack::goodPayloadsAreDecodedAsByTheOracle()
{
    QRandomGenerator random(12);
    TextCache keys;
    int good = 0;
    for (int i = 0; i < 50'000; ++i) {
        QByteArray payload;
        addValue(payload, random, 0);
        if (!validate(payload, MessageLimits()).error.isEmpty())
            continue; // a value that cannot be a key
        ++good;
        MessagePackReader reader(payload);
        VariantReader values(reader, keys);
        const QVariant ours = values.read(reader.next());
        const QVariant theirs = MessagePackOracle::decode(payload);
        QVERIFY2(ours == theirs
                     || MessagePackOracle::encode(ours) == MessagePackOracle::encode(theirs),
                 payload.toHex()); // NaN does not equal itself
        QCOMPARE(ours.metaType(), theirs.metaType());
        QCOMPARE(reader.bytesLeft(), 0);
    }
    QVERIFY(good > 20'000);
}

QTEST_APPLESS_MAIN(tst_MessagePack)
#include "tst_messagepack.moc"
