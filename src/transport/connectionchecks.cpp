// SPDX-License-Identifier: MIT
// What a connection checks from time to time: whether its peer is alive and keeps pace, and the
// round trip.

#include "transport/connection.h"

#include <algorithm>

namespace QRepod {

Liveness::Facts Connection::livenessFacts() const
{
    // While something waits to be written, a heartbeat would only queue up behind it. When nothing
    // can be written any more, no heartbeat can be sent.
    const bool mayBeat = m_link.outbox->isOpen() && m_link.outbox->counts().bytesWaiting == 0;
    return {.sentNothingFor = mayBeat ? m_link.outbox->quietFor() : 0,
            .unacknowledgedFor = m_stream->unacknowledgedFor(),
            .hasSentHeartbeats = m_intake.hasHeartbeats(),
            .isReading = m_intake.isReading()};
}

Pace::Facts Connection::paceFacts() const
{
    // What waits for a peer that is gone does not stall.
    const Outbox::Counts counts =
        m_link.outbox->isOpen() ? m_link.outbox->counts() : Outbox::Counts();
    const qint64 frameBytes = m_intake.isReading() ? m_intake.frameBytes() : 0;
    return {.bytesWaiting = counts.bytesWaiting,
            .bytesLatest = counts.bytesLatest,
            .stalledFor = m_link.outbox->stalledFor(),
            .frameBytes = frameBytes,
            .frameAge = m_intake.frameAge(Deadlines::now())};
}

void Connection::check()
{
    if (const QString fault = m_pace.fault(paceFacts()); !fault.isEmpty()) {
        // If this process was paused, what the peer sent meanwhile is still in the socket.
        streamReadable();
        send();
        if (m_state == State::Open && !m_pace.fault(paceFacts()).isEmpty())
            end(fault, Inbox::End::Fault);
    }
    if (m_intake.waitForReceipt() > 0)
        m_intake.acknowledge(Intake::Due::NowAndThen, Deadlines::now());
    if (m_state == State::Open)
        checkLiveness();
    if (m_state == State::Open && untilMeasured() == 0)
        measureRoundTrip();
    expectCheck();
}

void Connection::checkLiveness()
{
    switch (m_liveness.check(Deadlines::now(), livenessFacts())) {
    case Liveness::Finding::Fine:
        break;
    case Liveness::Finding::HeartbeatDue:
        sendHeartbeat();
        break;
    case Liveness::Finding::PeerSilent:
        // If this process was paused, what the peer sent meanwhile is still in the socket.
        receive();
        if (m_state == State::Open && m_stream->readableBytes() == 0
            && m_liveness.check(Deadlines::now(), livenessFacts()) == Liveness::Finding::PeerSilent)
            end(QStringLiteral("nothing received for %1 ms").arg(m_settings.idleTimeout));
        break;
    case Liveness::Finding::NothingAcknowledged:
        end(QStringLiteral("nothing acknowledged for %1 ms").arg(m_settings.idleTimeout));
        break;
    }
}

void Connection::expectCheck()
{
    if (m_state != State::Open)
        return;
    qint64 wait = m_pace.nextCheck(paceFacts());
    m_isPaceWatched = wait >= 0;
    if (!m_liveness.isOff()) {
        const qint64 next = m_liveness.nextCheck(Deadlines::now(), livenessFacts());
        wait = m_isPaceWatched ? std::min(wait, next) : next;
    }
    if (m_beginTime > 0) {
        const qint64 rest = std::max<qint64>(0, m_beginTime - Deadlines::now());
        wait = wait >= 0 ? std::min(wait, rest) : rest;
    }
    const qint64 untilAsked = untilMeasured();
    m_isRoundTripAwaited = untilAsked >= 0;
    if (m_isRoundTripAwaited)
        wait = wait >= 0 ? std::min(wait, untilAsked) : untilAsked;
    if (const qint64 rest = m_intake.waitForRate(); rest > 0)
        wait = wait >= 0 ? std::min(wait, rest) : rest;
    if (const qint64 rest = m_intake.waitForReceipt(); rest > 0)
        wait = wait >= 0 ? std::min(wait, rest) : rest;
    if (wait >= 0)
        setDeadline(wait);
}

//! Unlike expectCheck() this checks nothing else, since it runs after each read.
void Connection::expectReceipt()
{
    const qint64 wait = m_intake.waitForReceipt();
    if (wait > 0 && (remainingTime() == 0 || remainingTime() > wait))
        setDeadline(wait);
}

//! Something has begun that may take too long.
void Connection::watchPace()
{
    if (!m_isPaceWatched)
        expectCheck();
}

//! Asks the peer if it may be asked. Its answer counts when it arrives, or at the next measurement.
void Connection::measureRoundTrip()
{
    m_measuredAt = Deadlines::now();
    if (mayAskPeer() && !m_link.outbox->sendControl(m_roundTrip.ask(RoundTrip::now())))
        m_roundTrip.forget();
    publishRoundTrip();
}

void Connection::publishRoundTrip()
{
    const std::optional<qint64> answered = m_roundTrip.smallest();
    m_link.traffic->roundTripTime = answered ? *answered : m_stream->roundTripTime();
}

//! If the game wants no heartbeats, nothing else may be sent that the game has not sent.
bool Connection::mayAskPeer() const
{
    return m_settings.heartbeatInterval > 0 && m_link.outbox->isPeerKnown()
        && m_roundTrip.isReady();
}

//! The time until a peer is first asked, in milliseconds; -1 if it is not to be asked.
qint64 Connection::untilMeasured() const
{
    if (m_roundTrip.smallest() || !mayAskPeer())
        return -1;
    return std::max<qint64>(0, m_measuredAt + measuringInterval - Deadlines::now());
}

void Connection::sendHeartbeat()
{
    m_intake.acknowledge(Intake::Due::Now, Deadlines::now());
    m_link.outbox->addInternal(heartbeatFrame);
    send();
    measureRoundTrip();
}

} // namespace QRepod
