// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/answer.h"
#include "protocol/message.h"

#include <QtCore/qobject.h>

namespace QRepod {

//! What handlers are called with. Everything it refers to must outlive it.
struct Call
{
    const Message &message;
    QObject *sender = nullptr; ///< the object that the message came through
    Answer *answer = nullptr;  ///< set if the message wants an answer
};

} // namespace QRepod
