// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/limits.h"

#include <QtCore/qset.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

namespace QRepod {

//! Whether a reader would see no difference. Values of different types are never the same, and
//! neither are those of a type that cannot be compared.
bool isSameValue(const QVariant &a, const QVariant &b);

//! \a value as it is shared: itself, or what its type is converted to; see SharedValue.
QVariant sharedForm(const QVariant &value);

//! Tells what can be sent of the values of one shared thing, and warns of each that cannot, once.
class ValueFilter
{
public:
    //! \a owner names what is shared in warnings.
    explicit ValueFilter(const QString &owner)
        : m_owner(owner)
    {
    }

    //! Whether \a value, of the property or role \a name, has a form on the wire.
    bool accepts(const QString &name, const QVariant &value);

    //! Of the messages.
    void setLimits(const MessageLimits &limits) { m_limits = limits; }

private:
    const QString m_owner;
    MessageLimits m_limits;
    QSet<QString> m_warned;
};

} // namespace QRepod
