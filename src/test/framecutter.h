// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qvariant.h>

#include <optional>

namespace QRepod {

//! Cuts a stream of bytes into frames, whose contents it does not look at.
class FrameCutter
{
public:
    void add(QByteArrayView bytes);

    //! The next whole frame, header included; empty if it has not come completely.
    QByteArray next();

    //! Whether a frame was announced that is larger than any: the rest cannot be cut.
    bool isBroken() const { return m_isBroken; }

private:
    QByteArray m_bytes;
    qsizetype m_begin = 0; // of the next frame; what stands before it has been taken
    bool m_isBroken = false;
};

//! The message in a whole \a frame: nothing if it is not well-formed, and an empty map if it is but
//! says nothing, as a heartbeat.
std::optional<QVariantMap> messageOf(const QByteArray &frame, QString *error = nullptr);

} // namespace QRepod
