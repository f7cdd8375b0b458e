// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/frame.h"
#include "protocol/limits.h"

#include <QtCore/qstring.h>

#include <limits>

namespace QRepod {

//! Cuts a stream of bytes, arriving in any slicing, into validated frames.
///
/// Bytes are written straight into its buffer and the frames are slices of it. What is copied is
/// the beginning of a frame whose end has not come yet: once into the next buffer, and again each
/// time that buffer doubles, so twice at the most on average however large the frame and small the
/// slices.
///
/// Used by one thread, at any one time.
class FrameReader
{
public:
    explicit FrameReader(const MessageLimits &limits)
        : m_limits(limits)
    {
    }

    static constexpr qint64 allFrames = std::numeric_limits<qint64>::max();

    //! Room for \a size bytes, valid until the next call of this object.
    char *prepare(qsizetype size);

    //! Takes the first \a size of the prepared bytes, and cuts at most \a maximumFrames frames:
    //! what is behind them waits for the next call, which may bring no bytes.
    ///
    /// \return false once the stream has broken the protocol: then error() says how, the frames
    ///         before the fault can still be taken, and nothing more may be given.
    bool commit(qsizetype size, qint64 maximumFrames = allFrames);

    bool hasFrames() const { return !m_batch.frames.empty(); }

    //! The frames complete so far, with the bytes that hold them.
    FrameBatch takeFrames();

    QString error() const { return m_error; }

    //! How many frames have been cut, those that are no messages included.
    qint64 framesCut() const { return m_framesCut; }

    //! Whether a complete frame is held because of commit()'s maximum.
    bool holdsFrame() const
    {
        return pendingBytes() >= frameHeaderSize && missingBytes() <= 0 && m_error.isEmpty();
    }

    //! How many bytes of an incomplete frame are held, 0 between frames.
    qsizetype pendingBytes() const { return m_end - m_begin; }

    //! How much memory the incomplete frame takes: more than its bytes, if it is memory of an
    //! earlier one.
    qsizetype heldBytes() const
    {
        return m_isPooled && pendingBytes() > 0 ? m_batch.bytes.capacity() : pendingBytes();
    }

    //! How many well-formed frames were neither messages nor control frames and have been skipped.
    quint64 skipped() const { return m_skipped; }

    //! How many of these were heartbeats.
    quint64 heartbeats() const { return m_heartbeats; }

    //! What is missing of the frame at hand, as far as its header tells; 0 if that is not known.
    qsizetype missingBytes() const;

    //! How much to read at once: \a size bytes, or what is missing of a large frame.
    qsizetype wantedBytes(qsizetype size) const;

private:
    bool readFrame(QByteArrayView payload);
    void reserve(qsizetype size);
    bool moveToPooled(qsizetype size);
    void recycleUnused();

    MessageLimits m_limits;
    FrameBatch m_batch;
    qsizetype m_begin = 0;   // of the first frame in m_batch.bytes that is not complete
    qsizetype m_end = 0;     // of the bytes received; room from there on
    bool m_isPooled = false; // m_batch.bytes is memory of an earlier frame
    qint64 m_framesCut = 0;
    quint64 m_skipped = 0;
    quint64 m_heartbeats = 0;
    QString m_error;
};

} // namespace QRepod
