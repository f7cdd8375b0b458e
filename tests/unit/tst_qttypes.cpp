// SPDX-License-Identifier: MIT
#include "converting.h"

#include <QRepod/protocol.h>

#include <QtCore/qdatetime.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qrect.h>
#include <QtCore/qset.h>
#include <QtCore/qurl.h>
#include <QtCore/quuid.h>
#include <QtGui/qcolor.h>

#include <limits>
#include <map>
#include <unordered_map>

class Game
{
    Q_GADGET

public:
    enum Color { Red, Green = 5, Dark = -1 };
    Q_ENUM(Color)
    enum Key { Left = 1, Right = 2 };
    Q_DECLARE_FLAGS(Keys, Key)
    Q_FLAG(Keys)
};

namespace {

//! Returns \a object after encoding and decoding; the error if it cannot be encoded.
template <class T>
QVariant received(const T &object)
{
    QString error;
    const QByteArray frame = encode({{text("v"), QVariant::fromValue(object)}}, &error);
    if (frame.isEmpty())
        return error;
    return decode(frame.sliced(4)).value_or(QVariantMap()).value(text("v"));
}

//! Whether \a object is decoded as \a plain, and \a plain converts to the same object.
template <class T>
bool isSentAs(const T &object, const QVariant &plain)
{
    const QVariant value = received(object);
    if (value != plain)
        qWarning() << value << "is not" << plain;
    return value == plain && to<T>(value) == std::optional<T>(object);
}

//! A type that an application registers.
struct Move
{
    Q_GADGET
    Q_PROPERTY(int id MEMBER id)

public:
    int id = -1;
    friend bool operator==(const Move &, const Move &) = default;
};

//! Has optional parts.
struct Hint
{
    Q_GADGET
    Q_PROPERTY(std::optional<int> level MEMBER level)
    Q_PROPERTY(QPointF at MEMBER at)

public:
    std::optional<int> level;
    QPointF at;
};

QVariantMap point(const QVariant &x, const QVariant &y)
{
    return {{text("x"), x}, {text("y"), y}};
}

QVariantMap size(const QVariant &width, const QVariant &height)
{
    return {{text("width"), width}, {text("height"), height}};
}

QVariantMap rect(const QVariant &x, const QVariant &y, const QVariant &width,
                 const QVariant &height)
{
    QVariantMap map = point(x, y);
    map.insert(size(width, height));
    return map;
}

} // namespace

Q_DECLARE_METATYPE(std::optional<int>) // which Qt needs to recognise lists and maps of it
Q_DECLARE_ASSOCIATIVE_CONTAINER_METATYPE(std::unordered_map)

class tst_qttypes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pointsAreMapsOrLists();
    void sizesAreMapsOrLists();
    void rectanglesAreMaps();
    void datesAndTimesAreIsoText();
    void colorsAreHexadecimalText();
    void jsonHoldsWhatJsonHasAFormFor();
    void optionalsAreEmptyForNil();
    void optionalsOfOtherTypesAreRegistered();
    void keysMayBeIntegersAndEnums();
    void keysAreTheOnlyFormOfTheirNumber();
    void hashesWithoutASecretAreRefused();
    void urlsAreBounded();
    void whatFitsAHandlerCanBeSent();
    void whatIsNotValidIsNotSent();
    void optionalsOfOtherTypesAreSentOnceRegistered();
    void variantsInVariantsAreUnwrapped();
};

void tst_qttypes::pointsAreMapsOrLists()
{
    QCOMPARE(to<QPointF>(point(1.5, integer(2))), QPointF(1.5, 2));
    QCOMPARE(to<QPointF>(QVariantList{0.1, -2.5}), QPointF(0.1, -2.5));
    QCOMPARE(to<QPoint>(point(integer(1), 2.0)), QPoint(1, 2));
    QCOMPARE(to<QPoint>(QVariantList{integer(1), integer(-2)}), QPoint(1, -2));
    QVariantMap more = point(integer(1), integer(2));
    more[text("z")] = text("ignored");
    QCOMPARE(to<QPoint>(more), QPoint(1, 2));

    QCOMPARE(to<QPoint>(point(1.5, integer(2))), std::nullopt);
    QCOMPARE(to<QPoint>(point(integer(1), integer(Q_INT64_C(1) << 40))), std::nullopt);
    QCOMPARE(to<QPointF>(QVariantMap{{text("x"), 1.5}}), std::nullopt);
    QCOMPARE(to<QPointF>(point(1.5, text("2"))), std::nullopt);
    QCOMPARE(to<QPointF>(QVariantList{1.5}), std::nullopt);
    QCOMPARE(to<QPointF>(QVariantList{1.5, 2.5, 3.5}), std::nullopt);
    QCOMPARE(to<QPointF>(QVariantList{1.5, nil()}), std::nullopt);
    QCOMPARE(to<QPointF>(text("1,2")), std::nullopt);
    QCOMPARE(to<QPointF>(nil()), std::nullopt);
}

void tst_qttypes::sizesAreMapsOrLists()
{
    QCOMPARE(to<QSizeF>(size(1.5, integer(2))), QSizeF(1.5, 2));
    QCOMPARE(to<QSizeF>(QVariantList{integer(3), 4.5}), QSizeF(3, 4.5));
    QCOMPARE(to<QSize>(size(integer(800), integer(600))), QSize(800, 600));
    QCOMPARE(to<QSize>(QVariantList{integer(800), 600.0}), QSize(800, 600));
    QCOMPARE(to<QSize>(point(integer(800), integer(600))), std::nullopt);
    QCOMPARE(to<QSize>(size(integer(800), 0.5)), std::nullopt);
    QCOMPARE(to<QSizeF>(QVariantList()), std::nullopt);
}

void tst_qttypes::rectanglesAreMaps()
{
    constexpr int highest = std::numeric_limits<int>::max();
    constexpr int lowest = std::numeric_limits<int>::min();
    QCOMPARE(to<QRectF>(rect(1.5, 2.5, integer(3), 4.5)), QRectF(1.5, 2.5, 3, 4.5));
    QCOMPARE(to<QRect>(rect(integer(1), integer(2), integer(3), integer(4))), QRect(1, 2, 3, 4));
    QCOMPARE(to<QRect>(rect(integer(highest), integer(0), integer(1), integer(1))),
             QRect(QPoint(highest, 0), QPoint(highest, 0)));
    QCOMPARE(to<QRect>(rect(integer(highest), integer(0), integer(2), integer(1))), std::nullopt);
    QCOMPARE(to<QRect>(rect(integer(0), integer(lowest), integer(1), integer(0))), std::nullopt);
    QCOMPARE(to<QRect>(rect(integer(lowest), integer(lowest), integer(highest), integer(highest))),
             QRect(QPoint(lowest, lowest), QPoint(-2, -2)));
    QCOMPARE(to<QRect>(rect(integer(1), integer(0), integer(lowest), integer(1))), std::nullopt);
    QCOMPARE(to<QRect>(rect(integer(0), integer(1), integer(1), integer(lowest))), std::nullopt);
    QCOMPARE(to<QRect>(rect(1.5, integer(2), integer(3), integer(4))), std::nullopt);
    QCOMPARE(to<QRectF>(point(1.5, 2.5)), std::nullopt);
    QCOMPARE(to<QRectF>(QVariantList{1.5, 2.5, 3.5, 4.5}), std::nullopt);
}

void tst_qttypes::datesAndTimesAreIsoText()
{
    QCOMPARE(to<QDate>(text("2024-02-29")), QDate(2024, 2, 29));
    for (const char *wrong : {"2023-02-29", "2024-02-29T12:30:00", "2024-2-29", "20240229",
                              "2024-02-29 ", "29.2.2024", "", "today"})
        QCOMPARE(to<QDate>(text(wrong)), std::nullopt);
    QCOMPARE(to<QDate>(integer(20240229)), std::nullopt);
    QCOMPARE(to<QDate>(QDateTime(QDate(2024, 2, 29), QTime(12, 30), Qt::UTC)), std::nullopt);

    QCOMPARE(to<QTime>(text("12:30")), QTime(12, 30));
    QCOMPARE(to<QTime>(text("12:30:15")), QTime(12, 30, 15));
    QCOMPARE(to<QTime>(text("12:30:15.250")), QTime(12, 30, 15, 250));
    QCOMPARE(to<QTime>(text("12:30:15.25")), QTime(12, 30, 15, 250));
    QCOMPARE(to<QTime>(text("12:30:15.250000")), QTime(12, 30, 15, 250)); // from Python
    for (const char *wrong : {"24:00", "12:30:15.250001", "12:30:15.2500000", "12:30:15.", "12",
                              "12:3", "12:30:", "12:30:1", "12:30 ", "12:30:15Z", ""})
        QCOMPARE(to<QTime>(text(wrong)), std::nullopt);
    QCOMPARE(to<QTime>(integer(1230)), std::nullopt);
}

void tst_qttypes::colorsAreHexadecimalText()
{
    QCOMPARE(to<QColor>(text("#ff8000")), QColor(255, 128, 0));
    QCOMPARE(to<QColor>(text("#FF8000")), QColor(255, 128, 0));
    QCOMPARE(to<QColor>(text("#80ff8000")), QColor(255, 128, 0, 128));
    for (const char *wrong :
         {"red", "#f80", "#ff80zz", "ff8000", "#ff800", "#ff80000", "transparent", "#ff80é", ""})
        QCOMPARE(to<QColor>(text(wrong)), std::nullopt);
    QCOMPARE(to<QColor>(QVariantList{integer(255), integer(128), integer(0)}), std::nullopt);
    QCOMPARE(to<QList<QColor>>(QVariantList{text("#000000"), text("#ffffff")}),
             (QList<QColor>{QColor(0, 0, 0), QColor(255, 255, 255)}));
}

void tst_qttypes::jsonHoldsWhatJsonHasAFormFor()
{
    constexpr qint64 large = Q_INT64_C(1) << 62;
    const QVariantMap map = {
        {text("nil"), nil()},
        {text("yes"), true},
        {text("large"), integer(large)},
        {text("real"), 0.1},
        {text("text"), text("Grüße")},
        {text("list"), QVariantList{integer(1), QVariantList(), QVariantMap()}}};
    const QJsonObject object = {{text("nil"), QJsonValue::Null},
                                {text("yes"), true},
                                {text("large"), large},
                                {text("real"), 0.1},
                                {text("text"), text("Grüße")},
                                {text("list"), QJsonArray{1, QJsonArray(), QJsonObject()}}};
    QCOMPARE(to<QJsonObject>(map), object);
    QCOMPARE(to<QJsonObject>(map)->value(text("large")).toInteger(), large);
    QCOMPARE(to<QJsonArray>(QVariantList{map}), QJsonArray{object});
    QCOMPARE(to<QJsonValue>(map), QJsonValue(object));
    QCOMPARE(to<QJsonValue>(QVariantList{integer(1)}), QJsonValue(QJsonArray{1}));
    QCOMPARE(to<QJsonValue>(text("x")), QJsonValue(text("x")));
    QCOMPARE(to<QJsonValue>(nil()), QJsonValue(QJsonValue::Null));
    QCOMPARE(to<QJsonValue>(QVariant(Q_UINT64_C(1) << 63)), QJsonValue(std::ldexp(1, 63)));

    QCOMPARE(to<QJsonValue>(QVariant(~quint64(0))), std::nullopt);
    QCOMPARE(to<QJsonValue>(std::numeric_limits<double>::infinity()), std::nullopt);
    QCOMPARE(to<QJsonValue>(QByteArray("bytes")), std::nullopt);
    QCOMPARE(to<QJsonObject>(QVariantMap{{text("at"), QDateTime::currentDateTimeUtc()}}),
             std::nullopt);
    QCOMPARE(to<QJsonArray>(QVariantList{QByteArray()}), std::nullopt);
    QCOMPARE(to<QJsonObject>(QVariantList()), std::nullopt);
    QCOMPARE(to<QJsonArray>(QVariantMap()), std::nullopt);
}

void tst_qttypes::optionalsAreEmptyForNil()
{
    using Number = std::optional<int>;
    QCOMPARE(to<Number>(integer(7)), std::optional(Number(7)));
    QCOMPARE(to<Number>(nil()), std::make_optional<Number>());
    QCOMPARE(to<Number>(text("7")), std::nullopt);
    QCOMPARE(to<std::optional<QString>>(text("x")), std::optional(std::optional(text("x"))));
    QCOMPARE(to<std::optional<QPointF>>(point(1.5, 2.5)),
             std::optional(std::optional(QPointF(1.5, 2.5))));

    QCOMPARE(to<QList<Number>>(QVariantList{integer(7), nil()}),
             std::optional(QList<Number>{7, std::nullopt}));
    QCOMPARE((to<QMap<QString, Number>>(QVariantMap{{text("a"), nil()}})),
             std::optional(QMap<QString, Number>{{text("a"), std::nullopt}}));

    const auto hint = to<Hint>(QVariantMap{{text("level"), nil()}, {text("at"), point(1.5, 2.5)}});
    QVERIFY(hint);
    QCOMPARE(hint->level, std::nullopt);
    QCOMPARE(hint->at, QPointF(1.5, 2.5));
    QCOMPARE(to<Hint>(QVariantMap{{text("level"), integer(3)}})->level, 3);
}

void tst_qttypes::optionalsOfOtherTypesAreRegistered()
{
    using Optional = std::optional<Move>;
    QVERIFY(!canBecome(QMetaType::fromType<Optional>()));
    QVERIFY((QMetaType::registerConverter<Move, Optional>()));
    QVERIFY(canBecome(QMetaType::fromType<Optional>()));
    QCOMPARE(to<Optional>(QVariantMap{{text("id"), integer(7)}}), std::optional(Optional(Move{7})));
    QCOMPARE(to<Optional>(nil()), std::make_optional<Optional>());
    QCOMPARE(to<Optional>(QVariantMap{{text("id"), text("seven")}}), std::nullopt);

    Optional full = Move{7};
    QVERIFY(convert(Value(nil()), QMetaType::fromType<Optional>(), &full));
    QCOMPARE(full, std::nullopt);
}

void tst_qttypes::keysMayBeIntegersAndEnums()
{
    const QVariantMap numbers = {{text("7"), integer(1)}, {text("-3"), integer(2)}};
    QCOMPARE((to<QMap<int, int>>(numbers)), (QMap<int, int>{{7, 1}, {-3, 2}}));
    QCOMPARE((to<QHash<qint64, double>>(numbers)), (QHash<qint64, double>{{7, 1}, {-3, 2}}));
    QCOMPARE((to<std::map<qint8, QVariant>>(numbers)),
             (std::map<qint8, QVariant>{{7, integer(1)}, {-3, integer(2)}}));
    QCOMPARE((to<QMap<quint64, int>>(QVariantMap{{text("18446744073709551615"), integer(1)}})),
             (QMap<quint64, int>{{~quint64(0), 1}}));
    QCOMPARE((to<QMap<int, QVariant>>(QVariantMap())), (QMap<int, QVariant>()));

    const QVariantMap colors = {{text("Green"), integer(1)}, {text("-1"), integer(2)}};
    QCOMPARE((to<QMap<Game::Color, int>>(colors)),
             (QMap<Game::Color, int>{{Game::Green, 1}, {Game::Dark, 2}}));

    QCOMPARE((to<QMap<quint8, int>>(numbers)), std::nullopt);
    QCOMPARE((to<QMap<int, int>>(QVariantMap{{text("7"), text("x")}})), std::nullopt);
    QCOMPARE((to<QMap<Game::Color, int>>(QVariantMap{{text("1"), integer(1)}})), std::nullopt);
    QVERIFY(!canBecome(QMetaType::fromType<QMap<double, int>>()));
    QVERIFY(!canBecome(QMetaType::fromType<QMap<QByteArray, int>>()));
}

void tst_qttypes::keysAreTheOnlyFormOfTheirNumber()
{
    for (const char *wrong : {"07", "+7", " 7", "7 ", "-0", "7.0", "1e1", "0x7", "", "seven",
                              "18446744073709551616", "00000000000000000000000000000007"})
        QCOMPARE((to<QMap<qint64, int>>(QVariantMap{{text(wrong), integer(1)}})), std::nullopt);
}

void tst_qttypes::hashesWithoutASecretAreRefused()
{
    QVERIFY(!canBecome(QMetaType::fromType<std::unordered_map<int, int>>()));
    QVERIFY(canBecome(QMetaType::fromType<QHash<int, int>>()));
}

void tst_qttypes::urlsAreBounded()
{
    const QString address = text("https://example.org/");
    QVERIFY(to<QUrl>(address + QString(8192 - address.size(), u'x')));
    QVERIFY(!to<QUrl>(address + QString(8193 - address.size(), u'x')));

    QVERIFY(to<QUrl>(text("https://e\u0301x\u0323\u0301.example/")));
    QVERIFY(to<QUrl>(text("https://example.org/?") + QString(30, QChar(0x301))));
    QVERIFY(!to<QUrl>(text("https://example.org/?") + QString(31, QChar(0x301))));
    QString musical; // marks that are surrogate pairs
    for (int i = 0; i < 31; ++i)
        musical += text("\U0001D165");
    QVERIFY(!to<QUrl>(text("https://a") + musical));
}

void tst_qttypes::whatFitsAHandlerCanBeSent()
{
    QVERIFY(isSentAs(QPoint(1, -2), point(integer(1), integer(-2))));
    QVERIFY(isSentAs(QPointF(1.5, 2), point(1.5, 2.0)));
    QVERIFY(isSentAs(QSize(800, 600), size(integer(800), integer(600))));
    QVERIFY(isSentAs(QSizeF(0.5, 2), size(0.5, 2.0)));
    QVERIFY(isSentAs(QRect(1, 2, 3, 4), rect(integer(1), integer(2), integer(3), integer(4))));
    QVERIFY(isSentAs(QRectF(1.5, 2, 3, 4), rect(1.5, 2.0, 3.0, 4.0)));
    QVERIFY(isSentAs(QList{QPointF(1, 2)}, QVariantList{point(1.0, 2.0)}));
    QVERIFY(isSentAs(QDate(2024, 2, 29), text("2024-02-29")));
    QVERIFY(isSentAs(QTime(12, 30, 15, 250), text("12:30:15.250")));
    QVERIFY(isSentAs(QColor(255, 128, 0), text("#ff8000")));
    QVERIFY(isSentAs(QColor(255, 128, 0, 128), text("#80ff8000")));
    QVERIFY(isSentAs(std::optional<int>(7), integer(7)));
    QVERIFY(isSentAs(std::optional<QPointF>(QPointF(1, 2)), point(1.0, 2.0)));
    QVERIFY(isSentAs(QMap<int, QString>{{7, text("x")}}, QVariantMap{{text("7"), text("x")}}));
    QVERIFY(isSentAs(QHash<quint64, int>{{~quint64(0), 1}},
                     QVariantMap{{text("18446744073709551615"), integer(1)}}));
    QVERIFY(
        isSentAs(QMap<Game::Color, int>{{Game::Green, 1}}, QVariantMap{{text("5"), integer(1)}}));
    QVERIFY(isSentAs(QJsonObject{{text("a"), QJsonArray{1, true}}},
                     QVariantMap{{text("a"), QVariantList{integer(1), true}}}));

    QCOMPARE(received(std::optional<int>()), nil());
    QVERIFY(isSentAs(QList<std::optional<int>>{7, std::nullopt}, QVariantList{integer(7), nil()}));
    QCOMPARE(received(QSet<int>{7}), QVariant(QVariantList{integer(7)}));
    QCOMPARE(received(Hint{3, {1.5, 2}}),
             QVariant(QVariantMap{{text("level"), integer(3)}, {text("at"), point(1.5, 2.0)}}));
}

void tst_qttypes::whatIsNotValidIsNotSent()
{
    QCOMPARE(received(QDate()), QVariant(text("v: the QDate is not valid")));
    QCOMPARE(received(QTime()), QVariant(text("v: the QTime is not valid")));
    QCOMPARE(received(QColor()), QVariant(text("v: the QColor is not valid")));
}

void tst_qttypes::optionalsOfOtherTypesAreSentOnceRegistered()
{
    using Optional = std::optional<Game::Color>;
    QVERIFY(received(Optional(Game::Green)).toString().endsWith(text("has no MessagePack form")));
    QVERIFY((QMetaType::registerConverter<Optional, QVariant>(
        [](const Optional &color) { return color ? QVariant::fromValue(*color) : QVariant(); })));
    QCOMPARE(received(Optional(Game::Green)), integer(5));
    QCOMPARE(received(Optional()), nil());
}

void tst_qttypes::variantsInVariantsAreUnwrapped()
{
    const QVariant inside(7);
    QCOMPARE(received(QVariant(QMetaType::fromType<QVariant>(), &inside)), integer(7));
    const QVariant list(QMetaType::fromType<QVariant>(), &inside);
    QCOMPARE(received(QVariantList{list, list}), QVariant(QVariantList{integer(7), integer(7)}));
    const QVariant nothing;
    QCOMPARE(received(QVariant(QMetaType::fromType<QVariant>(), &nothing)), nil());
}

QTEST_APPLESS_MAIN(tst_qttypes)
#include "tst_qttypes.moc"
