// SPDX-License-Identifier: MIT
#include "dispatch/gadgetconverter.h"

#include "dispatch/containers.h"
#include "dispatch/converters.h"
#include "dispatch/memory.h"

namespace QRepod {

GadgetConverter::Property::Property(const QMetaProperty &property, Converters &converters)
    : m_property(property)
    , m_type(property.metaType())
    , m_converter(converters.find(m_type))
{
}

bool GadgetConverter::Property::assign(const Value &value, void *gadget) const
{
    if (!m_converter)
        return false;
    LocalObject object(m_type);
    if (!m_converter->convert(value, object.data()))
        return false;
    // Like QMetaProperty::writeOnGadget(), which needs a QVariant.
    void *arguments[] = {object.data()};
    m_property.enclosingMetaObject()->d.static_metacall(
        reinterpret_cast<QObject *>(gadget), QMetaObject::WriteProperty,
        m_property.relativePropertyIndex(), arguments);
    return true;
}

void GadgetConverter::addProperties(const QMetaObject &type, Converters &converters)
{
    for (int i = 0; i < type.propertyCount(); ++i) {
        const QMetaProperty property = type.property(i);
        if (!property.isWritable())
            continue;
        m_indexes.insert(QString::fromUtf8(property.name()), m_properties.size());
        m_properties.emplace_back(property, converters);
    }
}

bool GadgetConverter::convert(const Value &value, void *target) const
{
    const QVariantMap *const map = mapOf(value);
    if (!map)
        return false;
    for (auto field = map->begin(); field != map->end(); ++field) {
        const auto index = m_indexes.constFind(field.key());
        if (index != m_indexes.constEnd()
            && !m_properties[*index].assign(Value(field.value()), target))
            return false;
    }
    return true;
}

} // namespace QRepod
