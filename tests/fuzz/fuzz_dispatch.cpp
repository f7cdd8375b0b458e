// SPDX-License-Identifier: MIT

//! Dispatches a message to handlers of every form. Handlers are filled by reading the payload. Here
//! the decoded map determines whether one is called, which overload and with what, and both must
//! agree. No number may change on its way into a parameter.
///
/// Input: a byte that chooses the action, a byte of flags, and the payload, or the input from which
/// Generator makes one.

#include "dispatch/converters.h"
#include "dispatch/dispatcher.h"
#include "generator.h"
#include "protocol/encoder.h"
#include "protocol/validator.h"

#include <QRepod/extension.h>
#include <QRepod/protocol.h>

#include <QtCore/qdatetime.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qurl.h>
#include <QtCore/quuid.h>

#include <cmath>

using namespace QRepod;

namespace {

// If equal values may differ, a property has a WRITE: moc's code for a MEMBER does not write a
// value that is equal to the old one. Of two fields with the same name, 0.0 and -0.0, or 1 and 1.0
// for a QVariant, the first would stay.

struct Point
{
    Q_GADGET
    Q_PROPERTY(double x READ x WRITE setX)
    Q_PROPERTY(int y MEMBER y)
    Q_PROPERTY(int sum READ sum) // not writable: a field of this name is ignored

public:
    double x() const { return m_x; }
    void setX(double x) { m_x = x; }
    int sum() const { return 0; }
    friend bool operator==(const Point &, const Point &) = default;

    int y = -1;

private:
    double m_x = 0.5;
};

struct Player
{
    Q_GADGET
    Q_PROPERTY(QString name MEMBER name)
    Q_PROPERTY(Point from READ from WRITE setFrom)
    Q_PROPERTY(QList<Point> rows READ rows WRITE setRows)
    Q_PROPERTY(QMap<QString, int> map MEMBER map)
    Q_PROPERTY(QVariant any READ any WRITE setAny)
    Q_PROPERTY(QStringList list MEMBER list)
    Q_PROPERTY(float y READ y WRITE setY)

public:
    Point from() const { return m_from; }
    void setFrom(const Point &from) { m_from = from; }
    QList<Point> rows() const { return m_rows; }
    void setRows(const QList<Point> &rows) { m_rows = rows; }
    QVariant any() const { return m_any; }
    void setAny(const QVariant &any) { m_any = any; }
    float y() const { return m_y; }
    void setY(float y) { m_y = y; }
    friend bool operator==(const Player &, const Player &) = default;

    QString name = QStringLiteral("nobody");
    QMap<QString, int> map;
    QStringList list;

private:
    Point m_from;
    QList<Point> m_rows;
    QVariant m_any;
    float m_y = 0;
};

//! Handlers of every form. Each notes what it is given.
class Target : public QObject
{
    Q_OBJECT

public:
    enum class Colour { Red = 1, Green = 2, Blue = -3 };
    Q_ENUM(Colour)
    enum class Tiny : quint8 { Low = 1, High = 200 };
    Q_ENUM(Tiny)
    enum Option { Fast = 1, Loud = 2, Last = int(0x80000000) };
    Q_DECLARE_FLAGS(Options, Option)
    Q_FLAG(Options)

    std::optional<QVariantList> called;

    Q_INVOKABLE void Network_nothing() { record(); }
    Q_INVOKABLE void Network_map(const QVariantMap &map) { record(map); }
    Q_INVOKABLE void Network_variant(const QVariant &any) { record(any); }
    Q_INVOKABLE void Network_gadget(const Player &player) { record(player); }
    Q_INVOKABLE void Network_gadgets(Point from, Point to) { record(from, to); }
    Q_INVOKABLE void Network_players(const QList<Player> &rows, const QMap<QString, Point> &map)
    {
        record(rows, map);
    }
    Q_INVOKABLE void Network_signed(signed char a, short b, int x, qint64 n) { record(a, b, x, n); }
    Q_INVOKABLE void Network_unsigned(uchar a, ushort b, uint x, quint64 n) { record(a, b, x, n); }
    Q_INVOKABLE void Network_longs(char a, long x, ulong n) { record(a, x, n); }
    Q_INVOKABLE void Network_reals(float x, double y) { record(x, y); }
    Q_INVOKABLE void Network_bool(bool a) { record(a); }
    Q_INVOKABLE void Network_string(const QString &text) { record(text); }
    Q_INVOKABLE void Network_texts(const QUrl &url, const QUuid &id, QChar letter)
    {
        record(url, id, letter);
    }
    Q_INVOKABLE void Network_bytes(const QByteArray &data) { record(data); }
    Q_INVOKABLE void Network_list(const QVariantList &list) { record(list); }
    Q_INVOKABLE void Network_strings(const QStringList &list) { record(list); }
    Q_INVOKABLE void Network_rows(const QList<QList<double>> &rows, const QList<int> &list)
    {
        record(rows, list);
    }
    Q_INVOKABLE void Network_maps(const QMap<QString, QString> &map, const QVariantMap &any)
    {
        record(map, any);
    }
    Q_INVOKABLE void Network_hash(const QVariantHash &map) { record(map); }
    Q_INVOKABLE void Network_time(const QDateTime &at) { record(at); }
    Q_INVOKABLE void Network_extension(const QRepod::Extension &data) { record(data); }
    Q_INVOKABLE void Network_enums(Target::Colour colour, Target::Tiny a) { record(colour, a); }
    Q_INVOKABLE void Network_flags(Target::Options options) { record(options); }
    Q_INVOKABLE void Network_any(const QVariant &a, const QVariant &b) { record(a, b); }
    Q_INVOKABLE void Network_default(int a, int b = 2, const QString &text = QStringLiteral("c"),
                                     double x = 0.5)
    {
        record(a, b, text, x);
    }
    Q_INVOKABLE void Network_overload(int a, const QString &text) { record(a, text); }
    Q_INVOKABLE void Network_overload(const QString &a, int b = 1) { record(a, b); }
    Q_INVOKABLE void Network_overload(const Point &point) { record(point); }

private:
    template <class... Arguments>
    void record(const Arguments &...arguments)
    {
        expect(!called, "one handler, once");
        called = QVariantList{QVariant::fromValue(arguments)...};
    }
};

const QList<QByteArray> words = {"a",
                                 "b",
                                 "x",
                                 "y",
                                 "n",
                                 "id",
                                 "text",
                                 "name",
                                 "from",
                                 "to",
                                 "rows",
                                 "map",
                                 "list",
                                 "any",
                                 "url",
                                 "data",
                                 "at",
                                 "letter",
                                 "colour",
                                 "options",
                                 "Red",
                                 "High",
                                 "Fast|Loud",
                                 "Last",
                                 "http://[::1]/%41",
                                 "67c8770b-44f1-410a-ab9a-f9b5446f13ee",
                                 "{67C8770B-44F1-410A-AB9A-F9B5446F13EE}",
                                 ""};

//! Returns the same bytes for the same values, including NaN and gadgets.
QByteArray fingerprint(const QVariantList &arguments)
{
    QByteArray bytes;
    QString error;
    const bool isEncoded =
        appendFrame(bytes, {{QStringLiteral("arguments"), arguments}}, {.depth = 100}, &error);
    expect(isEncoded, "what a handler gets can be encoded");
    return bytes;
}

std::optional<long double> number(const QVariant &value)
{
    switch (value.metaType().id()) {
    case QMetaType::Char:
    case QMetaType::SChar:
    case QMetaType::Short:
    case QMetaType::Int:
    case QMetaType::Long:
    case QMetaType::LongLong:
        return value.toLongLong();
    case QMetaType::UChar:
    case QMetaType::UShort:
    case QMetaType::UInt:
    case QMetaType::ULong:
    case QMetaType::ULongLong:
        return value.toULongLong();
    case QMetaType::Float:
        return *static_cast<const float *>(value.constData());
    case QMetaType::Double:
        return value.toDouble();
    default:
        return std::nullopt;
    }
}

void expectNothingLost(const QVariant &field, const QVariant &argument)
{
    auto from = number(field);
    const auto to = number(argument);
    if (from && argument.metaType().id() == QMetaType::Float)
        from = float(*from); // the nearest float
    if (from && to)
        expect(*from == *to || (std::isnan(*from) && std::isnan(*to)), "the same number");
}

std::optional<QVariant> converted(const QVariant &value, QMetaType type)
{
    if (type.id() == QMetaType::QVariant)
        return value;
    static Converters converters;
    const Converter *const converter = converters.find(type);
    QVariant argument(type);
    if (!converter || !converter->convert(Value(value), argument.data()))
        return std::nullopt;
    expectNothingLost(value, argument);
    return argument;
}

//! A handler as moc describes it.
struct Method
{
    std::vector<QMetaType> types;
    QStringList names;
    int optional = 0; ///< how many of the last parameters have default arguments
};

//! Returns the arguments for \a method and \a message without omitted ones; nothing if it is not
//! called.
std::optional<QVariantList> arguments(const Method &method, const QVariantMap &message)
{
    const auto count = qsizetype(method.types.size());
    if (count == 0)
        return QVariantList();
    if (count == 1) {
        const QMetaType only = method.types.front();
        if (only.id() == QMetaType::QVariantMap || only.id() == QMetaType::QVariant)
            return QVariantList{QVariant(message)};
        if (only.flags() & QMetaType::IsGadget) {
            const auto gadget = converted(message, only);
            return gadget ? std::optional(QVariantList{*gadget}) : std::nullopt;
        }
    }
    QVariantList arguments;
    bool isComplete = true;
    for (qsizetype i = 0; i < count; ++i) {
        const auto field = message.find(method.names[i]);
        if (field == message.end()) {
            isComplete = false;
            continue;
        }
        const auto argument = converted(*field, method.types[size_t(i)]);
        if (!argument || !isComplete)
            return std::nullopt;
        arguments.append(*argument);
    }
    return arguments.size() < count - method.optional ? std::nullopt : std::optional(arguments);
}

//! The methods for one action, in the order in which they are tried.
struct Action
{
    QByteArray name;
    std::vector<Method> methods;
};

std::vector<Action> actionsOf(const QMetaObject &type)
{
    std::vector<Action> actions;
    for (int i = type.methodOffset(); i < type.methodCount(); ++i) {
        const QMetaMethod method = type.method(i);
        if (method.attributes() & QMetaMethod::Cloned) { // the last one, with a parameter less
            ++actions.back().methods.back().optional;
            continue;
        }
        const QByteArray name = method.name().sliced(qsizetype(qstrlen("Network_")));
        if (actions.empty() || actions.back().name != name)
            actions.push_back({name, {}});
        Method &added = actions.back().methods.emplace_back();
        for (int parameter = 0; parameter < method.parameterCount(); ++parameter) {
            added.types.push_back(method.parameterMetaType(parameter));
            added.names.append(QString::fromUtf8(method.parameterNames()[parameter]));
        }
    }
    return actions;
}

//! Expects the first method for \a action that \a message fits.
void expectCalled(const std::optional<QVariantList> &called, const Action &action,
                  const QVariantMap &message)
{
    for (const Method &method : action.methods) {
        const auto expected = arguments(method, message);
        if (!expected)
            continue;
        expect(called.has_value(), "the handler is called");
        expect(std::equal(called->begin(), called->end(), method.types.begin(), method.types.end(),
                          [](const QVariant &argument, QMetaType type) {
                              return argument.metaType() == type
                                  || type.id() == QMetaType::QVariant;
                          }),
               "this overload");
        expect(fingerprint(called->first(expected->size())) == fingerprint(*expected),
               "with the fields of the map");
        return;
    }
    expect(!called, "no handler is called");
}

} // namespace

// Warnings are part of the test, but printing them is not.
extern "C" int LLVMFuzzerInitialize(int *, char ***)
{
    qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &) {});
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    static const std::vector<Action> actions = actionsOf(Target::staticMetaObject);
    static const auto sharedTable = HandlerTable::create(&Target::staticMetaObject);

    Input input(data, size);
    const Action &action = actions[input.byte() % actions.size()];
    const quint8 flags = input.byte();
    QByteArray generated;
    QByteArrayView payload;
    if (flags & 1)
        payload = generated = Generator(input, words).message();
    else
        payload = input.takeRest();
    const auto message = decode(payload);
    if (!message)
        return 0;

    // A new table warns again, which creates the text for a mismatch.
    const bool isNewTable = (flags & 0x7e) == 0x7e;
    const auto table = isNewTable ? HandlerTable::create(&Target::staticMetaObject) : sharedTable;
    Target target;
    QObject other;
    Dispatcher dispatcher;
    if (flags & 0x10)
        dispatcher.addTarget(&other);
    dispatcher.addTarget(&target, table);

    TextCache keys;
    const Frame frame{payload, action.name};
    const Message decoded(frame, keys);
    const auto outcome = dispatcher.dispatch(decoded);
    expect(outcome
               == (target.called ? Dispatcher::Outcome::Handled : Dispatcher::Outcome::Mismatched),
           "the outcome is what happened");
    expectCalled(target.called, action, *message);
    return 0;
}

#include "fuzz_dispatch.moc"
