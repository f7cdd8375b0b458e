// SPDX-License-Identifier: MIT
#include "transport/outbox.h"

#include "protocol/control.h"

#include <algorithm>
#include <utility>

namespace QRepod {

namespace {

// Larger frames are not written at once: handing them to the system takes time, which is not the
// caller's to spend.
constexpr qsizetype directSize = 8 * 1024;

// A line is idle when nothing has been written for this long. The connection's thread merges what
// follows sooner, so that a burst stays one write.
constexpr std::chrono::microseconds pause(10);

} // namespace

Outbox::Result Outbox::send(const EncodedMessage &message, SendMode mode)
{
    if (mode == SendMode::Latest)
        return addLatest(message.frame(), message.action());
    return add(Kind::Message, message.bytes(), message.largeValues(), message.size());
}

Outbox::Result Outbox::answer(const EncodedMessage &message)
{
    return add(Kind::Answer, message.bytes(), message.largeValues(), message.size());
}

Outbox::Result Outbox::send(const QByteArray &frame)
{
    return add(Kind::Message, frame, {}, frame.size());
}

void Outbox::sendAgain(const QByteArray &frames, const QList<LargeValue> &large, qint64 messages)
{
    const std::lock_guard lock(m_mutex);
    if (!m_writer || m_isFinishing)
        return;
    m_counts.messages += messages;
    enqueue(frames, large);
}

bool Outbox::sendControl(const QByteArray &frame, Bound bound)
{
    return m_isPeerKnown
        && add(Kind::Control, frame, {}, frame.size(), bound).status == Status::Accepted;
}

void Outbox::setReceiptHolder(std::weak_ptr<ReceiptHolder> holder)
{
    const std::lock_guard lock(m_mutex);
    m_receiptHolder = std::move(holder);
}

bool Outbox::takeReceipt(qint64 received)
{
    const std::shared_ptr<ReceiptHolder> holder = [this] {
        const std::lock_guard lock(m_mutex);
        return m_receiptHolder.lock();
    }();
    return holder && holder->acknowledge(received);
}

void Outbox::setPeerKnown()
{
    m_isPeerKnown = true;
    const std::lock_guard lock(m_mutex);
    m_hasSaidHello = true;
}

void Outbox::begin(const QByteArray &hello, int delay)
{
    addInternal(hello);
    const std::lock_guard lock(m_mutex);
    m_hasSaidHello = true;
    m_beginDelay = delay;
}

int Outbox::beginDelay() const
{
    const std::lock_guard lock(m_mutex);
    return m_beginDelay;
}

void Outbox::answerHello()
{
    m_isPeerKnown = true;
    const bool hasSaidHello = [this] {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_hasSaidHello, true);
    }();
    if (!hasSaidHello)
        sendControl(Control::hello());
}

//! \a size is the size of the whole frame: \a bytes with the \a large values in between.
Outbox::Result Outbox::add(Kind kind, const QByteArray &bytes, const QList<LargeValue> &large,
                           qint64 size, Bound bound)
{
    const std::lock_guard lock(m_mutex);
    if (!m_writer || (m_isFinishing && kind != Kind::Answer))
        return {Status::Closed};
    const qint64 waiting = m_counts.bytesWaiting - latestWaiting();
    if (bound == Bound::Limit && waiting > 0 && waiting + size > m_limit) {
        return {Status::Full, 0,
                QStringLiteral("%1 bytes waiting to be sent are over the limit of %2")
                    .arg(waiting + size)
                    .arg(m_limit)};
    }
    m_counts.messages += kind != Kind::Control;
    enqueue(bytes, large);
    return {Status::Accepted, size, {}, m_counts.messages};
}

//! Writes what may be written at once; the rest waits. Called with the lock held.
void Outbox::enqueue(const QByteArray &bytes, const QList<LargeValue> &large)
{
    const QByteArrayView view(bytes);
    qsizetype begin = large.isEmpty() ? writeAtOnce(view) : 0;
    for (const LargeValue &value : large) {
        append(view.sliced(begin, value.position - begin), nullptr);
        append(value.bytes, &value.bytes);
        begin = value.position;
    }
    if (begin < view.size())
        append(view.sliced(begin), begin == 0 ? &bytes : nullptr);
}

//! Replaces a waiting message only if the line does not keep up: the peer takes nothing, or so much
//! waits that another message would not be accepted.
Outbox::Result Outbox::addLatest(const QByteArray &frame, const QString &action)
{
    const std::lock_guard lock(m_mutex);
    if (!m_writer || m_isFinishing)
        return {Status::Closed};
    if (m_isBlocked || m_counts.bytesWaiting + frame.size() > m_limit) {
        if (const auto replaced = m_queue.replaceLatest(frame, action)) {
            m_counts.bytesWaiting += replaced->growth;
            return {Status::Accepted, frame.size(), {}, replaced->number, true};
        }
    }
    ++m_counts.messages;
    if (const qsizetype written = writeAtOnce(frame); written == 0) {
        m_queue.appendLatest(frame, action, m_counts.messages);
        expectWriter(frame.size());
    } else if (written < frame.size()) {
        append(QByteArrayView(frame).sliced(written), nullptr);
    }
    return {Status::Accepted, frame.size(), {}, m_counts.messages};
}

//! How many waiting bytes do not count against the limit.
qint64 Outbox::latestWaiting() const
{
    return std::min(m_counts.bytesWaiting, m_queue.latestBytes() + m_latestTaken);
}

//! Writes what can be written without the connection's thread, and returns how much that is.
qint64 Outbox::writeAtOnce(QByteArrayView bytes)
{
    if (!m_directWriter || m_counts.bytesWaiting > 0 || bytes.size() > directSize
        || !m_directWriter->isOpenHere() || Clock::now() - m_lastWritten < pause)
        return 0;
    const qint64 written = m_directWriter->send(bytes.data(), bytes.size(), &m_directError);
    if (written < 0) { // the connection will find out by itself
        m_directWriter.reset();
        return 0;
    }
    m_counts.bytesWritten += written;
    m_lastWritten = Clock::now();
    return written;
}

void Outbox::append(QByteArrayView bytes, const QByteArray *owner)
{
    m_queue.append(bytes, owner);
    expectWriter(bytes.size());
}

//! Counts \a bytes more waiting bytes, and wakes the connection.
void Outbox::expectWriter(qint64 bytes)
{
    if (m_counts.bytesWaiting == 0)
        m_waitingSince = Clock::now();
    m_counts.bytesWaiting += bytes;
    if (!std::exchange(m_isWriterAwake, true))
        m_writer.wake();
}

void Outbox::open(WakeTarget connection, std::unique_ptr<DirectWriter> directWriter)
{
    const std::lock_guard lock(m_mutex);
    if (m_isClosed)
        return;
    m_writer = connection;
    m_directWriter = std::move(directWriter);
    m_lastWritten = Clock::now();
    m_isOpen = true;
}

void Outbox::close()
{
    const std::lock_guard lock(m_mutex);
    m_isClosed = true;
    m_writer.wake();
    m_writer = {};
    m_directWriter.reset();
    m_isOpen = false;
}

bool Outbox::isClosed() const
{
    const std::lock_guard lock(m_mutex);
    return m_isClosed;
}

void Outbox::finish()
{
    m_isFinishing = true;
    m_isOpen = false;
    m_isPeerKnown ? close() : closeUnlessExpecting();
}

void Outbox::closeUnlessExpecting()
{
    if (m_isFinishing && m_expected == 0)
        close();
}

Outbox::Expectation::Expectation(std::shared_ptr<Outbox> outbox)
    : m_outbox(std::move(outbox))
{
    ++m_outbox->m_expected;
}

Outbox::Expectation::~Expectation()
{
    --m_outbox->m_expected;
    m_outbox->closeUnlessExpecting();
}

Outbox::Counts Outbox::counts() const
{
    const std::lock_guard lock(m_mutex);
    Counts counts = m_counts;
    counts.bytesLatest = latestWaiting();
    return counts;
}

FrameQueue Outbox::takeAll()
{
    const std::lock_guard lock(m_mutex);
    m_isWriterAwake = !m_queue.isEmpty();
    m_isBlocked = m_isBlocked && m_isWriterAwake;
    m_latestTaken = m_queue.latestBytes();
    return std::exchange(m_queue, {});
}

void Outbox::block(FrameQueue &&rest)
{
    const std::lock_guard lock(m_mutex);
    m_isBlocked = true;
    m_latestTaken = 0;
    if (!rest.isEmpty())
        m_queue.prepend(std::move(rest));
}

void Outbox::written(qint64 bytes)
{
    const std::lock_guard lock(m_mutex);
    m_counts.bytesWaiting -= bytes;
    m_counts.bytesWritten += bytes;
    m_lastWritten = Clock::now();
}

void Outbox::addInternal(QByteArrayView frame)
{
    const std::lock_guard lock(m_mutex);
    m_counts.bytesWaiting += frame.size();
    m_queue.append(frame, nullptr);
}

int Outbox::quietFor() const
{
    const std::lock_guard lock(m_mutex);
    return since(m_lastWritten);
}

int Outbox::stalledFor() const
{
    const std::lock_guard lock(m_mutex);
    return m_counts.bytesWaiting == 0 ? 0 : since(std::max(m_lastWritten, m_waitingSince));
}

int Outbox::since(Clock::time_point time)
{
    return int(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - time).count());
}

int Outbox::directError() const
{
    const std::lock_guard lock(m_mutex);
    return m_directError;
}

} // namespace QRepod
