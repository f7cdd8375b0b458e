// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/frame.h"
#include "protocol/limits.h"

#include <QtCore/qstring.h>

#include <limits>

namespace QRepod {

//! Cuts a stream of bytes, which may arrive in pieces of any size, into validated frames.
///
/// Bytes are written straight into the reader's buffer, and frames are slices of it. Only the
/// beginning of an incomplete frame is copied: once into the next buffer, and again each time that
/// buffer doubles. That is at most twice on average, however large the frame and small the pieces.
///
/// Only one thread may use it at a time.
class FrameReader
{
public:
    explicit FrameReader(const MessageLimits &limits)
        : m_limits(limits)
    {
    }

    static constexpr qint64 allFrames = std::numeric_limits<qint64>::max();

    //! Returns room for \a size bytes, valid until the next call of any function.
    char *prepare(qsizetype size);

    //! Takes the first \a size of the prepared bytes and cuts at most \a maximumFrames frames. The
    //! bytes behind these wait for the next call, which may bring no new bytes.
    ///
    /// \return false once the stream has broken the protocol: error() says how, the frames before
    ///         the fault can still be taken, and no more bytes may be given.
    bool commit(qsizetype size, qint64 maximumFrames = allFrames);

    bool hasFrames() const { return !m_batch.frames.empty(); }

    //! Returns the complete frames, with the bytes that hold them.
    FrameBatch takeFrames();

    QString error() const { return m_error; }

    //! How many frames have been cut, including those that are not messages.
    qint64 framesCut() const { return m_framesCut; }

    //! Whether a complete frame is held back because of commit()'s maximum.
    bool isHoldingBack() const
    {
        return pendingBytes() >= frameHeaderSize && missingBytes() <= 0 && m_error.isEmpty();
    }

    //! How many bytes of an incomplete frame are held; 0 between frames.
    qsizetype pendingBytes() const { return m_end - m_begin; }

    //! How much memory the incomplete frame takes. This is more than its bytes if it lies in memory
    //! of an earlier frame.
    qsizetype heldBytes() const
    {
        return m_isPooled && pendingBytes() > 0 ? m_batch.bytes.capacity() : pendingBytes();
    }

    //! How many well-formed frames were skipped, being neither messages nor control frames.
    quint64 skipped() const { return m_skipped; }

    //! How many of the skipped frames were heartbeats.
    quint64 heartbeats() const { return m_heartbeats; }

    //! How many bytes of the current frame are missing; 0 while its header is incomplete.
    qsizetype missingBytes() const;

    //! How many bytes to read at once: \a size, or the remainder of a large frame.
    qsizetype wantedBytes(qsizetype size) const;

private:
    bool readFrame(QByteArrayView payload);
    void reserve(qsizetype size);
    bool moveToPooled(qsizetype size);
    void recycleUnused();

    MessageLimits m_limits;
    FrameBatch m_batch;
    qsizetype m_begin = 0;   // the first incomplete frame in m_batch.bytes
    qsizetype m_end = 0;     // the end of the bytes received; there is room behind it
    bool m_isPooled = false; // m_batch.bytes is memory of an earlier frame
    qint64 m_framesCut = 0;
    quint64 m_skipped = 0;
    quint64 m_heartbeats = 0;
    QString m_error;
};

} // namespace QRepod
