// SPDX-License-Identifier: MIT
#include "client/connectionlistenerprivate.h"

#include <QRepod/client.h>

#include <typeinfo>

namespace QRepod {

/// \file
/// Messages that no handler has taken.

bool ConnectionListener::Private::isObserved() const
{
    return mayBeObserved && q->isSignalConnected(messageReceivedSignal());
}

//! No handler has taken it. A plain listener has no network_received() of its own, so the message
//! need not be decoded for it.
void ConnectionListener::Private::leaveToFallback(const Message &message,
                                                  Dispatcher::Outcome outcome, Turn &turn)
{
    isUntaken = typeid(*q) == typeid(ConnectionListener);
    if (!isUntaken)
        q->network_received(message.map());
    if (turn.isAlive() && isUntaken && outcome == Dispatcher::Outcome::Unhandled && !isObserved())
        m_unhandled.note(message.action(), UnhandledActions::Receiver::of(*q),
                         client ? client->address() : QString(),
                         [this](QByteArrayView action) { return dispatcher.nearest(action); });
}

void ConnectionListener::network_received(const QVariantMap &)
{
    d->isUntaken = true;
}

} // namespace QRepod
