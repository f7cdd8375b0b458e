// SPDX-License-Identifier: MIT
#include <QRepod/metricspage.h>

#include "page.h"

#include <QRepod/server.h>

#include <QtCore/qpointer.h>
#include <QtHttpServer/qhttpserver.h>
#include <QtHttpServer/qhttpserverresponse.h>
#include <QtNetwork/qhostaddress.h>
#include <QtNetwork/qtcpserver.h>

#include <limits>
#include <utility>

namespace QRepod {

class Q_DECL_HIDDEN MetricsPage::Private
{
public:
    explicit Private(Server *server);

    bool listen(const QString &host, int port);

    std::unique_ptr<QHttpServer> http; // while it listens
    QPointer<QTcpServer> socket;       // of it
    QString errorString;

private:
    QHttpServerResponse metrics() const;
    QHttpServerResponse health() const;

    const QPointer<Server> m_server;
};

namespace {

using Status = QHttpServerResponse::StatusCode;

void setHeader(QHttpServerResponse &response, const QByteArray &name, const QByteArray &value)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    QHttpHeaders headers = response.headers();
    headers.append(name, value);
    response.setHeaders(std::move(headers));
#else
    response.setHeader(name, value);
#endif
}

//! What a browser keeps for later is out of date by then.
QHttpServerResponse fresh(QHttpServerResponse &&response)
{
    setHeader(response, "Cache-Control", "no-store");
    setHeader(response, "X-Content-Type-Options", "nosniff");
    return std::move(response);
}

//! The page loads nothing from elsewhere, and is shown inside of no other.
QHttpServerResponse pageForPeople()
{
    QHttpServerResponse response("text/html; charset=utf-8", QByteArray(page));
    setHeader(response, "Content-Security-Policy",
              "default-src 'none'; connect-src 'self'; img-src data:; "
              "script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
              "frame-ancestors 'none'");
    return fresh(std::move(response));
}

QHostAddress addressOf(const QString &host)
{
    if (host.isEmpty())
        return QHostAddress(QHostAddress::Any);
    return host == QLatin1String("localhost") ? QHostAddress(QHostAddress::LocalHost)
                                              : QHostAddress(host);
}

} // namespace

MetricsPage::Private::Private(Server *server)
    : m_server(server)
{
}

QHttpServerResponse MetricsPage::Private::metrics() const
{
    if (!m_server)
        return QHttpServerResponse(Status::ServiceUnavailable);
    return fresh({"text/plain; version=0.0.4; charset=utf-8", m_server->metrics().toUtf8()});
}

QHttpServerResponse MetricsPage::Private::health() const
{
    const bool isHealthy = m_server && m_server->isListening();
    return fresh({"text/plain; charset=utf-8", isHealthy ? "ok\n" : "not listening\n",
                  isHealthy ? Status::Ok : Status::ServiceUnavailable});
}

bool MetricsPage::Private::listen(const QString &host, int port)
{
    const QString wanted = QStringLiteral("%1:%2: ").arg(host).arg(port);
    const QHostAddress address = addressOf(host);
    errorString.clear();
    if (http)
        errorString = QStringLiteral("the page is already listening");
    else if (port < 0 || port > std::numeric_limits<quint16>::max())
        errorString = wanted + QStringLiteral("a port is a number from 0 to 65535");
    else if (address.isNull())
        errorString = wanted + QStringLiteral("not an address");
    if (!errorString.isEmpty())
        return false;
    auto listener = std::make_unique<QTcpServer>();
    if (!listener->listen(address, quint16(port))) {
        errorString = wanted + listener->errorString();
        return false;
    }
    http = std::make_unique<QHttpServer>();
    const auto get = QHttpServerRequest::Method::Get;
    http->route(QStringLiteral("/"), get, [] { return pageForPeople(); });
    http->route(QStringLiteral("/metrics"), get, [this] { return metrics(); });
    http->route(QStringLiteral("/health"), get, [this] { return health(); });
    socket = listener.release();
    http->bind(socket); // which it owns from now on
    return true;
}

MetricsPage::MetricsPage(Server *server, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(server))
{
}

MetricsPage::~MetricsPage() = default;

bool MetricsPage::listen(const QString &host, int port)
{
    return d->listen(host, port);
}

QString MetricsPage::errorString() const
{
    return d->errorString;
}

quint16 MetricsPage::port() const
{
    return d->socket ? d->socket->serverPort() : 0;
}

void MetricsPage::close()
{
    d->http.reset();
}

} // namespace QRepod
