// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/converter.h"

#include <memory>

namespace QRepod {

class Converters;

//! For a `std::optional<T>`, which nil and a missing field leave empty; nullptr for other types.
///
/// Qt does not see into a std::optional. It is known here of the common types in it; for a type of
/// its own a program says `QMetaType::registerConverter<T, std::optional<T>>()`, before the first
/// message arrives.
std::unique_ptr<const Converter> createOptionalConverter(QMetaType type, Converters &converters);

} // namespace QRepod
