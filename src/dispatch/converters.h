// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/gadgetconverter.h"

#include <memory>
#include <unordered_map>

namespace QRepod {

//! The converters for all types that the handlers of a class take.
///
/// | value           | types it fits |
/// |-----------------|---------------|
/// | nil             | QVariant alone; a QVariant takes every other value as well |
/// | boolean         | `bool` |
/// | number          | see numbers.h; enumerations and flags, see EnumConverter |
/// | text            | see texts.h; enumerations and flags |
/// | bytes           | QByteArray |
/// | list            | QVariantList, QStringList, sequential containers; each element must fit |
/// | map             | QVariantMap, QVariantHash, associative containers with QString keys, each
/// |                 | value must fit; gadgets, see GadgetConverter |
/// | time, extension | QDateTime, Extension |
class Converters
{
public:
    Converters() = default;
    Q_DISABLE_COPY_MOVE(Converters)

    //! Returns the converter to \a type, which lives as long as this object; nullptr if no value
    //! ever fits.
    const Converter *find(QMetaType type);

    //! Returns the converter to the gadget \a type.
    const GadgetConverter *findGadget(QMetaType type);

private:
    const Converter *make(QMetaType type);

    std::unordered_map<int, std::unique_ptr<const Converter>> m_made; // by type ID
    std::unordered_map<int, std::unique_ptr<const GadgetConverter>> m_gadgets;
};

} // namespace QRepod
