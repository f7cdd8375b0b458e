// SPDX-License-Identifier: MIT
#include "client/serverurl.h"

#include "transport/streams.h"

#include <algorithm>
#include <array>

namespace QRepod::ServerUrl {

namespace {

struct Scheme
{
    QLatin1String name;
    int port;
    bool isEncrypted;
    bool isWebSocket;
};

constexpr std::array<Scheme, 4> schemes = {{
    {QLatin1String("repod"), 5071, false, false},
    {QLatin1String("repods"), 5071, true, false},
    {QLatin1String("ws"), 80, false, true},
    {QLatin1String("wss"), 443, true, true},
}};

const Scheme *schemeOf(const QUrl &url)
{
    const QString name = url.scheme(); // in lower case
    const auto scheme = std::find_if(schemes.begin(), schemes.end(),
                                     [&](const Scheme &each) { return name == each.name; });
    return scheme == schemes.end() ? nullptr : &*scheme;
}

} // namespace

QString fault(const QUrl &url, Platform platform)
{
    const bool isInBrowser = platform == Platform::Browser;
    QString onlyWebSockets = QStringLiteral("in a browser, only ws and wss can reach a server");
    if (url.isEmpty())
        return isInBrowser ? onlyWebSockets : QString();
    if (!url.isValid())
        return QStringLiteral("invalid URL: %1").arg(url.errorString());
    const Scheme *const scheme = schemeOf(url);
    if (!scheme)
        return QStringLiteral("unknown scheme \"%1\"; use repod, repods, ws or wss")
            .arg(url.scheme());
    if (isInBrowser && !scheme->isWebSocket)
        return onlyWebSockets;
    if (scheme->isWebSocket && !hasWebSocketConnector())
        return QStringLiteral("this program does not link QRepod::WebSocket, which \"%1\" needs")
            .arg(scheme->name);
#if !QT_CONFIG(ssl)
    if (scheme->isEncrypted && !isInBrowser) // a browser has its own TLS
        return QStringLiteral("Qt was built without TLS");
#endif
    return {};
}

int port(const QUrl &url)
{
    const Scheme *const scheme = schemeOf(url);
    return url.port(scheme ? scheme->port : 0);
}

void apply(const QUrl &url, ConnectionSettings &settings)
{
    settings.url = url;
#if QT_CONFIG(ssl)
    const Scheme *const scheme = schemeOf(url);
    if (!scheme || !scheme->isEncrypted)
        settings.tls.reset();
    else if (!settings.tls)
        settings.tls = QSslConfiguration::defaultConfiguration();
#endif
}

} // namespace QRepod::ServerUrl
