// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

namespace QRepod {

//! The form in which to share a value whose type has none on the wire.
///
/// Register a converter to it once; then properties and roles of that type can be shared:
/// \code
/// QMetaType::registerConverter<Card, QRepod::SharedValue>([](const Card &card) {
///     return QRepod::SharedValue{QVariantList{card.suit(), card.rank()}};
/// });
/// \endcode
struct SharedValue
{
    QVariant value;
};

} // namespace QRepod

Q_DECLARE_METATYPE(QRepod::SharedValue)
