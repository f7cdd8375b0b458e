// SPDX-License-Identifier: MIT
#include "dispatching.h"

#include <QRepod/extension.h>

#include <memory>
#include <stdexcept>

namespace {

struct Move
{
    Q_GADGET
    Q_PROPERTY(int id MEMBER id)
    Q_PROPERTY(double x MEMBER x)
    Q_PROPERTY(QString name MEMBER name)

public:
    int id = -1;
    double x = 0.5;
    QString name = QStringLiteral("nobody");
    friend bool operator==(const Move &, const Move &) = default;
};

struct Flight
{
    Q_GADGET
    Q_PROPERTY(Move from MEMBER from)
    Q_PROPERTY(QList<Move> stops MEMBER stops)

public:
    Move from;
    QList<Move> stops;
};

//! Counts its objects, and needs more alignment and memory than the stack buffer has.
struct alignas(64) Bulky
{
    Q_GADGET
    Q_PROPERTY(int number MEMBER number)

public:
    Bulky() { ++alive; }
    Bulky(const Bulky &other)
        : number(other.number)
    {
        ++alive;
    }
    Bulky &operator=(const Bulky &) = default;
    ~Bulky() { --alive; }

    inline static int alive = 0;
    int number = 0;
    char space[1000] = {};
};

struct Unmakeable
{
    explicit Unmakeable(int n)
        : number(n)
    {
    }
    int number;
};

//! A gadget that cannot be made of its properties alone.
struct Sealed
{
    Q_GADGET
    Q_PROPERTY(int number MEMBER number)

public:
    explicit Sealed(int n)
        : number(n)
    {
    }
    int number;
};

//! Writes down which handler was called, with what.
class Recorder : public QObject
{
    Q_OBJECT

public:
    enum class Color { Red, Green = 5 };
    Q_ENUM(Color)
    enum Key { Left = 1, Right = 2 };
    Q_DECLARE_FLAGS(Keys, Key)
    Q_FLAG(Keys)

    QVariantList takeCalls() { return std::exchange(calls, {}); }

    QVariantList calls;

    Q_INVOKABLE int Network_invokable(int id)
    {
        record("invokable", id);
        return id;
    }
    Q_INVOKABLE QVariantMap Network_answer()
    {
        record("answer");
        return {{text("answer"), 42}};
    }

public Q_SLOTS:
    void Network_nothing() { record("nothing"); }
    void Network_map(const QVariantMap &message) { record("map", message); }
    void Network_copy(QVariantMap message) { record("copy", message); } // NOLINT
    void Network_variant(const QVariant &message)
    {
        record("variant", text(message.typeName()), message);
    }
    void Network_unnamedMap(const QVariantMap &) { record("unnamedMap"); }
    void Network_mapField(const QVariantMap &data, int id) { record("mapField", data, id); }
    void Network_move(int id, double x, double y, const QString &name)
    {
        record("move", id, x, y, name);
    }
    void Network_kinds(bool b, const QByteArray &bytes, const QStringList &words,
                       const QDateTime &time, const QList<int> &numbers, const QVariant &any)
    {
        record("kinds", b, bytes, words, time, QVariant::fromValue(numbers), any);
    }
    void Network_enums(Color color, Keys keys) { record("enums", int(color), int(keys)); }
    void Network_gadget(const Move &move) { record("gadget", move.id, move.x, move.name); }
    void Network_gadgetField(const Move &move, int speed)
    {
        record("gadgetField", move.id, move.x, move.name, speed);
    }
    void Network_nested(const Flight &flight)
    {
        QVariantList stops;
        for (const Move &stop : flight.stops)
            stops.append(stop.name);
        record("nested", flight.from.id, stops);
    }
    void Network_bulky(const Bulky &bulky, const Bulky &other)
    {
        record("bulky", bulky.number, other.number);
    }
    void Network_defaults(int a, int b = 10, const QString &c = text("c"))
    {
        record("defaults", a, b, c);
    }
    void Network_allDefaults(int a = 1, int b = 2) { record("allDefaults", a, b); }
    void Network_overload(int value) { record("overload int", value); }
    void Network_overload(const QString &value, int count)
    {
        record("overload text", value, count);
    }
    void Network_overload(const QString &value) { record("overload one text", value); }
    void Network_action(const QString &action) { record("action", action); }
    void Network_throws(const QString &name, const Bulky &bulky)
    {
        record("throws", name, bulky.number);
        throw std::runtime_error("handler");
    }
    void Network_both() { record("Network_both"); }
    void network_both() { record("network_both"); }
    void network_lower(int id) { record("lower", id); }
    void network_received(const QVariantMap &) { record("received"); }
    void network_Network_twice() { record("twice"); }
    void networking() { record("networking"); }
    void ordinary() { record("ordinary"); }

private Q_SLOTS:
    void Network_private(int id) { record("private", id); }

Q_SIGNALS:
    void Network_signal(int id, const QString &name);

protected:
    template <class... Arguments>
    void record(const char *handler, const Arguments &...arguments)
    {
        calls.append(QVariant(QVariantList{text(handler), QVariant(arguments)...}));
    }
};

//! A class of an application, with handlers of its own.
class Derived : public Recorder
{
    Q_OBJECT

public Q_SLOTS:
    void Network_nothing() { record("derived nothing"); }
    void Network_move(const QString &place) { record("derived move", place); }
    void Network_defaults(int a, int b, const QString &c) { record("derived defaults", a, b, c); }
    void network_variant() { record("network_variant"); }
};

class Faulty : public QObject
{
    Q_OBJECT

public:
    int calls = 0;

public Q_SLOTS:
    void Network_unnamed(const QVariant &, int) { ++calls; }
    void Network_unmakeable(int id, const Unmakeable &thing) { calls += id + thing.number; }
    void Network_sealed(const Sealed &sealed) { calls += sealed.number; }
    void Network_reference(int &id) { calls += id; }
    void Network_pointer(QObject *object, int id) { calls += id + (object != nullptr); }
    // clang-format off
    void Network_many(int a0, int a1, int a2, int a3, int a4, int a5, int a6, int a7, int a8, int a9,
                      int b0, int b1, int b2, int b3, int b4, int b5, int b6, int b7, int b8, int b9,
                      int c0, int c1, int c2, int c3, int c4, int c5, int c6, int c7, int c8, int c9,
                      int d0, int d1, int d2, int d3, int d4, int d5, int d6, int d7, int d8, int d9,
                      int e0, int e1, int e2, int e3, int e4, int e5, int e6, int e7, int e8, int e9,
                      int f0, int f1, int f2, int f3, int f4, int f5, int f6, int f7, int f8, int f9,
                      int g0, int g1, int g2, int g3, int g4)
    {
        calls += a0+a1+a2+a3+a4+a5+a6+a7+a8+a9 + b0+b1+b2+b3+b4+b5+b6+b7+b8+b9
               + c0+c1+c2+c3+c4+c5+c6+c7+c8+c9 + d0+d1+d2+d3+d4+d5+d6+d7+d8+d9
               + e0+e1+e2+e3+e4+e5+e6+e7+e8+e9 + f0+f1+f2+f3+f4+f5+f6+f7+f8+f9
               + g0+g1+g2+g3+g4;
    }
    // clang-format on
};

//! Takes 64 fields, the most there can be.
class Wide : public QObject
{
    Q_OBJECT

public:
    int sum = 0;

public Q_SLOTS:
    // clang-format off
    void Network_wide(int a0, int a1, int a2, int a3, int a4, int a5, int a6, int a7,
                      int b0, int b1, int b2, int b3, int b4, int b5, int b6, int b7,
                      int c0, int c1, int c2, int c3, int c4, int c5, int c6, int c7,
                      int d0, int d1, int d2, int d3, int d4, int d5, int d6, int d7,
                      int e0, int e1, int e2, int e3, int e4, int e5, int e6, int e7,
                      int f0, int f1, int f2, int f3, int f4, int f5, int f6, int f7,
                      int g0, int g1, int g2, int g3, int g4, int g5, int g6, int g7,
                      int h0, int h1, int h2, int h3, int h4, int h5, int h6, int h7)
    {
        sum = a0+a1+a2+a3+a4+a5+a6+a7 + b0+b1+b2+b3+b4+b5+b6+b7 + c0+c1+c2+c3+c4+c5+c6+c7
            + d0+d1+d2+d3+d4+d5+d6+d7 + e0+e1+e2+e3+e4+e5+e6+e7 + f0+f1+f2+f3+f4+f5+f6+f7
            + g0+g1+g2+g3+g4+g5+g6+g7 + h0+h1+h2+h3+h4+h5+h6+h7;
    }
    // clang-format on
};

} // namespace

class tst_dispatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QTest::failOnWarning(QRegularExpression(text(".*"))); }

    void handlersGetTheirArguments_data();
    void handlersGetTheirArguments();
    void messagesThatDoNotFitCallNothing_data();
    void messagesThatDoNotFitCallNothing();
    void theLastOfEqualKeysCounts();
    void sixtyFourFieldsArrive();
    void signalsAreEmitted();
    void derivedClassesComeFirst();
    void networkWithAnUpperCaseLetterWins();
    void mismatchesWarnOnceForEachKind();
    void mismatchesOfGadgetsNameTheProperty();
    void methodsThatNothingCanCallWarnAndAreNoHandlers();
    void argumentsAreDestroyed();
    void argumentsAreDestroyedWhenAHandlerThrows();

    void onlyHandlersAreReachable_data();
    void onlyHandlersAreReachable();
    void tablesHoldHandlersOnly();
};

void tst_dispatch::handlersGetTheirArguments_data()
{
    QTest::addColumn<QByteArray>("frame");
    QTest::addColumn<QVariantList>("call");

    const auto row = [](const char *name, const char *action, QVariantMap fields,
                        const QVariantList &call) {
        QTest::newRow(name) << frameOf(action, fields) << call;
    };
    const QVariantMap fields = {{text("id"), 7}};
    const auto whole = [](const char *action) {
        return QVariantMap{{text("action"), text(action)}, {text("id"), Q_INT64_C(7)}};
    };
    const QDateTime time(QDate(2024, 2, 29), QTime(12, 30), Qt::UTC);

    row("no parameters", "nothing", fields, {text("nothing")});
    row("whole message", "map", fields, {text("map"), whole("map")});
    row("whole message, by value", "copy", fields, {text("copy"), whole("copy")});
    row("whole message, QVariant", "variant", fields,
        {text("variant"), text("QVariantMap"), whole("variant")});
    row("whole message, unnamed", "unnamedMap", fields, {text("unnamedMap")});
    row("a map as a field", "mapField", {{text("id"), 7}, {text("data"), fields}},
        {text("mapField"), QVariantMap{{text("id"), Q_INT64_C(7)}}, 7});
    row("Q_INVOKABLE that returns", "invokable", fields, {text("invokable"), 7});
    row("Q_INVOKABLE that returns a map", "answer", fields, {text("answer")});
    row("private slot", "private", fields, {text("private"), 7});
    row("lower case", "lower", fields, {text("lower"), 7});
    row("the action itself", "action", fields, {text("action"), text("action")});
    row("extra fields", "private", {{text("id"), 7}, {text("x"), 1.5}, {text("a"), fields}},
        {text("private"), 7});
    row("numbers that fit", "private", {{text("id"), 2.0}}, {text("private"), 2});

    row("fields", "move",
        {{text("id"), 7}, {text("x"), 10.5}, {text("y"), 20.25}, {text("name"), text("alice")}},
        {text("move"), 7, 10.5, 20.25, text("alice")});
    QTest::newRow("fields in any order") << rawFrame(7,
                                                     "\xa1y\x02\xa4name\xa3"
                                                     "bob\xa1z\x90\xa6"
                                                     "action\xa4move\xa1x\x01\x05\x06\xa2id\x07")
                                         << QVariantList{text("move"), 7, 1.0, 2.0, text("bob")};

    const QStringList words = {text("a"), text("b")};
    row("every kind", "kinds",
        {{text("b"), true},
         {text("bytes"), QByteArray("xyz")},
         {text("words"), words},
         {text("time"), time},
         {text("numbers"), QVariantList{1, 2}},
         {text("any"), QVariantList{words}}},
        {text("kinds"), true, QByteArray("xyz"), words, time, QVariant::fromValue(QList<int>{1, 2}),
         // Of a list of one list, compilers disagree whether braces copy it or wrap it.
         QVariantList{QVariant(QVariantList{text("a"), text("b")})}});
    row("nil for a QVariant", "kinds",
        {{text("b"), true},
         {text("bytes"), QByteArray()},
         {text("words"), QStringList()},
         {text("time"), time},
         {text("numbers"), QVariantList()},
         {text("any"), QVariant()}},
        {text("kinds"), true, QByteArray(), QStringList(), time, QVariant::fromValue(QList<int>()),
         QVariant::fromValue(nullptr)});
    row("enum and flags by number", "enums", {{text("color"), 5}, {text("keys"), 3}},
        {text("enums"), 5, 3});
    row("enum and flags by name", "enums",
        {{text("color"), text("Green")}, {text("keys"), text("Left|Right")}},
        {text("enums"), 5, 3});

    row("gadget", "gadget", {{text("id"), 7}, {text("x"), 1}, {text("name"), text("alice")}},
        {text("gadget"), 7, 1.0, text("alice")});
    row("gadget, fields missing", "gadget", {{text("x"), 1.5}, {text("z"), 9}},
        {text("gadget"), -1, 1.5, text("nobody")});
    row("gadget as a field", "gadgetField", {{text("move"), fields}, {text("speed"), 3}},
        {text("gadgetField"), 7, 0.5, text("nobody"), 3});
    row("gadgets in a gadget", "nested",
        {{text("from"), fields},
         {text("stops"), QVariantList{QVariantMap{{text("name"), text("Ulm")}}, QVariantMap()}}},
        {text("nested"), 7, QVariantList{text("Ulm"), text("nobody")}});

    row("all defaults given", "defaults",
        {{text("a"), 1}, {text("b"), 2}, {text("c"), text("three")}},
        {text("defaults"), 1, 2, text("three")});
    row("last default", "defaults", {{text("a"), 1}, {text("b"), 2}},
        {text("defaults"), 1, 2, text("c")});
    row("both defaults", "defaults", {{text("a"), 1}}, {text("defaults"), 1, 10, text("c")});
    row("nothing but defaults", "allDefaults", {}, {text("allDefaults"), 1, 2});
    row("one of nothing but defaults", "allDefaults", {{text("a"), 5}},
        {text("allDefaults"), 5, 2});

    row("first overload", "overload", {{text("value"), 5}, {text("count"), 6}},
        {text("overload int"), 5});
    row("second overload", "overload", {{text("value"), text("v")}, {text("count"), 6}},
        {text("overload text"), text("v"), 6});
    row("third overload", "overload", {{text("value"), text("v")}},
        {text("overload one text"), text("v")});
}

void tst_dispatch::handlersGetTheirArguments()
{
    QFETCH(const QByteArray, frame);
    QFETCH(const QVariantList, call);
    Recorder recorder;
    QCOMPARE(dispatch(recorder, frame), Outcome::Handled);
    QCOMPARE(recorder.calls, QVariantList{QVariant(call)});
}

void tst_dispatch::messagesThatDoNotFitCallNothing_data()
{
    QTest::addColumn<QByteArray>("frame");
    QTest::addColumn<QString>("warning");

    const auto row = [](const char *name, const char *action, QVariantMap fields,
                        const char *warning) {
        QTest::newRow(name) << frameOf(action, fields)
                            << text("^Recorder::Network_") + text(action) + text(": ")
                + text(warning) + text("$");
    };
    const QVariantMap move = {
        {text("id"), 7}, {text("x"), 10.5}, {text("y"), 20.25}, {text("name"), text("alice")}};
    const auto moveWith = [move](const char *key, const QVariant &value) {
        QVariantMap fields = move;
        fields[text(key)] = value;
        return fields;
    };

    row("a field is missing", "private", {}, "field \"id\" is missing");
    row("number too large", "private", {{text("id"), Q_INT64_C(1) << 40}},
        "field \"id\" is integer 1099511627776, the parameter is an int");
    row("number not whole", "move", moveWith("id", 1.5),
        "field \"id\" is number 1.5, the parameter is an int");
    row("text for a number", "move", moveWith("y", text("12")),
        "field \"y\" is text, the parameter is a double");
    row("number for text", "move", moveWith("name", 3),
        "field \"name\" is integer 3, the parameter is a QString");
    row("nil", "move", moveWith("name", QVariant()),
        "field \"name\" is nil, the parameter is a QString");
    row("number too large for any signed one", "private", {{text("id"), ~quint64(0)}},
        "field \"id\" is integer 18446744073709551615, the parameter is an int");
    row("bytes", "move", moveWith("name", QByteArray("x")),
        "field \"name\" is bytes, the parameter is a QString");
    row("time", "move", moveWith("name", QDateTime::fromSecsSinceEpoch(1, Qt::UTC)),
        "field \"name\" is time, the parameter is a QString");
    row("extension", "move", moveWith("name", QVariant::fromValue(QRepod::Extension{5, "x"})),
        "field \"name\" is extension 5, the parameter is a QString");
    row("list for a map", "mapField", {{text("data"), QVariantList()}, {text("id"), 1}},
        "field \"data\" is list, the parameter is a QVariantMap");
    row("no such enum value", "enums", {{text("color"), 6}, {text("keys"), 1}},
        "field \"color\" is integer 6, the parameter is a .*Recorder::Color");
    row("no such enum name", "enums", {{text("color"), text("Blue")}, {text("keys"), 1}},
        "field \"color\" is text, the parameter is a .*Recorder::Color");
    row("unknown flag", "enums", {{text("color"), 5}, {text("keys"), 4}},
        "field \"keys\" is integer 4, the parameter is a .*");
    row("gadget as a field, wrong inside", "gadgetField",
        {{text("move"), QVariantMap{{text("id"), text("x")}}}, {text("speed"), 3}},
        "field \"move\" is map, the parameter is a .*Move");
    row("required field before defaults is missing", "defaults", {}, "field \"a\" is missing");
    row("a default does not fit", "defaults", {{text("a"), 1}, {text("b"), text("2")}},
        "field \"b\" is text, the parameter is an int");
    row("a default would be skipped", "defaults", {{text("a"), 1}, {text("c"), text("3")}},
        "field \"b\" is missing");
    row("only the last default", "allDefaults", {{text("b"), 1}}, "field \"a\" is missing");
    row("no overload fits", "overload", {{text("value"), true}},
        "field \"value\" is boolean, the parameter is an int");
}

void tst_dispatch::messagesThatDoNotFitCallNothing()
{
    QFETCH(const QByteArray, frame);
    QFETCH(const QString, warning);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(warning));
    Recorder recorder;
    QCOMPARE(dispatch(recorder, frame), Outcome::Mismatched);
    QVERIFY(recorder.calls.isEmpty());
}

void tst_dispatch::theLastOfEqualKeysCounts()
{
    const QByteArray action = "\xa6"
                              "action\xa7private";
    Recorder recorder;
    QCOMPARE(dispatch(recorder, rawFrame(3, action + "\xa2id\x01\xa2id\x02")), Outcome::Handled);
    QCOMPARE(recorder.takeCalls(), QVariantList{QVariant(QVariantList{text("private"), 2})});
    QCOMPARE(dispatch(recorder, rawFrame(3, action + "\xa2id\xa1x\xa2id\x02")), Outcome::Handled);
    QCOMPARE(recorder.takeCalls(), QVariantList{QVariant(QVariantList{text("private"), 2})});

    expectWarning("Network_private: field \"id\" is text, the parameter is an int");
    QCOMPARE(dispatch(recorder, rawFrame(3, action + "\xa2id\x01\xa2id\xa1x")),
             Outcome::Mismatched);

    // nothing of the first gadget shines through
    QCOMPARE(dispatch(recorder,
                      rawFrame(4,
                               "\xa6"
                               "action\xab"
                               "gadgetField\xa5speed\x03"
                               "\xa4move\x82\xa2id\x05\xa1x\x06\xa4move\x81\xa1x\x07")),
             Outcome::Handled);
    QCOMPARE(recorder.takeCalls(),
             QVariantList{QVariant(QVariantList{text("gadgetField"), -1, 7.0, text("nobody"), 3})});

    const QByteArray gadget = "\xa6"
                              "action\xa6gadget";
    QCOMPARE(dispatch(recorder, rawFrame(3, gadget + "\xa2id\xa1x\xa2id\x02")), Outcome::Handled);
    QCOMPARE(recorder.takeCalls(),
             QVariantList{QVariant(QVariantList{text("gadget"), 2, 0.5, text("nobody")})});

    QCOMPARE(dispatch(recorder,
                      rawFrame(2,
                               "\xa6"
                               "action\xa3map\xa6"
                               "action\xa7nothing")),
             Outcome::Handled);
    QCOMPARE(recorder.takeCalls(), QVariantList{QVariant(QVariantList{text("nothing")})});
}

void tst_dispatch::sixtyFourFieldsArrive()
{
    QVariantMap fields;
    int sum = 0;
    for (char letter = 'a'; letter <= 'h'; ++letter) {
        for (int i = 0; i < 8; ++i)
            fields.insert(QLatin1Char(letter) + QString::number(i), ++sum);
    }
    Wide wide;
    QCOMPARE(dispatch(wide, frameOf("wide", fields)), Outcome::Handled);
    QCOMPARE(wide.sum, 64 * 65 / 2);

    fields.remove(text("h7"));
    expectWarning("field \"h7\" is missing");
    QCOMPARE(dispatch(wide, frameOf("wide", fields)), Outcome::Mismatched);
}

void tst_dispatch::signalsAreEmitted()
{
    Recorder recorder;
    QVariantList emitted;
    connect(&recorder, &Recorder::Network_signal, this,
            [&](int id, const QString &name) { emitted << id << name; });
    QCOMPARE(
        dispatch(recorder, frameOf("signal", {{text("id"), 7}, {text("name"), text("alice")}})),
        Outcome::Handled);
    QCOMPARE(emitted, (QVariantList{7, text("alice")}));
    expectWarning("field \"id\" is text, the parameter is an int");
    QCOMPARE(
        dispatch(recorder, frameOf("signal", {{text("id"), text("x")}, {text("name"), text("y")}})),
        Outcome::Mismatched);
    QCOMPARE(emitted.size(), 2);
}

void tst_dispatch::derivedClassesComeFirst()
{
    Derived derived;
    const auto call = [&derived](const char *action, const QVariantMap &fields) {
        dispatch(derived, frameOf(action, fields));
        return derived.takeCalls().value(0).toList();
    };
    QCOMPARE(call("nothing", {}), QVariantList{text("derived nothing")});
    QCOMPARE(call("private", {{text("id"), 7}}), (QVariantList{text("private"), 7}));

    // an overload of its own comes first, the inherited one still counts
    const QVariantMap move = {
        {text("id"), 7}, {text("x"), 10.5}, {text("y"), 20.25}, {text("name"), text("alice")}};
    QCOMPARE(call("move", {{text("place"), text("Ulm")}}),
             (QVariantList{text("derived move"), text("Ulm")}));
    QCOMPARE(call("move", move), (QVariantList{text("move"), 7, 10.5, 20.25, text("alice")}));

    // overridden without the default arguments: they are gone
    const QVariantMap defaults = {{text("a"), 1}, {text("b"), 2}, {text("c"), text("three")}};
    QCOMPARE(call("defaults", defaults),
             (QVariantList{text("derived defaults"), 1, 2, text("three")}));
    expectWarning("Derived::Network_defaults: field \"b\" is missing");
    QCOMPARE(call("defaults", {{text("a"), 1}}), QVariantList());

    // even a base class's Network_ comes before network_
    QCOMPARE(call("variant", {}).value(0), text("variant"));
}

void tst_dispatch::networkWithAnUpperCaseLetterWins()
{
    Recorder recorder;
    QCOMPARE(dispatch(recorder, frameOf("both")), Outcome::Handled);
    QCOMPARE(recorder.calls, QVariantList{QVariant(QVariantList{text("Network_both")})});
}

void tst_dispatch::mismatchesWarnOnceForEachKind()
{
    Recorder recorder;
    Dispatcher dispatcher;
    dispatcher.addTarget(&recorder);
    const QByteArray misfit = frameOf("private", {{text("id"), text("x")}});

    expectWarning("Recorder::Network_private: field \"id\" is text, the parameter is an int");
    for (int i = 0; i < 3; ++i)
        QCOMPARE(dispatch(dispatcher, misfit), Outcome::Mismatched);
    expectWarning("Recorder::Network_private: field \"id\" is missing");
    QCOMPARE(dispatch(dispatcher, frameOf("private")), Outcome::Mismatched);
    QCOMPARE(dispatch(dispatcher, frameOf("private")), Outcome::Mismatched);

    expectWarning("Recorder::network_lower: field \"id\" is missing");
    QCOMPARE(dispatch(dispatcher, frameOf("lower")), Outcome::Mismatched);
    QCOMPARE(dispatch(dispatcher, frameOf("lower")), Outcome::Mismatched);
    QVERIFY(recorder.calls.isEmpty());
}

void tst_dispatch::mismatchesOfGadgetsNameTheProperty()
{
    Recorder recorder;
    expectWarning("Recorder::Network_gadget: field \"id\" is number 1.5, the property is an int");
    QCOMPARE(dispatch(recorder, frameOf("gadget", {{text("id"), 1.5}})), Outcome::Mismatched);
    QVERIFY(recorder.calls.isEmpty());
}

void tst_dispatch::methodsThatNothingCanCallWarnAndAreNoHandlers()
{
    Faulty faulty;
    Dispatcher dispatcher;
    dispatcher.addTarget(&faulty);
    expectWarning("Faulty::Network_unnamed can never be called: parameter 1 has no name");
    expectWarning("Faulty::Network_unmakeable can never be called: no field can be converted to "
                  ".*Unmakeable");
    expectWarning(
        "Faulty::Network_sealed can never be called: a .*Sealed has no default constructor");
    expectWarning(
        "Faulty::Network_reference can never be called: no field can be converted to an int&");
    expectWarning(
        "Faulty::Network_pointer can never be called: no field can be converted to a QObject\\*");
    expectWarning("Faulty::Network_many can never be called: it takes more than 64 fields");
    QCOMPARE(dispatch(dispatcher, frameOf("unnamed", {{text("value"), 1}})), Outcome::Unhandled);
    QCOMPARE(dispatch(dispatcher, frameOf("unmakeable", {{text("id"), 1}})), Outcome::Unhandled);
    QCOMPARE(dispatch(dispatcher, frameOf("sealed", {{text("number"), 1}})), Outcome::Unhandled);
    QCOMPARE(dispatch(dispatcher, frameOf("reference", {{text("id"), 1}})), Outcome::Unhandled);
    QCOMPARE(dispatch(dispatcher, frameOf("many")), Outcome::Unhandled);

    QCOMPARE(dispatch(dispatcher, frameOf("pointer", {{text("object"), 4096}, {text("id"), 1}})),
             Outcome::Unhandled);
    QCOMPARE(faulty.calls, 0);
}

void tst_dispatch::argumentsAreDestroyed()
{
    const QVariantMap number = {{text("number"), 3}};
    Recorder recorder;
    Dispatcher dispatcher;
    dispatcher.addTarget(&recorder);
    QCOMPARE(
        dispatch(dispatcher, frameOf("bulky", {{text("bulky"), number}, {text("other"), number}})),
        Outcome::Handled);
    QCOMPARE(recorder.calls, QVariantList{QVariant(QVariantList{text("bulky"), 3, 3})});
    QCOMPARE(Bulky::alive, 0);

    expectWarning("field \"other\" is integer 1, the parameter is a .*Bulky");
    QCOMPARE(dispatch(dispatcher, frameOf("bulky", {{text("bulky"), number}, {text("other"), 1}})),
             Outcome::Mismatched);
    expectWarning("field \"bulky\" is missing");
    QCOMPARE(dispatch(dispatcher, frameOf("bulky", {{text("other"), number}})),
             Outcome::Mismatched);
    QCOMPARE(Bulky::alive, 0);
}

void tst_dispatch::argumentsAreDestroyedWhenAHandlerThrows()
{
    Recorder recorder;
    const QByteArray frame =
        frameOf("throws", {{text("name"), text("a name")}, {text("bulky"), QVariantMap()}});
#if QT_VERSION >= QT_VERSION_CHECK(6, 3, 0)
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, dispatch(recorder, frame));
#else
    QVERIFY_EXCEPTION_THROWN(dispatch(recorder, frame), std::runtime_error);
#endif
    QCOMPARE(recorder.calls.size(), 1);
    QCOMPARE(Bulky::alive, 0);
}

void tst_dispatch::onlyHandlersAreReachable_data()
{
    QTest::addColumn<QString>("action");
    QTest::newRow("empty") << QString();
    QTest::newRow("a slot of QObject") << text("deleteLater");
    QTest::newRow("a slot of QObject, with its signature") << text("deleteLater()");
    QTest::newRow("upwards") << text("../deleteLater");
    QTest::newRow("another slot") << text("ordinary");
    QTest::newRow("a slot that begins alike") << text("ing");
    QTest::newRow("the fallback") << text("received");
    QTest::newRow("with its prefix") << text("Network_nothing");
    QTest::newRow("with its signature") << text("nothing()");
    QTest::newRow("another case") << text("Nothing");
    QTest::newRow("NUL behind") << QString::fromLatin1("nothing\0", 8);
    QTest::newRow("NUL inside") << QString::fromLatin1("nothing\0x", 9);
    QTest::newRow("only NUL") << QString(1, QChar(u'\0'));
    QTest::newRow("blank behind") << text("nothing ");
    QTest::newRow("half of a name") << text("noth");
    QTest::newRow("umlauts") << text("nöthing");
    QTest::newRow("other alphabets") << text("помощь 😀");
    QTest::newRow("very long") << QString(1000000, u'n');
    QTest::newRow("a property") << text("objectName");
    QTest::newRow("a signal of QObject") << text("destroyed");
}

void tst_dispatch::onlyHandlersAreReachable()
{
    QFETCH(const QString, action);
    Recorder recorder;
    QObject other;
    Dispatcher one;
    one.addTarget(&recorder);
    Dispatcher two;
    two.addTarget(&other);
    two.addTarget(&recorder);
    for (Dispatcher *dispatcher : {&one, &two}) {
        QCOMPARE(dispatch(*dispatcher, frameOf({{text("action"), action}})), Outcome::Unhandled);
        QVERIFY(recorder.calls.isEmpty());
    }
}

void tst_dispatch::tablesHoldHandlersOnly()
{
    const auto plain = HandlerTable::create(&QObject::staticMetaObject);
    QVERIFY(plain->handlers().empty());

    const auto table = HandlerTable::create(&Recorder::staticMetaObject);
    for (const auto &[action, handler] : table->handlers()) {
        const QByteArray name = "etwork_" + action + '(';
        bool found = false;
        for (int i = QObject::staticMetaObject.methodCount();
             i < Recorder::staticMetaObject.methodCount(); ++i)
            found |=
                Recorder::staticMetaObject.method(i).methodSignature().sliced(1).startsWith(name);
        QVERIFY2(found, action.constData());
        QCOMPARE(table->find(action), &handler);
    }
    QVERIFY(table->find("nothing"));
    QVERIFY(!table->find("received"));
}

QTEST_APPLESS_MAIN(tst_dispatch)
#include "tst_dispatch.moc"
