// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/encodedmessage.h"

#include <deque>

namespace QRepod {

//! The messages that a peer may not have received yet, by number.
///
/// Both ends count alike: the first message with an action is number 1. A value without a lock or a
/// clock.
class KeptMessages
{
public:
    //! Keeps \a message, which is the next.
    void add(const EncodedMessage &message);

    //! Message number \a number, which the peer cannot have received, is \a message now.
    void replace(qint64 number, const EncodedMessage &message);

    //! The peer has received the messages up to number \a received.
    ///
    /// \return false if that cannot be: it has told of more already, or so many were never sent.
    bool forget(qint64 received);

    bool canForget(qint64 received) const { return received >= m_forgotten && received <= last(); }

    //! The number of the latest message.
    qint64 last() const { return m_forgotten + qint64(m_messages.size()); }

    //! What the peer may not have received, in order.
    const std::deque<EncodedMessage> &messages() const { return m_messages; }

    //! On the wire, in bytes.
    qint64 bytes() const { return m_bytes; }

private:
    std::deque<EncodedMessage> m_messages;
    qint64 m_forgotten = 0; // how many came before these
    qint64 m_bytes = 0;
};

} // namespace QRepod
