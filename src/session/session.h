// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/control.h"
#include "session/keptmessages.h"
#include "transport/link.h"

#include <memory>
#include <mutex>

namespace QRepod {

//! One peer, across the connections that it has one after the other.
///
/// It counts the messages in each direction, and hands over from a connection that was lost to the
/// next one. A session that keeps nothing has one connection, and costs nothing beside it.
///
/// Every function may be called from any thread.
class Session
{
public:
    enum class Keeping {
        Nothing,       ///< one connection, and no other after it
        Unacknowledged ///< what the peer may not have received, for a next connection
    };

    explicit Session(const Link &link, Keeping keeping = Keeping::Nothing);

    //! The connection at present. It changes in handOver() alone.
    Link link() const;

    //! Where what arrives waits. For the reader, who is also the one to call handOver().
    Inbox &inbox() const { return *m_link.inbox; }

    //! Whether messages are accepted.
    bool isOpen() const;

    //! Of the messages; the same for every connection of the session.
    const MessageLimits &limits() const { return m_limits; }

    //! Queues \a message for the peer.
    Outbox::Result send(const EncodedMessage &message, SendMode mode = SendMode::Reliable);

    //! Queues a control frame; dropped unless the peer has said hello.
    void sendControl(const QVariantMap &fields)
    {
        link().outbox->sendControl(Control::frame(fields));
    }

    //! The peer has received so many messages; false if that cannot be.
    bool acknowledge(qint64 received);

    //! What waits at this end, in either direction. In bytes.
    qint64 heldBytes() const;

    //! Messages in this session, over all its connections.
    qint64 sent() const;
    qint64 received() const;

    //! Goes on with the connection of \a next, whose peer has received so many messages of this
    //! session: what it has not received is sent again there, and then what is sent from now on.
    ///
    /// \return false if that cannot be, because the session keeps nothing or the number is not one
    ///         of its own. Then nothing has changed.
    bool handOver(const Link &next, qint64 peerReceived);

private:
    const MessageLimits m_limits;
    const std::unique_ptr<KeptMessages> m_kept; // guarded by the lock; null if nothing is kept

    mutable std::mutex m_mutex; // guards everything below, unless nothing is kept: then it is fixed
    Link m_link;
    qint64 m_receivedBefore = 0; // over connections that are gone
    qint64 m_numberOffset = 0;   // from a message's number in the outbox to that in the session
};

} // namespace QRepod
