// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>

namespace QRepod {

//! A validated payload as JSON text, for clients that speak no MessagePack.
///
/// What JSON has no form for becomes an object of one key: bytes `{"$bytes": base64}`, a time
/// `{"$time": ISO 8601}`, an integer past 2^53, which JavaScript would round, `{"$int": digits}`,
/// another extension `{"$ext": [type, base64]}`. Not-a-number and infinity become null.
///
/// A pure function, for any thread. Exported for the component WebSocket.
QREPOD_EXPORT QByteArray jsonFromPayload(QByteArrayView payload);

} // namespace QRepod
