// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>

namespace QRepod {

//! Returns a validated payload as JSON text, for clients that do not speak MessagePack.
///
/// A value that JSON has no form for becomes an object with one key: bytes `{"$bytes": base64}`, a
/// time `{"$time": ISO 8601}`, an integer past 2^53, which JavaScript would round, `{"$int":
/// digits}`, and another extension `{"$ext": [type, base64]}`. NaN and infinity become null.
///
/// A pure function, thread-safe. Exported for the component WebSocket.
QREPOD_EXPORT QByteArray jsonFromPayload(QByteArrayView payload);

} // namespace QRepod
