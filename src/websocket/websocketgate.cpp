// SPDX-License-Identifier: MIT
#include <QRepod/websocketgate.h>

#include "server/entrance.h"
#include "websocket/origin.h"
#include "websocket/serverhandshake.h"
#include "websocket/websocketstream.h"

#include <QtCore/qloggingcategory.h>
#include <QtNetwork/qhostaddress.h>

#include <mutex>

namespace QRepod {

Q_LOGGING_CATEGORY(webSocketLog, "qrepod.websocket", QtWarningMsg)

//! Clients arrive in the server's working thread.
class Q_DECL_HIDDEN WebSocketGate::Private
{
public:
    Private(WebSocketGate *gate, Server *server)
        : m_entrance(
            server,
            [this](std::unique_ptr<Stream> below, const ConnectionSettings &settings) {
                return arrive(std::move(below), settings);
            },
            [gate] { Q_EMIT gate->listeningChanged(); })
    {
    }

    Entrance &entrance() { return m_entrance; }

    Admission admission() const
    {
        const std::lock_guard lock(m_mutex);
        return m_admission;
    }

    QStringList origins() const
    {
        const std::lock_guard lock(m_mutex);
        return m_origins;
    }

    void setOrigins(const QStringList &origins)
    {
        const QStringList known = normalized(origins);
        const std::lock_guard lock(m_mutex);
        m_origins = origins;
        m_admission.origins = known;
    }

    void setProxies(const QStringList &proxies)
    {
        for (const QString &proxy : proxies) {
            if (QHostAddress::parseSubnet(proxy).first.isNull())
                qCWarning(webSocketLog).noquote()
                    << QStringLiteral(
                           "\"%1\" is no address, so it stands for no proxy: a proxy is an "
                           "address or a subnet, such as \"10.0.0.0/8\"")
                           .arg(proxy);
        }
        const std::lock_guard lock(m_mutex);
        m_admission.proxies = proxies;
    }

    QString errorString() const
    {
        const std::lock_guard lock(m_mutex);
        return m_errorString;
    }

    void setErrorString(const QString &error)
    {
        const std::lock_guard lock(m_mutex);
        m_errorString = error;
    }

private:
    Entrance::Arrival arrive(std::unique_ptr<Stream> below, const ConnectionSettings &settings)
    {
        auto request = std::make_shared<HttpRequest>();
        auto handshake = std::make_unique<ServerHandshake>(admission(), below->peer(),
                                                           settings.isEncrypted(), request);
        auto stream = std::make_unique<WebSocketStream>(std::move(below), std::move(handshake),
                                                        settings.message, m_texts, request);
        return {std::move(stream), std::move(request)};
    }

    const std::shared_ptr<JsonTexts> m_texts = std::make_shared<JsonTexts>();

    static QStringList normalized(const QStringList &origins);

    mutable std::mutex m_mutex; // guards the next three
    Admission m_admission;
    QStringList m_origins; // as the game has set them
    QString m_errorString; // of the last listen()

    Entrance m_entrance; // destroyed first, so that nobody arrives afterwards
};

//! Those that no page can have are left out, with a warning.
QStringList WebSocketGate::Private::normalized(const QStringList &origins)
{
    QStringList known;
    for (const QString &origin : origins) {
        const QString one = origin == QLatin1String("*") ? origin : normalizedOrigin(origin);
        if (!one.isEmpty())
            known.append(one);
        else
            qCWarning(webSocketLog).noquote()
                << QStringLiteral(
                       "\"%1\" is no origin, so it admits no page: an origin is a scheme, "
                       "a host and maybe a port, such as \"https://game.example\"")
                       .arg(origin);
    }
    return known;
}

WebSocketGate::WebSocketGate(Server *server, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, server))
{
}

WebSocketGate::~WebSocketGate() = default;

bool WebSocketGate::listen(const QString &host, int port)
{
    const QString error = d->entrance().listen(host, port);
    d->setErrorString(error);
    if (error.isEmpty())
        Q_EMIT listeningChanged();
    return error.isEmpty();
}

QString WebSocketGate::errorString() const
{
    return d->errorString();
}

quint16 WebSocketGate::port() const
{
    return d->entrance().port();
}

bool WebSocketGate::isListening() const
{
    return port() != 0;
}

void WebSocketGate::close()
{
    if (!isListening())
        return;
    d->entrance().close();
    Q_EMIT listeningChanged();
}

QStringList WebSocketGate::allowedOrigins() const
{
    return d->origins();
}

void WebSocketGate::setAllowedOrigins(const QStringList &origins)
{
    d->setOrigins(origins);
}

QStringList WebSocketGate::trustedProxies() const
{
    return d->admission().proxies;
}

void WebSocketGate::setTrustedProxies(const QStringList &proxies)
{
    d->setProxies(proxies);
}

} // namespace QRepod
