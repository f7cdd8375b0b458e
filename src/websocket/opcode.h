// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

namespace QRepod {

//! The kind of a WebSocket frame, see RFC 6455, section 5.2.
enum class Opcode : quint8 {
    Continuation = 0x0,
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xa,
};

//! Why a WebSocket is closed, see RFC 6455, section 7.4.
enum class CloseCode : quint16 {
    Normal = 1000,
    GoingAway = 1001,
    ProtocolError = 1002,
    WrongKind = 1003, ///< an unsupported kind of data
    None = 1005,      ///< no code was given; never on the wire
    Broken = 1006,    ///< the line is broken; never on the wire
    BadData = 1007,
    PolicyViolation = 1008,
    TooLarge = 1009,
    PageFault = 4000, ///< qrepod.js sends it for ProtocolError, which a page's script must not send
};

inline bool isOrderly(CloseCode code)
{
    return code == CloseCode::Normal || code == CloseCode::GoingAway || code == CloseCode::None;
}

//! Returns whether a peer that closes with \a code says that this end broke the protocol. Other
//! codes may come from a server or proxy that is shutting down.
inline bool isFault(CloseCode code)
{
    return code == CloseCode::ProtocolError || code == CloseCode::WrongKind
        || code == CloseCode::BadData || code == CloseCode::TooLarge
        || code == CloseCode::PageFault;
}

} // namespace QRepod
