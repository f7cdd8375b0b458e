// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qvariant.h>

namespace QRepod {

//! The properties of a shared object, as received so far.
class ReplicaValues
{
public:
    const QVariantMap &values() const { return m_values; }

    //! Applies \a values, which are all values if \a isFull.
    ///
    /// \return the names of the properties that have changed.
    QStringList apply(const QVariantMap &values, bool isFull)
    {
        QStringList changed;
        if (isFull) {
            for (auto it = m_values.cbegin(); it != m_values.cend(); ++it) {
                if (!values.contains(it.key()))
                    changed.append(it.key());
            }
            for (const QString &name : std::as_const(changed))
                m_values.remove(name);
        }
        for (auto it = values.cbegin(); it != values.cend(); ++it) {
            const auto known = m_values.constFind(it.key());
            if (known != m_values.cend() && *known == it.value()
                && known->metaType() == it->metaType())
                continue;
            m_values.insert(it.key(), it.value());
            changed.append(it.key());
        }
        return changed;
    }

private:
    QVariantMap m_values;
};

} // namespace QRepod
