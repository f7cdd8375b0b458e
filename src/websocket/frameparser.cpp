// SPDX-License-Identifier: MIT
#include "websocket/frameparser.h"

#include <wslay/wslay.h>

#include <algorithm>
#include <limits>

namespace QRepod {

namespace {

//! Returns the size in bytes of the header of a frame with this payload.
qint64 headerSize(quint64 length, bool isMasked)
{
    const int extended = length < 126 ? 0 : length <= std::numeric_limits<quint16>::max() ? 2 : 8;
    return 2 + extended + (isMasked ? 4 : 0);
}

} // namespace

FrameParser::FrameParser()
{
    wslay_frame_callbacks callbacks = {};
    callbacks.recv_callback = &FrameParser::receive;
    if (wslay_frame_context_init(&m_context, &callbacks, this) != 0)
        qBadAlloc();
}

FrameParser::~FrameParser()
{
    wslay_frame_context_free(m_context);
}

void FrameParser::give(QByteArrayView bytes)
{
    Q_ASSERT(m_input.isEmpty());
    m_input = bytes;
}

//! Gives wslay the bytes that it asks for.
ssize_t FrameParser::receive(quint8 *buffer, size_t size, int, void *self)
{
    auto *const parser = static_cast<FrameParser *>(self);
    const qsizetype taken = std::min(qsizetype(size), parser->m_input.size());
    if (taken == 0)
        return -1;
    std::copy_n(parser->m_input.data(), taken, reinterpret_cast<char *>(buffer));
    parser->m_input = parser->m_input.sliced(taken);
    parser->m_held += taken;
    return taken;
}

FrameParser::Result FrameParser::next(Piece *piece)
{
    wslay_frame_iocb frame = {};
    const ssize_t size = wslay_frame_recv(m_context, &frame);
    if (size == WSLAY_ERR_WANT_READ)
        return Result::NeedsMore;
    if (size < 0)
        return Result::Broken;
    piece->isFirst = m_payloadLeft == 0;
    if (piece->isFirst) {
        m_held -= headerSize(frame.payload_length, frame.mask != 0);
        m_payloadLeft = frame.payload_length;
    }
    m_held -= size;
    m_payloadLeft -= quint64(size);
    piece->opcode = frame.opcode;
    piece->reservedBits = frame.rsv;
    piece->isFinal = frame.fin != 0;
    piece->isMasked = frame.mask != 0;
    piece->isLast = m_payloadLeft == 0;
    piece->length = frame.payload_length;
    piece->bytes = QByteArrayView(reinterpret_cast<const char *>(frame.data), size);
    return Result::Piece;
}

} // namespace QRepod
