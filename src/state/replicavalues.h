// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qvariant.h>

namespace QRepod {

//! The properties of a shared object, as far as they are known here.
class ReplicaValues
{
public:
    const QVariantMap &values() const { return m_values; }

    //! Takes \a values in: everything that there is, if \a isFull.
    ///
    /// \return the names of those that are others now.
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
