// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qmetaobject.h>
#include <QtCore/qvariant.h>

#include <initializer_list>

namespace QRepod {

//! A function that QML code may have declared on an object, for example `network_received`.
///
/// It is found by reflection, like handlers, at the first call, when the object is complete.
class QmlFunction
{
public:
    QmlFunction(QObject *object, const char *name)
        : m_object(object)
        , m_name(name)
    {
    }

    //! Calls the function with as many of \a arguments as it has parameters. It may delete the
    //! object.
    ///
    /// \return its return value; an invalid QVariant if there is no such function.
    ///
    /// \a exception, if given, gets the text of what it has thrown; null if it has thrown nothing.
    QVariant call(std::initializer_list<QVariant> arguments, QString *exception = nullptr);

private:
    QMetaMethod find() const;

    QObject *const m_object;
    const char *const m_name;
    const QMetaObject *m_type = nullptr; // the type that m_method belongs to
    QMetaMethod m_method;
};

} // namespace QRepod
