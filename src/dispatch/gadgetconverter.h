// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/converter.h"

#include <QtCore/qhash.h>
#include <QtCore/qmetaobject.h>

#include <vector>

namespace QRepod {

class Converters;

//! Sets a gadget's writable properties from the fields of the same names in a map.
///
/// Properties without a field keep their value, and fields without a property are ignored. If a
/// field does not fit its property, the map does not fit.
class GadgetConverter final : public Converter
{
public:
    //! A writable property.
    class Property
    {
    public:
        Property(const QMetaProperty &property, Converters &converters);

        const char *name() const { return m_property.name(); }
        const char *typeName() const { return m_property.typeName(); }

        //! Returns whether \a value fits; if not, \a gadget is unchanged.
        bool assign(const Value &value, void *gadget) const;

    private:
        QMetaProperty m_property;
        QMetaType m_type;
        const Converter *m_converter; // nullptr if nothing fits
    };

    //! Has no properties yet, because a gadget may contain a list of its own type.
    GadgetConverter() = default;
    void addProperties(const QMetaObject &type, Converters &converters);

    const std::vector<Property> &properties() const { return m_properties; }

    bool convert(const Value &value, void *target) const override;

private:
    std::vector<Property> m_properties;
    QHash<QString, size_t> m_indexes; // of the properties, by name
};

} // namespace QRepod
