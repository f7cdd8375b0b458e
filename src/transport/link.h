// SPDX-License-Identifier: MIT
#pragma once

#include "transport/inbox.h"
#include "transport/outbox.h"
#include "transport/settings.h"

#include <memory>

namespace QRepod {

//! A connection as other threads see it: the two queues that lead there and back.
struct Link
{
    std::shared_ptr<Inbox> inbox;
    std::shared_ptr<Outbox> outbox;

    //! Both queues, empty. \a reader is woken when something has come in.
    static Link create(QObject *reader, const ConnectionSettings &settings)
    {
        return {std::make_shared<Inbox>(reader, settings.receiveBacklog),
                std::make_shared<Outbox>(settings.message, settings.sendBacklog)};
    }

    //! Nothing more goes in or comes out; what was accepted before still does. Any thread.
    void close() const
    {
        outbox->close();
        inbox->close();
    }
};

} // namespace QRepod
