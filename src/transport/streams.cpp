// SPDX-License-Identifier: MIT
#include "transport/streams.h"

#include "transport/qtstream.h"
#include "transport/tcpstream.h"
#ifdef Q_OS_UNIX
#    include "transport/nativestream.h"
#endif

#include <QtNetwork/qnetworkproxy.h>

#include <atomic>

namespace QRepod {

namespace {

// Set when the component is loaded, perhaps while connections are being made.
std::atomic<WebSocketConnector> webSocketConnector = nullptr;

std::unique_ptr<Stream> plainStreamTo(const QString &host, quint16 port,
                                      const ConnectionSettings &settings)
{
    if (settings.isEncrypted() || applicationProxy().type() != QNetworkProxy::NoProxy)
        return std::make_unique<QtStream>(host, port, settings);
    return std::make_unique<TcpStream>(host, port, settings);
}

} // namespace

void setWebSocketConnector(WebSocketConnector connector)
{
    webSocketConnector = connector;
}

bool hasWebSocketConnector()
{
    return webSocketConnector.load() != nullptr;
}

std::unique_ptr<Stream> streamTo(const QString &host, quint16 port,
                                 const ConnectionSettings &settings)
{
    std::unique_ptr<Stream> stream = plainStreamTo(host, port, settings);
    const WebSocketConnector connector = webSocketConnector;
    const bool isWebSocket = settings.url.scheme().startsWith(QLatin1String("ws"));
    return isWebSocket && connector ? connector(std::move(stream), settings) : std::move(stream);
}

std::unique_ptr<Stream> acceptedStream(qintptr descriptor, const QString &peer,
                                       const ConnectionSettings &settings)
{
#ifdef Q_OS_UNIX
    if (!settings.isEncrypted())
        return std::make_unique<NativeStream>(descriptor, peer);
#endif
    return std::make_unique<QtStream>(descriptor, peer, settings);
}

} // namespace QRepod
