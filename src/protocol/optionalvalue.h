// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

#include <optional>

namespace QRepod {

//! Whether \a type is a std::optional.
bool isOptional(QMetaType type);

//! The type in a std::optional of this \a type; an invalid one if Qt does not know it by name.
QMetaType typeInOptional(QMetaType type);

//! What the std::optional in \a variant holds; a null QVariant if that is empty.
///
/// Of a type that QRepod does not know, a converter from the optional to QVariant has to be
/// registered.
///
/// \return nothing if \a variant holds no optional, or one that cannot be looked into.
std::optional<QVariant> valueInOptional(const QVariant &variant);

} // namespace QRepod
