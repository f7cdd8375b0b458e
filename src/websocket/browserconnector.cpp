// SPDX-License-Identifier: MIT

//! Lets listeners connect to ws and wss URLs in every program for a browser that links this
//! component.

#include "transport/streams.h"
#include "websocket/browserstream.h"
#include "websocket/emscriptensocket.h"

#include <QRepod/qrepod_websocket_global.h>

namespace QRepod {

namespace {

//! \a below would be a socket of the system, which a page does not have.
std::unique_ptr<Stream> connectWebSocket(std::unique_ptr<Stream> below,
                                         const ConnectionSettings &settings)
{
    Q_UNUSED(below)
    return std::make_unique<BrowserStream>(std::make_unique<EmscriptenSocket>(), settings.url,
                                           settings.message);
}

[[maybe_unused]] const bool isConnectorSet = [] {
    setWebSocketConnector(connectWebSocket);
    return true;
}();

} // namespace

} // namespace QRepod

//! Replaces the one in connector.cpp. Emscripten's linker drops unused symbols even if it was asked
//! for them, and with this one the code that sets the connector.
extern "C" QREPOD_WEBSOCKET_EXPORT [[gnu::used]] const int qrepod_websocket = 1;
