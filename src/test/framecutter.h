// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qvariant.h>

#include <optional>

namespace QRepod {

//! Cuts a stream of bytes into frames without looking at their contents.
class FrameCutter
{
public:
    void add(QByteArrayView bytes);

    //! Returns the next whole frame, header included; empty if it is not complete yet.
    QByteArray next();

    //! Whether a frame was announced that is too large: the rest of the stream cannot be cut.
    bool isBroken() const { return m_isBroken; }

private:
    QByteArray m_bytes;
    qsizetype m_begin = 0; // of the next frame; bytes before it have been taken
    bool m_isBroken = false;
};

//! Returns the message in a whole \a frame: nothing if the frame is not well-formed, an empty map
//! if it contains no message, like a heartbeat.
std::optional<QVariantMap> messageOf(const QByteArray &frame, QString *error = nullptr);

} // namespace QRepod
