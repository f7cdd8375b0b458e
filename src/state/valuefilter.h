// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/limits.h"

#include <QtCore/qset.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

namespace QRepod {

//! Returns whether a reader would see no difference. Values of different types are never the same,
//! nor are values of a type that cannot be compared.
bool isSameValue(const QVariant &a, const QVariant &b);

//! Returns \a value in the form in which it is shared: unchanged, or converted; see SharedValue.
QVariant sharedForm(const QVariant &value);

//! Decides which values of a shared object or model can be sent. Warns once of each that cannot.
class ValueFilter
{
public:
    //! \a owner is what warnings call the shared object or model.
    explicit ValueFilter(const QString &owner)
        : m_owner(owner)
    {
    }

    //! Returns whether \a value, of the property or role \a name, has a form on the wire.
    bool accepts(const QString &name, const QVariant &value);

    //! Sets the limits of messages.
    void setLimits(const MessageLimits &limits) { m_limits = limits; }

private:
    const QString m_owner;
    MessageLimits m_limits;
    QSet<QString> m_warned;
};

} // namespace QRepod
