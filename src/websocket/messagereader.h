// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/limits.h"
#include "websocket/frameparser.h"
#include "websocket/opcode.h"
#include "websocket/utf8check.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>
#include <QtCore/qstring.h>

#include <memory>
#include <optional>

namespace QRepod {

//! The ends of a WebSocket: clients must mask frames, servers must not (RFC 6455, section 5.1).
enum class Role {
    Server, ///< this end is the server
    Client,
};

//! Reads a peer's WebSocket frames, strictly by RFC 6455. Turns messages into the frames that a
//! Connection reads, and reports pings and the close.
///
/// It has no timers and no locks; one thread uses it.
class MessageReader
{
public:
    //! Why the connection to the peer must be closed.
    struct Fault
    {
        CloseCode code;
        QString text;
    };

    //! How the peer has closed.
    struct Close
    {
        CloseCode code;
        QString reason;
    };

    MessageReader(Role role, const MessageLimits &limits)
        : m_role(role)
        , m_limits(limits)
    {
    }

    //! Appends messages to \a out: four bytes of length, then MessagePack. A large message in one
    //! frame is appended as it arrives. \return false after a fault or a close; ignores the rest.
    bool read(QByteArrayView bytes, QByteArray &out);

    const std::optional<Fault> &fault() const { return m_fault; }
    const std::optional<Close> &close() const { return m_close; }

    bool hasPings() const { return !m_pings.isEmpty(); }

    //! Returns the payloads of the pings since the last call.
    QList<QByteArray> takePings() { return std::exchange(m_pings, {}); }

    //! Whether a frame, or a fragmented message, has begun and not ended.
    bool isInsideMessage() const { return m_parser || m_kind; }

    //! Whether a message has come, and whether the first one was text.
    bool hasMessages() const { return m_hasMessages; }
    bool isFirstText() const { return m_isFirstText; }

    //! How many bytes of incomplete frames and messages have not been appended yet.
    qint64 heldBytes() const;

private:
    using Piece = FrameParser::Piece;

    bool readPiece(const Piece &piece, QByteArray &out);
    bool checkFrame(const Piece &piece);
    void beginMessage(const Piece &piece);
    bool readControl(const Piece &piece);
    bool readClose();
    bool readData(const Piece &piece, QByteArray &out);
    bool finishMessage(QByteArray &out);
    bool fail(CloseCode code, const QString &text);

    const Role m_role;
    const MessageLimits m_limits;
    std::unique_ptr<FrameParser> m_parser; // while a frame is incomplete
    QByteArray m_control;                  // payload of the current control frame
    QByteArray m_message;                  // the current fragmented or text message so far
    QList<QByteArray> m_pings;
    Utf8Check m_utf8;
    std::optional<Opcode> m_kind; // of the message that is incomplete
    bool m_isPassedOn = false;    // its bytes are appended as they arrive
    bool m_hasMessages = false;
    bool m_isFirstText = false;
    std::optional<Fault> m_fault;
    std::optional<Close> m_close;
};

} // namespace QRepod
