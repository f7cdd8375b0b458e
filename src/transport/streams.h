// SPDX-License-Identifier: MIT
#pragma once

#include "transport/settings.h"
#include "transport/stream.h"

#include <QRepod/qrepod_global.h>

namespace QRepod {

//! The seam for the component WebSocket: puts a WebSocket to the settings' URL on top of the stream
//! \a below.
using WebSocketConnector = std::unique_ptr<Stream> (*)(std::unique_ptr<Stream> below,
                                                       const ConnectionSettings &settings);

//! Makes \a connector create the streams for the schemes ws and wss from now on. Any thread.
QREPOD_EXPORT void setWebSocketConnector(WebSocketConnector connector);

//! Whether the program can connect to ws and wss URLs. Any thread.
bool hasWebSocketConnector();

//! Creates the stream to a server that the settings and the application's proxy call for.
std::unique_ptr<Stream> streamTo(const QString &host, quint16 port,
                                 const ConnectionSettings &settings);

//! Creates the stream of an accepted client, which owns \a descriptor from now on.
std::unique_ptr<Stream> acceptedStream(qintptr descriptor, const QString &peer,
                                       const ConnectionSettings &settings);

} // namespace QRepod
