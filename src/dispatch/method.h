// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/call.h"
#include "dispatch/signature.h"

namespace QRepod {

class Arguments;

//! One method that handles an action: calls it, if a message fits.
class Method
{
public:
    //! The last \a optional parameters of \a method have default arguments.
    Method(const QMetaMethod &method, int optional, const Extras &extras, Converters &converters);

    //! Why no message can ever call it; empty if one can.
    QByteArray fault() const { return m_signature.fault(); }

    //! Returns false, and calls nothing, if the message does not fit.
    ///
    /// The called method may delete \a object.
    bool call(QObject *object, const Call &call) const;

    struct Mismatch
    {
        QByteArray text;
        size_t kind; ///< the same for another value that does not fit for the same reason
    };

    //! Why call() has returned false.
    Mismatch mismatch(const Call &call) const;

private:
    void invoke(QObject *object, Arguments &arguments) const;
    void invoke(QObject *object, Arguments &arguments, Answer &answer) const;

    // What moc wrote for the class that has the method: to call it needs no search through the
    // object's classes. Null for a class that QML made.
    const QMetaObject::Data::StaticMetacallFunction m_metacall;
    const int m_relativeIndex; // of the method in that class, with all its parameters
    const int m_index;         // in the object; with one parameter less it is the next one
    const QMetaType m_result;  // of what it returns, if that can be seen
    const Signature m_signature;
};

} // namespace QRepod
