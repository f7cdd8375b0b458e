// SPDX-License-Identifier: MIT
#include "protocol/framereader.h"

#include "protocol/bufferpool.h"
#include "protocol/validator.h"

#include <QtCore/qendian.h>

#include <algorithm>
#include <utility>

namespace QRepod {

namespace {

// Of a frame of which as much has come, only the rest is read, so that it is the last of its batch.
constexpr qsizetype largeFrame = 64 * 1024;

//! Whether a header is the beginning of a TLS alert or handshake record, of version 3.x.
bool looksLikeTls(quint32 header)
{
    const quint32 typeAndVersion = header >> 16;
    return typeAndVersion == 0x1503 || typeAndVersion == 0x1603;
}

//! Whether \a header begins a request or its answer, instead of a length.
bool looksLikeHttp(const char *header)
{
    return std::all_of(header, header + frameHeaderSize,
                       [](char c) { return (c >= 'A' && c <= 'Z') || c == ' '; });
}

} // namespace

char *FrameReader::prepare(qsizetype size)
{
    Q_ASSERT(m_error.isEmpty());
    Q_ASSERT(!hasFrames()); // they point into the buffer that may move now
    if (m_begin == m_end)
        m_begin = m_end = 0;
    reserve(size);
    return m_batch.bytes.data() + m_end;
}

//! Makes room behind m_end: at least \a size bytes, but never more than the frame at hand can need
//! unless these are asked for.
void FrameReader::reserve(qsizetype size)
{
    QByteArray &bytes = m_batch.bytes;
    if (bytes.size() - m_end >= size)
        return;
    if (m_begin > 0) {
        bytes.remove(0, m_begin);
        m_end -= m_begin;
        m_begin = 0;
    }
    const qsizetype whole = m_end + missingBytes();
    const bool isLarge = whole >= BufferPool::leastSize;
    // Not once it has grown: what it leaves would be too small for the next.
    if (isLarge && bytes.capacity() < BufferPool::leastSize
        && moveToPooled(std::max(m_end + size, whole)))
        return;
    const qsizetype grown = std::max(m_end + size, std::min(m_end * 2, whole));
    if (isLarge)
        bytes.reserve(grown); // no more: it goes on as memory of frames of this size
    bytes.resize(grown);
}

//! Goes on in memory of an earlier frame, if there is some that holds \a size bytes.
bool FrameReader::moveToPooled(qsizetype size)
{
    QByteArray pooled = BufferPool::ofProcess().take(size);
    if (pooled.capacity() == 0)
        return false;
    pooled.append(QByteArrayView(m_batch.bytes).first(m_end));
    pooled.resize(size);
    m_batch.bytes = std::move(pooled);
    m_isPooled = true;
    return true;
}

qsizetype FrameReader::wantedBytes(qsizetype size) const
{
    const qsizetype missing = missingBytes();
    return pendingBytes() >= largeFrame ? missing : std::max(size, missing);
}

qsizetype FrameReader::missingBytes() const
{
    const qsizetype pending = pendingBytes();
    if (pending < frameHeaderSize)
        return 0;
    const auto length = qFromBigEndian<quint32>(m_batch.bytes.constData() + m_begin);
    return frameHeaderSize + qsizetype(length) - pending;
}

bool FrameReader::commit(qsizetype size, qint64 maximumFrames)
{
    Q_ASSERT(m_end + size <= m_batch.bytes.size());
    m_end += size;

    const char *bytes = m_batch.bytes.constData();
    const qint64 last =
        maximumFrames < allFrames - m_framesCut ? m_framesCut + maximumFrames : allFrames;
    while (m_end - m_begin >= frameHeaderSize && m_framesCut < last) {
        const auto length = qFromBigEndian<quint32>(bytes + m_begin);
        if (length == 0) {
            m_error = QStringLiteral("empty frame");
            return false;
        }
        if (length > m_limits.frameSize) {
            m_error = QStringLiteral("frame of %1 bytes is over the limit of %2")
                          .arg(length)
                          .arg(m_limits.frameSize);
            if (looksLikeTls(length))
                m_error += QLatin1String("; does the peer speak TLS?");
            else if (looksLikeHttp(bytes + m_begin))
                m_error +=
                    QLatin1String("; does the peer speak HTTP? Browsers need a WebSocketGate");
            return false;
        }
        if (m_end - m_begin - frameHeaderSize < qsizetype(length))
            break;
        if (!readFrame(QByteArrayView(bytes + m_begin + frameHeaderSize, qsizetype(length))))
            return false;
        m_begin += frameHeaderSize + qsizetype(length);
        ++m_framesCut;
    }
    if (m_begin == m_end && !hasFrames())
        recycleUnused();
    return true;
}

//! Nothing is left of what came: a large frame that was skipped leaves no memory to a peer that may
//! be silent from now on.
void FrameReader::recycleUnused()
{
    if (m_batch.bytes.capacity() < BufferPool::leastSize)
        return;
    recycle(std::exchange(m_batch.bytes, {}));
    m_begin = m_end = 0;
    m_isPooled = false;
}

bool FrameReader::readFrame(QByteArrayView payload)
{
    Verdict verdict = validate(payload, m_limits);
    if (!verdict.error.isEmpty()) {
        m_error = std::move(verdict.error);
        return false;
    }
    if (verdict.isControl) {
        ++m_batch.controls;
        m_batch.frames.push_back({payload, {}});
        return true;
    }
    if (!verdict.hasAction) {
        ++m_skipped;
        m_heartbeats += payload == heartbeatFrame.sliced(frameHeaderSize);
        return true;
    }
    if (!verdict.actionText.isEmpty())
        verdict.action = m_batch.actionTexts.emplace_back(std::move(verdict.actionText));
    m_batch.frames.push_back({payload, verdict.action, verdict.request});
    return true;
}

FrameBatch FrameReader::takeFrames()
{
    FrameBatch batch = std::move(m_batch);
    m_batch = FrameBatch();
    const QByteArrayView rest(batch.bytes.constData() + m_begin, pendingBytes());
    if (!rest.isEmpty())
        m_batch.bytes = rest.toByteArray();
    batch.bytes.truncate(
        m_begin); // behind the last frame, whose bytes may be shared, stands a zero
    m_begin = 0;
    m_end = rest.size();
    m_isPooled = false;
    return batch;
}

} // namespace QRepod
