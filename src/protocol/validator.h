// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/limits.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qstring.h>

#include <optional>

namespace QRepod {

//! What a payload turned out to be.
struct Verdict
{
    QString error;                  ///< why it breaks the protocol; empty if it does not
    bool hasAction = false;         ///< a map with an `action`
    bool isControl = false;         ///< a map without, that Control knows; anything else is skipped
    QByteArrayView action;          ///< its text, inside the payload or in actionText
    std::optional<quint64> request; ///< what `_request` says, if that is an unsigned number
    QByteArray actionText;          ///< holds the text of an action that was not text on the wire
};

//! Whether \a payload is exactly one well-formed value inside of \a limits, with valid UTF-8
//! throughout, and which action and request it names.
///
/// Every byte is looked at once, here; whoever reads a validated payload later need not check
/// again. Nothing is allocated that the peer could make large.
Verdict validate(QByteArrayView payload, const MessageLimits &limits);

} // namespace QRepod
