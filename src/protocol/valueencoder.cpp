// SPDX-License-Identifier: MIT
#include "protocol/valueencoder.h"

#include "protocol/numberfields.h"
#include "protocol/optionalvalue.h"
#include "protocol/streamedlist.h"
#include "protocol/timestamp.h"

#include <QRepod/extension.h>

#include <QtCore/qassociativeiterable.h>
#include <QtCore/qdatetime.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qsequentialiterable.h>
#include <QtCore/qurl.h>
#include <QtCore/quuid.h>

namespace QRepod {

namespace {

//! Returns the T that \a variant holds.
template <class T>
const T &as(const QVariant &variant)
{
    return *static_cast<const T *>(variant.constData());
}

} // namespace

bool ValueEncoder::value(const QVariant &variant)
{
    if (variant.isNull()) { // also a typed null, as QSqlQuery returns them
        m_writer.nil();
        return true;
    }
    switch (variant.metaType().id()) {
    case QMetaType::Bool:
        m_writer.boolean(as<bool>(variant));
        return true;
    case QMetaType::Char: // signed or not, depending on the platform
        return integer(as<qint8>(variant));
    case QMetaType::SChar:
        return integer(as<signed char>(variant));
    case QMetaType::UChar:
        return integer(as<uchar>(variant));
    case QMetaType::Short:
        return integer(as<short>(variant));
    case QMetaType::UShort:
        return integer(as<ushort>(variant));
    case QMetaType::Int:
        return integer(as<int>(variant));
    case QMetaType::UInt:
        return integer(as<uint>(variant));
    case QMetaType::Long:
        return integer(as<long>(variant));
    case QMetaType::ULong:
        return number(as<ulong>(variant));
    case QMetaType::LongLong:
        return integer(as<qint64>(variant));
    case QMetaType::ULongLong:
        return number(as<quint64>(variant));
    case QMetaType::Float:
        m_writer.real(as<float>(variant));
        return true;
    case QMetaType::Double:
        m_writer.real(as<double>(variant));
        return true;
    case QMetaType::QString:
        return text(as<QString>(variant));
    case QMetaType::QChar:
        return text(QStringView(&as<QChar>(variant), 1));
    case QMetaType::QUrl:
        return text(as<QUrl>(variant).toString(QUrl::FullyEncoded));
    case QMetaType::QUuid:
        return text(as<QUuid>(variant).toString(QUuid::WithoutBraces));
    case QMetaType::QByteArray:
        return binary(as<QByteArray>(variant));
    case QMetaType::QDateTime:
        return time(as<QDateTime>(variant));
    case QMetaType::QDate:
        return isoText(as<QDate>(variant), "QDate", Qt::ISODate);
    case QMetaType::QTime:
        return isoText(as<QTime>(variant), "QTime", Qt::ISODateWithMs);
    case QMetaType::QColor:
        return color(variant);
    case QMetaType::QVariant:
        return value(as<QVariant>(variant));
    case QMetaType::QVariantList:
        return list(as<QVariantList>(variant));
    case QMetaType::QStringList:
        return strings(as<QStringList>(variant));
    case QMetaType::QVariantMap:
        return entries(as<QVariantMap>(variant));
    case QMetaType::QVariantHash:
        return entries(as<QVariantHash>(variant));
    case QMetaType::QJsonValue:
        return value(as<QJsonValue>(variant).toVariant());
    case QMetaType::QJsonObject:
        return entries(as<QJsonObject>(variant).toVariantMap());
    case QMetaType::QJsonArray:
        return list(as<QJsonArray>(variant).toVariantList());
    case QMetaType::QJsonDocument:
        return value(as<QJsonDocument>(variant).toVariant());
    default:
        return custom(variant);
    }
}

//! Encodes types that are recognised by their capabilities.
bool ValueEncoder::custom(const QVariant &variant)
{
    const QMetaType type = variant.metaType();
    if (type == QMetaType::fromType<StreamedList::Pointer>())
        return as<StreamedList::Pointer>(variant)->write(*this);
    if (const NumberFields fields = numberFields(variant); fields.count > 0)
        return numbers(fields);
    if (const std::optional<QVariant> inside = valueInOptional(variant))
        return value(*inside);
    if (type == QMetaType::fromType<Extension>()) {
        const auto &extension = as<Extension>(variant);
        m_writer.extension(extension.type, extension.data);
        return true;
    }
    if (type.flags() & QMetaType::IsUnsignedEnumeration)
        return number(variant.toULongLong());
    if (type.flags() & QMetaType::IsEnumeration)
        return integer(variant.toLongLong());
    if (type.flags() & QMetaType::IsGadget)
        return gadget(type.metaObject(), variant.constData());
    if (QMetaType::canView(type, QMetaType::fromType<QAssociativeIterable>()))
        return association(variant.value<QAssociativeIterable>());
    if (QMetaType::canView(type, QMetaType::fromType<QSequentialIterable>()))
        return sequence(variant.value<QSequentialIterable>());
    return noForm(type.name());
}

bool ValueEncoder::numbers(const NumberFields &numbers)
{
    if (!beginMap(numbers.count))
        return false;
    for (int i = 0; i < numbers.count; ++i) {
        const auto &[name, number] = numbers.fields[size_t(i)];
        text(name);
        if (numbers.areIntegers)
            integer(qint64(number));
        else
            m_writer.real(number);
    }
    return end();
}

//! Writes `#rrggbb`, or `#aarrggbb` if the colour is not opaque. QtGui has registered the
//! conversion.
bool ValueEncoder::color(const QVariant &color)
{
    if (color == QVariant(color.metaType()))
        return fail(QStringLiteral("the QColor is not valid"));
    return text(color.toString());
}

bool ValueEncoder::list(const QVariantList &list)
{
    if (!beginList(list.size()))
        return false;
    for (qsizetype i = 0; i < list.size(); ++i) {
        if (!value(list[i]))
            return failedAt(i);
    }
    return end();
}

bool ValueEncoder::strings(const QStringList &list)
{
    if (!beginList(list.size()))
        return false;
    for (const QString &string : list)
        text(string);
    return end();
}

bool ValueEncoder::sequence(const QSequentialIterable &sequence)
{
    if (!beginList(sequence.size()))
        return false;
    qsizetype index = 0;
    for (auto it = sequence.begin(); it != sequence.end(); ++it, ++index) {
        if (!value(*it))
            return failedAt(index);
    }
    return end();
}

bool ValueEncoder::association(const QAssociativeIterable &association)
{
    if (!beginMap(association.size()))
        return false;
    for (auto it = association.begin(); it != association.end(); ++it) {
        if (!key(it.key()))
            return false;
        if (!value(it.value()))
            return failedAt(it.key().toString());
    }
    return end();
}

bool ValueEncoder::gadget(const QMetaObject *type, const void *gadget)
{
    const int count = type->propertyCount();
    if (count == 0) // as QLocale and QFont: an empty map would lose what they hold
        return noForm(type->className());
    if (!beginMap(count))
        return false;
    for (int i = 0; i < count; ++i) {
        const QMetaProperty property = type->property(i);
        const QString name = QString::fromLatin1(property.name());
        text(name);
        if (!value(property.readOnGadget(gadget)))
            return failedAt(name);
    }
    return end();
}

bool ValueEncoder::time(const QDateTime &time)
{
    if (!time.isValid())
        return fail(QStringLiteral("the QDateTime is not valid"));
    m_writer.extension(Timestamp::extensionType, Timestamp::encode(time));
    return true;
}

bool ValueEncoder::key(const QVariant &key)
{
    switch (key.metaType().id()) {
    case QMetaType::QString:
    case QMetaType::Bool:
    case QMetaType::Char:
    case QMetaType::SChar:
    case QMetaType::UChar:
    case QMetaType::Short:
    case QMetaType::UShort:
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::Long:
    case QMetaType::ULong:
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
        return value(key);
    default:
        if (key.metaType().flags() & QMetaType::IsEnumeration)
            return value(key);
        return fail(QStringLiteral("a map key is a %1").arg(QLatin1String(key.metaType().name())));
    }
}

bool ValueEncoder::binary(const QByteArray &bytes)
{
    m_writer.binaryHeader(bytes.size());
    // The data behind QByteArray::fromRawData() may be gone before it is written.
    const bool isOwner = bytes.capacity() > 0;
    if (m_large && bytes.size() >= LargeValue::minimumSize && isOwner)
        m_large->push_back({m_writer.size(), bytes});
    else
        m_writer.raw(bytes);
    return true;
}

} // namespace QRepod
