// SPDX-License-Identifier: MIT
#include "session/session.h"

namespace QRepod {

Session::Session(const Link &link, Keeping keeping)
    : m_limits(link.limits)
    , m_kept(keeping == Keeping::Nothing ? nullptr : std::make_unique<KeptMessages>())
    , m_link(link)
{
}

Link Session::link() const
{
    if (!m_kept)
        return m_link;
    const std::lock_guard lock(m_mutex);
    return m_link;
}

bool Session::isOpen() const
{
    if (!m_kept)
        return m_link.outbox->isOpen();
    const std::lock_guard lock(m_mutex);
    return m_link.outbox->isOpen();
}

Outbox::Result Session::send(const EncodedMessage &message, SendMode mode)
{
    if (!m_kept)
        return m_link.outbox->send(message, mode);
    // The lock spans both, so that messages are kept in the order in which they are queued.
    const std::lock_guard lock(m_mutex);
    Outbox::Result result = m_link.outbox->send(message, mode);
    if (result.status != Outbox::Status::Accepted)
        return result;
    if (result.isReplacing) {
        m_kept->replace(m_numberOffset + result.number, message);
    } else {
        m_kept->add(message);
        m_numberOffset = m_kept->last() - result.number;
    }
    return result;
}

bool Session::acknowledge(qint64 received)
{
    const std::lock_guard lock(m_mutex);
    return m_kept && m_kept->forget(received);
}

qint64 Session::heldBytes() const
{
    const Link current = link();
    return current.inbox->heldBytes() + current.outbox->counts().bytesWaiting;
}

qint64 Session::sent() const
{
    const std::lock_guard lock(m_mutex);
    return m_kept ? m_kept->last() : m_link.outbox->counts().messages;
}

qint64 Session::received() const
{
    const std::lock_guard lock(m_mutex);
    return m_receivedBefore + m_link.inbox->counts().received;
}

bool Session::handOver(const Link &next, qint64 peerReceived)
{
    const std::lock_guard lock(m_mutex);
    if (!m_kept || !m_kept->forget(peerReceived))
        return false;
    m_receivedBefore += m_link.inbox->counts().received;
    m_link = next;
    for (const EncodedMessage &message : m_kept->messages())
        next.outbox->send(message);
    return true;
}

} // namespace QRepod
