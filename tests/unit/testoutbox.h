// SPDX-License-Identifier: MIT
#pragma once

#include "queues.h"
#include "transport/outbox.h"

namespace QRepod {

//! Encodes \a message as most tests send it.
inline EncodedMessage toSend(const QVariantMap &message)
{
    return EncodedMessage(message, MessageLimits());
}

//! An open outbox with a writer.
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
