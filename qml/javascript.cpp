// SPDX-License-Identifier: MIT
#include "javascript.h"

#include <QtCore/qstringlist.h>
#include <QtQml/qjsengine.h>

#include <cmath>

namespace QRepod {

//! What stands for a function or symbol, so that the encoder's warning names it.
struct JavaScriptFunction
{
};
struct JavaScriptSymbol
{
};

} // namespace QRepod

Q_DECLARE_METATYPE(QRepod::JavaScriptFunction)
Q_DECLARE_METATYPE(QRepod::JavaScriptSymbol)

namespace QRepod {

namespace {

// Up to here every whole number has a double of its own: Number.MAX_SAFE_INTEGER.
constexpr double maximumSafeInteger = 9007199254740991.0;

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
    if (!value.isObject()) // QJSValue knows no symbols; its toVariant() crashes on one
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

QVariant JavaScript::object(const QJSValue &object)
{
    const bool isArray = object.isArray();
    if (!isArray) {
        QVariant value = object.toVariant(QJSValue::RetainJSObjects);
        if (value.metaType() != QMetaType::fromType<QJSValue>())
            return value; // ArrayBuffer, Date, or something from C++
        if (isView(object))
            return bytes(object);
    }
    if (m_depth == m_maximumDepth) {
        m_isTooDeep = true;
        return QVariantList();
    }
    ++m_depth;
    QVariant value = isArray ? QVariant(list(object)) : QVariant(map(object));
    --m_depth;
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

QVariantMap JavaScript::map(const QJSValue &object)
{
    QVariantMap map;
    const QStringList names = keys(object);
    for (const QString &name : names)
        map.insert(name, variant(object.property(name)));
    return map;
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

//! Those that JSON.stringify() takes. QJSValueIterator also visits what is not enumerable.
QStringList JavaScript::keys(const QJSValue &object) const
{
    const QJSValue type = m_engine.globalObject().property(QStringLiteral("Object"));
    return type.property(QStringLiteral("keys")).call({object}).toVariant().toStringList();
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
        m_engine.throwError(QJSValue::TypeError,
                            QLatin1String(function)
                                + QStringLiteral("() takes an object, the message, or a string and "
                                                 "an object, its action and its fields"));
        return {};
    }
    QVariantMap map = message.toMap();
    if (isAction)
        map.insert(QStringLiteral("action"), messageOrAction.toString());
    return map;
}

} // namespace QRepod
