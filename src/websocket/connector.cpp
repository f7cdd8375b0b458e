// SPDX-License-Identifier: MIT

//! Lets listeners connect to urls of ws and wss in every program that links this component.

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

//! The target QRepod::WebSocket asks the linker for it, or a program that uses nothing else of this
//! component would be linked without.
extern "C" QREPOD_WEBSOCKET_EXPORT const int qrepod_websocket = 1;
