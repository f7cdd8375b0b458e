// SPDX-License-Identifier: MIT

//! Lets listeners connect to ws and wss URLs in every program that links this component.

#include "transport/streams.h"
#include "websocket/clienthandshake.h"
#include "websocket/websocketstream.h"

#include <QRepod/qrepod_websocket_global.h>

namespace QRepod {

namespace {

std::unique_ptr<Stream> connectWebSocket(std::unique_ptr<Stream> below,
                                         const ConnectionSettings &settings)
{
    return std::make_unique<WebSocketStream>(
        std::move(below), std::make_unique<ClientHandshake>(settings.url), settings.message);
}

[[maybe_unused]] const bool isConnectorSet = [] {
    setWebSocketConnector(connectWebSocket);
    return true;
}();

} // namespace

} // namespace QRepod

//! The target QRepod::WebSocket makes the linker look for this symbol. Otherwise a program that
//! uses nothing else of this component would not be linked with it.
extern "C" QREPOD_WEBSOCKET_EXPORT const int qrepod_websocket = 1;
