// SPDX-License-Identifier: MIT
#include "state/valuefilter.h"

#include "protocol/encoder.h"

#include <QRepod/sharedvalue.h>

#include <QtCore/qloggingcategory.h>

namespace QRepod {

Q_LOGGING_CATEGORY(stateLog, "qrepod.state", QtWarningMsg)

namespace {

// The deepest that a value can be in a message: fields, changes, one change, roles.
constexpr int depthInMessage = 4;

//! Returns whether every value of \a type can be sent, so that none has to be tried.
bool isPlain(QMetaType type)
{
    switch (type.id()) {
    case QMetaType::Bool:
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
    case QMetaType::Float:
    case QMetaType::Double:
    case QMetaType::QString:
        return true;
    default:
        return type.flags() & QMetaType::IsEnumeration;
    }
}

} // namespace

bool isSameValue(const QVariant &a, const QVariant &b)
{
    return a.metaType() == b.metaType() && a == b;
}

QVariant sharedForm(const QVariant &value)
{
    const QMetaType type = value.metaType();
    if (type.id() < QMetaType::User || isPlain(type))
        return value;
    return value.canConvert<SharedValue>() ? value.value<SharedValue>().value : value;
}

bool ValueFilter::accepts(const QString &name, const QVariant &value)
{
    if (isPlain(value.metaType()) || value.isNull())
        return true;
    MessageLimits limits = m_limits;
    limits.depth -= depthInMessage;
    QByteArray bytes;
    QString error;
    QList<LargeValue> large;
    if (appendFrame(bytes, {{name, value}}, limits, &error, &large))
        return true;
    if (!m_warned.contains(name)) {
        m_warned.insert(name);
        qCWarning(stateLog).noquote() << "a value of" << m_owner << "is not shared:" << error;
    }
    return false;
}

} // namespace QRepod
