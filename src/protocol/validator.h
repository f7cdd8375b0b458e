// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/limits.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qstring.h>

#include <optional>

namespace QRepod {

//! The result of validating a payload.
struct Verdict
{
    QString error;                  ///< why it breaks the protocol; empty if it is valid
    bool hasAction = false;         ///< it is a map with an `action`
    bool isControl = false;         ///< it is a map that Control knows; anything else is skipped
    QByteArrayView action;          ///< the action, inside the payload or in actionText
    std::optional<quint64> request; ///< the value of `_request`, if it is an unsigned number
    QByteArray actionText;          ///< the text of an action that was not text on the wire
};

//! Checks whether \a payload is exactly one well-formed value within \a limits, with valid UTF-8
//! throughout, and which action and request it names.
///
/// Every byte is checked here, once. Code that reads a validated payload need not check again.
/// Nothing is allocated that the peer could make large.
Verdict validate(QByteArrayView payload, const MessageLimits &limits);

} // namespace QRepod
