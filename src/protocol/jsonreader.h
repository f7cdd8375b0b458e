// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/limits.h"

#include <QRepod/qrepod_global.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qstring.h>

namespace QRepod {

//! Appends what JSON \a text says to \a out as one frame, header included.
///
/// The objects of one key that jsonFromPayload() writes become what they stand for again. A number
/// without fraction and exponent is an integer if it fits 64 bits. The text is read once, from the
/// start to the first fault, and stops at the limits on depth and values: it costs no more than a
/// payload of MessagePack.
///
/// On failure \a out is as it was and \a error, if given, says where and why. A pure function, for
/// any thread. Exported for the component WebSocket.
QREPOD_EXPORT bool appendFrameFromJson(QByteArray &out, QByteArrayView text,
                                       const MessageLimits &limits, QString *error = nullptr);

} // namespace QRepod
