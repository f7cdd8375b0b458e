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

//! Who is asked to mask frames: clients are, servers may not (RFC 6455, section 5.1).
enum class Role {
    Server, ///< this end is
    Client,
};

//! What a peer's WebSocket frames say, held to RFC 6455: messages as the frames that a Connection
//! reads, pings, and the close.
///
/// Times and threads are not its business; it has one user.
class MessageReader
{
public:
    //! Why the peer has to be closed.
    struct Fault
    {
        CloseCode code;
        QString text;
    };

    //! How the peer closes.
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

    //! Appends messages to \a out: four bytes of length, then MessagePack. A large one in one frame
    //! is appended as it comes. \return false after a fault or a close; the rest is not read.
    bool read(QByteArrayView bytes, QByteArray &out);

    const std::optional<Fault> &fault() const { return m_fault; }
    const std::optional<Close> &close() const { return m_close; }

    bool hasPings() const { return !m_pings.isEmpty(); }

    //! The payloads of pings that have not been asked for yet.
    QList<QByteArray> takePings() { return std::exchange(m_pings, {}); }

    //! Whether a frame, or a message in fragments, has begun and not ended.
    bool isInsideMessage() const { return m_parser || m_kind; }

    //! Whether a message has come, and the first was text.
    bool hasMessages() const { return m_hasMessages; }
    bool isFirstText() const { return m_isFirstText; }

    //! Of frames and messages whose end has not come, what has not been appended yet; in bytes.
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
    std::unique_ptr<FrameParser> m_parser; // while a frame is not finished
    QByteArray m_control;                  // payload of the control frame at hand
    QByteArray m_message;                  // of fragments, or text, so far
    QList<QByteArray> m_pings;
    Utf8Check m_utf8;
    std::optional<Opcode> m_kind; // of the message whose end has not come
    bool m_isPassedOn = false;    // its bytes go on as they come
    bool m_hasMessages = false;
    bool m_isFirstText = false;
    std::optional<Fault> m_fault;
    std::optional<Close> m_close;
};

} // namespace QRepod
