// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

#include <optional>

namespace QRepod {

//! Returns whether \a type is a std::optional.
bool isOptional(QMetaType type);

//! Returns the type inside the optional \a type; an invalid one if Qt does not know its name.
QMetaType typeInOptional(QMetaType type);

//! Returns what the std::optional in \a variant holds; a null QVariant if it is empty.
///
/// For a type that QRepod does not know, register a converter from the optional to QVariant.
///
/// \return nothing if \a variant is not an optional, or is one that cannot be looked into.
std::optional<QVariant> valueInOptional(const QVariant &variant);

} // namespace QRepod
