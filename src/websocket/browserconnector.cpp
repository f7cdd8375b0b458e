// SPDX-License-Identifier: MIT

//! Lets listeners connect to urls of ws and wss in every program for a browser that links this
//! component.

#include "transport/streams.h"
#include "websocket/browserstream.h"
#include "websocket/emscriptensocket.h"

#include <QRepod/qrepod_websocket_global.h>

namespace QRepod {

namespace {

//! The stream \a below would be one of the system's sockets, which a page has not.
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

//! As in connector.cpp, which this stands in for. The linker of Emscripten drops what it was asked
//! for and nobody uses, and with it what sets the connector.
extern "C" QREPOD_WEBSOCKET_EXPORT [[gnu::used]] const int qrepod_websocket = 1;
