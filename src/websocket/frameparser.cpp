// SPDX-License-Identifier: MIT
#include "websocket/frameparser.h"

#include <QtCore/qendian.h>

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
    const qsizetype kept = std::min(taken, greatestHeader);
    std::copy(parser->m_latest.begin() + kept, parser->m_latest.end(), parser->m_latest.begin());
    std::copy_n(buffer + taken - kept, kept, parser->m_latest.end() - kept);
    return taken;
}

// wslay has all of a header, and of what follows nothing: it returns what has come of a payload.
std::optional<FrameParser::Piece> FrameParser::header() const
{
    if (m_payloadLeft > 0 || m_held < 2 || m_held > greatestHeader)
        return std::nullopt;
    const quint8 *const bytes = m_latest.data() + greatestHeader - m_held;
    const quint8 first = bytes[0];
    const quint8 second = bytes[1];
    Piece piece;
    piece.opcode = first & 0xf;
    piece.reservedBits = (first >> 4) & 0x7;
    piece.isFinal = first & 0x80;
    piece.isMasked = second & 0x80;
    piece.isFirst = true;
    piece.length = second & 0x7f;
    const int wide = piece.length == 126 ? 2 : piece.length == 127 ? 8 : 0;
    if (m_held != 2 + wide + (piece.isMasked ? 4 : 0))
        return std::nullopt;
    if (wide == 2)
        piece.length = qFromBigEndian<quint16>(bytes + 2);
    else if (wide == 8)
        piece.length = qFromBigEndian<quint64>(bytes + 2);
    return piece;
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
