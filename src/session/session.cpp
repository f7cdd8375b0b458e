// SPDX-License-Identifier: MIT
#include "session/session.h"

#include <algorithm>

namespace QRepod {

namespace {

//! Adds the counters of earlier connections; backlogs and round trip stay those of the latest.
Statistics sum(Statistics latest, const Statistics &before)
{
    latest.messagesReceived += before.messagesReceived;
    latest.messagesSent += before.messagesSent;
    latest.bytesReceived += before.bytesReceived;
    latest.bytesSent += before.bytesSent;
    latest.framesSkipped += before.framesSkipped;
    return latest;
}

KeptMessages::Form formOf(SendMode mode)
{
    return mode == SendMode::Latest ? KeptMessages::Form::Replaceable : KeptMessages::Form::Final;
}

} // namespace

Session::Session(const Link &link, Keeping keeping)
    : Session(link, keeping, Limits())
{
}

Session::Session(const Link &link, Keeping keeping, Limits limits)
    : m_limits(link.limits)
    , m_isKeeping(keeping == Keeping::Unacknowledged)
    , m_keepLimits(limits)
    , m_link(link)
{
    m_keepLimits.unknown = std::min(limits.unknown, limits.connected);
}

Link Session::link() const
{
    if (!m_isKeeping)
        return m_link;
    const std::lock_guard lock(m_mutex);
    return m_link;
}

bool Session::isOpen() const
{
    if (!m_isKeeping)
        return m_link.outbox->isOpen();
    const std::lock_guard lock(m_mutex);
    return !m_isAway && m_link.outbox->isOpen();
}

bool Session::isAccepting() const
{
    if (!m_isKeeping)
        return m_link.outbox->isOpen();
    if (m_phase == Phase::Resumable)
        return true;
    const std::lock_guard lock(m_mutex);
    return m_link.outbox->isOpen();
}

Outbox::Result Session::send(const EncodedMessage &message, SendMode mode)
{
    if (!m_isKeeping)
        return m_link.outbox->send(message, mode);
    // Holds the lock across both steps, so that messages are kept in the order of queueing.
    const std::lock_guard lock(m_mutex);
    if (m_phase == Phase::Ended)
        return {Outbox::Status::Closed};
    if (m_isAway)
        return keep(message, mode);
    Outbox::Result result = m_link.outbox->send(message, mode);
    if (result.status == Outbox::Status::Closed && m_isKeeping && m_phase == Phase::Resumable)
        return keep(message, mode); // lost, but the reader does not know yet
    if (result.status != Outbox::Status::Accepted || !m_isKeeping)
        return result;
    if (result.isReplacing) {
        m_kept.replace(m_numberOffset + result.number, message);
    } else {
        keepSent(message, mode);
        m_numberOffset = m_kept.last() - result.number;
    }
    if (m_kept.bytes() > m_keepLimits.unknown)
        limitKept();
    return result;
}

//! Keeps \a message, which is being sent, for a peer that can resume. Called with the lock held.
void Session::keepSent(const EncodedMessage &message, SendMode mode)
{
    if (m_keepLimits.unknown == 0 && !m_link.outbox->isPeerKnown())
        m_kept.skip();
    else
        m_kept.add(message, formOf(mode));
}

Outbox::Result Session::answer(const EncodedMessage &message)
{
    Outbox::Result result = send(message);
    return result.status == Outbox::Status::Closed ? link().outbox->answer(message) : result;
}

//! Keeps \a message until the peer is back. With SendMode::Latest it keeps only the latest message
//! of each action, which does not count against the limit. Called with the lock held.
Outbox::Result Session::keep(const EncodedMessage &message, SendMode mode)
{
    Outbox::Result accepted{Outbox::Status::Accepted, message.size()};
    if (mode == SendMode::Latest) {
        keepLatest(message);
        return accepted;
    }
    const qint64 kept = m_kept.bytes() - m_latestBytes;
    if (kept > 0 && kept + message.size() > m_keepLimits.away) {
        return {Outbox::Status::Full, 0,
                QStringLiteral("%1 bytes kept for the peer are over the limit of %2")
                    .arg(kept + message.size())
                    .arg(m_keepLimits.away)};
    }
    m_kept.add(message);
    return accepted;
}

//! Called with the lock held.
void Session::keepLatest(const EncodedMessage &message)
{
    const qint64 before = m_kept.bytes();
    if (const qint64 number = m_latest.value(message.action()); number > 0) {
        m_kept.replace(number, message);
    } else {
        m_kept.add(message, KeptMessages::Form::Replaceable);
        m_latest.insert(message.action(), m_kept.last());
    }
    m_latestBytes += m_kept.bytes() - before;
}

//! Limits what is kept while the peer is connected. Called with the lock held.
void Session::limitKept()
{
    if (m_kept.bytes() > m_keepLimits.connected)
        stopKeeping();
    else if (!m_link.outbox->isPeerKnown())
        m_kept.forget(m_kept.last());
}

//! Called with the lock held.
void Session::stopKeeping()
{
    if (m_isAway)
        return; // the link is not fixed
    m_isKeeping = false;
    m_kept = {};
}

bool Session::acknowledge(qint64 received)
{
    const std::lock_guard lock(m_mutex);
    if (m_isKeeping)
        m_kept.forget(received);
    return std::exchange(m_isFirstReceipt, false);
}

bool Session::isConfirmed() const
{
    const std::lock_guard lock(m_mutex);
    return !m_isFirstReceipt;
}

qint64 Session::heldBytes() const
{
    const Link current = link();
    const qint64 kept = [this] {
        const std::lock_guard lock(m_mutex);
        return m_kept.bytes();
    }();
    // What waits to be written is also kept, so it must not count twice.
    return current.inbox->heldBytes() + std::max(kept, current.outbox->counts().bytesWaiting);
}

qint64 Session::sent() const
{
    const std::lock_guard lock(m_mutex);
    return m_isKeeping ? m_kept.last() : m_link.outbox->counts().messages;
}

qint64 Session::received() const
{
    const std::lock_guard lock(m_mutex);
    return m_receivedBefore + (m_isAway ? 0 : m_link.inbox->counts().received);
}

Statistics Session::statistics() const
{
    const std::lock_guard lock(m_mutex);
    Statistics statistics = sum(m_link.statistics(), m_before);
    if (m_isKeeping) // without what was sent again
        statistics.messagesSent = m_kept.last();
    return statistics;
}

void Session::begin()
{
    const std::lock_guard lock(m_mutex);
    if (!m_isKeeping || m_phase != Phase::New)
        return;
    m_phase = Phase::Resumable;
    m_link.outbox->setReceiptHolder(weak_from_this());
    m_link.inbox->beginReceipts(m_receivedBefore);
}

void Session::keepNothing()
{
    const std::lock_guard lock(m_mutex);
    stopKeeping();
}

void Session::assumePlainPeer()
{
    const std::lock_guard lock(m_mutex);
    m_keepLimits.unknown = 0;
    if (m_isKeeping && !m_isAway)
        limitKept();
}

bool Session::isResumable() const
{
    const std::lock_guard lock(m_mutex);
    return m_isKeeping && m_phase == Phase::Resumable;
}

void Session::discount(qint64 messages)
{
    const std::lock_guard lock(m_mutex);
    m_receivedBefore -= messages;
}

void Session::leave(const Link &next)
{
    const std::lock_guard lock(m_mutex);
    moveTo(next);
}

//! Called with the lock held.
void Session::moveTo(const Link &next)
{
    m_before = sum(m_link.statistics(), m_before);
    if (!m_isAway) // otherwise the peer never came there
        m_receivedBefore += m_link.inbox->counts().received;
    m_link.outbox->setReceiptHolder({}); // its later receipts are not about the next one
    m_isAway = true;
    m_link = next;
}

bool Session::canResume(qint64 peerReceived) const
{
    const std::lock_guard lock(m_mutex);
    return m_isKeeping && m_phase != Phase::Ended && m_kept.canForget(peerReceived);
}

bool Session::resume(qint64 peerReceived)
{
    const std::lock_guard lock(m_mutex);
    if (!m_isKeeping || m_phase == Phase::Ended || !m_kept.forget(peerReceived))
        return false;
    continueOnLink();
    return true;
}

bool Session::handOver(const Link &next, qint64 peerReceived)
{
    const std::lock_guard lock(m_mutex);
    if (!m_isKeeping || m_phase == Phase::Ended || !m_kept.forget(peerReceived))
        return false;
    moveTo(next);
    m_link.outbox->sendControl(Control::resumed(m_receivedBefore), Outbox::Bound::None);
    continueOnLink();
    return true;
}

//! Called with the lock held.
void Session::continueOnLink()
{
    m_phase = Phase::Resumable;
    m_isAway = false;
    m_latest.clear();
    m_latestBytes = 0;
    m_isFirstReceipt = true;
    m_link.outbox->setReceiptHolder(weak_from_this());
    m_link.inbox->beginReceipts(m_receivedBefore);
    qint64 before = m_kept.forgotten();
    for (const KeptMessages::Part &part : m_kept.parts()) {
        // A run changes in place while the connection's thread reads what it got, so copy it.
        const QByteArray frames = part.run ? part.run.frames().toByteArray() : part.bytes;
        m_link.outbox->sendAgain(frames, part.largeValues, part.last - before);
        before = part.last;
    }
    m_numberOffset = m_kept.last() - m_link.outbox->counts().messages;
}

void Session::end()
{
    const std::lock_guard lock(m_mutex);
    m_phase = Phase::Ended;
    if (m_isKeeping)
        m_kept = {};
}

void Session::finish()
{
    end();
    link().outbox->finish();
}

} // namespace QRepod
