// SPDX-License-Identifier: MIT
#pragma once

#include "state/statesource.h"
#include "state/valuefilter.h"

#include <QtCore/qmetaobject.h>
#include <QtCore/qpointer.h>

#include <unordered_map>
#include <vector>

namespace QRepod {

//! Shares the readable properties of an object that have a NOTIFY signal, except those of QObject
//! itself.
class SharedObject final : public StateSource
{
    Q_OBJECT

public:
    //! \a name is the name of the share, for warnings.
    SharedObject(const QString &name, QObject *object, QObject *parent = nullptr);

    void collect(const MessageLimits &limits) override;
    QVariantMap whole(const Channel *viewer) override;
    QVariantMap change(const Channel *viewer) override;
    bool isReachable() const override;

private Q_SLOTS:
    void mark();

private:
    struct Property
    {
        QMetaProperty property;
        QString name;
        QVariant sent;
        bool isMarked = false; ///< it is in m_marked
        bool isSendable = false;
    };

    void observe();
    void mark(size_t property);

    const QPointer<QObject> m_object;
    ValueFilter m_filter;
    std::vector<Property> m_properties;
    std::unordered_map<int, std::vector<size_t>> m_bySignal; // properties by NOTIFY signal
    std::vector<size_t> m_marked;                            // properties to look at
    QVariantMap m_change;
};

} // namespace QRepod
