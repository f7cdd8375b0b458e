// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

namespace QRepod {

//! What a value of a type of your own is shared as, if that type has no form on the wire.
///
/// Register a converter to it once; then properties and roles of the type can be shared:
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
