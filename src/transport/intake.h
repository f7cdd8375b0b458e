// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/control.h"
#include "protocol/framereader.h"
#include "transport/link.h"
#include "transport/messagebudget.h"
#include "transport/roundtrip.h"
#include "transport/stream.h"

namespace QRepod {

//! What a connection receives: cut into frames, checked, and put into the inbox while that has room
//! and the peer keeps to its rate. Frames read past the rate are held until the rate is met again.
///
/// Times are passed in, in milliseconds.
class Intake
{
public:
    Intake(const Link &link, Stream &stream, RoundTrip &roundTrip,
           const ConnectionSettings &settings);

    //! The connection is open.
    void start(qint64 now) { m_budget.setRate(m_link.inbox->messageRate(), now); }

    //! Reads once, and puts whole frames into the inbox. If frames are held, they go first, and
    //! nothing is read. The stream may report its end during this call.
    ///
    /// \return how many bytes were read; error() says whether the protocol was broken.
    qint64 receive(qint64 now);

    //! Puts held frames into the inbox, whatever the rate: the peer is gone.
    void flush();

    bool isHolding() const { return m_reader.isHoldingBack(); }
    QString error() const { return m_reader.error(); }

    enum class Due { NowAndThen, Now };

    //! Tells a peer that wants receipts what has arrived, unless it already knows.
    void acknowledge(Due due, qint64 now);

    //! The time until the peer must be told, in milliseconds; 0 if it need not be.
    qint64 waitForReceipt() const { return m_waitForReceipt; }

    //! Stops and resumes reading, according to the inbox's room and the peer's rate.
    void update(qint64 now);
    bool isReading() const { return m_isReading; }

    //! The time for which the rate forbids reading, in milliseconds; 0 while it is met.
    qint64 waitForRate() const { return m_waitForRate; }

    //! The bytes of an unfinished frame, and how long they have waited for the rest.
    qint64 frameBytes() const { return m_reader.pendingBytes() + m_stream.heldBytes(); }
    qint64 frameAge(qint64 now) const { return frameBytes() > 0 ? now - m_frameBegan : 0; }

    qint64 skipped() const { return qint64(m_reader.skipped()); }
    bool hasHeartbeats() const { return m_reader.heartbeats() > 0; }

private:
    void noteUnfinished();
    void answerControls(FrameBatch &batch);
    bool handleControl(const Control &control);
    void answerPing(const Control &ping);
    void cut(qint64 received, qint64 now);
    bool push(qint64 now);

    const Link &m_link;
    Stream &m_stream;
    RoundTrip &m_roundTrip;
    const qint64 m_readSize;
    const int m_heartbeatInterval;
    FrameReader m_reader;
    MessageBudget m_budget;
    qint64 m_frameBegan = 0; // when the unfinished frame began
    qint64 m_waitForRate = 0;
    qint64 m_waitForReceipt = 0;
    bool m_isReceiptAwaited = false;  // messages came before the reader asked for receipts
    qint64 m_acknowledged = 0;        // messages
    qint64 m_acknowledgedAt = 0;      // time
    qint64 m_unacknowledgedBytes = 0; // on the wire
    bool m_isReading = true;
};

} // namespace QRepod
