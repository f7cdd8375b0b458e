// SPDX-License-Identifier: MIT
#include "dispatch/optionals.h"

#include "dispatch/converters.h"
#include "dispatch/memory.h"

#include <QRepod/extension.h>

#include <QtCore/qdatetime.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qrect.h>
#include <QtCore/qurl.h>
#include <QtCore/quuid.h>

#include <optional>

namespace QRepod {

namespace {

template <class T>
class KnownOptional final : public Converter
{
public:
    explicit KnownOptional(const Converter &value)
        : m_value(value)
    {
    }

    bool takesNothing() const override { return true; }

    bool convert(const Value &value, void *target) const override
    {
        auto &optional = *static_cast<std::optional<T> *>(target);
        optional.reset();
        if (value.kind() == Value::Kind::Nil)
            return true;
        T object{};
        if (!m_value.convert(value, &object))
            return false;
        optional = std::move(object);
        return true;
    }

private:
    const Converter &m_value;
};

//! One that a program has registered.
class RegisteredOptional final : public Converter
{
public:
    RegisteredOptional(QMetaType type, QMetaType valueType, const Converter &value)
        : m_type(type)
        , m_valueType(valueType)
        , m_value(value)
    {
    }

    bool takesNothing() const override { return true; }

    bool convert(const Value &value, void *target) const override
    {
        if (value.kind() == Value::Kind::Nil) {
            m_type.destruct(target);
            m_type.construct(target);
            return true;
        }
        LocalObject object(m_valueType);
        return m_value.convert(value, object.data())
            && QMetaType::convert(m_valueType, object.data(), m_type, target);
    }

private:
    const QMetaType m_type;
    const QMetaType m_valueType;
    const Converter &m_value;
};

using Created = std::unique_ptr<const Converter>;

template <class T>
bool createKnown(QMetaType type, Converters &converters, Created &created)
{
    if (type != QMetaType::fromType<std::optional<T>>())
        return false;
    created = std::make_unique<KnownOptional<T>>(*converters.find(QMetaType::fromType<T>()));
    return true;
}

//! Creates that for the first of the types \a T that is in an optional of this \a type.
template <class... T>
bool createAnyKnown(QMetaType type, Converters &converters, Created &created)
{
    return (createKnown<T>(type, converters, created) || ...);
}

} // namespace

Created createOptionalConverter(QMetaType type, Converters &converters)
{
    const QByteArrayView name = type.name();
    const qsizetype start = name.indexOf("optional<");
    if (start < 0)
        return nullptr;
    Created created;
    if (createAnyKnown<bool, signed char, uchar, short, ushort, int, uint, long, ulong, qint64,
                       quint64, float, double>(type, converters, created)
        || createAnyKnown<QString, QUrl, QUuid, QChar, QByteArray, QDate, QTime, QDateTime,
                          Extension>(type, converters, created)
        || createAnyKnown<QVariantList, QStringList, QVariantMap, QVariantHash, QJsonArray,
                          QJsonObject>(type, converters, created)
        || createAnyKnown<QPoint, QPointF, QSize, QSizeF, QRect, QRectF>(type, converters, created))
        return created;

    const QByteArrayView inside = name.sliced(start + qsizetype(qstrlen("optional<"))).chopped(1);
    const QMetaType valueType = QMetaType::fromName(inside.trimmed());
    const Converter *const value = converters.find(valueType);
    if (!value || !QMetaType::hasRegisteredConverterFunction(valueType, type))
        return nullptr;
    return std::make_unique<RegisteredOptional>(type, valueType, *value);
}

} // namespace QRepod
