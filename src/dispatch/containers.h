// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/converter.h"

#include <memory>

namespace QRepod {

class Converters;

/// \file
/// Lists fit sequential containers, maps fit associative ones, if each element fits theirs.

//! The list that \a value is; nullptr if it is none.
const QVariantList *listOf(const Value &value);

//! The map that \a value is; nullptr if it is none.
const QVariantMap *mapOf(const Value &value);

bool toList(const Value &value, void *target);
bool toStringList(const Value &value, void *target);
bool toMap(const Value &value, void *target);
bool toHash(const Value &value, void *target);

//! For the container \a type; nullptr if it is none, or nothing can become an element of it.
std::unique_ptr<const Converter> createContainerConverter(QMetaType type, Converters &converters);

} // namespace QRepod
