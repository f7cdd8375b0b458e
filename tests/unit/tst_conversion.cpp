// SPDX-License-Identifier: MIT
#include "converting.h"
#include "protocol/decodecontext.h"

#include <QRepod/extension.h>

#include <QtCore/qdatetime.h>
#include <QtCore/qline.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qset.h>
#include <QtCore/qurl.h>
#include <QtCore/quuid.h>

#include <cmath>
#include <limits>
#include <list>
#include <map>
#include <string>
#include <vector>

namespace {

class Game
{
    Q_GADGET

public:
    enum Color { Red, Green = 5, Transparent = -1 };
    Q_ENUM(Color)
    enum class Tiny : qint8 { Minus = -3, Plus = 3 };
    Q_ENUM(Tiny)
    enum class Short : quint16 { Zero, Top = 0xffff };
    Q_ENUM(Short)
    enum class Wide : quint32 { Zero, Top = 0xffffffff };
    Q_ENUM(Wide)
    enum class Huge : qint64 { Minus = -2, Plus = 2 };
    Q_ENUM(Huge)
    enum Key { Left = 1, Right = 2, Fire = 0x10, Start = int(0x80000000) };
    Q_DECLARE_FLAGS(Keys, Key)
    Q_FLAG(Keys)
    enum Unregistered { Something };
    enum Side { Port = 1, Starboard = 2 };
    Q_DECLARE_FLAGS(Sides, Side)
    Q_FLAG(Sides) // without Q_ENUM(Side)
};
Q_DECLARE_OPERATORS_FOR_FLAGS(Game::Keys)

struct Point
{
    Q_GADGET
    Q_PROPERTY(double x MEMBER x)
    Q_PROPERTY(double y MEMBER y)

public:
    double x = 1;
    double y = 2;
    friend bool operator==(const Point &, const Point &) = default;
};

struct Player
{
    Q_GADGET
    Q_PROPERTY(QString name MEMBER name)
    Q_PROPERTY(Point position MEMBER position)
    Q_PROPERTY(QList<Point> path MEMBER path)
    Q_PROPERTY(Game::Tiny tiny MEMBER tiny)
    Q_PROPERTY(Game::Keys keys MEMBER keys)
    Q_PROPERTY(QVariant extra MEMBER extra)
    Q_PROPERTY(int level READ level WRITE setLevel)
    Q_PROPERTY(int rank READ rank)

public:
    int level() const { return m_level; }
    void setLevel(int level) { m_level = level; }
    int rank() const { return 42; }

    QString name = QStringLiteral("nobody");
    Point position;
    QList<Point> path;
    Game::Tiny tiny = Game::Tiny::Plus;
    Game::Keys keys;
    QVariant extra;
    friend bool operator==(const Player &, const Player &) = default;

private:
    int m_level = 1;
};

struct Ranked : Player
{
    Q_GADGET
    Q_PROPERTY(int stars MEMBER stars)

public:
    int stars = 0;
};

//! Contains objects of its own type.
struct Tree
{
    Q_GADGET
    Q_PROPERTY(int leaves MEMBER leaves)
    Q_PROPERTY(QList<Tree> branches MEMBER branches)

public:
    int leaves = 0;
    QList<Tree> branches;
    friend bool operator==(const Tree &a, const Tree &b)
    {
        return a.leaves == b.leaves && a.branches == b.branches;
    }
};

//! Cannot be default-constructed.
struct Handmade
{
    explicit Handmade(int) { }
};

struct Keeper
{
    Q_GADGET
    Q_PROPERTY(Handmade thing READ thing WRITE setThing)

public:
    Handmade thing() const { return Handmade(1); }
    void setThing(const Handmade &) { }
};

template <class T>
void holds(const char *name, const QVariant &value, const QVariant &result)
{
    QTest::addRow("%s <- %s", QMetaType::fromType<T>().name(), name)
        << value << QMetaType::fromType<T>() << result;
}

template <class T>
void refuses(const char *name, const QVariant &value)
{
    holds<T>(name, value, QVariant());
}

constexpr qint64 lowest = std::numeric_limits<qint64>::min();
constexpr qint64 highest = std::numeric_limits<qint64>::max();
constexpr quint64 topmost = std::numeric_limits<quint64>::max();

template <class Integer>
void integerRows()
{
    using Limits = std::numeric_limits<Integer>;
    const auto number = [](auto value) { return QVariant::fromValue(Integer(value)); };
    holds<Integer>("0", integer(0), number(0));
    holds<Integer>("100", integer(100), number(100));
    holds<Integer>("2.0", 2.0, number(2));
    holds<Integer>("-0.0", -0.0, number(0));
    refuses<Integer>("1.5", 1.5);
    refuses<Integer>("NaN", std::nan(""));
    refuses<Integer>("infinity", std::numeric_limits<double>::infinity());
    refuses<Integer>("1e300", 1e300);
    refuses<Integer>("true", true);
    refuses<Integer>("\"7\"", text("7"));
    refuses<Integer>("nil", nil());

    if constexpr (Limits::digits < 63) {
        holds<Integer>("max", integer(Limits::max()), number(Limits::max()));
        holds<Integer>("min", integer(Limits::min()), number(Limits::min()));
        holds<Integer>("max, real", double(Limits::max()), number(Limits::max()));
        holds<Integer>("min, real", double(Limits::min()), number(Limits::min()));
        refuses<Integer>("max + 1", integer(qint64(Limits::max()) + 1));
        refuses<Integer>("min - 1", integer(qint64(Limits::min()) - 1));
        refuses<Integer>("max + 1, real", double(Limits::max()) + 1);
        refuses<Integer>("min - 1, real", double(Limits::min()) - 1);
        refuses<Integer>("2^40", integer(Q_INT64_C(1) << 40));
    }
    if constexpr (Limits::is_signed)
        holds<Integer>("-1", integer(-1), number(-1));
    else
        refuses<Integer>("-1", integer(-1));
}

} // namespace

Q_DECLARE_METATYPE(Handmade)

class tst_conversion : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scalars_data();
    void scalars();
    void valuesStraightFromTheWireConvertAlike();
    void realsFitWhereTheyAreExact();
    void floatsTakeEveryNumberInTheirRange();
    void listsFillContainers();
    void listsWithAnElementThatDoesNotFitAreRefused();
    void mapsFillContainers();
    void mapsWithAValueThatDoesNotFitAreRefused();
    void containersAreReplacedNotExtended();
    void enumsFromNumbersAndNames();
    void flagsFromBitsAndNames();
    void enumsThatQtDoesNotKnowAreRefused();
    void mapsFillGadgets();
    void gadgetsRefuseAFieldThatDoesNotFit();
    void typesThatNoValueCanBecome();
};

void tst_conversion::scalars_data()
{
    QTest::addColumn<QVariant>("value");
    QTest::addColumn<QMetaType>("type");
    QTest::addColumn<QVariant>("result"); // invalid if it does not fit

    integerRows<char>();
    integerRows<signed char>();
    integerRows<uchar>();
    integerRows<short>();
    integerRows<ushort>();
    integerRows<int>();
    integerRows<uint>();
    integerRows<long>();
    integerRows<ulong>();
    integerRows<qint64>();
    integerRows<quint64>();

    holds<qint64>("lowest", integer(lowest), lowest);
    holds<qint64>("highest", integer(highest), highest);
    holds<qint64>("-2^63, real", -std::ldexp(1, 63), lowest);
    refuses<qint64>("2^63, real", std::ldexp(1, 63));
    refuses<qint64>("2^63", topmost / 2 + 1);
    holds<quint64>("topmost", topmost, topmost);
    holds<quint64>("2^63, real", std::ldexp(1, 63), topmost / 2 + 1);
    refuses<quint64>("2^64, real", std::ldexp(1, 64));
    refuses<int>("2^63", topmost / 2 + 1);

    holds<bool>("true", true, true);
    holds<bool>("false", false, false);
    refuses<bool>("1", integer(1));
    refuses<bool>("1.0", 1.0);
    refuses<bool>("\"true\"", text("true"));
    refuses<bool>("nil", nil());

    holds<QString>("text", text("Grüße"), text("Grüße"));
    holds<QString>("empty text", text(""), text(""));
    refuses<QString>("7", integer(7));
    refuses<QString>("bytes", QByteArray("abc"));
    refuses<QString>("true", true);
    refuses<QString>("nil", nil());

    holds<QUrl>("an address", text("https://example.org/a?b#c"),
                QUrl(text("https://example.org/a?b#c")));
    holds<QUrl>("empty text", text(""), QUrl());
    refuses<QUrl>("no url", text("http://exa mple.org:port/"));
    refuses<QUrl>("bad escape", text("http://example.org/%zz"));
    refuses<QUrl>("7", integer(7));

    const QUuid uuid(0x67c8770b, 0x44f1, 0x410a, 0xab, 0x9a, 0xf9, 0xb5, 0x44, 0x6f, 0x13, 0xee);
    holds<QUuid>("plain", text("67c8770b-44f1-410a-ab9a-f9b5446f13ee"), uuid);
    holds<QUuid>("braces", text("{67C8770B-44f1-410a-ab9a-f9b5446f13ee}"), uuid);
    holds<QUuid>("null", text("00000000-0000-0000-0000-000000000000"), QUuid());
    refuses<QUuid>("empty text", text(""));
    refuses<QUuid>("a word", text("uuid"));
    refuses<QUuid>("one brace", text("{67c8770b-44f1-410a-ab9a-f9b5446f13ee"));
    refuses<QUuid>("text behind", text("67c8770b-44f1-410a-ab9a-f9b5446f13ee0"));
    refuses<QUuid>("bytes", QByteArray(16, 'x'));

    holds<QChar>("a letter", text("ä"), QVariant::fromValue(QChar(u'ä')));
    refuses<QChar>("two letters", text("ab"));
    refuses<QChar>("a surrogate pair", text("\xf0\x9f\x98\x80"));
    refuses<QChar>("empty text", text(""));
    refuses<QChar>("65", integer(65));

    holds<QByteArray>("bytes", QByteArray("a\0b", 3), QByteArray("a\0b", 3));
    refuses<QByteArray>("text", text("abc"));
    refuses<QByteArray>("a list", QVariantList{integer(1)});

    const QDateTime time(QDate(2024, 2, 29), QTime(12, 30), Qt::UTC);
    holds<QDateTime>("a time", time, time);
    refuses<QDateTime>("text", text("2024-02-29T12:30:00Z"));
    refuses<QDateTime>("7", integer(7));
    refuses<QString>("a time", time);

    const auto extension = QVariant::fromValue(Extension{5, "abc"});
    holds<Extension>("an extension", extension, extension);
    refuses<Extension>("bytes", QByteArray("abc"));
    refuses<QByteArray>("an extension", extension);

    const QVariantList list = {integer(1), text("two"), nil()};
    holds<QVariantList>("a list", list, list);
    refuses<QVariantList>("a map", QVariantMap{{text("a"), integer(1)}});
    refuses<QVariantList>("text", text("abc"));
    const QVariantMap map = {{text("a"), integer(1)}, {text("b"), list}};
    holds<QVariantMap>("a map", map, map);
    refuses<QVariantMap>("a list", list);
    refuses<QVariantMap>("nil", nil());
}

void tst_conversion::scalars()
{
    QFETCH(const QVariant, value);
    QFETCH(const QMetaType, type);
    QFETCH(const QVariant, result);

    QVariant object(type);
    QCOMPARE(convert(Value(value), type, object.data()), result.isValid());
    if (result.isValid())
        QCOMPARE(object, result);
}

void tst_conversion::valuesStraightFromTheWireConvertAlike()
{
    QCOMPARE(to<int>(Value::integer(7)), 7);
    QCOMPARE(to<int>(Value::integer(Q_INT64_C(1) << 40)), std::nullopt);
    QCOMPARE(to<quint64>(Value::unsignedInteger(topmost)), topmost);
    QCOMPARE(to<double>(Value::real(0.1)), 0.1);
    QCOMPARE(to<bool>(Value::boolean(true)), true);
    QCOMPARE(to<QString>(Value::text("Gr\xc3\xbc\xc3\x9f"
                                     "e")),
             text("Grüße"));
    TextCache keys;
    QCOMPARE(to<QByteArray>(Value::binary("abc", DecodeContext(keys))), QByteArray("abc"));
    QCOMPARE(to<QByteArray>(Value::text("abc")), std::nullopt);
    QCOMPARE(to<int>(Value::nil()), std::nullopt);
    QCOMPARE(to<Game::Color>(Value::text("Green")), Game::Green);

    QCOMPARE(to<QVariant>(Value::nil()), nil());
    QCOMPARE(to<QVariant>(Value::integer(7)), integer(7));
    QCOMPARE(to<QVariant>(Value::text("abc")), QVariant(text("abc")));
    const QVariantMap map = {{text("a"), integer(1)}};
    QCOMPARE(to<QVariant>(QVariant(map)), QVariant(map));
}

void tst_conversion::realsFitWhereTheyAreExact()
{
    constexpr qint64 odd = (Q_INT64_C(1) << 53) + 1;
    QCOMPARE(to<double>(integer(odd - 1)), double(odd - 1));
    QCOMPARE(to<double>(integer(odd)), std::nullopt);
    QCOMPARE(to<double>(integer(-odd)), std::nullopt);
    QCOMPARE(to<double>(integer(lowest)), -std::ldexp(1, 63));
    QCOMPARE(to<double>(integer(highest)), std::nullopt);
    QCOMPARE(to<double>(QVariant(topmost)), std::nullopt);
    QCOMPARE(to<double>(QVariant(topmost / 2 + 1)), std::ldexp(1, 63));
    QCOMPARE(to<double>(QVariant(true)), std::nullopt);
    QCOMPARE(to<double>(QVariant(text("1.5"))), std::nullopt);

    constexpr double infinity = std::numeric_limits<double>::infinity();
    QCOMPARE(to<double>(QVariant(infinity)), infinity);
    QCOMPARE(to<float>(QVariant(-infinity)), -std::numeric_limits<float>::infinity());
    QVERIFY(std::isnan(to<double>(QVariant(std::nan(""))).value()));
    QVERIFY(std::isnan(to<float>(QVariant(std::nan(""))).value()));
}

void tst_conversion::floatsTakeEveryNumberInTheirRange()
{
    constexpr double largest = std::numeric_limits<float>::max();
    QCOMPARE(to<float>(QVariant(0.5)), 0.5F);
    QCOMPARE(to<float>(QVariant(0.1)), 0.1F);
    QCOMPARE(to<float>(QVariant(1e-300)), 0.F);
    QCOMPARE(to<float>(QVariant(largest)), std::numeric_limits<float>::max());
    QCOMPARE(to<float>(QVariant(std::nextafter(largest, 1e300))), std::nullopt);
    QCOMPARE(to<float>(QVariant(1e300)), std::nullopt);
    QCOMPARE(to<float>(QVariant(-1e300)), std::nullopt);
    QCOMPARE(to<float>(integer((1 << 24) + 1)), float(1 << 24));
    QCOMPARE(to<float>(integer(lowest)), -std::ldexp(1.F, 63));
    QCOMPARE(to<float>(QVariant(topmost)), std::ldexp(1.F, 64));
    QCOMPARE(to<float>(QVariant(true)), std::nullopt);
    QCOMPARE(to<QList<float>>(QVariantList{0.1, integer(2)}), (QList<float>{0.1F, 2.F}));
}

void tst_conversion::listsFillContainers()
{
    const QVariant numbers(QVariantList{integer(3), 1.0, integer(2)});
    QCOMPARE(to<QList<int>>(numbers), (QList<int>{3, 1, 2}));
    QCOMPARE(to<std::vector<double>>(numbers), (std::vector<double>{3, 1, 2}));
    QCOMPARE(to<std::list<qint8>>(numbers), (std::list<qint8>{3, 1, 2}));
    QCOMPARE(to<QSet<int>>(numbers), (QSet<int>{1, 2, 3}));
    QCOMPARE(to<QList<int>>(QVariantList()), QList<int>());

    const QVariant words(QVariantList{text("a"), text("b")});
    QCOMPARE(to<QStringList>(words), (QStringList{text("a"), text("b")}));
    QCOMPARE(to<QList<QChar>>(words), (QList<QChar>{u'a', u'b'}));
    QCOMPARE(to<std::vector<QVariant>>(words), (std::vector<QVariant>{text("a"), text("b")}));

    const QVariant nested(QVariantList{numbers, QVariantList()});
    QCOMPARE(to<QList<QList<int>>>(nested), (QList<QList<int>>{{3, 1, 2}, {}}));

    const QVariantMap one = {{text("x"), 5.0}};
    const QVariantMap two = {{text("y"), 6.0}};
    const QVariant maps(QVariantList{one, two});
    QCOMPARE(to<QList<QVariantMap>>(maps), (QList<QVariantMap>{one, two}));
    QCOMPARE(to<QList<Point>>(maps), (QList<Point>{{5, 2}, {1, 6}}));
}

void tst_conversion::listsWithAnElementThatDoesNotFitAreRefused()
{
    QCOMPARE(to<QList<int>>(QVariantList{integer(1), 1.5}), std::nullopt);
    QCOMPARE(to<QList<int>>(QVariantList{integer(1), nil()}), std::nullopt);
    QCOMPARE(to<QStringList>(QVariantList{text("a"), integer(1)}), std::nullopt);
    QCOMPARE(to<QStringList>(text("a")), std::nullopt);
    QCOMPARE(to<QList<int>>(integer(1)), std::nullopt);
    QCOMPARE(to<QList<int>>(QVariantMap()), std::nullopt);
    QCOMPARE(to<QList<QList<int>>>(QVariantList{QVariantList{text("a")}}), std::nullopt);
}

void tst_conversion::mapsFillContainers()
{
    const QVariantMap map = {{text("a"), integer(1)}, {text("b"), 2.0}};
    QCOMPARE(to<QVariantHash>(map), (QVariantHash{{text("a"), integer(1)}, {text("b"), 2.0}}));
    QCOMPARE((to<QMap<QString, int>>(map)), (QMap<QString, int>{{text("a"), 1}, {text("b"), 2}}));
    QCOMPARE((to<QHash<QString, float>>(map)),
             (QHash<QString, float>{{text("a"), 1.F}, {text("b"), 2.F}}));
    QCOMPARE((to<std::map<QString, int>>(map)),
             (std::map<QString, int>{{text("a"), 1}, {text("b"), 2}}));
    QCOMPARE((to<QHash<QString, QVariant>>(QVariantMap())), QVariantHash());

    const QVariantMap nested = {{text("p"), QVariantMap{{text("x"), integer(7)}}}};
    QCOMPARE((to<QMap<QString, Point>>(nested)), (QMap<QString, Point>{{text("p"), {7, 2}}}));
}

void tst_conversion::mapsWithAValueThatDoesNotFitAreRefused()
{
    const QVariantMap map = {{text("1"), integer(1)}, {text("2"), text("two")}};
    QCOMPARE((to<QMap<QString, int>>(map)), std::nullopt);
    QCOMPARE((to<QMap<QString, int>>(QVariantList())), std::nullopt);
    QCOMPARE(to<QVariantHash>(QVariantList()), std::nullopt);
}

void tst_conversion::containersAreReplacedNotExtended()
{
    QList<int> list = {1, 2, 3};
    QVERIFY(convert(Value(QVariant(QVariantList{integer(9)})), QMetaType::fromType<QList<int>>(),
                    &list));
    QCOMPARE(list, QList<int>{9});

    QMap<QString, int> map = {{text("old"), 1}};
    QVERIFY(convert(Value(QVariant(QVariantMap{{text("new"), integer(2)}})),
                    QMetaType::fromType<QMap<QString, int>>(), &map));
    QCOMPARE(map, (QMap<QString, int>{{text("new"), 2}}));
}

void tst_conversion::enumsFromNumbersAndNames()
{
    QCOMPARE(to<Game::Color>(integer(5)), Game::Green);
    QCOMPARE(to<Game::Color>(QVariant(5.0)), Game::Green);
    QCOMPARE(to<Game::Color>(integer(-1)), Game::Transparent);
    QCOMPARE(to<Game::Color>(text("Red")), Game::Red);
    QCOMPARE(to<Game::Color>(integer(1)), std::nullopt);
    QCOMPARE(to<Game::Color>(QVariant(5.5)), std::nullopt);
    QCOMPARE(to<Game::Color>(integer((Q_INT64_C(1) << 32) + 5)), std::nullopt);
    QCOMPARE(to<Game::Color>(integer(0xffffffff)), std::nullopt);
    QCOMPARE(to<Game::Color>(text("red")), std::nullopt);
    QCOMPARE(to<Game::Color>(text("")), std::nullopt);
    QCOMPARE(to<Game::Color>(text("Red|Green")), std::nullopt);
    QCOMPARE(to<Game::Color>(QVariant(false)), std::nullopt);
    QCOMPARE(to<Game::Color>(nil()), std::nullopt);

    // of every size
    QCOMPARE(to<Game::Tiny>(integer(-3)), Game::Tiny::Minus);
    QCOMPARE(to<Game::Tiny>(text("Plus")), Game::Tiny::Plus);
    QCOMPARE(to<Game::Tiny>(integer(253)), std::nullopt);
    QCOMPARE(to<Game::Short>(integer(0xffff)), Game::Short::Top);
    QCOMPARE(to<Game::Short>(integer(-1)), std::nullopt);
    QCOMPARE(to<Game::Wide>(integer(0xffffffff)), Game::Wide::Top);
    QCOMPARE(to<Game::Wide>(text("Top")), Game::Wide::Top);
    QCOMPARE(to<Game::Wide>(integer(-1)), std::nullopt);
    QCOMPARE(to<Game::Huge>(integer(-2)), Game::Huge::Minus);
    QCOMPARE(to<Game::Huge>(text("Plus")), Game::Huge::Plus);
    QCOMPARE(to<Game::Huge>(integer(0xfffffffe)), std::nullopt);

    QCOMPARE(to<Qt::Orientation>(text("Vertical")), Qt::Vertical);
    QCOMPARE(to<QList<Game::Color>>(QVariantList{integer(0), text("Green")}),
             (QList<Game::Color>{Game::Red, Game::Green}));
}

void tst_conversion::flagsFromBitsAndNames()
{
    using Keys = Game::Keys;
    QCOMPARE(to<Keys>(integer(0)), Keys());
    QCOMPARE(to<Keys>(integer(3)), Game::Left | Game::Right);
    QCOMPARE(to<Keys>(QVariant(16.0)), Keys(Game::Fire));
    QCOMPARE(to<Keys>(integer(4)), std::nullopt);
    QCOMPARE(to<Keys>(integer(3 | 4)), std::nullopt);
    QCOMPARE(to<Keys>(integer(Q_INT64_C(1) << 40)), std::nullopt);
    QCOMPARE(to<Keys>(integer(0x80000000)), Keys(Game::Start));
    QCOMPARE(to<Keys>(integer(std::numeric_limits<int>::min())), Keys(Game::Start));
    QCOMPARE(to<Keys>(integer(-1)), std::nullopt);

    QCOMPARE(to<Keys>(text("Left")), Keys(Game::Left));
    QCOMPARE(to<Keys>(text("Left|Fire")), Game::Left | Game::Fire);
    QCOMPARE(to<Keys>(text("Start | Fire")), Game::Start | Game::Fire);
    QCOMPARE(to<Keys>(text("")), Keys());
    QCOMPARE(to<Keys>(text("Left|Left||Fire")), Game::Left | Game::Fire);
    QCOMPARE(to<Keys>(text("Left|").repeated(5)), std::nullopt);
    QCOMPARE(to<Keys>(text("Left|Jump")), std::nullopt);
    QCOMPARE(to<Keys>(QVariantList{text("Left")}), std::nullopt);
    QCOMPARE(to<Qt::Alignment>(text("AlignTop|AlignLeft")),
             Qt::Alignment(Qt::AlignTop | Qt::AlignLeft));
}

void tst_conversion::enumsThatQtDoesNotKnowAreRefused()
{
    QCOMPARE(to<Game::Unregistered>(integer(0)), std::nullopt);
    QCOMPARE(to<Game::Unregistered>(text("Something")), std::nullopt);
    // Qt knows only the flags of these two.
    QCOMPARE(to<Game::Sides>(text("Port|Starboard")), Game::Sides(Game::Port | Game::Starboard));
    QCOMPARE(to<Game::Side>(text("Port")), std::nullopt);
    QCOMPARE(to<Game::Side>(integer(1)), std::nullopt);
}

void tst_conversion::mapsFillGadgets()
{
    QCOMPARE(to<Point>(QVariantMap()), Point());
    QCOMPARE(to<Point>(QVariantMap{{text("y"), integer(5)}, {text("z"), text("ignored")}}),
             (Point{1, 5}));

    Player expected;
    expected.name = text("alice");
    expected.position = {3, 4};
    expected.path = {{5, 2}};
    expected.tiny = Game::Tiny::Minus;
    expected.keys = Game::Left | Game::Fire;
    expected.extra = nil();
    expected.setLevel(9);
    const QVariantMap map = {
        {text("name"), text("alice")},
        {text("position"), QVariantMap{{text("x"), integer(3)}, {text("y"), 4.0}}},
        {text("path"), QVariantList{QVariantMap{{text("x"), integer(5)}}}},
        {text("tiny"), integer(-3)},
        {text("keys"), text("Left|Fire")},
        {text("extra"), nil()},
        {text("level"), integer(9)},
        {text("rank"), text("read-only, so nobody's")},
    };
    QCOMPARE(to<Player>(map), expected);

    const auto ranked =
        to<Ranked>(QVariantMap{{text("name"), text("bob")}, {text("stars"), integer(3)}});
    QVERIFY(ranked);
    QCOMPARE(ranked->name, text("bob"));
    QCOMPARE(ranked->stars, 3);

    const QVariantMap leaf = {{text("leaves"), integer(3)}};
    const auto tree = to<Tree>(QVariantMap{{text("branches"), QVariantList{leaf, QVariantMap()}}});
    QVERIFY(tree);
    QCOMPARE(tree->branches, (QList<Tree>{{3, {}}, {0, {}}}));
}

void tst_conversion::gadgetsRefuseAFieldThatDoesNotFit()
{
    QCOMPARE(to<Point>(QVariantMap{{text("x"), text("one")}}), std::nullopt);
    QCOMPARE(to<Point>(QVariantMap{{text("x"), nil()}}), std::nullopt);
    QCOMPARE(to<Point>(QVariantList{1.0, 2.0}), std::nullopt);
    QCOMPARE(to<Player>(QVariantMap{{text("position"), QVariantMap{{text("y"), true}}}}),
             std::nullopt);
    QCOMPARE(to<Player>(QVariantMap{{text("tiny"), integer(4)}}), std::nullopt);
}

void tst_conversion::typesThatNoValueCanBecome()
{
    QVERIFY(!canBecome(QMetaType::fromType<QObject *>()));
    QVERIFY(!canBecome(QMetaType::fromType<void *>()));
    QVERIFY(!canBecome(QMetaType::fromType<std::nullptr_t>()));
    QVERIFY(!canBecome(QMetaType::fromType<QLine>()));
    QVERIFY(!canBecome(QMetaType::fromType<std::string>()));
    QVERIFY(!canBecome(QMetaType::fromType<QPair<int, int>>()));
    QVERIFY(!canBecome(QMetaType::fromType<QRegularExpression>()));
    QVERIFY(!canBecome(QMetaType::fromType<Handmade>()));
    QVERIFY(!canBecome(QMetaType::fromType<std::list<Handmade>>()));
    QVERIFY(!canBecome(QMetaType::fromType<QMap<double, int>>()));
    QVERIFY(!canBecome(QMetaType::fromType<Game::Unregistered>()));
    QVERIFY(!canBecome(QMetaType::fromType<void>()));
    QVERIFY(!canBecome(QMetaType()));

    QVERIFY(canBecome(QMetaType::fromType<int>()));
    QVERIFY(canBecome(QMetaType::fromType<Player>()));
    QVERIFY(canBecome(QMetaType::fromType<QList<Player>>()));
    QVERIFY(canBecome(QMetaType::fromType<Keeper>())); // but not its property `thing`
    QVERIFY(!to<Keeper>(QVariantMap{{text("thing"), integer(1)}}));
}

QTEST_APPLESS_MAIN(tst_conversion)
#include "tst_conversion.moc"
