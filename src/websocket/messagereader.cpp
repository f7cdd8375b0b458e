// SPDX-License-Identifier: MIT
#include "websocket/messagereader.h"

#include "protocol/frame.h"
#include "protocol/jsonreader.h"

#include <QtCore/qendian.h>

#include <utility>

namespace QRepod {

namespace {

// Of pings that came at once. The protocol lets only the latest be answered.
constexpr qsizetype mostPings = 64;

bool isControl(quint8 opcode)
{
    return opcode & 0x8;
}

bool isKnown(quint8 opcode)
{
    return opcode <= quint8(Opcode::Binary)
        || (opcode >= quint8(Opcode::Close) && opcode <= quint8(Opcode::Pong));
}

//! Whether a peer may close with it: those of the RFC and its registry that are for the wire, and
//! those of libraries and programs.
bool isCloseCode(quint16 code)
{
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014)
        || (code >= 3000 && code <= 4999);
}

void appendLength(QByteArray &out, quint32 length)
{
    const qsizetype position = out.size();
    out.resize(position + frameHeaderSize);
    qToBigEndian(length, out.data() + position);
}

} // namespace

bool MessageReader::read(QByteArrayView bytes, QByteArray &out)
{
    if (m_fault || m_close)
        return false;
    if (!m_parser)
        m_parser = std::make_unique<FrameParser>();
    m_parser->give(bytes);
    while (true) {
        Piece piece;
        switch (m_parser->next(&piece)) {
        case FrameParser::Result::Piece:
            if (!readPiece(piece, out))
                return false;
            break;
        case FrameParser::Result::NeedsMore:
            if (m_parser->isIdle())
                m_parser.reset();
            return true;
        case FrameParser::Result::Broken:
            return fail(CloseCode::ProtocolError,
                        QStringLiteral("invalid frame length or fragmented control frame"));
        }
    }
}

qint64 MessageReader::heldBytes() const
{
    if (m_fault || m_close)
        return 0;
    return m_message.size() + m_control.size() + (m_parser ? m_parser->heldBytes() : 0);
}

bool MessageReader::fail(CloseCode code, const QString &text)
{
    m_fault = {code, QLatin1String("WebSocket: ") + text};
    m_parser.reset();
    m_message = QByteArray();
    return false;
}

bool MessageReader::readPiece(const Piece &piece, QByteArray &out)
{
    if (piece.isFirst && !beginFrame(piece))
        return false;
    return isControl(piece.opcode) ? readControl(piece) : readData(piece, out);
}

//! Every rule that a frame's header can break.
bool MessageReader::beginFrame(const Piece &piece)
{
    if (piece.reservedBits != 0)
        return fail(CloseCode::ProtocolError, QStringLiteral("a reserved bit is set"));
    if (!isKnown(piece.opcode))
        return fail(CloseCode::ProtocolError,
                    QStringLiteral("opcode %1 is reserved").arg(piece.opcode));
    if (piece.isMasked != (m_role == Role::Server))
        return fail(CloseCode::ProtocolError,
                    m_role == Role::Server ? QStringLiteral("unmasked frame from a client")
                                           : QStringLiteral("masked frame from a server"));
    if (isControl(piece.opcode))
        return true;
    const bool isContinued = piece.opcode == quint8(Opcode::Continuation);
    if (isContinued != m_kind.has_value())
        return fail(CloseCode::ProtocolError,
                    isContinued ? QStringLiteral("continuation frame outside a message")
                                : QStringLiteral("new message inside an unfinished one"));
    const qint64 begun = std::max<qint64>(0, m_message.size() - frameHeaderSize);
    if (piece.length > quint64(m_limits.frameSize - std::min(begun, m_limits.frameSize)))
        return fail(CloseCode::TooLarge,
                    QStringLiteral("message of %1 bytes or more is over the limit of %2")
                        .arg(quint64(begun) + piece.length)
                        .arg(m_limits.frameSize));
    if (!isContinued)
        return beginMessage(piece);
    return true;
}

bool MessageReader::beginMessage(const Piece &piece)
{
    m_kind = Opcode(piece.opcode);
    m_isPassedOn = piece.isFinal && m_kind == Opcode::Binary;
    if (!m_hasMessages)
        m_isFirstText = m_kind == Opcode::Text;
    m_hasMessages = true;
    m_utf8 = {};
    if (!m_isPassedOn)
        m_message = QByteArray(frameHeaderSize, '\0'); // a place for the length
    return true;
}

bool MessageReader::readData(const Piece &piece, QByteArray &out)
{
    if (m_isPassedOn) {
        if (piece.isFirst)
            appendLength(out, quint32(piece.length));
        out += piece.bytes;
        if (piece.isLast)
            m_kind.reset();
        return true;
    }
    if (m_kind == Opcode::Text && !m_utf8.add(piece.bytes))
        return fail(CloseCode::BadData, QStringLiteral("text that is not UTF-8"));
    m_message += piece.bytes;
    return !piece.isLast || !piece.isFinal || finishMessage(out);
}

bool MessageReader::finishMessage(QByteArray &out)
{
    const Opcode kind = *std::exchange(m_kind, std::nullopt);
    QByteArray message = std::exchange(m_message, QByteArray());
    if (kind == Opcode::Binary) {
        qToBigEndian(quint32(message.size() - frameHeaderSize), message.data());
        out += message;
        return true;
    }
    if (!m_utf8.isComplete())
        return fail(CloseCode::BadData, QStringLiteral("text ends inside a UTF-8 character"));
    QString error;
    const QByteArrayView text = QByteArrayView(message).sliced(frameHeaderSize);
    return appendFrameFromJson(out, text, m_limits, &error) || fail(CloseCode::BadData, error);
}

bool MessageReader::readControl(const Piece &piece)
{
    m_control += piece.bytes;
    if (!piece.isLast)
        return true;
    switch (Opcode(piece.opcode)) {
    case Opcode::Close:
        return readClose();
    case Opcode::Ping:
        if (m_pings.size() == mostPings)
            m_pings.removeFirst();
        m_pings.append(m_control);
        break;
    default:
        break; // nobody waits for a pong
    }
    m_control = QByteArray();
    return true;
}

bool MessageReader::readClose()
{
    if (m_control.isEmpty()) {
        m_close = {CloseCode::None, {}};
        return false;
    }
    if (m_control.size() < qsizetype(sizeof(quint16)))
        return fail(CloseCode::ProtocolError, QStringLiteral("truncated close code"));
    const auto code = qFromBigEndian<quint16>(m_control.constData());
    if (!isCloseCode(code))
        return fail(CloseCode::ProtocolError, QStringLiteral("invalid close code %1").arg(code));
    const QByteArray reason = m_control.sliced(sizeof code);
    Utf8Check utf8;
    if (!utf8.add(reason) || !utf8.isComplete())
        return fail(CloseCode::BadData, QStringLiteral("close reason is not UTF-8"));
    m_close = {CloseCode(code), QString::fromUtf8(reason)};
    return false;
}

} // namespace QRepod
