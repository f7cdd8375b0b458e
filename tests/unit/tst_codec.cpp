// SPDX-License-Identifier: MIT
#include "protocol/encoder.h"
#include "protocol/fields.h"
#include "protocol/frame.h"
#include "protocol/message.h"
#include "protocol/timestamp.h"

#include <QRepod/protocol.h>

#include <QtCore/qdatetime.h>
#include <QtCore/qendian.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qline.h>
#include <QtCore/qqueue.h>
#include <QtCore/qrandom.h>
#include <QtCore/qset.h>
#include <QtCore/qtimezone.h>
#include <QtCore/qurl.h>
#include <QtCore/quuid.h>
#include <QtTest/qtest.h>

#include <bit>
#include <limits>
#include <map>
#include <vector>

using namespace QRepod;

class Position
{
    Q_GADGET
    Q_PROPERTY(int x MEMBER x)
    Q_PROPERTY(double y MEMBER y)

public:
    friend bool operator==(const Position &, const Position &) = default;

    int x = 0;
    double y = 0;
};

class Player
{
    Q_GADGET
    Q_PROPERTY(QString name MEMBER name)
    Q_PROPERTY(Position position MEMBER position)
    Q_PROPERTY(Team team MEMBER team)
    Q_PROPERTY(QList<int> scores MEMBER scores)

public:
    enum class Team { Red, Blue = 300 };
    Q_ENUM(Team)

    QString name;
    Position position;
    Team team = Team::Red;
    QList<int> scores;
};

//! What it holds is no property.
class Sealed
{
    Q_GADGET

public:
    int secret = 7;
};

class Crate
{
    Q_GADGET
    Q_PROPERTY(QVariant content MEMBER content)

public:
    enum class Sign : qint8 { Minus = -1 };
    Q_ENUM(Sign)
    enum class Mask : quint32 { High = 0x80000000 };
    Q_ENUM(Mask)
    enum class Huge : quint64 { High = 0x8000000000000000 };
    Q_ENUM(Huge)
    enum Option { First = 1, Second = 2, Fourth = 8 };
    Q_DECLARE_FLAGS(Options, Option)
    Q_FLAG(Options)

    QVariant content;
};

namespace {

QByteArray hex(const char *digits)
{
    return QByteArray::fromHex(digits);
}

template <class T>
QByteArray bigEndian(T value)
{
    QByteArray bytes(sizeof value, '\0');
    qToBigEndian(value, bytes.data());
    return bytes;
}

//! Returns the payload of a message whose field `v` is encoded as \a value.
QByteArray holding(const QByteArray &value)
{
    return hex("81a176") + value;
}

QVariantMap holding(const QVariant &value)
{
    return {{QStringLiteral("v"), value}};
}

//! Returns the bytes that \a value is encoded to, without header and key.
QByteArray encoded(const QVariant &value)
{
    QString error;
    const QByteArray frame = encode(holding(value), &error);
    if (frame.isEmpty())
        qWarning("%ls", qUtf16Printable(error));
    return frame.mid(frameHeaderSize + 3);
}

QVariant decoded(const QByteArray &value, QString *error = nullptr)
{
    const auto message = decode(holding(value), error);
    return message ? message->value(QStringLiteral("v")) : QVariant(QStringLiteral("not decoded"));
}

QVariantMap roundTrip(const QVariantMap &message)
{
    return decode(encode(message).sliced(frameHeaderSize)).value_or(QVariantMap());
}

//! Compares types and values at all levels, where QVariant would convert; NaN equals NaN.
bool identical(const QVariant &a, const QVariant &b)
{
    if (a.metaType() != b.metaType())
        return false;
    switch (a.metaType().id()) {
    case QMetaType::Double:
        return std::bit_cast<quint64>(a.toDouble()) == std::bit_cast<quint64>(b.toDouble());
    case QMetaType::QDateTime:
        return a == b && a.toDateTime().timeSpec() == b.toDateTime().timeSpec();
    case QMetaType::QVariantList: {
        const QVariantList left = a.toList();
        const QVariantList right = b.toList();
        return std::equal(left.begin(), left.end(), right.begin(), right.end(), identical);
    }
    case QMetaType::QVariantMap: {
        const QVariantMap left = a.toMap();
        const QVariantMap right = b.toMap();
        return left.keys() == right.keys()
            && std::equal(left.begin(), left.end(), right.begin(), identical);
    }
    default:
        return a == b;
    }
}

QDateTime utc(qint64 milliseconds)
{
    return QDateTime::fromMSecsSinceEpoch(milliseconds, Qt::UTC);
}

//! Returns a message with every kind of value that decoding returns, nested.
QVariantMap richMessage()
{
    const QVariantMap leaf = {
        {QStringLiteral("nil"), QVariant::fromValue(nullptr)},
        {QStringLiteral("yes"), true},
        {QStringLiteral("small"), qint64(-5)},
        {QStringLiteral("large"), qint64(1) << 40},
        {QStringLiteral("huge"), std::numeric_limits<quint64>::max()},
        {QStringLiteral("whole"), 3.0},
        {QStringLiteral("part"), -0.25},
        {QStringLiteral("text"), QStringLiteral("h\u00e9llo \U0001f600")},
        {QStringLiteral("long"), QString(300, u'\u00fc')},
        {QStringLiteral("bytes"), QByteArray("\0\xff\x80", 3)},
        {QStringLiteral("time"), utc(1'700'000'000'123)},
        {QStringLiteral("extension"), QVariant::fromValue(Extension{7, "abc"})},
        {QStringLiteral("no list"), QVariantList()},
        {QStringLiteral("no map"), QVariantMap()},
        {QStringLiteral("\u00fcnic\u00f6de"), QString()},
        {QString(), QByteArray()},
    };
    QVariantList list;
    for (int i = 0; i < 40; ++i)
        list += QVariant(QVariantList{qint64(i), i / 2.0, leaf});
    QVariantMap message = leaf;
    message.insert(QStringLiteral("action"), QStringLiteral("rich"));
    message.insert(QStringLiteral("list"), list);
    message.insert(QStringLiteral("map"), QVariantMap{{QStringLiteral("deeper"), leaf}});
    return message;
}

QByteArray randomBytes(QRandomGenerator &random, qsizetype size)
{
    QByteArray bytes(size, '\0');
    for (char &byte : bytes)
        byte = char(random.bounded(256));
    return bytes;
}

} // namespace

class tst_Codec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void integersTakeTheirSmallestForm_data();
    void integersTakeTheirSmallestForm();
    void everyIntegerTypeIsEncoded_data();
    void everyIntegerTypeIsEncoded();
    void everyFormOfAnIntegerIsDecoded_data();
    void everyFormOfAnIntegerIsDecoded();
    void floatsKeepTheirWidth_data();
    void floatsKeepTheirWidth();
    void sizesTakeTheSmallestHeader_data();
    void sizesTakeTheSmallestHeader();
    void everyHeaderOfASizeIsDecoded_data();
    void everyHeaderOfASizeIsDecoded();
    void timesTakeTheSmallestForm_data();
    void timesTakeTheSmallestForm();
    void timesAreDecoded_data();
    void timesAreDecoded();
    void containersPastTheDepthAreNotEncoded_data();
    void containersPastTheDepthAreNotEncoded();
    void extensionsDifferByTypeAndData();
    void timesThatNoQDateTimeHoldsStayExtensions_data();
    void timesThatNoQDateTimeHoldsStayExtensions();
    void valuesAreEncoded_data();
    void valuesAreEncoded();
    void valuesAreDecoded_data();
    void valuesAreDecoded();
    void loneSurrogatesAreReplaced_data();
    void loneSurrogatesAreReplaced();
    void byteOrderMarksAreKept();
    void keysBecomeText_data();
    void keysBecomeText();
    void theLastOfEqualKeysCounts();

    void timesAsKeysAreTheirIsoText();
    void whatCannotBeEncodedIsNamedWithItsPath_data();
    void whatCannotBeEncodedIsNamedWithItsPath();
    void encodingKeepsTheLimits_data();
    void encodingKeepsTheLimits();
    void framesAreAppended();
    void largeValuesAreLeftOut();

    void decodingWantsAMap_data();
    void decodingWantsAMap();
    void decodingKeepsTheLimits();
    void largeMapsMayHaveTheirKeysInAnyOrder();
    void decodingUndoesEncoding();
    void everyTruncationIsAnError();
    void randomBytesGiveAnErrorOrAValue();
    void damagedMessagesGiveAnErrorOrAValue();
    void fieldsAreWhatTheMapHolds();
    void keysThatMeetInTheCacheStayApart();
};

void tst_Codec::integersTakeTheirSmallestForm_data()
{
    QTest::addColumn<QVariant>("value");
    QTest::addColumn<QByteArray>("bytes");

    const auto row = [](qint64 value, const char *bytes) {
        QTest::addRow("%lld", value) << QVariant(value) << hex(bytes);
    };
    row(0, "00");
    row(1, "01");
    row(127, "7f");
    row(128, "cc80");
    row(255, "ccff");
    row(256, "cd0100");
    row(65535, "cdffff");
    row(65536, "ce00010000");
    row(4294967295, "ceffffffff");
    row(4294967296, "cf0000000100000000");
    row(std::numeric_limits<qint64>::max(), "cf7fffffffffffffff");
    row(-1, "ff");
    row(-32, "e0");
    row(-33, "d0df");
    row(-128, "d080");
    row(-129, "d1ff7f");
    row(-32768, "d18000");
    row(-32769, "d2ffff7fff");
    row(-2147483648, "d280000000");
    row(-2147483649, "d3ffffffff7fffffff");
    row(std::numeric_limits<qint64>::min(), "d38000000000000000");

    QTest::newRow("2^63") << QVariant(quint64(1) << 63) << hex("cf8000000000000000");
    QTest::newRow("2^64-1") << QVariant(std::numeric_limits<quint64>::max())
                            << hex("cfffffffffffffffff");
}

void tst_Codec::integersTakeTheirSmallestForm()
{
    QFETCH(const QVariant, value);
    QFETCH(const QByteArray, bytes);

    QCOMPARE(encoded(value).toHex(), bytes.toHex());
    QVERIFY(identical(decoded(bytes), value));
}

void tst_Codec::everyIntegerTypeIsEncoded_data()
{
    QTest::addColumn<QVariant>("value");
    QTest::addColumn<QByteArray>("bytes");

    const auto row = [](auto value, const char *bytes) {
        const QVariant variant = QVariant::fromValue(value);
        QTest::addRow("%s %lld", variant.typeName(), qint64(value)) << variant << hex(bytes);
    };
    row(char('A'), "41");
    row(static_cast<signed char>(-100), "d09c");
    row(uchar(200), "ccc8");
    row(short(-300), "d1fed4");
    row(short(7), "07");
    row(ushort(65535), "cdffff");
    row(int(-1), "ff");
    row(std::numeric_limits<int>::min(), "d280000000");
    row(uint(0xffffffff), "ceffffffff");
    row(long(5), "05");
    row(ulong(65536), "ce00010000");
    row(qint64(-5), "fb");
    row(quint64(7), "07");
    row(Player::Team::Red, "00");
    row(Player::Team::Blue, "cd012c");
    row(Crate::Sign::Minus, "ff");
    row(Crate::Mask::High, "ce80000000");
    row(Crate::Huge::High, "cf8000000000000000");
    row(Crate::Options(Crate::First | Crate::Fourth), "09");
}

void tst_Codec::everyIntegerTypeIsEncoded()
{
    QFETCH(const QVariant, value);
    QFETCH(const QByteArray, bytes);

    QCOMPARE(encoded(value).toHex(), bytes.toHex());
}

void tst_Codec::everyFormOfAnIntegerIsDecoded_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QVariant>("value");

    const auto row = [](const char *bytes, qint64 value) {
        QTest::newRow(bytes) << hex(bytes) << QVariant(value);
    };
    row("cc07", 7);
    row("cd0007", 7);
    row("ce00000007", 7);
    row("cf0000000000000007", 7);
    row("d007", 7);
    row("d10007", 7);
    row("d200000007", 7);
    row("d30000000000000007", 7);
    row("d0ff", -1);
    row("d1ffff", -1);
    row("d2ffffffff", -1);
    row("d3ffffffffffffffff", -1);
    row("d37fffffffffffffff", std::numeric_limits<qint64>::max());
    QTest::newRow("2^63") << hex("cf8000000000000000") << QVariant(quint64(1) << 63);
}

void tst_Codec::everyFormOfAnIntegerIsDecoded()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QVariant, value);

    QVERIFY(identical(decoded(bytes), value));
}

void tst_Codec::floatsKeepTheirWidth_data()
{
    QTest::addColumn<QVariant>("value");
    QTest::addColumn<QByteArray>("bytes");

    const auto row = [](auto value) {
        if constexpr (sizeof value == sizeof(float))
            QTest::addRow("float %g", double(value))
                << QVariant(value) << "\xca" + bigEndian(value);
        else
            QTest::addRow("double %g", value) << QVariant(value) << "\xcb" + bigEndian(value);
    };
    const auto both = [&row](double value) {
        row(value);
        row(float(value));
    };
    both(0);
    both(-0.0);
    both(1);
    both(-1);
    both(2);
    both(100);
    both(1.5);
    both(0.1);
    both(65536);
    both(16777216);
    both(-2147483648.0);
    both(9223372036854775808.0);
    both(18446744073709551616.0);
    both(1e30);
    both(qInf());
    both(-qInf());
    both(qQNaN());
    row(std::numeric_limits<double>::max());
    row(std::numeric_limits<double>::denorm_min());
    row(std::numeric_limits<float>::max());
    row(std::numeric_limits<float>::denorm_min());
}

void tst_Codec::floatsKeepTheirWidth()
{
    QFETCH(const QVariant, value);
    QFETCH(const QByteArray, bytes);

    QCOMPARE(encoded(value).toHex(), bytes.toHex());
    QVERIFY(identical(decoded(bytes), QVariant(value.toDouble())));
}

void tst_Codec::sizesTakeTheSmallestHeader_data()
{
    QTest::addColumn<QVariant>("value");
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<qsizetype>("body");

    const auto row = [](const char *name, qsizetype size, const QVariant &value, const char *header,
                        qsizetype body) {
        QTest::addRow("%s %lld", name, qint64(size)) << value << hex(header) << body;
    };
    const auto text = [&row](qsizetype size, const char *header) {
        row("text", size, QString(size, u'x'), header, size);
    };
    text(0, "a0");
    text(1, "a1");
    text(31, "bf");
    text(32, "d920");
    text(255, "d9ff");
    text(256, "da0100");
    text(65535, "daffff");
    text(65536, "db00010000");

    // Here the number of characters suggests another header than the number of bytes needs.
    const auto wide = [&row](const char *name, const QString &text, const char *header) {
        row(name, text.size(), text, header, text.toUtf8().size());
    };
    const auto twoBytes = [&wide](qsizetype size, const char *header) {
        wide("two-byte text", QString(size, u'\u00e9'), header);
    };
    twoBytes(15, "be");
    twoBytes(16, "d920");
    twoBytes(31, "d93e");
    twoBytes(32, "d940");
    twoBytes(127, "d9fe");
    twoBytes(128, "da0100");
    twoBytes(255, "da01fe");
    twoBytes(256, "da0200");
    twoBytes(32767, "dafffe");
    twoBytes(32768, "db00010000");
    twoBytes(65535, "db0001fffe");
    const auto threeBytes = [&wide](qsizetype size, const char *header) {
        wide("three-byte text", QString(size, u'\u20ac'), header);
    };
    threeBytes(10, "be");
    threeBytes(11, "d921");
    threeBytes(31, "d95d");
    threeBytes(85, "d9ff");
    threeBytes(86, "da0102");
    threeBytes(21845, "daffff");
    threeBytes(21846, "db00010002");
    wide("four-byte text", QStringLiteral("\U0001f600").repeated(7), "bc");
    wide("four-byte text", QStringLiteral("\U0001f600").repeated(8), "d920");
    wide("wide at its end", QString(31, u'x') + u'\u20ac', "d922");
    wide("wide at its end", QString(30, u'x') + u'\u20ac', "d921");

    const auto bytes = [&row](qsizetype size, const char *header) {
        row("bytes", size, QByteArray(size, '\0'), header, size);
    };
    bytes(0, "c400");
    bytes(1, "c401");
    bytes(255, "c4ff");
    bytes(256, "c50100");
    bytes(65535, "c5ffff");
    bytes(65536, "c600010000");

    const auto list = [&row](qsizetype size, const char *header) {
        row("list", size, QVariantList(size, QVariant(1)), header, size);
        row("strings", size, QStringList(size, QStringLiteral("")), header, size);
        row("sequence", size, QVariant::fromValue(QList<int>(size, 1)), header, size);
    };
    list(0, "90");
    list(1, "91");
    list(15, "9f");
    list(16, "dc0010");
    list(65535, "dcffff");
    list(65536, "dd00010000");

    const auto map = [&row](int size, const char *header) {
        QVariantMap values;
        for (int i = 0; i < size; ++i)
            values.insert(QStringLiteral("%1").arg(i, 5), 1);
        row("map", size, values, header, size * 7);
    };
    map(0, "80");
    map(1, "81");
    map(15, "8f");
    map(16, "de0010");
    map(65535, "deffff");
    map(65536, "df00010000");

    const auto extension = [&row](qsizetype size, const char *header) {
        row("extension", size, QVariant::fromValue(Extension{5, QByteArray(size, 'x')}), header,
            size);
    };
    extension(0, "c70005");
    extension(1, "d405");
    extension(2, "d505");
    extension(3, "c70305");
    extension(4, "d605");
    extension(5, "c70505");
    extension(8, "d705");
    extension(9, "c70905");
    extension(16, "d805");
    extension(17, "c71105");
    extension(255, "c7ff05");
    extension(256, "c8010005");
    extension(65535, "c8ffff05");
    extension(65536, "c90001000005");
}

void tst_Codec::sizesTakeTheSmallestHeader()
{
    QFETCH(const QVariant, value);
    QFETCH(const QByteArray, header);
    QFETCH(const qsizetype, body);

    const QByteArray bytes = encoded(value);
    QCOMPARE(bytes.first(header.size()).toHex(), header.toHex());
    QCOMPARE(bytes.size(), header.size() + body);
    QCOMPARE(decoded(bytes), decoded(encoded(decoded(bytes))));
    if (value.metaType() == QMetaType::fromType<QString>())
        QCOMPARE(decoded(bytes).toString(), value.toString());
    if (value.metaType() == QMetaType::fromType<Extension>())
        QCOMPARE(decoded(bytes).value<Extension>(), value.value<Extension>());
}

void tst_Codec::everyHeaderOfASizeIsDecoded_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QVariant>("value");

    const auto row = [](const char *bytes, const QVariant &value) {
        QTest::newRow(bytes) << hex(bytes) << value;
    };
    for (const char *bytes : {"a26869", "d9026869", "da00026869", "db000000026869"})
        row(bytes, QStringLiteral("hi"));
    for (const char *bytes : {"c4026869", "c500026869", "c6000000026869"})
        row(bytes, QByteArray("hi"));
    for (const char *bytes : {"9105", "dc000105", "dd0000000105"})
        row(bytes, QVariantList{qint64(5)});
    for (const char *bytes : {"81a16b05", "de0001a16b05", "df00000001a16b05"})
        row(bytes, QVariantMap{{QStringLiteral("k"), qint64(5)}});
    for (const char *bytes : {"d47f00", "c7017f00", "c800017f00", "c9000000017f00"})
        row(bytes, QVariant::fromValue(Extension{127, QByteArray(1, '\0')}));
    for (const char *bytes : {"c70080", "c8000080", "c90000000080"})
        row(bytes, QVariant::fromValue(Extension{-128, QByteArray()}));
    for (const char *bytes : {"dc0000", "dd00000000"})
        row(bytes, QVariantList());
    for (const char *bytes : {"de0000", "df00000000"})
        row(bytes, QVariantMap());
    for (const char *bytes : {"c704ff00000001", "c80004ff00000001", "c900000004ff00000001"})
        row(bytes, utc(1000));
}

void tst_Codec::everyHeaderOfASizeIsDecoded()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QVariant, value);

    QVERIFY(identical(decoded(bytes), value));
}

void tst_Codec::timesTakeTheSmallestForm_data()
{
    QTest::addColumn<qint64>("milliseconds");
    QTest::addColumn<QByteArray>("bytes");

    const auto row = [](qint64 milliseconds, const QByteArray &bytes) {
        QTest::addRow("%lld ms", milliseconds) << milliseconds << bytes;
    };
    row(0, hex("d6ff00000000"));
    row(1000, hex("d6ff00000001"));
    row(4294967295'000, hex("d6ffffffffff"));
    row(4294967296'000, hex("d7ff0000000100000000"));
    row(1, hex("d7ff003d090000000000"));
    row(1'500, hex("d7ff7735940000000001"));
    row(999, hex("d7ffee2e1f0000000000"));
    row(17179869183'999, hex("d7ffee2e1f03ffffffff"));
    row(17179869184'000, hex("c70cff000000000000000400000000"));
    row(17179869184'001, hex("c70cff000f42400000000400000000"));
    row(-1, hex("c70cff3b8b87c0ffffffffffffffff"));
    row(-1000, hex("c70cff00000000ffffffffffffffff"));
    row(-1001, hex("c70cff3b8b87c0fffffffffffffffe"));
    row(-1500, hex("c70cff1dcd6500fffffffffffffffe"));
    row(-62135596800'000, hex("c70cff00000000fffffff1886e0900")); // year 1
    row(std::numeric_limits<qint64>::max(),
        hex("c70cff") + bigEndian(quint32(807'000'000)) + bigEndian(qint64(9'223'372'036'854'775)));
    row(std::numeric_limits<qint64>::min() + 1,
        hex("c70cff") + bigEndian(quint32(193'000'000))
            + bigEndian(qint64(-9'223'372'036'854'776)));
}

void tst_Codec::timesTakeTheSmallestForm()
{
    QFETCH(const qint64, milliseconds);
    QFETCH(const QByteArray, bytes);

    QCOMPARE(encoded(utc(milliseconds)).toHex(), bytes.toHex());
    QVERIFY(identical(decoded(bytes), utc(milliseconds)));

    // The zone is not sent.
    if (qAbs(milliseconds) < 1'000'000'000'000'000) {
        const QDateTime elsewhere = utc(milliseconds).toOffsetFromUtc(5 * 3600);
        QCOMPARE(encoded(elsewhere).toHex(), bytes.toHex());
    }
}

void tst_Codec::timesAreDecoded_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<qint64>("milliseconds");

    const auto row = [](const char *name, const QByteArray &bytes, qint64 milliseconds) {
        QTest::newRow(name) << bytes << milliseconds;
    };
    const auto packed = [](quint64 nanoseconds, quint64 seconds) {
        return hex("d7ff") + bigEndian(nanoseconds << 34 | seconds);
    };
    const auto wide = [](quint32 nanoseconds, qint64 seconds) {
        return hex("c70cff") + bigEndian(nanoseconds) + bigEndian(seconds);
    };
    row("8 bytes where 4 would do", packed(0, 1), 1'000);
    row("12 bytes where 4 would do", wide(0, 1), 1'000);
    row("a nanosecond is cut", packed(1, 1), 1'000);
    row("999,999 nanoseconds are cut", packed(999'999, 1), 1'000);
    row("the last nanosecond", packed(999'999'999, 1), 1'999);
    row("before 1970, cut towards the past", wide(999'999'999, -1), -1);
    row("before 1970, one nanosecond", wide(1, -1), -1'000);
    row("the last that fits", wide(807'999'999, 9'223'372'036'854'775),
        std::numeric_limits<qint64>::max());
    row("the second below the first whole one", wide(193'000'000, -9'223'372'036'854'776),
        std::numeric_limits<qint64>::min() + 1);
    row("the first that fits", wide(192'000'000, -9'223'372'036'854'776),
        std::numeric_limits<qint64>::min());
}

void tst_Codec::timesAreDecoded()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const qint64, milliseconds);

    QVERIFY(identical(decoded(bytes), utc(milliseconds)));
}

void tst_Codec::containersPastTheDepthAreNotEncoded_data()
{
    QTest::addColumn<QVariant>("value");
    const QString text = QStringLiteral("text");
    QTest::newRow("list") << QVariant(QVariantList{text});
    QTest::newRow("map") << QVariant(QVariantMap{{text, text}});
    QTest::newRow("strings") << QVariant(QStringList{text});
    QTest::newRow("sequence") << QVariant::fromValue(QList<int>{1});
    QTest::newRow("association") << QVariant::fromValue(QHash<QString, int>{{text, 1}});
}

void tst_Codec::containersPastTheDepthAreNotEncoded()
{
    QFETCH(const QVariant, value);
    const QVariantMap message = {{QStringLiteral("action"), QStringLiteral("x")},
                                 {QStringLiteral("value"), value}};
    MessageLimits limits;
    limits.depth = 2;
    QByteArray bytes;
    QVERIFY(appendFrame(bytes, message, limits));
    bytes.clear();
    limits.depth = 1;
    QString error;
    QVERIFY(!appendFrame(bytes, message, limits, &error));
    QVERIFY2(error.contains(QLatin1String("over the limit of 1")), qPrintable(error));
    QCOMPARE(bytes, QByteArray());
}

void tst_Codec::extensionsDifferByTypeAndData()
{
    const Extension extension{5, "abc"};
    QVERIFY(extension == (Extension{5, "abc"}));
    QVERIFY(extension != (Extension{6, "abc"}));
    QVERIFY(extension != (Extension{5, "abd"}));
}

void tst_Codec::timesThatNoQDateTimeHoldsStayExtensions_data()
{
    QTest::addColumn<QByteArray>("data");

    QTest::newRow("no bytes") << QByteArray();
    QTest::newRow("1 byte") << hex("00");
    QTest::newRow("3 bytes") << hex("000000");
    QTest::newRow("16 bytes") << QByteArray(16, '\0');
    QTest::newRow("8 bytes, a whole second of nanoseconds")
        << bigEndian(quint64(1'000'000'000) << 34);
    QTest::newRow("8 bytes, all bits") << QByteArray(8, '\xff');
    QTest::newRow("12 bytes, a whole second of nanoseconds")
        << bigEndian(quint32(1'000'000'000)) + bigEndian(qint64(0));
    QTest::newRow("a millisecond too late")
        << bigEndian(quint32(808'000'000)) + bigEndian(qint64(9'223'372'036'854'775));
    QTest::newRow("a millisecond too early")
        << bigEndian(quint32(191'000'000)) + bigEndian(qint64(-9'223'372'036'854'776));
    QTest::newRow("a second too late")
        << bigEndian(quint32(0)) + bigEndian(qint64(9'223'372'036'854'776));
    QTest::newRow("a second too early")
        << bigEndian(quint32(999'999'999)) + bigEndian(qint64(-9'223'372'036'854'777));
    QTest::newRow("the latest of all")
        << bigEndian(quint32(0)) + bigEndian(std::numeric_limits<qint64>::max());
    QTest::newRow("the earliest of all")
        << bigEndian(quint32(0)) + bigEndian(std::numeric_limits<qint64>::min());
}

void tst_Codec::timesThatNoQDateTimeHoldsStayExtensions()
{
    QFETCH(const QByteArray, data);

    const QVariant extension = QVariant::fromValue(Extension{-1, data});
    QVERIFY(identical(decoded(encoded(extension)), extension));
}

void tst_Codec::valuesAreEncoded_data()
{
    QTest::addColumn<QVariant>("value");
    QTest::addColumn<QByteArray>("bytes");

    const auto row = [](const char *name, const QVariant &value, const char *bytes) {
        QTest::newRow(name) << value << hex(bytes);
    };
    const auto any = [](const auto &value) { return QVariant::fromValue(value); };

    row("invalid", QVariant(), "c0");
    row("nullptr", any(nullptr), "c0");
    row("null int, as of a database", QVariant(QMetaType::fromType<int>()), "c0");
    row("null text, as of a database", QVariant(QMetaType::fromType<QString>()), "c0");
    row("null QString", QString(), "a0");
    row("null QByteArray", QByteArray(), "c400");
    row("true", true, "c3");
    row("false", false, "c2");
    row("QVariant in a QVariant", any(QVariant(5)), "05");

    row("QString", QStringLiteral("h\u00e9 \u20ac \U0001f600"), "ac68c3a920e282ac20f09f9880");
    row("zero inside", QString::fromUtf8("a\0b", 3), "a3610062");
    row("QChar", QChar(u'\u20ac'), "a3e282ac");
    row("QUrl", QUrl(QStringLiteral("http://h/\u00e9 x")),
        "b3687474703a2f2f682f25433325413925323078");
    row("invalid QUrl", QUrl(), "a0");
    row("QUuid", QUuid(QStringLiteral("{67c8770b-44f1-410a-ab9a-f9b5446f13ee}")),
        "d92436376338373730622d343466312d343130612d616239612d663962353434366631336565");
    row("QByteArray", QByteArray("\0\xff", 2), "c40200ff");
    row("Extension", any(Extension{-2, "ab"}), "d5fe6162");

    row("QVariantList", QVariantList{1, QVariantList{}, QStringLiteral("a")}, "930190a161");
    row("QStringList", QStringList{QStringLiteral("a"), QString(), QStringLiteral("\u00e9")},
        "93a161a0a2c3a9");
    row("QList<int>", any(QList<int>{1, -1, 300}), "9301ffcd012c");
    row("QList<double>", any(QList<double>{1}), "91cb3ff0000000000000");
    row("QList<bool>", any(QList<bool>{true, false}), "92c3c2");
    row("QList<QByteArray>", any(QByteArrayList{"a", ""}), "92c40161c400");
    row("QList<QList<QString>>",
        any(QList<QStringList>{{QStringLiteral("a")}, {}, {QStringLiteral("b"), QString()}}),
        "9391a1619092a162a0");
    row("QList<QList<int>>", any(QList<QList<int>>{{1, 2}, {}}), "9292010290");
    row("QList<QVariantMap>", any(QList<QVariantMap>{{{QStringLiteral("k"), 1}}, {}}),
        "9281a16b0180");
    row("QQueue", any(QQueue<int>()), "90");
    row("QSet", any(QSet<int>{5}), "9105");
    row("std::vector<int>", any(std::vector<int>{1, 2}), "920102");
    row("std::vector<QVariant>", any(std::vector<QVariant>{1, QVariant(), true}), "9301c0c3");

    row("QVariantMap", QVariantMap{{QStringLiteral("b"), 2}, {QStringLiteral("a"), QVariant()}},
        "82a161c0a16202");
    row("QVariantHash", QVariantHash{{QStringLiteral("k"), QVariantHash()}}, "81a16b80");
    row("QMap<QString, int>", any(QMap<QString, int>{{QStringLiteral("k"), 300}}), "81a16bcd012c");
    row("QMap<int, QString>", any(QMap<int, QString>{{-1, QStringLiteral("m")}, {300, QString()}}),
        "82ffa16dcd012ca0");
    row("QMap<quint8, int>", any(QMap<quint8, int>{{200, 1}}), "81ccc801");
    row("QMap<bool, int>", any(QMap<bool, int>{{true, 1}}), "81c301");
    row("QMap<qint64, QVariant>", any(QMap<qint64, QVariant>{{1, QVariantList()}}), "810190");
    row("QHash<QString, QStringList>",
        any(QHash<QString, QStringList>{{QStringLiteral("k"), {QStringLiteral("v")}}}),
        "81a16b91a176");
    row("std::map", any(std::map<QString, int>{{QStringLiteral("k"), 1}}), "81a16b01");
    row("map by an enum", any(QMap<Player::Team, int>{{Player::Team::Blue, 1}}), "81cd012c01");

    row("QJsonValue null", QJsonValue(QJsonValue::Null), "c0");
    row("QJsonValue undefined", QJsonValue(QJsonValue::Undefined), "c0");
    row("QJsonValue true", QJsonValue(true), "c3");
    row("QJsonValue text", QJsonValue(QStringLiteral("a")), "a161");
    row("QJsonValue integer", QJsonValue(7), "07");
    row("QJsonValue half", QJsonValue(0.5), "cb3fe0000000000000");
    row("QJsonValue array", QJsonValue(QJsonArray{QJsonValue(QStringLiteral("a"))}), "91a161");
    row("QJsonArray", QJsonArray{1, QJsonValue(), QJsonArray()}, "9301c090");
    row("QJsonObject", QJsonObject{{QStringLiteral("k"), QJsonArray{true}}}, "81a16b91c3");
    row("QJsonDocument object", QJsonDocument(QJsonObject{{QStringLiteral("k"), 1}}), "81a16b01");
    row("QJsonDocument array", QJsonDocument(QJsonArray{1}), "9101");
    row("no QJsonDocument", QJsonDocument(), "c0");

    const Position position{1, 0.5};
    row("gadget", any(position), "82a17801a179cb3fe0000000000000");
    row("gadgets in a list", any(QList<Position>{position}), "9182a17801a179cb3fe0000000000000");
    row("gadget in a gadget", any(Player{QStringLiteral("P"), position, Player::Team::Blue, {4}}),
        "84a46e616d65a150a8706f736974696f6e82a17801a179cb3fe0000000000000a47465616dcd012ca673636f72"
        "65739104");
    row("gadget with a QVariant", any(Crate{}), "81a7636f6e74656e74c0");
}

void tst_Codec::valuesAreEncoded()
{
    QFETCH(const QVariant, value);
    QFETCH(const QByteArray, bytes);

    QCOMPARE(encoded(value).toHex(), bytes.toHex());
}

void tst_Codec::valuesAreDecoded_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QVariant>("value");

    const auto row = [](const char *bytes, const QVariant &value) {
        QTest::newRow(bytes) << hex(bytes) << value;
    };
    row("c0", QVariant::fromValue(nullptr));
    row("c2", false);
    row("c3", true);
    row("ca3fc00000", 1.5);
    row("ca3dcccccd", double(0.1F));
    row("cb3ff0000000000000", 1.0);
    row("a0", QString());
    row("a3610062", QString::fromUtf8("a\0b", 3));
    row("ac68c3a920e282ac20f09f9880", QStringLiteral("h\u00e9 \u20ac \U0001f600"));
    row("c400", QByteArray());
    row("c40200ff", QByteArray("\0\xff", 2));
    row("9301c0a161", QVariantList{qint64(1), QVariant::fromValue(nullptr), QStringLiteral("a")});
    row("9192809100",
        QVariantList{QVariant(QVariantList{QVariantMap(), QVariant(QVariantList{qint64(0)})})});
    row("81a16b81a16b90",
        QVariantMap{{QStringLiteral("k"), QVariantMap{{QStringLiteral("k"), QVariantList()}}}});
    row("d5fe6162", QVariant::fromValue(Extension{-2, "ab"}));
}

void tst_Codec::valuesAreDecoded()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QVariant, value);

    const QVariant result = decoded(bytes);
    QVERIFY(identical(result, value));
    if (value.metaType() == QMetaType::fromType<std::nullptr_t>())
        QVERIFY(result.isNull());
}

void tst_Codec::loneSurrogatesAreReplaced_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QByteArray>("utf8");

    const QString high = QChar(0xd83d);
    const QString low = QChar(0xde00);
    QTest::newRow("high") << high << QByteArray("\ufffd");
    QTest::newRow("low") << low << QByteArray("\ufffd");
    QTest::newRow("high at the end") << QStringLiteral("ab") + high << QByteArray("ab\ufffd");
    QTest::newRow("high before a letter") << high + QStringLiteral("a")
                                          << QByteArray("\ufffd"
                                                        "a");
    QTest::newRow("low at the end") << QStringLiteral("ab") + low << QByteArray("ab\ufffd");
    QTest::newRow("swapped") << low + high << QByteArray("\ufffd\ufffd");
    QTest::newRow("high before a pair") << high + high + low << QByteArray("\ufffd\U0001f600");
    QTest::newRow("many at the end") << QString(20, u'x') + high << QByteArray(20, 'x') + "\ufffd";
}

void tst_Codec::loneSurrogatesAreReplaced()
{
    QFETCH(const QString, text);
    QFETCH(const QByteArray, utf8);

    QCOMPARE(encoded(text), char(0xa0 | utf8.size()) + utf8);
    const QByteArray key = encode({{text, 1}}).sliced(frameHeaderSize);
    QCOMPARE(key, '\x81' + QByteArray(1, char(0xa0 | utf8.size())) + utf8 + '\x01');
}

void tst_Codec::byteOrderMarksAreKept()
{
    const QString mark = QChar(QChar::ByteOrderMark);
    const QStringList texts = {mark,
                               mark + QStringLiteral("text"),
                               mark + mark,
                               mark + mark + QStringLiteral("text"),
                               QStringLiteral("text") + mark,
                               QString(QChar(0xfffe)) + mark};
    for (const QString &text : texts) {
        QCOMPARE(decoded(encoded(text)).toString(), text);
        QCOMPARE(roundTrip({{text, 1}}).keys(), QStringList(text));
        const QString extended = text + QString(50, u'x'); // longer than the cache's limit
        QCOMPARE(roundTrip({{extended, 1}}).keys(), QStringList(extended));
    }
    // A peer may send as many as fit into a frame.
    const QString many(5'000'000, QChar(QChar::ByteOrderMark));
    QVERIFY(decoded(encoded(many)).toString() == many);
}

void tst_Codec::keysBecomeText_data()
{
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QString>("text");

    const auto row = [](const char *key, const char *text) {
        QTest::newRow(key) << hex(key) << QString::fromLatin1(text);
    };
    row("a16b", "k");
    row("a0", "");
    row("00", "0");
    row("07", "7");
    row("ff", "-1");
    row("cd012c", "300");
    row("cfffffffffffffffff", "18446744073709551615");
    row("d38000000000000000", "-9223372036854775808");
    row("d007", "7");
    row("c0", "null");
    row("c2", "false");
    row("c3", "true");
    row("cb3ff8000000000000", "1.5");
    row("ca3fc00000", "1.5");
    row("cb3ff0000000000000", "1");
    row("cbbff0000000000000", "-1");
    row("cb7ff0000000000000", "inf");
    row("cb7ff8000000000000", "nan");
    row("c403616263", "abc");
    row("c404ff00ab19", "ff00ab19");
}

void tst_Codec::keysBecomeText()
{
    QFETCH(const QByteArray, key);
    QFETCH(const QString, text);

    QCOMPARE(decode('\x81' + key + '\x05'), QVariantMap({{text, 5}}));
    QCOMPARE(decoded('\x81' + key + '\x05'), QVariant(QVariantMap{{text, 5}}));
}

void tst_Codec::theLastOfEqualKeysCounts()
{
    const auto only = [](const char *payload) {
        const QVariantMap map = decode(hex(payload)).value_or(QVariantMap());
        return map.size() == 1 ? map.first() : QVariant();
    };
    QCOMPARE(only("82a16b01a16b02"), QVariant(2));
    QCOMPARE(only("83a16b01a16b02a16b03"), QVariant(3));
    QCOMPARE(only("82a16b9101a16bc0"), QVariant::fromValue(nullptr));
    QCOMPARE(only("82a16b01d9016b02"), QVariant(2));                   // the same key in two forms
    QCOMPARE(only("8201a161a131a162"), QVariant(QStringLiteral("b"))); // 1 and "1"
    QCOMPARE(only("82a131a16101a162"), QVariant(QStringLiteral("b")));
    QCOMPARE(only("82c301a47472756502"), QVariant(2)); // true and "true"
    QCOMPARE(only("82c001a46e756c6c02"), QVariant(2)); // nil and "null"
    QCOMPARE(only("8207010702"), QVariant(2));
    QCOMPARE(only("8207"
                  "01"
                  "d007"
                  "02"),
             QVariant(2));
    QCOMPARE(only("8207"
                  "01"
                  "cb401c000000000000"
                  "02"),
             QVariant(2)); // 7 and 7.0
    QCOMPARE(decoded(hex("82a16b01a16b02")), QVariant(QVariantMap{{QStringLiteral("k"), 2}}));
}

//! Byte for byte what Qt says of it.
void tst_Codec::timesAsKeysAreTheirIsoText()
{
    QRandomGenerator random(1);
    constexpr qint64 yearOne = -62'135'596'800'000;
    constexpr qint64 yearTenThousand = 253'402'300'800'000;
    QList<qint64> times = {yearOne - 1, yearOne, yearTenThousand - 1, yearTenThousand, 0, -1};
    for (int year = 1; year <= 9999; ++year) {
        for (const QDate day : {QDate(year, 1, 1), QDate(year, 2, 28), QDate(year, 12, 31)}) {
            const qint64 begin = day.startOfDay(Qt::UTC).toMSecsSinceEpoch();
            times << begin << begin + 86'400'000; // and the day after it
        }
    }
    for (int i = 0; i < 100'000; ++i)
        times << yearOne + qint64(random.generate64() % quint64(yearTenThousand - yearOne));
    for (const qint64 time : std::as_const(times)) {
        const QDateTime date = utc(time);
        const QByteArray data = Timestamp::encode(date);
        const QString text = date.toString(Qt::ISODateWithMs);
        const QByteArray header =
            data.size() == 4 ? hex("d6") : hex(data.size() == 8 ? "d7" : "c70c");
        const auto map = decode('\x81' + header + '\xff' + data + '\x05');
        QVERIFY(map);
        QCOMPARE(map->firstKey(), text.isEmpty() ? QString::fromLatin1(data.toHex()) : text);
    }
}

void tst_Codec::whatCannotBeEncodedIsNamedWithItsPath_data()
{
    QTest::addColumn<QVariantMap>("message");
    QTest::addColumn<QString>("error");

    const auto row = [](const char *error, const char *key, const QVariant &value) {
        QTest::newRow(error) << QVariantMap{{QStringLiteral("action"), QStringLiteral("x")},
                                            {QString::fromLatin1(key), value}}
                             << QString::fromLatin1(error);
    };
    const auto any = [](const auto &value) { return QVariant::fromValue(value); };
    const QVariant line = QLine(1, 2, 3, 4);
    const auto map = [](const char *key, const QVariant &value) {
        return QVariantMap{{QString::fromLatin1(key), value}};
    };

    row("line: QLine has no MessagePack form", "line", line);
    row("players[2].line: QLine has no MessagePack form", "players",
        QVariantList{map("line", 1), 2, map("line", line)});
    row("a.b.c: QLine has no MessagePack form", "a", map("b", map("c", line)));
    row("a[0][1]: QLine has no MessagePack form", "a",
        QVariantList{QVariant(QVariantList{1, line})});
    row("hash.key: QLine has no MessagePack form", "hash",
        QVariantHash{{QStringLiteral("key"), line}});
    row("lines[0]: QLine has no MessagePack form", "lines", any(QList<QLine>{QLine()}));
    row("lines.7: QLine has no MessagePack form", "lines", any(QMap<int, QLine>{{7, QLine()}}));
    row("crate.content: QLine has no MessagePack form", "crate", any(Crate{line}));
    row("crates[1].content[0].x: QLine has no MessagePack form", "crates",
        any(QList<Crate>{Crate{}, Crate{QVariantList{map("x", line)}}}));
    row("date: the QDate is not valid", "date", QDate());
    row("object: QObject* has no MessagePack form", "object", any(static_cast<QObject *>(this)));
    row("time: the QDateTime is not valid", "time", QDateTime());
    row("times[1]: the QDateTime is not valid", "times", QVariantList{utc(0), QDateTime()});
    row("locale: QLocale has no MessagePack form", "locale", any(QLocale()));
    row("players[0].secret: Sealed has no MessagePack form", "players",
        QVariantList{map("secret", any(Sealed()))});
    row("seals[0]: Sealed has no MessagePack form", "seals", any(QList<Sealed>{Sealed()}));
    row("scores: a map key is a double", "scores", any(QMap<double, int>{{1.5, 1}}));
    row("scores: a map key is a QByteArray", "scores", any(QMap<QByteArray, int>{{"a", 1}}));
    row("list[0]: a map key is a QByteArray", "list",
        QVariantList{any(QMap<QByteArray, int>{{"a", 1}})});
}

void tst_Codec::whatCannotBeEncodedIsNamedWithItsPath()
{
    QFETCH(const QVariantMap, message);
    QFETCH(const QString, error);

    QString reason;
    QCOMPARE(encode(message, &reason), QByteArray());
    QCOMPARE(reason, error);
    QCOMPARE(encode(message), QByteArray());

    QByteArray out = "what stands there already";
    QVERIFY(!appendFrame(out, message, {}, &reason));
    QCOMPARE(out, "what stands there already");
}

void tst_Codec::encodingKeepsTheLimits_data()
{
    QTest::addColumn<QVariantMap>("good");
    QTest::addColumn<QVariantMap>("bad");
    QTest::addColumn<QString>("error");

    const QString k = QStringLiteral("k");
    // This test's limits: 60 bytes, 4 levels, 10 values.
    QTest::newRow("size") << QVariantMap{{k, QByteArray(55, 'x')}}
                          << QVariantMap{{k, QByteArray(56, 'x')}}
                          << QStringLiteral("frame of 61 bytes is over the limit of 60");
    QTest::newRow("size of text") << QVariantMap{{k, QString(27, u'\u00e9')}}
                                  << QVariantMap{{k, QString(28, u'\u00e9')}}
                                  << QStringLiteral("frame of 61 bytes is over the limit of 60");
    const auto lists = [](int levels) {
        QVariantList list;
        for (int i = 1; i < levels; ++i)
            list = QVariantList{QVariant(list)};
        return list;
    };
    QTest::newRow("depth of lists")
        << QVariantMap{{k, lists(3)}} << QVariantMap{{k, lists(4)}}
        << QStringLiteral("k[0][0][0]: nesting of 5 levels is over the limit of 4");
    QVariantMap maps;
    for (int i = 1; i < 4; ++i)
        maps = QVariantMap{{k, maps}};
    QTest::newRow("depth of maps")
        << maps << QVariantMap{{k, maps}}
        << QStringLiteral("k.k.k.k: nesting of 5 levels is over the limit of 4");
    QTest::newRow("depth of gadgets")
        << QVariantMap{{k, QVariant::fromValue(QList<Position>{{}})}}
        << QVariantMap{{k,
                        QVariant::fromValue(
                            QList<Crate>{Crate{QVariant::fromValue(QList<Position>{{}})}})}}
        << QStringLiteral("k[0].content[0]: nesting of 5 levels is over the limit of 4");
    QTest::newRow("values of a list")
        << QVariantMap{{k, QVariantList(9, 1)}} << QVariantMap{{k, QVariantList(10, 1)}}
        << QStringLiteral("k: message of 11 values is over the limit of 10");
    QTest::newRow("values that add up")
        << QVariantMap{{k, QVariant::fromValue(QList<QList<int>>{{1, 2, 3}, {1, 2, 3, 4}})}}
        << QVariantMap{{k, QVariant::fromValue(QList<QList<int>>{{1, 2, 3}, {1, 2, 3, 4, 5}})}}
        << QStringLiteral("k[1]: message of 11 values is over the limit of 10");
}

void tst_Codec::encodingKeepsTheLimits()
{
    QFETCH(const QVariantMap, good);
    QFETCH(const QVariantMap, bad);
    QFETCH(const QString, error);
    const MessageLimits limits{60, 4, 10};

    QByteArray out;
    QString reason;
    QVERIFY2(appendFrame(out, good, limits, &reason), qUtf8Printable(reason));
    out = "before";
    QVERIFY(!appendFrame(out, bad, limits, &reason));
    QCOMPARE(reason, error);
    QCOMPARE(out, "before");
    QVERIFY(!appendFrame(out, bad, limits));
}

void tst_Codec::framesAreAppended()
{
    QByteArray out;
    QVERIFY(appendFrame(out, {{QStringLiteral("a"), 1}}, {}));
    QVERIFY(appendFrame(out, {}, {}));
    QVERIFY(!appendFrame(out, {{QStringLiteral("a"), QLine()}}, {}));
    QVERIFY(appendFrame(out, {{QStringLiteral("b"), QVariant()}}, {}));
    QCOMPARE(out.toHex(),
             QByteArray("0000000481a16101"
                        "0000000180"
                        "0000000481a162c0"));
    QCOMPARE(encode({}), heartbeatFrame);
}

void tst_Codec::largeValuesAreLeftOut()
{
    const QByteArray large(LargeValue::minimumSize, 'x');
    const QByteArray small(LargeValue::minimumSize - 1, 'y');
    const QByteArray borrowed = QByteArray::fromRawData(large.constData(), large.size());
    const QVariantMap message{{QStringLiteral("a"), 1},
                              {QStringLiteral("b"), large},
                              {QStringLiteral("c"), QVariantList{small, large, borrowed}},
                              {QStringLiteral("d"), QStringLiteral("end")}};
    QByteArray whole = "before";
    QVERIFY(appendFrame(whole, message, {}));

    QByteArray out = "before";
    QList<LargeValue> values;
    QVERIFY(appendFrame(out, message, {}, nullptr, &values));
    QCOMPARE(values.size(), 2);
    QCOMPARE(out.size(), whole.size() - 2 * large.size());
    for (auto value = values.rbegin(); value != values.rend(); ++value) {
        QVERIFY(value->bytes.isSharedWith(large));
        out.insert(value->position, value->bytes);
    }
    QVERIFY(out == whole);

    MessageLimits limits;
    limits.frameSize = 4 * large.size();
    values.clear();
    QVERIFY(!appendFrame(out, message, limits, nullptr, &values));
    QVERIFY(values.empty());
    QVERIFY(out == whole);
}

void tst_Codec::decodingWantsAMap_data()
{
    QTest::addColumn<QByteArray>("payload");
    QTest::addColumn<QString>("error");

    const auto row = [](const char *payload, const char *error) {
        QTest::newRow(*payload ? payload : "empty") << hex(payload) << QString::fromLatin1(error);
    };
    const char *noMap = "the payload is not a map";
    for (const char *payload : {"07", "ff", "c0", "c2", "c3", "90", "9180", "a0", "a178", "c400",
                                "d40500", "dc0000", "dd00000000", "ca00000000", "d6ff00000000"})
        row(payload, noMap);
    row("", "empty frame");
    row("c1", "byte 0 of the payload is not MessagePack");
    row("8000", "1 bytes left over after the message");
    row("07c1", "1 bytes left over after the message");
    row("81", "payload ends in the middle of a value");
    row("81a1ff00", "text that is not UTF-8");
    row("819000", "a map key is a list");
}

void tst_Codec::decodingWantsAMap()
{
    QFETCH(const QByteArray, payload);
    QFETCH(const QString, error);

    QString reason;
    QCOMPARE(decode(payload, &reason), std::nullopt);
    QCOMPARE(reason, error);
    QCOMPARE(decode(payload), std::nullopt);
}

void tst_Codec::decodingKeepsTheLimits()
{
    QString error;
    QVERIFY(decode(holding(QByteArray(62, '\x91') + '\x90')));
    QVERIFY(!decode(holding(QByteArray(63, '\x91') + '\x90'), &error));
    QCOMPARE(error, QStringLiteral("nesting of 65 levels is over the limit of 64"));
    QVERIFY(decode(holding(hex("dd0001869f") + QByteArray(99'999, '\0'))));
    QVERIFY(!decode(holding(hex("dd000186a0") + QByteArray(100'000, '\0')), &error));
    QCOMPARE(error, QStringLiteral("message of 100001 values is over the limit of 100000"));
}

void tst_Codec::largeMapsMayHaveTheirKeysInAnyOrder()
{
    // Shuffled integer keys, each of them twice.
    constexpr quint32 count = 20'000;
    QByteArray payload = hex("82a6616374696f6ea16da16ddf") + QByteArray::fromHex("00009c40");
    for (quint32 half = 0; half < 2; ++half) {
        for (quint32 i = 0; i < count; ++i) {
            const quint32 key = i * 7'919 % count + 0x10000;
            for (int shift = 24; shift >= 0; shift -= 8) {
                if (shift == 24)
                    payload += '\xce';
                payload += char(key >> shift);
            }
            payload += char(half);
        }
    }
    const auto message = decode(payload);
    QVERIFY(message);
    const QVariantMap map = message->value(QStringLiteral("m")).toMap();
    QCOMPARE(map.size(), qsizetype(count));
    for (auto it = map.cbegin(); it != map.cend(); ++it)
        QCOMPARE(it.value(), QVariant(qint64(1))); // the last one counts
    QVERIFY(map.contains(QString::number(0x10000)));
    QVERIFY(map.contains(QString::number(0x10000 + count - 1)));
}

void tst_Codec::decodingUndoesEncoding()
{
    const QVariantMap message = richMessage();
    QVERIFY(identical(roundTrip(message), message));
}

void tst_Codec::everyTruncationIsAnError()
{
    const QByteArray payload = encode(richMessage()).sliced(frameHeaderSize);
    for (qsizetype size = 0; size < payload.size(); ++size) {
        QString error;
        QVERIFY(!decode(QByteArrayView(payload).first(size), &error));
        QCOMPARE(error,
                 size == 0 ? QStringLiteral("empty frame")
                           : QStringLiteral("payload ends in the middle of a value"));
    }
}

//! Decodes \a payload; a result must survive encoding and decoding.
static bool givesAnErrorOrAValue(QByteArrayView payload)
{
    QString error;
    const auto message = decode(payload, &error);
    if (!message)
        return !error.isEmpty();
    const QByteArray frame = encode(*message, &error);
    if (frame.isEmpty() || !error.isEmpty())
        return false;
    const auto again = decode(frame.sliced(frameHeaderSize));
    return again && identical(*again, *message);
}

void tst_Codec::randomBytesGiveAnErrorOrAValue()
{
    QRandomGenerator random(20240501);
    for (int i = 0; i < 20'000; ++i) {
        QByteArray payload = randomBytes(random, random.bounded(1, 200));
        QVERIFY2(givesAnErrorOrAValue(payload), payload.toHex());
        payload[0] = char(0x80 + random.bounded(1, 8)); // a map, to get further
        for (qsizetype key = 1; key < payload.size(); key += 9)
            payload[key] = char(0xa0 + random.bounded(3));
        QVERIFY2(givesAnErrorOrAValue(payload), payload.toHex());
    }
}

void tst_Codec::damagedMessagesGiveAnErrorOrAValue()
{
    QRandomGenerator random(42);
    QVariantMap message = richMessage();
    message.remove(QStringLiteral("list"));
    const QByteArray payload = encode(message).sliced(frameHeaderSize);
    for (int i = 0; i < 20'000; ++i) {
        QByteArray damaged = payload;
        for (int damages = random.bounded(1, 4); damages > 0; --damages)
            damaged[random.bounded(int(damaged.size()))] = char(random.bounded(256));
        QVERIFY2(givesAnErrorOrAValue(damaged), damaged.toHex());
    }
}

void tst_Codec::fieldsAreWhatTheMapHolds()
{
    struct Collector
    {
        bool wants(QByteArrayView name)
        {
            key = QString::fromUtf8(name);
            return !key.startsWith(skipped);
        }
        bool field(const Value &value)
        {
            map.insert(key, value.toVariant());
            return map.size() < most;
        }

        QChar skipped;
        qsizetype most = 1000;
        QString key;
        QVariantMap map;
    };

    const QVariantMap message = richMessage();
    const QByteArray payload = encode(message).sliced(frameHeaderSize);
    TextCache keys;
    Collector all;
    QVERIFY(FieldReader(all, keys).read(payload));
    QVERIFY(identical(all.map, message));

    for (const QChar initial : {u'l', u'm', u'n', u't', u'e'}) {
        QVariantMap expected = message;
        expected.removeIf([initial](auto it) { return it.key().startsWith(initial); });
        Collector some;
        some.skipped = initial;
        QVERIFY(FieldReader(some, keys).read(payload));
        QVERIFY(identical(some.map, expected));
    }
    Collector first;
    first.most = 3;
    QVERIFY(!FieldReader(first, keys).read(payload));
    QCOMPARE(first.map.size(), 3);

    // A key that is not text is skipped, whatever its value.
    Collector text;
    const QByteArray mixed = hex("85"
                                 "01a161"
                                 "c39101"
                                 "a16b81019192c0a161"
                                 "c081a16b01"
                                 "a16c07");
    QVERIFY(FieldReader(text, keys).read(mixed));
    QCOMPARE(text.map.keys(), QStringList({QStringLiteral("k"), QStringLiteral("l")}));
    QCOMPARE(text.map.value(QStringLiteral("k")), decode(mixed)->value(QStringLiteral("k")));
}

void tst_Codec::keysThatMeetInTheCacheStayApart()
{
    QRandomGenerator random(7);
    TextCache keys;
    for (int i = 0; i < 20'000; ++i) {
        QByteArray key(random.bounded(0, 40), '\0');
        for (char &c : key)
            c = char('a' + random.bounded(3));
        QCOMPARE(keys.text(key), QString::fromLatin1(key));
    }
}

QTEST_APPLESS_MAIN(tst_Codec)
#include "tst_codec.moc"
