// SPDX-License-Identifier: MIT
#include "session/keptmessages.h"

#include "protocol/bufferpool.h"
#include "protocol/frame.h"

#include <QtCore/qendian.h>

#include <algorithm>
#include <utility>

namespace QRepod {

namespace {

// Up to this size a copy costs less than to hold on to the message: it would be given back to the
// heap much later, by the thread that reads the receipts. In bytes.
constexpr qsizetype smallSize = 256;

// What small messages are put together to: for the heap it is one piece, and little is moved when
// the first half of it is forgotten. In bytes.
constexpr qsizetype runSize = 4 * 1024;

//! Of the frame that begins \a bytes, header included.
qsizetype frameSize(QByteArrayView bytes)
{
    return frameHeaderSize + qsizetype(qFromBigEndian<quint32>(bytes.data()));
}

void recycleMemory(KeptMessages::Part &part)
{
    recycle(std::move(part.bytes));
    for (LargeValue &value : part.largeValues)
        recycle(std::move(value.bytes));
}

} // namespace

qint64 KeptMessages::Part::size() const
{
    qint64 size = bytes.size();
    for (const LargeValue &value : largeValues)
        size += value.bytes.size();
    return size;
}

void KeptMessages::add(const EncodedMessage &message, Form form)
{
    const QByteArray &bytes = message.bytes();
    const qint64 number = last() + 1;
    m_bytes += message.size();
    const bool isSmall = form == Form::Final && bytes.size() <= smallSize;
    if (!isSmall || !message.largeValues().isEmpty()) {
        m_parts.append({bytes, message.largeValues(), number, false});
        return;
    }
    if (m_parts.isEmpty() || !m_parts.constLast().isRun
        || m_parts.constLast().bytes.size() + bytes.size() > runSize)
        m_parts.append({{}, {}, number, true});
    Part &run = m_parts.last();
    run.bytes.append(QByteArrayView(bytes)); // a copy also of the first: a run changes in place
    run.last = number;
}

void KeptMessages::replace(qint64 number, const EncodedMessage &message)
{
    if (number <= m_forgotten) // the peer has acknowledged what it cannot have received
        return;
    const auto part =
        std::lower_bound(m_parts.begin(), m_parts.end(), number,
                         [](const Part &each, qint64 wanted) { return each.last < wanted; });
    Q_ASSERT(part != m_parts.end() && part->last == number && !part->isRun);
    m_bytes += message.size() - part->size();
    part->bytes = message.bytes();
    part->largeValues = message.largeValues();
}

bool KeptMessages::forget(qint64 received)
{
    if (!canForget(received))
        return false;
    while (!m_parts.isEmpty() && m_parts.first().last <= received) {
        m_bytes -= m_parts.first().size();
        m_forgotten = m_parts.first().last;
        recycleMemory(m_parts.first());
        m_parts.removeFirst();
    }
    if (m_forgotten < received)
        forgetOfRun(received);
    return true;
}

//! The peer has received the first part in part.
void KeptMessages::forgetOfRun(qint64 received)
{
    QByteArray &bytes = m_parts.first().bytes;
    qsizetype size = 0;
    for (; m_forgotten < received; ++m_forgotten)
        size += frameSize(QByteArrayView(bytes).sliced(size));
    bytes.remove(0, size);
    m_bytes -= size;
}

} // namespace QRepod
