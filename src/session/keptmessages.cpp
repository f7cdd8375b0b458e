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

// What small messages are put together to. It grows, so that who says little takes little; and a
// message or two that the peer has received already keep no more than that in memory. In bytes.
constexpr qsizetype leastRunSize = 512;
constexpr qsizetype greatestRunSize = 4 * 1024;

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

void KeptMessages::Run::removeFirst()
{
    m_begin += frameSize(frames());
}

qint64 KeptMessages::Part::size() const
{
    qint64 size = run ? run.frames().size() : bytes.size();
    for (const LargeValue &value : largeValues)
        size += value.bytes.size();
    return size;
}

void KeptMessages::add(const EncodedMessage &message, Form form)
{
    const QByteArray &bytes = message.bytes();
    ++m_last;
    if (form == Form::Replaceable || bytes.size() > smallSize || !message.largeValues().isEmpty()) {
        m_parts.push_back({{}, bytes, message.largeValues(), m_last});
        m_bytes += message.size();
        return;
    }
    runFor(bytes.size()).append(bytes);
    m_parts.back().last = m_last;
    m_bytes += bytes.size();
}

//! The last part's, which has room for a frame of \a size.
KeptMessages::Run &KeptMessages::runFor(qsizetype size)
{
    if (m_parts.empty() || !m_parts.back().run.hasRoomFor(size)) {
        const qsizetype doubled = m_parts.empty() ? 0 : 2 * m_runSize;
        m_runSize = std::clamp(doubled, leastRunSize, greatestRunSize);
        m_parts.push_back({Run(m_runSize), {}, {}, m_last});
    }
    return m_parts.back().run;
}

void KeptMessages::replace(qint64 number, const EncodedMessage &message)
{
    if (number <= m_forgotten) // the peer has acknowledged what it cannot have received
        return;
    const auto part =
        std::lower_bound(m_parts.begin(), m_parts.end(), number,
                         [](const Part &each, qint64 wanted) { return each.last < wanted; });
    Q_ASSERT(part != m_parts.end() && part->last == number && !part->run);
    m_bytes += message.size() - part->size();
    part->bytes = message.bytes();
    part->largeValues = message.largeValues();
}

bool KeptMessages::forget(qint64 received)
{
    if (!canForget(received))
        return false;
    while (!m_parts.empty() && m_parts.front().last <= received) {
        m_bytes -= m_parts.front().size();
        m_forgotten = m_parts.front().last;
        recycleMemory(m_parts.front());
        m_parts.pop_front();
    }
    if (m_forgotten < received) { // the first part in part
        Run &run = m_parts.front().run;
        const qsizetype before = run.frames().size();
        for (; m_forgotten < received; ++m_forgotten)
            run.removeFirst();
        m_bytes -= before - run.frames().size();
    }
    return true;
}

} // namespace QRepod
