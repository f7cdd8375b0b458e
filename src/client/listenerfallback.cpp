// SPDX-License-Identifier: MIT
#include "client/connectionlistenerprivate.h"

#include <QRepod/client.h>

#include <typeinfo>

namespace QRepod {

/// \file
/// Messages that no handler took.

bool ConnectionListener::Private::isObserved() const
{
    return mayBeObserved && q->isSignalConnected(messageReceivedSignal());
}

//! Passes a message that no handler took to network_received(). A plain listener does not override
//! that, so the message is not decoded for it.
void ConnectionListener::Private::leaveToFallback(const Message &message,
                                                  Dispatcher::Outcome outcome, DeliveryRun &run)
{
    isFallbackDefault = typeid(*q) == typeid(ConnectionListener);
    if (!isFallbackDefault)
        q->network_received(message.map());
    if (run.isAlive() && isFallbackDefault && outcome == Dispatcher::Outcome::Unhandled
        && !isObserved())
        m_unhandled.note(message.action(), UnhandledActions::Receiver::of(*q),
                         client ? client->address() : QString(),
                         [this](QByteArrayView action) { return dispatcher.nearest(action); });
}

void ConnectionListener::network_received(const QVariantMap &)
{
    d->isFallbackDefault = true;
}

} // namespace QRepod
