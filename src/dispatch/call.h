// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/answer.h"
#include "protocol/message.h"

#include <QtCore/qobject.h>

namespace QRepod {

//! What handlers are called for. It refers to what outlives it.
struct Call
{
    const Message &message;
    QObject *sender = nullptr; ///< who the message came through
    Answer *answer = nullptr;  ///< if the message is to be answered
};

} // namespace QRepod
