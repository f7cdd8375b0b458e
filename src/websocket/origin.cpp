// SPDX-License-Identifier: MIT
#include "websocket/origin.h"

#include <QtCore/qurl.h>

namespace QRepod {

namespace {

int defaultPort(const QString &scheme)
{
    if (scheme == QLatin1String("http") || scheme == QLatin1String("ws"))
        return 80;
    if (scheme == QLatin1String("https") || scheme == QLatin1String("wss"))
        return 443;
    return -1;
}

} // namespace

QString normalizedOrigin(const QString &origin)
{
    if (origin == QLatin1String("null"))
        return origin;
    const QUrl url(origin, QUrl::StrictMode);
    const bool isBare = (url.path().isEmpty() || url.path() == QLatin1String("/"))
        && url.userInfo().isEmpty() && !origin.contains(u'@') && !url.hasQuery()
        && !url.hasFragment();
    if (!url.isValid() || url.scheme().isEmpty() || url.host().isEmpty() || !isBare)
        return {};
    QUrl normalized;
    normalized.setScheme(url.scheme());
    normalized.setHost(url.host());
    if (url.port() != defaultPort(url.scheme()))
        normalized.setPort(url.port());
    return QString::fromLatin1(normalized.toEncoded());
}

} // namespace QRepod
