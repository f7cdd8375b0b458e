// SPDX-License-Identifier: MIT
#include "protocol/value.h"

#include "protocol/decodecontext.h"
#include "protocol/text.h"

#include <QRepod/extension.h>

#include <QtCore/qdatetime.h>

namespace QRepod {

Value::Value(const QVariant &decoded)
    : m_kind(Kind::Nil)
    , m_integer(0)
    , m_decoded(&decoded)
{
    const QMetaType type = decoded.metaType();
    switch (type.id()) {
    case QMetaType::Nullptr:
        break;
    case QMetaType::Bool:
        m_kind = Kind::Boolean;
        m_boolean = decoded.toBool();
        break;
    case QMetaType::LongLong:
        m_kind = Kind::Integer;
        m_integer = decoded.toLongLong();
        break;
    case QMetaType::ULongLong:
        m_kind = Kind::Unsigned;
        m_unsigned = decoded.toULongLong();
        break;
    case QMetaType::Double:
        m_kind = Kind::Real;
        m_real = decoded.toDouble();
        break;
    case QMetaType::QString:
        m_kind = Kind::Text;
        break;
    case QMetaType::QByteArray:
        m_kind = Kind::Binary;
        break;
    case QMetaType::QVariantList:
        m_kind = Kind::List;
        break;
    case QMetaType::QVariantMap:
        m_kind = Kind::Map;
        break;
    case QMetaType::QDateTime:
        m_kind = Kind::Time;
        break;
    default:
        Q_ASSERT(type == QMetaType::fromType<Extension>());
        m_kind = Kind::Extension;
        break;
    }
}

QString Value::toText() const
{
    Q_ASSERT(m_kind == Kind::Text);
    return m_decoded ? m_decoded->toString() : textFromUtf8(m_bytes);
}

QByteArray Value::toBinary() const
{
    Q_ASSERT(m_kind == Kind::Binary);
    return m_decoded ? m_decoded->toByteArray() : m_context->bytes(m_bytes);
}

QVariant Value::toVariant() const
{
    if (m_decoded)
        return *m_decoded;
    switch (m_kind) {
    case Kind::Boolean:
        return m_boolean;
    case Kind::Integer:
        return m_integer;
    case Kind::Unsigned:
        return m_unsigned;
    case Kind::Real:
        return m_real;
    case Kind::Text:
        return toText();
    case Kind::Binary:
        return toBinary();
    case Kind::Nil:
        return QVariant::fromValue(nullptr);
    case Kind::List:
    case Kind::Map:
    case Kind::Time:
    case Kind::Extension:
        break; // always made from a decoded value
    }
    Q_UNREACHABLE();
    return {};
}

QString Value::describe() const
{
    switch (m_kind) {
    case Kind::Nil:
        return QStringLiteral("nil");
    case Kind::Boolean:
        return QStringLiteral("boolean");
    case Kind::Integer:
        return QStringLiteral("integer %1").arg(m_integer);
    case Kind::Unsigned:
        return QStringLiteral("integer %1").arg(m_unsigned);
    case Kind::Real:
        return QStringLiteral("number %1").arg(m_real, 0, 'g', QLocale::FloatingPointShortest);
    case Kind::Text:
        return QStringLiteral("text");
    case Kind::Binary:
        return QStringLiteral("bytes");
    case Kind::List:
        return QStringLiteral("list");
    case Kind::Map:
        return QStringLiteral("map");
    case Kind::Time:
        return QStringLiteral("time");
    case Kind::Extension:
        return QStringLiteral("extension %1").arg(m_decoded->value<QRepod::Extension>().type);
    }
    Q_UNREACHABLE();
    return {};
}

} // namespace QRepod
