// SPDX-License-Identifier: MIT
#include "transport/intake.h"

#include "transport/deadlines.h"

#include <QtCore/qloggingcategory.h>

#include <algorithm>
#include <utility>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(transportLog)

namespace {

// After this much the peer is told what has arrived, so that it can forget it.
constexpr qint64 receiptMessages = 64;
constexpr qint64 receiptBytes = 64 * 1024;

// Receipts for small messages come no more often than this, in milliseconds: a stream of them would
// keep waking the peer to make it forget a few kilobytes.
constexpr qint64 receiptInterval = 10;

} // namespace

Intake::Intake(const Link &link, Stream &stream, RoundTrip &roundTrip,
               const ConnectionSettings &settings)
    : m_link(link)
    , m_stream(stream)
    , m_roundTrip(roundTrip)
    , m_readSize(settings.readSize)
    , m_heartbeatInterval(settings.heartbeatInterval)
    , m_reader(settings.message)
{
}

qint64 Intake::receive(qint64 now)
{
    if (isHolding()) {
        cut(0, now);
        return 0;
    }
    const qint64 wanted = m_reader.wantedBytes(m_readSize);
    const qint64 size = std::clamp<qint64>(m_stream.readableBytes(), 1, wanted);
    const bool isContinued = frameBytes() > 0;
    const qint64 received = m_stream.read(m_reader.prepare(size), size);
    if (received > 0) {
        cut(received, now);
        return received;
    }
    if (!isContinued)
        m_frameBegan = now;
    noteUnfinished();
    return received;
}

//! Cuts what has been read into as many frames as the rate allows.
void Intake::cut(qint64 received, qint64 now)
{
    m_unacknowledgedBytes += received;
    bool isSound = true;
    do {
        const bool isContinued = frameBytes() > 0;
        const qint64 before = m_reader.framesCut();
        isSound =
            m_reader.commit(std::exchange(received, 0),
                            m_budget.isLimited() ? m_budget.available() : FrameReader::allFrames);
        m_budget.take(m_reader.framesCut() - before);
        if (!isContinued || m_reader.framesCut() > before)
            m_frameBegan = now;
        if (isContinued || frameBytes() > 0)
            noteUnfinished();
        const bool hasRoom = push(now);
        if (isSound && (!hasRoom || m_budget.isLimited()))
            update(now);
    } while (isSound && m_isReading && isHolding());
    noteUnfinished();
}

//! Tells the inbox how much memory an unfinished frame takes.
void Intake::noteUnfinished()
{
    m_link.inbox->setUnfinished(m_reader.heldBytes() + m_stream.heldBytes());
}

//! \return whether the inbox has room for more.
bool Intake::push(qint64 now)
{
    if (!m_reader.hasFrames())
        return true;
    FrameBatch batch = m_reader.takeFrames();
    if (batch.controls > 0) {
        batch.arrival = Deadlines::now();
        answerControls(batch);
    }
    const bool hasRoom = batch.frames.empty() || m_link.inbox->pushMessages(std::move(batch));
    acknowledge(Due::NowAndThen, now);
    return hasRoom;
}

//! Handles what concerns only the connection, so that the reader is not woken for it.
void Intake::answerControls(FrameBatch &batch)
{
    batch.controls -= qint64(std::erase_if(batch.frames, [this](const Frame &frame) {
        return frame.isControl() && handleControl(Control(frame.payload));
    }));
}

//! \return whether the frame does not concern the reader.
bool Intake::handleControl(const Control &control)
{
    Outbox &outbox = *m_link.outbox;
    switch (control.kind()) {
    case Control::Kind::Hello:
        outbox.answerHello();
        return false;
    case Control::Kind::Resume:
    case Control::Kind::Resumed:
    case Control::Kind::Lost:
        outbox.setPeerKnown();
        return false;
    case Control::Kind::Ack:
        return !outbox.takeReceipt(control.count());
    case Control::Kind::Ping:
        answerPing(control);
        return true;
    case Control::Kind::Pong:
        return m_roundTrip.take(control.value(), RoundTrip::now());
    default:
        return false;
    }
}

//! Answers only numbers, so that what a peer can make this end repeat is small.
void Intake::answerPing(const Control &ping)
{
    const QMetaType type = ping.value().metaType();
    if (type != QMetaType::fromType<qint64>() && type != QMetaType::fromType<double>())
        return;
    // The answer postpones the next heartbeat, which the peer may rely on.
    const bool isQuiet =
        m_heartbeatInterval > 0 && m_link.outbox->quietFor() >= m_heartbeatInterval / 2;
    m_link.outbox->sendControl(Control::pong(ping.value(), Deadlines::now()));
    if (isQuiet)
        m_link.outbox->sendControl(heartbeatFrame.toByteArray());
}

void Intake::acknowledge(Due due, qint64 now)
{
    m_waitForReceipt = 0;
    const std::optional<qint64> receipt = m_link.inbox->receipt();
    m_isReceiptAwaited = !receipt;
    if (!receipt || *receipt == m_acknowledged)
        return;
    if (due == Due::NowAndThen && m_unacknowledgedBytes < receiptBytes) {
        if (*receipt - m_acknowledged < receiptMessages)
            return;
        m_waitForReceipt = std::max<qint64>(0, m_acknowledgedAt + receiptInterval - now);
        if (m_waitForReceipt > 0)
            return;
    }
    if (!m_link.outbox->sendControl(Control::ack(*receipt)))
        return;
    m_acknowledged = *receipt;
    m_acknowledgedAt = now;
    m_unacknowledgedBytes = 0;
}

void Intake::flush()
{
    if (!isHolding())
        return;
    m_reader.commit(0);
    push(Deadlines::now());
}

void Intake::update(qint64 now)
{
    if (m_isReceiptAwaited)
        acknowledge(Due::NowAndThen, now);
    if (const int rate = m_link.inbox->messageRate(); rate != m_budget.rate())
        m_budget.setRate(rate, now);
    m_waitForRate = m_budget.wait(now);
    const bool hasRoom = m_link.inbox->hasRoom();
    const bool isReading = hasRoom && m_waitForRate == 0;
    if (isReading == m_isReading)
        return;
    m_isReading = isReading;
    if (isReading)
        m_frameBegan = now; // the peer could not go on with the frame
    m_stream.setReading(isReading);
    qCDebug(transportLog).noquote()
        << m_stream.peer()
        << (isReading     ? "reading resumed"
                : hasRoom ? "reading paused: the peer exceeds the maximum message rate"
                          : "reading paused: the receive backlog is full");
}

} // namespace QRepod
