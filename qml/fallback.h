// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qmetaobject.h>
#include <QtCore/qvariant.h>

#include <initializer_list>

namespace QRepod {

//! The function `network_received` that QML code has declared on an object, if it has.
///
/// It is found by reflection, as handlers are, once the object is complete: at the first call.
class Fallback
{
public:
    explicit Fallback(QObject *object)
        : m_object(object)
    {
    }

    //! Calls it with as many of \a arguments as it has parameters. It may delete the object.
    void call(std::initializer_list<QVariant> arguments);

private:
    QMetaMethod find() const;

    QObject *const m_object;
    const QMetaObject *m_type = nullptr; // that m_method is of
    QMetaMethod m_method;
};

} // namespace QRepod
