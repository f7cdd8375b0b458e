// SPDX-License-Identifier: MIT
#include "session/keptmessages.h"

#include "protocol/bufferpool.h"
#include "protocol/frame.h"

#include <QtCore/qendian.h>

#include <algorithm>
#include <utility>

namespace QRepod {

namespace {

// The size of a run, in bytes. It grows with the traffic, so that a quiet peer costs little. As
// long as one message of a run is kept, the whole run is.
constexpr qsizetype leastRunSize = 512;
constexpr qsizetype greatestRunSize = 4 * 1024;

//! The size of the frame at the start of \a bytes, header included.
qsizetype frameSize(QByteArrayView bytes)
{
    return frameHeaderSize + qsizetype(qFromBigEndian<quint32>(bytes.data()));
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

void KeptMessages::addByItself(const EncodedMessage &message)
{
    endRun();
    m_parts.push_back({{}, message.bytes(), message.largeValues(), ++m_last});
    m_bytes += message.size();
}

void KeptMessages::beginRun()
{
    const qsizetype doubled = isEmpty() ? 0 : 2 * m_runSize;
    endRun();
    m_runSize = std::clamp(doubled, leastRunSize, greatestRunSize);
    m_run = Run(m_runSize);
}

void KeptMessages::endRun()
{
    if (m_run)
        m_parts.push_back({std::exchange(m_run, Run()), {}, {}, m_last});
}

std::span<const KeptMessages::Part> KeptMessages::parts()
{
    endRun();
    return std::span(m_parts).subspan(m_first);
}

void KeptMessages::replace(qint64 number, const EncodedMessage &message)
{
    if (number <= m_forgotten) // the peer has acknowledged what it cannot have received
        return;
    const auto part =
        std::lower_bound(m_parts.begin() + std::ptrdiff_t(m_first), m_parts.end(), number,
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
    endRun();
    while (!isEmpty() && m_parts[m_first].last <= received)
        removeFirst();
    if (m_forgotten < received) { // only some messages of the first part
        Run &run = m_parts[m_first].run;
        const qsizetype before = run.frames().size();
        for (; m_forgotten < received; ++m_forgotten)
            run.removeFirst();
        m_bytes -= before - run.frames().size();
    }
    return true;
}

//! Removes the first part, of which the peer has received everything.
void KeptMessages::removeFirst()
{
    Part &part = m_parts[m_first];
    m_bytes -= part.size();
    m_forgotten = part.last;
    recycle(std::move(part.bytes));
    for (LargeValue &value : part.largeValues)
        recycle(std::move(value.bytes));
    part = {};
    ++m_first;
    if (isEmpty()) {
        m_parts = std::vector<Part>();
        m_first = 0;
    } else if (m_first > m_parts.size() / 2) { // no more parts are moved than were removed
        m_parts.erase(m_parts.begin(), m_parts.begin() + std::ptrdiff_t(m_first));
        m_first = 0;
    }
}

} // namespace QRepod
