// SPDX-License-Identifier: MIT
#pragma once

#include "websocket/messagereader.h"

#include <array>

namespace QRepod {

//! Writes WebSocket frames, each a whole message or a control frame.
///
/// A payload may be added in pieces. wslay's writer would need a context of 4 KiB for each
/// connection.
class FrameWriter
{
public:
    explicit FrameWriter(Role role)
        : m_isMasking(role == Role::Client)
    {
    }

    //! Appends the header of a frame of \a length bytes to \a out; they come next.
    void begin(QByteArray &out, Opcode opcode, quint64 length);

    //! Appends some of them.
    void add(QByteArray &out, QByteArrayView bytes);

    //! Appends a whole frame.
    void write(QByteArray &out, Opcode opcode, QByteArrayView payload)
    {
        begin(out, opcode, quint64(payload.size()));
        add(out, payload);
    }

    //! Appends a close frame. Of \a reason as much as it may hold is written.
    void close(QByteArray &out, CloseCode code, const QString &reason = {});

private:
    const bool m_isMasking;
    std::array<char, 4> m_mask = {};
    quint32 m_position = 0; // in the payload, which is masked in turns of four
};

} // namespace QRepod
