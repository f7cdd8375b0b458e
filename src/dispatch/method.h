// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/call.h"
#include "dispatch/signature.h"

namespace QRepod {

class Arguments;

//! One method that handles an action: calls it if a message fits.
class Method
{
public:
    //! The last \a optional parameters of \a method have default arguments.
    Method(const QMetaMethod &method, int optional, const Extras &extras, Converters &converters);

    //! Why no message can ever call the method; empty if one can.
    QByteArray error() const { return m_signature.error(); }

    //! Calls the method; returns false without calling it if the message does not fit.
    ///
    /// The called method may delete \a object.
    bool call(QObject *object, const Call &call) const;

    struct Mismatch
    {
        QByteArray text;
        size_t kind; ///< equal for all values that do not fit for the same reason
    };

    //! Returns why call() has returned false.
    Mismatch mismatch(const Call &call) const;

private:
    void invoke(QObject *object, Arguments &arguments) const;
    void invoke(QObject *object, Arguments &arguments, Answer &answer) const;

    // What moc generated for the class that declares the method: calling this saves a search
    // through the object's classes. Null for a class made by QML.
    const QMetaObject::Data::StaticMetacallFunction m_metacall;
    const int m_relativeIndex; // of the method in that class, with all its parameters
    const int m_index;         // in the object; the clone with one parameter less has the next one
    const QMetaType m_result;  // the return type, if Qt knows it
    const Signature m_signature;
};

} // namespace QRepod
