// SPDX-License-Identifier: MIT
#include "dispatch/containers.h"

#include "dispatch/converters.h"
#include "dispatch/memory.h"

#include <QtCore/qassociativeiterable.h>
#include <QtCore/qsequentialiterable.h>

#include <algorithm>
#include <optional>

namespace QRepod {

namespace {

//! Converts to any container that Qt can add elements to, such as QList, QSet and std::vector.
class SequenceConverter final : public Converter
{
public:
    SequenceConverter(QMetaSequence sequence, const Converter &element)
        : m_sequence(sequence)
        , m_elementType(sequence.valueMetaType())
        , m_element(element)
    {
    }

    bool convert(const Value &value, void *target) const override
    {
        const QVariantList *const list = listOf(value);
        if (!list)
            return false;
        m_sequence.clear(target);
        return std::all_of(list->begin(), list->end(), [&](const QVariant &variant) {
            LocalObject element(m_elementType);
            if (!m_element.convert(Value(variant), element.data()))
                return false;
            m_sequence.addValue(target, element.data()); // at the end, if the container has one
            return true;
        });
    }

private:
    const QMetaSequence m_sequence;
    const QMetaType m_elementType;
    const Converter &m_element;
};

//! Converts the keys of a map: to text, or to integers and enumerations, whose numbers became text
//! when the message was decoded.
class KeyConverter
{
public:
    explicit KeyConverter(QMetaType type, Converters &converters)
        : m_isText(type.id() == QMetaType::QString)
        , m_converter(isNumber(type) ? converters.find(type) : nullptr)
    {
    }

    //! Returns whether a text can become such a key.
    bool isValid() const { return m_isText || m_converter; }

    bool convert(const QString &text, void *target) const
    {
        if (m_isText) {
            *static_cast<QString *>(target) = text;
            return true;
        }
        const QVariant name(text);
        const std::optional<Value> number = numberOf(text);
        return m_converter->convert(number ? *number : Value(name), target);
    }

private:
    static bool isNumber(QMetaType type);

    //! Returns the integer that \a text is the canonical form of.
    static std::optional<Value> numberOf(const QString &text)
    {
        constexpr qsizetype longest = 20; // -9223372036854775808, 18446744073709551615
        if (text.size() > longest)
            return {};
        bool isInteger = false;
        const qint64 integer = text.toLongLong(&isInteger);
        if (isInteger && QString::number(integer) == text)
            return Value::integer(integer);
        const quint64 number = text.toULongLong(&isInteger);
        if (isInteger && QString::number(number) == text)
            return Value::unsignedInteger(number);
        return {};
    }

    bool m_isText;
    const Converter *m_converter;
};

bool KeyConverter::isNumber(QMetaType type)
{
    switch (type.id()) {
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
        return true;
    default:
        return type.flags() & QMetaType::IsEnumeration;
    }
}

//! Converts to any map or hash: QMap, QHash, std::map.
class AssociationConverter final : public Converter
{
public:
    AssociationConverter(QMetaAssociation association, KeyConverter key, const Converter &mapped)
        : m_association(association)
        , m_keyType(association.keyMetaType())
        , m_mappedType(association.mappedMetaType())
        , m_key(key)
        , m_mapped(mapped)
    {
    }

    bool convert(const Value &value, void *target) const override
    {
        const QVariantMap *const map = mapOf(value);
        if (!map)
            return false;
        m_association.clear(target);
        for (auto it = map->begin(); it != map->end(); ++it) {
            LocalObject key(m_keyType);
            LocalObject mapped(m_mappedType);
            if (!m_key.convert(it.key(), key.data())
                || !m_mapped.convert(Value(it.value()), mapped.data()))
                return false;
            m_association.setMappedAtKey(target, key.data(), mapped.data());
        }
        return true;
    }

private:
    const QMetaAssociation m_association;
    const QMetaType m_keyType;
    const QMetaType m_mappedType;
    const KeyConverter m_key;
    const Converter &m_mapped;
};

//! Returns the container \a type as Qt sees its elements; Qt needs an object to find out.
template <class View>
auto metaContainerOf(QMetaType type)
{
    LocalObject object(type);
    View view;
    QMetaType::view(type, object.data(), QMetaType::fromType<View>(), &view);
    return view.metaContainer();
}

std::unique_ptr<const Converter> createSequence(QMetaType type, Converters &converters)
{
    const QMetaSequence sequence = metaContainerOf<QSequentialIterable>(type);
    const Converter *const element = converters.find(sequence.valueMetaType());
    if (!element || !sequence.canClear() || !sequence.canAddValue())
        return nullptr;
    return std::make_unique<SequenceConverter>(sequence, *element);
}

std::unique_ptr<const Converter> createAssociation(QMetaType type, Converters &converters)
{
    const QMetaAssociation association = metaContainerOf<QAssociativeIterable>(type);
    const KeyConverter key(association.keyMetaType(), converters);
    const Converter *const mapped = converters.find(association.mappedMetaType());
    if (!key.isValid() || !mapped || !association.canClear() || !association.canSetMappedAtKey())
        return nullptr;
    return std::make_unique<AssociationConverter>(association, key, *mapped);
}

} // namespace

const QVariantList *listOf(const Value &value)
{
    return value.kind() == Value::Kind::List
        ? static_cast<const QVariantList *>(value.decoded()->constData())
        : nullptr;
}

const QVariantMap *mapOf(const Value &value)
{
    return value.kind() == Value::Kind::Map
        ? static_cast<const QVariantMap *>(value.decoded()->constData())
        : nullptr;
}

bool toList(const Value &value, void *target)
{
    const QVariantList *const list = listOf(value);
    if (list)
        *static_cast<QVariantList *>(target) = *list;
    return list;
}

bool toStringList(const Value &value, void *target)
{
    const QVariantList *const list = listOf(value);
    if (!list)
        return false;
    QStringList strings;
    strings.reserve(list->size());
    for (const QVariant &element : *list) {
        if (element.metaType().id() != QMetaType::QString)
            return false;
        strings.append(element.toString());
    }
    *static_cast<QStringList *>(target) = std::move(strings);
    return true;
}

bool toMap(const Value &value, void *target)
{
    const QVariantMap *const map = mapOf(value);
    if (map)
        *static_cast<QVariantMap *>(target) = *map;
    return map;
}

bool toHash(const Value &value, void *target)
{
    const QVariantMap *const map = mapOf(value);
    if (!map)
        return false;
    QVariantHash hash;
    hash.reserve(map->size());
    for (auto it = map->begin(); it != map->end(); ++it)
        hash.insert(it.key(), it.value());
    *static_cast<QVariantHash *>(target) = std::move(hash);
    return true;
}

std::unique_ptr<const Converter> createContainerConverter(QMetaType type, Converters &converters)
{
    // Their hash has no secret seed: a peer could send keys that all collide.
    if (QByteArrayView(type.name()).contains("std::unordered_"))
        return nullptr;
    if (QMetaType::canView(type, QMetaType::fromType<QAssociativeIterable>()))
        return createAssociation(type, converters);
    if (QMetaType::canView(type, QMetaType::fromType<QSequentialIterable>()))
        return createSequence(type, converters);
    return nullptr;
}

} // namespace QRepod
