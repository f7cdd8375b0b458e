// SPDX-License-Identifier: MIT
#include "javascript.h"

#include <QRepod/SharedValue>

#include <QtCore/qmap.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qobject.h>
#include <QtCore/qstringlist.h>
#include <QtQml/qjsengine.h>

#include <cmath>
#include <utility>

namespace QRepod {

//! Placeholders for a function or symbol, so that the encoder's warning names it.
struct JavaScriptFunction
{
};
struct JavaScriptSymbol
{
};
struct JavaScriptObjectAsKey
{
};

} // namespace QRepod

Q_DECLARE_METATYPE(QRepod::JavaScriptFunction)
Q_DECLARE_METATYPE(QRepod::JavaScriptSymbol)
Q_DECLARE_METATYPE(QRepod::JavaScriptObjectAsKey)

namespace QRepod {

namespace {

//! Lets shared properties hold arrays and objects.
[[maybe_unused]] const bool isShareable = QMetaType::registerConverter<QJSValue, SharedValue>(
    [](const QJSValue &value) { return SharedValue{value.toVariant()}; });

// Number.MAX_SAFE_INTEGER: every integer up to this has a double of its own.
constexpr double maximumSafeInteger = 9007199254740991.0;

//! Returns the coordinates of QML's geometric value types. Some are Qt Gui's, which is not linked.
QStringList coordinatesOf(QMetaType type)
{
    switch (type.id()) {
    case QMetaType::QPoint:
    case QMetaType::QPointF:
    case QMetaType::QVector2D:
        return {QStringLiteral("x"), QStringLiteral("y")};
    case QMetaType::QSize:
    case QMetaType::QSizeF:
        return {QStringLiteral("width"), QStringLiteral("height")};
    case QMetaType::QRect:
    case QMetaType::QRectF:
        return {QStringLiteral("x"), QStringLiteral("y"), QStringLiteral("width"),
                QStringLiteral("height")};
    case QMetaType::QVector3D:
        return {QStringLiteral("x"), QStringLiteral("y"), QStringLiteral("z")};
    case QMetaType::QVector4D:
        return {QStringLiteral("x"), QStringLiteral("y"), QStringLiteral("z"), QStringLiteral("w")};
    case QMetaType::QQuaternion:
        return {QStringLiteral("scalar"), QStringLiteral("x"), QStringLiteral("y"),
                QStringLiteral("z")};
    default:
        return {};
    }
}

bool isListModel(const QObject *object)
{
    return object->inherits("QQmlListModel");
}

//! Returns the roles of a row of a ListModel, which are properties of an object that the model
//! makes; nothing for other objects.
QStringList rolesOf(const QObject *object)
{
    const QMetaObject *type = object->metaObject();
    const QByteArrayView name = type->className();
    // Objects declared in QML have class names of their own.
    if (name != "DynamicRoleModelNode" && name != QObject::staticMetaObject.className())
        return {};
    QStringList roles;
    for (int i = QObject::staticMetaObject.propertyCount(); i < type->propertyCount(); ++i)
        roles.append(QString::fromUtf8(type->property(i).name()));
    return roles;
}

//! Returns for example `"[object Map]"`.
QString kindOf(const QJSValue &object, const QJSEngine &engine)
{
    return engine.globalObject()
        .property(QStringLiteral("Object"))
        .property(QStringLiteral("prototype"))
        .property(QStringLiteral("toString"))
        .callWithInstance(object)
        .toString();
}

} // namespace

JavaScript::JavaScript(QJSEngine &engine, int maximumDepth)
    : m_engine(engine)
    , m_maximumDepth(maximumDepth)
{
}

QVariant JavaScript::variant(const QJSValue &value)
{
    if (value.isUndefined() || value.isNull() || m_isTooDeep)
        return {};
    if (value.isBool())
        return value.toBool();
    if (value.isNumber())
        return number(value.toNumber());
    if (value.isString())
        return value.toString();
    if (!value.isObject()) // QJSValue does not support symbols; its toVariant() crashes
        return QVariant::fromValue(JavaScriptSymbol());
    if (value.isCallable())
        return QVariant::fromValue(JavaScriptFunction());
    return object(value);
}

QVariant JavaScript::number(double number) const
{
    if (std::trunc(number) == number && std::abs(number) <= maximumSafeInteger)
        return qint64(number);
    return number;
}

template <class Convert>
QVariant JavaScript::nested(Convert convert)
{
    if (m_depth == m_maximumDepth) {
        m_isTooDeep = true;
        return QVariantList();
    }
    ++m_depth;
    const QVariant value = convert();
    --m_depth;
    return value;
}

QVariant JavaScript::object(const QJSValue &object)
{
    if (object.isArray())
        return nested([&] { return list(object); });
    const QVariant value = object.toVariant(QJSValue::RetainJSObjects);
    if (value.metaType() != QMetaType::fromType<QJSValue>())
        return native(object, value);
    if (isView(object))
        return bytes(object);
    return nested([&] { return container(object); });
}

QVariant JavaScript::container(const QJSValue &object)
{
    const QStringList names = keys(object);
    if (names.isEmpty()) { // as for a Map or a Set, whose elements are not properties
        const QString kind = kindOf(object, m_engine);
        if (kind == QLatin1String("[object Map]"))
            return entries(arrayFrom(object));
        if (kind == QLatin1String("[object Set]"))
            return list(arrayFrom(object));
    }
    return map(object, names);
}

//! Converts an ArrayBuffer, a Date, or something from C++. Containers are read element by element,
//! because a number in one may be a double that JavaScript made of an integer.
QVariant JavaScript::native(const QJSValue &object, const QVariant &value)
{
    const QMetaType type = value.metaType();
    const QStringList coordinates = coordinatesOf(type);
    if (!coordinates.isEmpty())
        return nested([&] { return map(object, coordinates); });
    if (type.id() == QMetaType::QColor)
        return value.toString();
    if (type.id() == QMetaType::QVariantMap)
        return nested([&] { return map(object, value.toMap().keys()); });
    if (const QObject *qObject = object.toQObject()) {
        if (isListModel(qObject))
            return nested([&] { return rows(object); });
        const QStringList roles = rolesOf(qObject);
        return roles.isEmpty() ? value : nested([&] { return map(object, roles); });
    }
    if (type.id() != QMetaType::QByteArray && value.canConvert<QVariantList>())
        return nested([&] { return list(object); });
    return value;
}

QVariantList JavaScript::list(const QJSValue &array)
{
    const quint32 length = array.property(QStringLiteral("length")).toUInt();
    QVariantList list;
    list.reserve(qsizetype(length));
    for (quint32 i = 0; i < length; ++i)
        list.append(variant(array.property(i)));
    return list;
}

QVariantList JavaScript::rows(const QJSValue &model)
{
    const int count = model.property(QStringLiteral("count")).toInt();
    const QJSValue get = model.property(QStringLiteral("get"));
    QVariantList rows;
    rows.reserve(count);
    for (int i = 0; i < count; ++i)
        rows.append(variant(get.callWithInstance(model, {i})));
    return rows;
}

QVariantMap JavaScript::map(const QJSValue &object, const QStringList &names)
{
    QVariantMap map;
    for (const QString &name : names)
        map.insert(name, variant(object.property(name)));
    return map;
}

//! Converts a Map, given as an array of pairs.
QVariant JavaScript::entries(const QJSValue &pairs)
{
    QMap<qint64, QVariant> byInteger;
    QVariantMap byText;
    const quint32 length = pairs.property(QStringLiteral("length")).toUInt();
    for (quint32 i = 0; i < length; ++i) {
        const QJSValue pair = pairs.property(i);
        const QJSValue key = pair.property(0);
        const bool isKey = key.isString() || key.isNumber() || key.isBool();
        const QVariant value =
            isKey ? variant(pair.property(1)) : QVariant::fromValue(JavaScriptObjectAsKey());
        const QVariant integer = variant(key);
        if (integer.metaType() == QMetaType::fromType<qint64>())
            byInteger.insert(integer.toLongLong(), value);
        byText.insert(isKey ? key.toString() : QStringLiteral("(key)"), value);
    }
    if (length > 0 && byInteger.size() == qsizetype(length))
        return QVariant::fromValue(byInteger);
    return byText;
}

QByteArray JavaScript::bytes(const QJSValue &view) const
{
    const QByteArray buffer = view.property(QStringLiteral("buffer")).toVariant().toByteArray();
    return buffer.mid(view.property(QStringLiteral("byteOffset")).toInt(),
                      view.property(QStringLiteral("byteLength")).toInt());
}

bool JavaScript::isView(const QJSValue &object) const
{
    const QJSValue arrayBuffer = m_engine.globalObject().property(QStringLiteral("ArrayBuffer"));
    return arrayBuffer.property(QStringLiteral("isView")).call({object}).toBool();
}

//! Returns the keys that JSON.stringify() uses. QJSValueIterator also visits others.
QStringList JavaScript::keys(const QJSValue &object) const
{
    const QJSValue type = m_engine.globalObject().property(QStringLiteral("Object"));
    return type.property(QStringLiteral("keys")).call({object}).toVariant().toStringList();
}

QJSValue JavaScript::arrayFrom(const QJSValue &iterable) const
{
    const QJSValue type = m_engine.globalObject().property(QStringLiteral("Array"));
    return type.property(QStringLiteral("from")).callWithInstance(type, {iterable});
}

std::optional<QVariantMap> JavaScript::message(const char *function,
                                               const QJSValue &messageOrAction,
                                               const QJSValue &fields)
{
    const bool isAction = messageOrAction.isString();
    QVariant message = variant(isAction ? fields : messageOrAction);
    if (isAction && fields.isUndefined())
        message = QVariantMap();
    if (message.metaType() != QMetaType::fromType<QVariantMap>()
        || (!isAction && !fields.isUndefined())) {
        m_engine.throwError(
            QJSValue::TypeError,
            QLatin1String(function)
                + QStringLiteral("() takes a message object, or an action string and "
                                 "a fields object"));
        return {};
    }
    QVariantMap map = message.toMap();
    if (isAction)
        map.insert(QStringLiteral("action"), messageOrAction.toString());
    return map;
}

std::optional<JavaScript::Outgoing> JavaScript::outgoing(const char *function,
                                                         const QJSValue &messageOrAction,
                                                         const QJSValue &fields,
                                                         const QJSValue &mode)
{
    const bool isModeNext = !messageOrAction.isString() && fields.isNumber();
    auto map = message(function, messageOrAction, isModeNext ? QJSValue() : fields);
    if (!map)
        return {};
    return Outgoing{std::move(*map), sendMode(isModeNext ? fields : mode)};
}

SendMode JavaScript::sendMode(const QJSValue &mode)
{
    return mode.isNumber() && mode.toInt() == int(SendMode::Latest) ? SendMode::Latest
                                                                    : SendMode::Reliable;
}

} // namespace QRepod
