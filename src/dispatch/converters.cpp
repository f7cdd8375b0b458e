// SPDX-License-Identifier: MIT
#include "dispatch/converters.h"

#include "dispatch/containers.h"
#include "dispatch/enumconverter.h"
#include "dispatch/geometry.h"
#include "dispatch/json.h"
#include "dispatch/numbers.h"
#include "dispatch/optionals.h"
#include "dispatch/texts.h"

#include <QRepod/extension.h>

#include <QtCore/qdatetime.h>

#include <type_traits>

namespace QRepod {

namespace {

using Kind = Value::Kind;

bool toBoolean(const Value &value, void *target)
{
    if (value.kind() != Kind::Boolean)
        return false;
    *static_cast<bool *>(target) = value.toBoolean();
    return true;
}

bool toBytes(const Value &value, void *target)
{
    if (value.kind() != Kind::Binary)
        return false;
    *static_cast<QByteArray *>(target) = value.toBinary();
    return true;
}

bool toVariant(const Value &value, void *target)
{
    *static_cast<QVariant *>(target) = value.toVariant();
    return true;
}

//! Converts to T, the type that values of \a kind are decoded to.
template <class T, Kind kind>
bool toDecoded(const Value &value, void *target)
{
    if (value.kind() != kind)
        return false;
    *static_cast<T *>(target) = *static_cast<const T *>(value.decoded()->constData());
    return true;
}

//! Returns the converter for \a type if that is a function, otherwise nullptr.
const Converter *findFunction(QMetaType type)
{
    // Whether char is signed depends on the platform.
    using Char = std::conditional_t<std::is_signed_v<char>, signed char, uchar>;
    switch (type.id()) {
    case QMetaType::Bool:
        return FunctionConverter<toBoolean>::instance();
    case QMetaType::Char:
        return FunctionConverter<toNumber<Char>>::instance();
    case QMetaType::SChar:
        return FunctionConverter<toNumber<signed char>>::instance();
    case QMetaType::UChar:
        return FunctionConverter<toNumber<uchar>>::instance();
    case QMetaType::Short:
        return FunctionConverter<toNumber<short>>::instance();
    case QMetaType::UShort:
        return FunctionConverter<toNumber<ushort>>::instance();
    case QMetaType::Int:
        return FunctionConverter<toNumber<int>>::instance();
    case QMetaType::UInt:
        return FunctionConverter<toNumber<uint>>::instance();
    case QMetaType::Long:
        return FunctionConverter<toNumber<long>>::instance();
    case QMetaType::ULong:
        return FunctionConverter<toNumber<ulong>>::instance();
    case QMetaType::LongLong:
        return FunctionConverter<toNumber<qint64>>::instance();
    case QMetaType::ULongLong:
        return FunctionConverter<toNumber<quint64>>::instance();
    case QMetaType::Float:
        return FunctionConverter<toNumber<float>>::instance();
    case QMetaType::Double:
        return FunctionConverter<toNumber<double>>::instance();
    case QMetaType::QString:
        return FunctionConverter<toText>::instance();
    case QMetaType::QUrl:
        return FunctionConverter<toUrl>::instance();
    case QMetaType::QUuid:
        return FunctionConverter<toUuid>::instance();
    case QMetaType::QChar:
        return FunctionConverter<toChar>::instance();
    case QMetaType::QDate:
        return FunctionConverter<toDate>::instance();
    case QMetaType::QTime:
        return FunctionConverter<toTime>::instance();
    case QMetaType::QColor:
        return FunctionConverter<toColor>::instance();
    case QMetaType::QByteArray:
        return FunctionConverter<toBytes>::instance();
    case QMetaType::QDateTime:
        return FunctionConverter<toDecoded<QDateTime, Kind::Time>>::instance();
    case QMetaType::QVariantList:
        return FunctionConverter<toList>::instance();
    case QMetaType::QStringList:
        return FunctionConverter<toStringList>::instance();
    case QMetaType::QVariantMap:
        return FunctionConverter<toMap>::instance();
    case QMetaType::QVariantHash:
        return FunctionConverter<toHash>::instance();
    case QMetaType::QPoint:
        return FunctionConverter<toPoint>::instance();
    case QMetaType::QPointF:
        return FunctionConverter<toPointF>::instance();
    case QMetaType::QSize:
        return FunctionConverter<toSize>::instance();
    case QMetaType::QSizeF:
        return FunctionConverter<toSizeF>::instance();
    case QMetaType::QRect:
        return FunctionConverter<toRect>::instance();
    case QMetaType::QRectF:
        return FunctionConverter<toRectF>::instance();
    case QMetaType::QJsonValue:
        return FunctionConverter<toJsonValue>::instance();
    case QMetaType::QJsonArray:
        return FunctionConverter<toJsonArray>::instance();
    case QMetaType::QJsonObject:
        return FunctionConverter<toJsonObject>::instance();
    case QMetaType::QVariant:
        return FunctionConverter<toVariant>::instance();
    default:
        break;
    }
    if (type == QMetaType::fromType<Extension>())
        return FunctionConverter<toDecoded<Extension, Kind::Extension>>::instance();
    return nullptr;
}

} // namespace

const Converter *Converters::find(QMetaType type)
{
    if (!isConstructible(type))
        return nullptr;
    if (const Converter *const function = findFunction(type))
        return function;
    if (type.flags() & QMetaType::IsGadget)
        return findGadget(type);
    return make(type);
}

const GadgetConverter *Converters::findGadget(QMetaType type)
{
    if (!isConstructible(type))
        return nullptr;
    const auto [gadget, isNew] = m_gadgets.try_emplace(type.id());
    if (!isNew)
        return gadget->second.get();
    auto made = std::make_unique<GadgetConverter>();
    GadgetConverter *const converter = made.get();
    gadget->second = std::move(made); // before its properties look it up
    converter->addProperties(*type.metaObject(), *this);
    return converter;
}

//! Makes a converter for a type that is recognised by its capabilities.
const Converter *Converters::make(QMetaType type)
{
    const auto known = m_made.find(type.id());
    if (known != m_made.end())
        return known->second.get();
    std::unique_ptr<const Converter> made = type.flags() & QMetaType::IsEnumeration
        ? EnumConverter::create(type)
        : createContainerConverter(type, *this);
    if (!made)
        made = createOptionalConverter(type, *this);
    return (m_made[type.id()] = std::move(made)).get();
}

} // namespace QRepod
