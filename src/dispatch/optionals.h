// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/converter.h"

#include <memory>

namespace QRepod {

class Converters;

//! Returns a converter to a `std::optional<T>`, which nil and a missing field leave empty; nullptr
//! for other types.
///
/// Qt cannot look into a std::optional. Optionals of the common types are known here. For a type of
/// its own, a program calls `QMetaType::registerConverter<T, std::optional<T>>()` before the first
/// message arrives.
std::unique_ptr<const Converter> createOptionalConverter(QMetaType type, Converters &converters);

} // namespace QRepod
