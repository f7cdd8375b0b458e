// SPDX-License-Identifier: MIT
#include "dispatch/conversion.h"

#include <QRepod/extension.h>

#include <QtCore/qassociativeiterable.h>
#include <QtCore/qdatetime.h>
#include <QtCore/qsequentialiterable.h>
#include <QtCore/qurl.h>
#include <QtCore/quuid.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

namespace QRepod {

namespace {

using Kind = Value::Kind;

template <class T, class Source>
bool assign(void *target, Source &&source)
{
    *static_cast<T *>(target) = T(std::forward<Source>(source));
    return true;
}

//! What a value was decoded to: that of a list, map, time or extension.
template <class T>
const T &decoded(const Value &value)
{
    return *static_cast<const T *>(value.decoded()->constData());
}

template <class T>
bool toDecoded(const Value &value, Kind kind, void *target)
{
    return value.kind() == kind && assign<T>(target, decoded<T>(value));
}

//! Converts \a value to an object of \a type for the call \a use(const QVariant &).
template <class Use>
bool convertFor(const Value &value, QMetaType type, Use use)
{
    if (!isConstructible(type))
        return false;
    QVariant object(type);
    if (!convert(value, type, object.data()))
        return false;
    use(object);
    return true;
}

// Numbers

//! The first whole number above the range of \a Integer: a power of two, so exact.
template <std::integral Integer>
constexpr double upperBound = 2.0
    * double(quint64(1) << (std::numeric_limits<Integer>::digits - 1));

template <std::integral Integer>
constexpr double lowerBound = std::is_signed_v<Integer> ? -upperBound<Integer> : 0.0;

template <std::integral Integer>
bool toNumber(const Value &value, void *target)
{
    switch (value.kind()) {
    case Kind::Integer:
        return std::in_range<Integer>(value.toInteger())
            && assign<Integer>(target, value.toInteger());
    case Kind::Unsigned:
        return std::in_range<Integer>(value.toUnsigned())
            && assign<Integer>(target, value.toUnsigned());
    case Kind::Real: {
        const double real = value.toReal();
        return real >= lowerBound<Integer> && real < upperBound<Integer> && real == std::trunc(real)
            && assign<Integer>(target, real);
    }
    default:
        return false;
    }
}

template <std::floating_point Real, std::integral Integer>
bool toReal(Integer number, void *target)
{
    const Real real = Real(number);
    return double(real) < upperBound<Integer> && Integer(real) == number
        && assign<Real>(target, real);
}

template <std::floating_point Real>
bool toNumber(const Value &value, void *target)
{
    switch (value.kind()) {
    case Kind::Integer:
        return toReal<Real>(value.toInteger(), target);
    case Kind::Unsigned:
        return toReal<Real>(value.toUnsigned(), target);
    case Kind::Real: {
        const double real = value.toReal();
        const bool inRange = std::abs(real) <= double(std::numeric_limits<Real>::max());
        return (!std::isfinite(real) || (inRange && double(Real(real)) == real))
            && assign<Real>(target, real);
    }
    default:
        return false;
    }
}

// Texts

bool toUrl(const QString &text, void *target)
{
    const QUrl url(text, QUrl::StrictMode);
    return (url.isValid() || text.isEmpty()) && assign<QUrl>(target, url);
}

bool toUuid(const QString &text, void *target)
{
    // QUuid takes text that merely begins like a uuid, and makes a null one of any other.
    const QUuid uuid(text);
    const auto format = text.startsWith(u'{') ? QUuid::WithBraces : QUuid::WithoutBraces;
    return text.compare(uuid.toString(format), Qt::CaseInsensitive) == 0
        && assign<QUuid>(target, uuid);
}

bool toChar(const QString &text, void *target)
{
    return text.size() == 1 && assign<QChar>(target, text.front());
}

// Enumerations

//! What a Q_ENUM or Q_FLAG declares, as far as QMetaEnum knows it: 32 bits of each value.
class Enumeration
{
public:
    explicit Enumeration(QMetaType type);

    std::optional<qint64> fromNumber(const Value &value) const;
    std::optional<qint64> fromText(QStringView text) const;

private:
    static QMetaEnum find(QMetaType type);
    qint64 value(int index) const;
    std::optional<qint64> fromName(QStringView name) const;

    QMetaEnum m_enum;
    bool m_isUnsigned;
};

Enumeration::Enumeration(QMetaType type)
    : m_enum(find(type))
    , m_isUnsigned(m_enum.isFlag() || (type.flags() & QMetaType::IsUnsignedEnumeration))
{
}

QMetaEnum Enumeration::find(QMetaType type)
{
    const QMetaObject *scope = type.metaObject();
    if (!scope)
        return {};
    // A Q_ENUM's type is "Scope::Name", a Q_FLAG's is "QFlags<Scope::NameOfTheEnum>".
    QByteArrayView name(type.name());
    const bool isFlags = name.endsWith('>');
    name = name.sliced(name.lastIndexOf(':') + 1).chopped(isFlags ? 1 : 0);
    for (int i = 0; i < scope->enumeratorCount(); ++i) {
        const QMetaEnum candidate = scope->enumerator(i);
        if (isFlags ? candidate.isFlag() && name == candidate.enumName() : name == candidate.name())
            return candidate;
    }
    return {};
}

qint64 Enumeration::value(int index) const
{
    const int value = m_enum.value(index);
    return m_isUnsigned ? qint64(quint32(value)) : qint64(value);
}

std::optional<qint64> Enumeration::fromNumber(const Value &value) const
{
    qint64 number;
    if (!toNumber<qint64>(value, &number))
        return {};
    if (m_enum.isFlag()) {
        qint64 unknown = std::in_range<qint32>(number) ? qint64(quint32(number)) : number;
        for (int i = 0; i < m_enum.keyCount(); ++i)
            unknown &= ~this->value(i);
        return unknown == 0 ? std::optional(number) : std::nullopt;
    }
    for (int i = 0; i < m_enum.keyCount(); ++i) {
        if (this->value(i) == number)
            return number;
    }
    return {};
}

std::optional<qint64> Enumeration::fromText(QStringView text) const
{
    if (!m_enum.isFlag())
        return fromName(text);
    qint64 bits = 0;
    for (QStringView name : text.split(u'|', Qt::SkipEmptyParts)) {
        const auto bit = fromName(name.trimmed());
        if (!bit)
            return {};
        bits |= *bit;
    }
    return bits;
}

std::optional<qint64> Enumeration::fromName(QStringView name) const
{
    for (int i = 0; i < m_enum.keyCount(); ++i) {
        if (QAnyStringView::equal(name, QUtf8StringView(m_enum.key(i))))
            return value(i);
    }
    return {};
}

bool toEnum(const Value &value, QMetaType type, void *target)
{
    const Enumeration known(type);
    const auto number =
        value.kind() == Kind::Text ? known.fromText(value.toText()) : known.fromNumber(value);
    if (!number)
        return false;
    const auto store = [target](auto bits) {
        memcpy(target, &bits, sizeof bits);
        return true;
    };
    switch (type.sizeOf()) {
    case 1:
        return store(qint8(*number));
    case 2:
        return store(qint16(*number));
    case 8:
        return store(*number);
    default:
        return store(qint32(*number));
    }
}

// Lists

bool toStrings(const QVariantList &list, void *target)
{
    QStringList strings;
    strings.reserve(list.size());
    for (const QVariant &element : list) {
        if (element.metaType().id() != QMetaType::QString)
            return false;
        strings.append(element.toString());
    }
    return assign<QStringList>(target, std::move(strings));
}

bool toSequence(const QVariantList &list, QMetaType type, void *target)
{
    QSequentialIterable view;
    if (!QMetaType::view(type, target, QMetaType::fromType<QSequentialIterable>(), &view))
        return false;
    const QMetaSequence sequence = view.metaContainer();
    if (!sequence.canClear() || !sequence.canAddValue())
        return false;
    sequence.clear(target);
    const QMetaType elementType = sequence.valueMetaType();
    return std::all_of(list.begin(), list.end(), [&](const QVariant &element) {
        return convertFor(Value(element), elementType, [&](const QVariant &object) {
            sequence.addValue(target, object.constData()); // at the end, where there is one
        });
    });
}

// Maps

bool toHash(const QVariantMap &map, void *target)
{
    QVariantHash hash;
    hash.reserve(map.size());
    for (auto it = map.begin(); it != map.end(); ++it)
        hash.insert(it.key(), it.value());
    return assign<QVariantHash>(target, std::move(hash));
}

bool toAssociation(const QVariantMap &map, QMetaType type, void *target)
{
    QAssociativeIterable view;
    if (!QMetaType::view(type, target, QMetaType::fromType<QAssociativeIterable>(), &view))
        return false;
    const QMetaAssociation association = view.metaContainer();
    if (association.keyMetaType() != QMetaType::fromType<QString>() || !association.canClear()
        || !association.canSetMappedAtKey())
        return false;
    association.clear(target);
    for (auto it = map.begin(); it != map.end(); ++it) {
        const auto insert = [&](const QVariant &object) {
            association.setMappedAtKey(target, &it.key(), object.constData());
        };
        if (!convertFor(Value(it.value()), association.mappedMetaType(), insert))
            return false;
    }
    return true;
}

bool toGadget(const QVariantMap &map, const QMetaObject &type, void *gadget)
{
    for (int i = 0; i < type.propertyCount(); ++i) {
        const QMetaProperty property = type.property(i);
        const auto field = map.constFind(QString::fromUtf8(property.name()));
        if (property.isWritable() && field != map.constEnd()
            && !convert(Value(*field), property, gadget))
            return false;
    }
    return true;
}

//! Types that are recognised by what they can do.
bool toCustom(const Value &value, QMetaType type, void *target)
{
    if (type.flags() & QMetaType::IsEnumeration)
        return toEnum(value, type, target);
    switch (value.kind()) {
    case Kind::List:
        return toSequence(decoded<QVariantList>(value), type, target);
    case Kind::Map:
        if (type.flags() & QMetaType::IsGadget)
            return toGadget(decoded<QVariantMap>(value), *type.metaObject(), target);
        return toAssociation(decoded<QVariantMap>(value), type, target);
    case Kind::Extension:
        return type == QMetaType::fromType<Extension>()
            && assign<Extension>(target, decoded<Extension>(value));
    default:
        return false;
    }
}

} // namespace

bool convert(const Value &value, QMetaType type, void *target)
{
    const Kind kind = value.kind();
    switch (type.id()) {
    case QMetaType::Bool:
        return kind == Kind::Boolean && assign<bool>(target, value.toBoolean());
    case QMetaType::Char:
        return toNumber<std::conditional_t<std::is_signed_v<char>, signed char, uchar>>(value,
                                                                                        target);
    case QMetaType::SChar:
        return toNumber<signed char>(value, target);
    case QMetaType::UChar:
        return toNumber<uchar>(value, target);
    case QMetaType::Short:
        return toNumber<short>(value, target);
    case QMetaType::UShort:
        return toNumber<ushort>(value, target);
    case QMetaType::Int:
        return toNumber<int>(value, target);
    case QMetaType::UInt:
        return toNumber<uint>(value, target);
    case QMetaType::Long:
        return toNumber<long>(value, target);
    case QMetaType::ULong:
        return toNumber<ulong>(value, target);
    case QMetaType::LongLong:
        return toNumber<qint64>(value, target);
    case QMetaType::ULongLong:
        return toNumber<quint64>(value, target);
    case QMetaType::Float:
        return toNumber<float>(value, target);
    case QMetaType::Double:
        return toNumber<double>(value, target);
    case QMetaType::QString:
        return kind == Kind::Text && assign<QString>(target, value.toText());
    case QMetaType::QUrl:
        return kind == Kind::Text && toUrl(value.toText(), target);
    case QMetaType::QUuid:
        return kind == Kind::Text && toUuid(value.toText(), target);
    case QMetaType::QChar:
        return kind == Kind::Text && toChar(value.toText(), target);
    case QMetaType::QByteArray:
        return kind == Kind::Binary && assign<QByteArray>(target, value.toBinary());
    case QMetaType::QDateTime:
        return toDecoded<QDateTime>(value, Kind::Time, target);
    case QMetaType::QVariantList:
        return toDecoded<QVariantList>(value, Kind::List, target);
    case QMetaType::QStringList:
        return kind == Kind::List && toStrings(decoded<QVariantList>(value), target);
    case QMetaType::QVariantMap:
        return toDecoded<QVariantMap>(value, Kind::Map, target);
    case QMetaType::QVariantHash:
        return kind == Kind::Map && toHash(decoded<QVariantMap>(value), target);
    case QMetaType::QVariant:
        return assign<QVariant>(target, value.toVariant());
    default:
        return toCustom(value, type, target);
    }
}

bool convert(const Value &value, const QMetaProperty &property, void *gadget)
{
    const QMetaType type = property.metaType();
    if (type == QMetaType::fromType<QVariant>())
        return property.writeOnGadget(gadget, value.toVariant());
    return convertFor(value, type,
                      [&](const QVariant &object) { property.writeOnGadget(gadget, object); });
}

bool isConstructible(QMetaType type)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    return type.isDefaultConstructible();
#else
    return type.isValid() && type.iface()->defaultCtr;
#endif
}

} // namespace QRepod
