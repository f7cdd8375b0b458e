// SPDX-License-Identifier: MIT
#pragma once

#include "transport/settings.h"
#include "transport/stream.h"

#include <QRepod/qrepod_global.h>

namespace QRepod {

//! The seam for the component WebSocket: puts a WebSocket on top of the stream \a below, to the url
//! of the settings.
using WebSocketConnector = std::unique_ptr<Stream> (*)(std::unique_ptr<Stream> below,
                                                       const ConnectionSettings &settings);

//! From now on \a connector makes the streams for the schemes ws and wss. Any thread.
QREPOD_EXPORT void setWebSocketConnector(WebSocketConnector connector);

//! Whether the program can connect to urls of ws and wss. Any thread.
bool hasWebSocketConnector();

//! The stream to a server, of the kind that the settings and the application's proxy ask for.
std::unique_ptr<Stream> streamTo(const QString &host, quint16 port,
                                 const ConnectionSettings &settings);

//! The stream of an accepted client, whose \a descriptor is owned from now on.
std::unique_ptr<Stream> acceptedStream(qintptr descriptor, const QString &peer,
                                       const ConnectionSettings &settings);

} // namespace QRepod
