// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/converter.h"

#include <QtCore/qhash.h>
#include <QtCore/qmetaobject.h>

#include <vector>

namespace QRepod {

class Converters;

//! A map's fields set a gadget's writable properties of the same name.
///
/// The other properties keep what they have, other fields are ignored; a field that does not fit
/// its property makes the map not fit.
class GadgetConverter final : public Converter
{
public:
    //! A property that can be written.
    class Property
    {
    public:
        Property(const QMetaProperty &property, Converters &converters);

        const char *name() const { return m_property.name(); }
        const char *typeName() const { return m_property.typeName(); }

        //! Returns whether \a value fits; if not, \a gadget is as it was.
        bool assign(const Value &value, void *gadget) const;

    private:
        QMetaProperty m_property;
        QMetaType m_type;
        const Converter *m_converter; // nullptr: nothing fits
    };

    //! Has no properties yet: a gadget may contain a list of its own kind.
    GadgetConverter() = default;
    void addProperties(const QMetaObject &type, Converters &converters);

    const std::vector<Property> &properties() const { return m_properties; }

    bool convert(const Value &value, void *target) const override;

private:
    std::vector<Property> m_properties;
    QHash<QString, size_t> m_indexes; // of the properties, by name
};

} // namespace QRepod
