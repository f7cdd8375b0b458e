// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/converter.h"

#include <memory>

namespace QRepod {

class Converters;

/// \file
/// Conversion of lists to sequential containers and of maps to associative ones. Each element must
/// fit.

//! Returns \a value as a list; nullptr if it is not one.
const QVariantList *listOf(const Value &value);

//! Returns \a value as a map; nullptr if it is not one.
const QVariantMap *mapOf(const Value &value);

bool toList(const Value &value, void *target);
bool toStringList(const Value &value, void *target);
bool toMap(const Value &value, void *target);
bool toHash(const Value &value, void *target);

//! Returns a converter for the container \a type; nullptr if it is not a container, or no value
//! can become an element of it.
std::unique_ptr<const Converter> createContainerConverter(QMetaType type, Converters &converters);

} // namespace QRepod
