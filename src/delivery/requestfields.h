// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/message.h"

#include <QtCore/qstring.h>

namespace QRepod {

/// \name The fields of requests and answers
/// @{
inline QString requestField()
{
    return QStringLiteral("_request");
}
inline QString resultField()
{
    return QStringLiteral("result");
}
inline QString errorField()
{
    return QStringLiteral("error");
}
/// @}

inline QString replyAction()
{
    return QStringLiteral("_reply");
}

//! Whether \a message answers a request from this end.
inline bool isReply(const Message &message)
{
    return message.request() && message.action() == "_reply";
}

//! Whether the sender of \a message waits for an answer. A reply never gets one: otherwise two ends
//! could refuse each other's refusals for ever.
inline bool isRequest(const Message &message)
{
    return message.request() && message.action() != "_reply";
}

/// \name Why a request has no result
/// @{
inline QString notConnected()
{
    return QStringLiteral("not connected");
}
inline QString connectionEnded()
{
    return QStringLiteral("the connection ended");
}
inline QString noHandler()
{
    return QStringLiteral("there is no handler");
}
inline QString notAnswered()
{
    return QStringLiteral("the request was not answered");
}
inline QString wasRefused()
{
    return QStringLiteral("the request was refused");
}
/// @}

} // namespace QRepod
