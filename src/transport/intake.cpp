// SPDX-License-Identifier: MIT
#include "transport/intake.h"

#include "protocol/control.h"

#include <QtCore/qloggingcategory.h>

#include <algorithm>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(transportLog)

namespace {

// Of a frame: no message is shorter than a map with an action of one byte.
constexpr qint64 smallestMessage = frameHeaderSize + 9;

} // namespace

Intake::Intake(const Link &link, Stream &stream, const ConnectionSettings &settings)
    : m_link(link)
    , m_stream(stream)
    , m_readSize(settings.readSize)
    , m_reader(settings.message)
{
}

qint64 Intake::receive(qint64 now)
{
    const qint64 wanted = m_reader.wantedBytes(readSize());
    const qint64 size = std::clamp<qint64>(m_stream.readableBytes(), 1, wanted);
    const bool isContinued = frameBytes() > 0;
    const qint64 received = m_stream.read(m_reader.prepare(size), size);
    if (received == 0) {
        if (!isContinued)
            m_frameBegan = now;
        return 0;
    }
    const bool isSound = m_reader.commit(received);
    if (!isContinued || m_reader.hasFrames())
        m_frameBegan = now;
    bool hasRoom = true;
    if (m_reader.hasFrames()) {
        FrameBatch batch = m_reader.takeFrames();
        m_budget.take(qint64(batch.frames.size()));
        if (batch.controls > 0)
            answerHello(batch);
        hasRoom = m_link.inbox->pushMessages(std::move(batch));
    }
    if (isSound && (!hasRoom || m_budget.isLimited()))
        update(now);
    return received;
}

//! A peer that says hello knows control frames: says it in turn, unless this end has begun.
void Intake::answerHello(const FrameBatch &batch)
{
    for (const Frame &frame : batch.frames) {
        if (frame.isControl() && Control(frame.payload).kind() == Control::Kind::Hello)
            m_link.outbox->answerHello();
    }
}

//! How much to read at once, in bytes. With a rate, no more than what the budget may bring.
qint64 Intake::readSize() const
{
    if (!m_budget.isLimited())
        return m_readSize;
    return std::clamp<qint64>(m_budget.available() * smallestMessage, 1, m_readSize);
}

void Intake::update(qint64 now)
{
    if (const int rate = m_link.inbox->messageRate(); rate != m_budget.rate())
        m_budget.setRate(rate, now);
    m_waitForRate = m_budget.wait(now);
    const bool hasRoom = m_link.inbox->hasRoom();
    const bool isReading = hasRoom && m_waitForRate == 0;
    if (isReading == m_isReading)
        return;
    m_isReading = isReading;
    if (isReading)
        m_frameBegan = now; // the peer could not go on with it
    m_stream.setReading(isReading);
    qCDebug(transportLog).noquote()
        << m_stream.peer()
        << (isReading     ? "is read from again"
                : hasRoom ? "is not read from: it sends more messages a second than it may"
                          : "is not read from: too much waits to be pumped");
}

} // namespace QRepod
