// SPDX-License-Identifier: MIT
#pragma once

#include "queues.h"
#include "transport/outbox.h"

namespace QRepod {

//! An outbox that is open, with somebody who would write.
struct TestOutbox
{
    explicit TestOutbox(qint64 limit = 64 * mebi)
        : outbox(MessageLimits(), limit)
    {
        outbox.open(writer);
    }

    Outbox *operator->() { return &outbox; }

    Sleeper writer;
    Outbox outbox;
};

} // namespace QRepod
