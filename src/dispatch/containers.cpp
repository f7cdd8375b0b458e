// SPDX-License-Identifier: MIT
#include "dispatch/containers.h"

#include "dispatch/converters.h"
#include "dispatch/memory.h"

#include <QtCore/qassociativeiterable.h>
#include <QtCore/qsequentialiterable.h>

#include <algorithm>

namespace QRepod {

namespace {

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

//! Any container of which Qt knows how to add to it: QList, QSet, std::vector.
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
            m_sequence.addValue(target, element.data()); // at the end, where there is one
            return true;
        });
    }

private:
    const QMetaSequence m_sequence;
    const QMetaType m_elementType;
    const Converter &m_element;
};

//! Any map or hash with texts as keys: QMap, QHash, std::map.
class AssociationConverter final : public Converter
{
public:
    AssociationConverter(QMetaAssociation association, const Converter &mapped)
        : m_association(association)
        , m_mappedType(association.mappedMetaType())
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
            LocalObject mapped(m_mappedType);
            if (!m_mapped.convert(Value(it.value()), mapped.data()))
                return false;
            m_association.setMappedAtKey(target, &it.key(), mapped.data());
        }
        return true;
    }

private:
    const QMetaAssociation m_association;
    const QMetaType m_mappedType;
    const Converter &m_mapped;
};

//! \a type as Qt sees its elements; it only shows that of an object.
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
    const Converter *const mapped = converters.find(association.mappedMetaType());
    if (!mapped || association.keyMetaType() != QMetaType::fromType<QString>()
        || !association.canClear() || !association.canSetMappedAtKey())
        return nullptr;
    return std::make_unique<AssociationConverter>(association, *mapped);
}

} // namespace

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
    if (QMetaType::canView(type, QMetaType::fromType<QAssociativeIterable>()))
        return createAssociation(type, converters);
    if (QMetaType::canView(type, QMetaType::fromType<QSequentialIterable>()))
        return createSequence(type, converters);
    return nullptr;
}

} // namespace QRepod
