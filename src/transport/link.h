// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/statistics.h>

#include "transport/inbox.h"
#include "transport/outbox.h"
#include "transport/settings.h"
#include "transport/traffic.h"

#include <memory>

namespace QRepod {

//! Returns the text that says that a message to \a peer was not sent, and why.
inline QString notSent(const EncodedMessage &message, const QString &peer, const QString &reason)
{
    const QString name =
        message.action().isEmpty() ? QString() : QStringLiteral(" \"%1\"").arg(message.action());
    return QStringLiteral("message%1 to %2 was not sent: %3").arg(name, peer, reason);
}

//! A connection as other threads see it: the two queues to and from it, and its figures.
struct Link
{
    std::shared_ptr<Inbox> inbox;
    std::shared_ptr<Outbox> outbox;
    std::shared_ptr<Traffic> traffic;
    MessageLimits limits; ///< for what is sent

    //! Creates both queues, empty. \a reader is woken when something has arrived.
    static Link create(WakeTarget reader, const ConnectionSettings &settings)
    {
        auto inbox = std::make_shared<Inbox>(reader, settings.receiveBacklog);
        inbox->setMessageRate(settings.messageRate);
        return {std::move(inbox),
                std::make_shared<Outbox>(settings.sendBacklog * settings.sendOverrun),
                std::make_shared<Traffic>(), settings.message};
    }

    //! Accepts and delivers nothing more; what was accepted before is still written. Any thread.
    void close() const
    {
        outbox->close();
        inbox->close();
    }

    //! Any thread.
    Statistics statistics() const
    {
        const Inbox::Counts in = inbox->counts();
        const Outbox::Counts out = outbox->counts();
        Statistics statistics;
        statistics.messagesReceived = in.received;
        statistics.messagesWaiting = in.waiting;
        statistics.messagesSent = out.messages;
        statistics.bytesSent = out.bytesWritten;
        statistics.bytesUnsent = out.bytesWaiting;
        statistics.bytesReceived = traffic->bytesReceived;
        statistics.framesSkipped = traffic->framesSkipped;
        statistics.roundTripTime = traffic->roundTripTime;
        return statistics;
    }
};

} // namespace QRepod
