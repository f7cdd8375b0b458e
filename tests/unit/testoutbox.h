// SPDX-License-Identifier: MIT
#pragma once

#include "queues.h"
#include "transport/outbox.h"

namespace QRepod {

//! What is sent by most tests.
inline EncodedMessage toSend(const QVariantMap &message)
{
    return EncodedMessage(message, MessageLimits());
}

//! An outbox that is open, with somebody who would write.
struct TestOutbox
{
    explicit TestOutbox(qint64 limit = 64 * mebi)
        : outbox(limit)
    {
        outbox.open(writer);
    }

    Outbox *operator->() { return &outbox; }

    Sleeper writer;
    Outbox outbox;
};

} // namespace QRepod
