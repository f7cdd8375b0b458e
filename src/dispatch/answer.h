// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qmetatype.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <span>

namespace QRepod {

//! An argument that does not come from the message: who dispatches it supplies it.
struct Supplied
{
    QMetaType type;
    const void *value;
};

//! What a message that is to be answered brings along, and what its handlers make of it.
///
/// The first handler that returns something, or takes a supplied argument, answers. Handlers that
/// come later are called all the same, but what they return is lost, and for supplied arguments
/// they get objects made without arguments, as all handlers do of a message that wants no answer.
struct Answer
{
    std::span<const Supplied> supplied = {};

    //! What the handler returned, of the type that it returned; an invalid QVariant is nothing. So
    //! is what has a type that cannot be made without arguments.
    QVariant value = {};
    bool isGiven = false; ///< value is what a handler returned
    bool isTaken = false; ///< a handler has taken a supplied argument and answers by itself

    //! Why the first handler that could not be called was not, as the warning says it.
    QString mismatch = {};

    //! What a handler in a script has thrown; null if none has. It answers as a result does.
    QString exception = {};

    bool isOpen() const { return !isGiven && !isTaken && exception.isNull(); }
};

} // namespace QRepod
