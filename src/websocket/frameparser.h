// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearrayview.h>

#include <array>
#include <optional>

struct wslay_frame_context;

namespace QRepod {

//! Cuts bytes that arrive in any slicing into WebSocket frames: wslay's reader.
///
/// It knows what a frame looks like. Which may follow which, and what a peer may send at all, is
/// asked in MessageReader. It takes 4 KiB, so it is there only while a frame is not finished.
class FrameParser
{
public:
    //! Some of a frame's payload, unmasked; an empty one for a frame that has none.
    struct Piece
    {
        quint8 opcode = 0;
        quint8 reservedBits = 0;
        bool isFinal = false; ///< of the message
        bool isMasked = false;
        bool isFirst = false; ///< of the frame
        bool isLast = false;  ///< of the frame
        quint64 length = 0;   ///< of the whole frame's payload
        QByteArrayView bytes; ///< valid until the next call
    };

    enum class Result {
        Piece,
        NeedsMore, ///< all that was given has been used
        Broken,    ///< that is no frame; nothing can be read any more
    };

    FrameParser();
    ~FrameParser();
    Q_DISABLE_COPY_MOVE(FrameParser)

    //! \a bytes are valid until next() returns NeedsMore.
    void give(QByteArrayView bytes);

    Result next(Piece *piece);

    //! The header of a frame whose payload has not begun to arrive, as a piece without bytes.
    std::optional<Piece> header() const;

    //! Whether the last frame is complete, and nothing of another has come.
    bool isIdle() const { return m_held == 0 && m_payloadLeft == 0; }

    //! Bytes of a frame that have been given, and are in no piece yet.
    qint64 heldBytes() const { return m_held; }

private:
    static constexpr qsizetype greatestHeader = 14;

    static ssize_t receive(quint8 *buffer, size_t size, int flags, void *self);

    wslay_frame_context *m_context = nullptr;
    QByteArrayView m_input;
    std::array<quint8, greatestHeader> m_latest = {}; // of the input that wslay has
    qint64 m_held = 0;         // bytes that wslay has, and nobody else has seen
    quint64 m_payloadLeft = 0; // of the frame at hand
};

} // namespace QRepod
