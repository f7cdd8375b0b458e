// SPDX-License-Identifier: MIT
#include "protocol/framereader.h"

#include "protocol/bufferpool.h"
#include "protocol/validator.h"

#include <QtCore/qendian.h>

#include <algorithm>
#include <utility>

namespace QRepod {

namespace {

// Once this many bytes of a frame have arrived, only its remainder is read, to end the batch with
// it.
constexpr qsizetype largeFrame = 64 * 1024;

//! Returns whether \a header begins a TLS alert or handshake record of version 3.x.
bool looksLikeTls(quint32 header)
{
    const quint32 typeAndVersion = header >> 16;
    return typeAndVersion == 0x1503 || typeAndVersion == 0x1603;
}

//! Returns whether \a header begins an HTTP request or response instead of a length.
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

//! Makes room behind m_end for at least \a size bytes, and no more than the current frame can need,
//! unless \a size is more.
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
    const bool isLarge = whole >= BufferPool::minimumSize;
    // Not once the buffer has grown: the memory it leaves behind would be too small for the next.
    if (isLarge && bytes.capacity() < BufferPool::minimumSize
        && moveToPooled(std::max(m_end + size, whole)))
        return;
    const qsizetype grown = std::max(m_end + size, std::min(m_end * 2, whole));
    if (isLarge)
        bytes.reserve(grown); // exactly: frames of this size will use this memory again
    bytes.resize(grown);
}

//! Moves on to memory of an earlier frame, if the pool has some for \a size bytes.
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

//! Gives back the memory of a large frame that was skipped: the peer may be silent from now on.
void FrameReader::recycleUnused()
{
    if (m_batch.bytes.capacity() < BufferPool::minimumSize)
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
    // A zero stands behind the last frame, whose bytes may be shared.
    batch.bytes.truncate(m_begin);
    m_begin = 0;
    m_end = rest.size();
    m_isPooled = false;
    return batch;
}

} // namespace QRepod
