// SPDX-License-Identifier: MIT
#pragma once

#include "session/keptmessages.h"
#include "transport/link.h"

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

    //! Queues \a message for the peer.
    Outbox::Result send(const EncodedMessage &message);

    //! The peer has received so many messages; false if that cannot be.
    bool acknowledge(qint64 received);

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
    const Keeping m_keeping;

    mutable std::mutex m_mutex; // guards everything below; not taken to send if nothing is kept
    Link m_link;
    KeptMessages m_kept;
    qint64 m_receivedBefore = 0; // over connections that are gone
};

} // namespace QRepod
