// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearrayview.h>

#include <array>
#include <optional>

struct wslay_frame_context;

namespace QRepod {

//! Cuts bytes that arrive in pieces of any size into WebSocket frames, with wslay's reader.
///
/// It only knows what a frame looks like. MessageReader knows which frame may follow which, and
/// what a peer may send. A parser takes 4 KiB, so it exists only while a frame is incomplete.
class FrameParser
{
public:
    //! A part of a frame's payload, unmasked; empty for a frame without a payload.
    struct Piece
    {
        quint8 opcode = 0;
        quint8 reservedBits = 0;
        bool isFinal = false; ///< the frame is the last of its message
        bool isMasked = false;
        bool isFirst = false; ///< the first piece of the frame
        bool isLast = false;  ///< the last piece of the frame
        quint64 length = 0;   ///< of the frame's whole payload
        QByteArrayView bytes; ///< valid until the next call
    };

    enum class Result {
        Piece,
        NeedsMore, ///< everything given has been used
        Broken,    ///< not a frame; nothing more can be read
    };

    FrameParser();
    ~FrameParser();
    Q_DISABLE_COPY_MOVE(FrameParser)

    //! \a bytes must stay valid until next() returns NeedsMore.
    void give(QByteArrayView bytes);

    Result next(Piece *piece);

    //! The header of a frame whose payload has not begun to arrive, as a piece without bytes.
    std::optional<Piece> header() const;

    //! Whether the last frame is complete and no byte of another has come.
    bool isIdle() const { return m_held == 0 && m_payloadLeft == 0; }

    //! How many bytes of a frame have been given but not been returned in a piece yet.
    qint64 heldBytes() const { return m_held; }

private:
    static constexpr qsizetype greatestHeader = 14;

    static ssize_t receive(quint8 *buffer, size_t size, int flags, void *self);

    wslay_frame_context *m_context = nullptr;
    QByteArrayView m_input;
    std::array<quint8, greatestHeader> m_latest = {}; // of the input that wslay has
    qint64 m_held = 0;                                // bytes that only wslay has seen
    quint64 m_payloadLeft = 0;                        // of the current frame
};

} // namespace QRepod
