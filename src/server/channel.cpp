// SPDX-License-Identifier: MIT
#include <QRepod/channel.h>

#include "server/channelprivate.h"
#include "server/serverprivate.h"

namespace QRepod {

Channel::Channel(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this))
{
}

Channel::~Channel()
{
    d->detach();
}

Server *Channel::server() const
{
    return d->server ? d->server->q : nullptr;
}

QString Channel::address() const
{
    return d->address();
}

QString Channel::sessionId() const
{
    return d->sessionId;
}

bool Channel::isInterrupted() const
{
    return d->isInterrupted();
}

QUrl Channel::requestUrl() const
{
    return d->httpRequest ? d->httpRequest->url : QUrl();
}

QString Channel::requestHeader(QAnyStringView name) const
{
    return d->httpRequest ? QString::fromUtf8(d->httpRequest->field(name.toString().toUtf8()))
                          : QString();
}

#if QT_CONFIG(ssl)
QSslCertificate Channel::peerCertificate() const
{
    const auto certificate =
        d->session ? d->session->link().traffic->peerCertificate() : std::nullopt;
    return certificate ? *certificate : QSslCertificate();
}
#endif

bool Channel::isConnected() const
{
    return d->session && d->session->isOpen();
}

Statistics Channel::statistics() const
{
    return d->session ? d->session->statistics() : Statistics();
}

qint64 Channel::send(const QVariantMap &message)
{
    return d->send(message, SendMode::Reliable);
}

qint64 Channel::send(const QVariantMap &message, SendMode mode)
{
    return d->send(message, mode);
}

qint64 Channel::send(const QString &action, const QVariantMap &fields)
{
    return send(withAction(action, fields));
}

qint64 Channel::send(const QString &action, const QVariantMap &fields, SendMode mode)
{
    return send(withAction(action, fields), mode);
}

bool Channel::join(const QString &room, const QVariantMap &options, QString *error)
{
    const QString refusal = d->join(room, options);
    if (error)
        *error = refusal;
    return refusal.isEmpty();
}

void Channel::leave(const QString &room)
{
    d->leave(room);
}

QList<Room *> Channel::rooms() const
{
    return d->rooms;
}

#if QT_CONFIG(future)
QFuture<QVariant> Channel::request(const QString &action, const QVariantMap &fields, int timeout)
{
    return d->request(action, fields, timeout);
}
#endif

void Channel::redirect(const QString &hostAndPort)
{
    d->redirect(hostAndPort);
}

bool Channel::isGuest() const
{
    return d->isGuest();
}

void Channel::admit()
{
    d->admit();
}

void Channel::refuse(const QString &reason)
{
    d->refuse(reason);
}

void Channel::setMaximumMessageRate(int perSecond)
{
    if (d->session)
        d->session->link().inbox->setMessageRate(perSecond);
}

void Channel::close()
{
    if (d->session)
        d->close();
}

void Channel::connectNotify(const QMetaMethod &signal)
{
    if (signal == QMetaMethod::fromSignal(&Channel::messageReceived))
        d->isObserved = true;
    QObject::connectNotify(signal);
}

void Channel::network_received(const QVariantMap &)
{
    ++d->defaultFallbacks;
}

QVariant Channel::answerFor(const QVariant &returned)
{
    return returned;
}

} // namespace QRepod
