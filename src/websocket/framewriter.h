// SPDX-License-Identifier: MIT
#pragma once

#include "websocket/messagereader.h"

#include <array>

namespace QRepod {

//! Writes WebSocket frames, each a whole message or a control frame.
///
/// A payload may be added in pieces. wslay's writer would need 4 KiB for each connection.
class FrameWriter
{
public:
    explicit FrameWriter(Role role)
        : m_isMasking(role == Role::Client)
    {
    }

    //! Appends the header of a frame to \a out. Its \a length bytes of payload come next.
    void begin(QByteArray &out, Opcode opcode, quint64 length);

    //! Appends the next part of the payload.
    void add(QByteArray &out, QByteArrayView bytes);

    //! Appends a complete frame.
    void write(QByteArray &out, Opcode opcode, QByteArrayView payload)
    {
        begin(out, opcode, quint64(payload.size()));
        add(out, payload);
    }

    //! Appends a close frame, with \a reason cut to the size that it may have.
    void close(QByteArray &out, CloseCode code, const QString &reason = {});

private:
    const bool m_isMasking;
    std::array<char, 4> m_mask = {};
    quint32 m_position = 0; // position in the payload, which the four bytes mask in rotation
};

} // namespace QRepod
