// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/signature.h"
#include "protocol/message.h"

#include <QtCore/qobject.h>

namespace QRepod {

//! One method that handles an action: calls it, if a message fits.
class Method
{
public:
    //! The last \a optional parameters of \a method have default arguments.
    Method(const QMetaMethod &method, int optional, Leading leading, Converters &converters);

    //! Why no message can ever call it; empty if one can.
    QByteArray fault() const { return m_signature.fault(); }

    //! Returns false, and calls nothing, if \a message does not fit.
    ///
    /// The called method may delete \a object.
    bool call(QObject *object, const Message &message, QObject *sender) const;

    QByteArray mismatch(const Message &message, QObject *sender) const;

private:
    void invoke(QObject *object, int omitted, void **arguments) const;

    // What moc wrote for the class that has the method: to call it needs no search through the
    // object's classes. Null for a class that QML made.
    const QMetaObject::Data::StaticMetacallFunction m_metacall;
    const int m_relativeIndex; // of the method in that class, with all its parameters
    const int m_index;         // in the object; with one parameter less it is the next one
    const Signature m_signature;
};

} // namespace QRepod
