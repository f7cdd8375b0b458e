// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/value.h"

#include <QtCore/qmetaobject.h>
#include <QtCore/qmetatype.h>

namespace QRepod {

//! Assigns \a value to \a target, an object of \a type, if it fits: kinds agree and nothing is
//! lost.
///
/// | value           | types it fits |
/// |-----------------|---------------|
/// | nil             | QVariant alone; a QVariant takes every other value as well |
/// | boolean         | `bool` |
/// | number          | integer and floating point types that hold exactly this number; a `Q_ENUM`
/// |                 | that has this value; a `Q_FLAG` that has these bits |
/// | text            | QString; a valid QUrl, or an empty one; a QUuid, with or without braces;
/// |                 | a QChar, if it is one UTF-16 unit; a `Q_ENUM` by the name of its value, a
/// |                 | `Q_FLAG` by names with `|` between them |
/// | bytes           | QByteArray |
/// | list            | QVariantList, QStringList, sequential containers; each element must fit |
/// | map             | QVariantMap, QVariantHash, associative containers with QString keys, each
/// |                 | value must fit; gadgets, see below |
/// | time, extension | QDateTime, Extension |
///
/// The fields of a map set a gadget's writable properties of the same name. The other properties
/// keep what they have, other fields are ignored; a field that does not fit its property makes the
/// map not fit.
///
/// \return whether it fits. If it does not, \a target is left valid, but may be assigned in part.
bool convert(const Value &value, QMetaType type, void *target);

//! The same for one \a property of \a gadget.
bool convert(const Value &value, const QMetaProperty &property, void *gadget);

//! Whether an object of \a type can be made to convert to.
bool isConstructible(QMetaType type);

} // namespace QRepod
