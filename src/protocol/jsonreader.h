// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/limits.h"

#include <QRepod/qrepod_global.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qstring.h>

namespace QRepod {

//! Parses the JSON \a text and appends it to \a out as one frame, header included.
///
/// The objects with one key that jsonFromPayload() writes become the values that they stand for. A
/// number without a fraction or exponent is an integer if it fits 64 bits. The text is read once,
/// up to the first fault or the limits on depth and values, so it costs no more than MessagePack.
///
/// On failure \a out is unchanged and \a error, if given, says where and why. A pure function,
/// thread-safe. Exported for the component WebSocket.
QREPOD_EXPORT bool appendFrameFromJson(QByteArray &out, QByteArrayView text,
                                       const MessageLimits &limits, QString *error = nullptr);

} // namespace QRepod
