// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qmetatype.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <span>

namespace QRepod {

//! An argument that does not come from the message: the caller of dispatch() supplies it.
struct Supplied
{
    QMetaType type;
    const void *value;
};

//! What a request brings along for its handlers, and what they return.
///
/// The first handler that returns something, or takes a supplied argument, answers. Later handlers
/// are still called, but their return values are lost, and they get default-constructed objects for
/// supplied arguments. So do all handlers of a message that wants no answer.
struct Answer
{
    std::span<const Supplied> supplied = {};

    //! What the handler returned, in its own type. An invalid QVariant is nothing, and so is a type
    //! that cannot be default-constructed.
    QVariant value = {};
    bool isGiven = false; ///< value is a handler's return value
    bool isTaken = false; ///< a handler took a supplied argument and will answer itself

    //! Why the first handler that did not fit was not called, in the words of the warning.
    QString mismatch = {};

    //! What a handler in a script has thrown; null if none has. It answers as a result does.
    QString exception = {};

    bool isOpen() const { return !isGiven && !isTaken && exception.isNull(); }
};

} // namespace QRepod
