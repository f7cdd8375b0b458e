// SPDX-License-Identifier: MIT
#include <QRepod/channel.h>

#include "protocol/builtin.h"
#include "server/channelprivate.h"
#include "server/serverprivate.h"

#include <QtCore/qloggingcategory.h>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(serverLog)

Channel::Private::Private(Channel *channel)
    : q(channel)
    , m_walk(channel, *this)
{
}

void Channel::Private::detach()
{
    if (!server)
        return;
    server->disown(q);
    q->setParent(nullptr); // whoever sees it destroyed may delete the server
    const Link link = session->link();
    link.outbox->close();
    link.inbox->detachReader();
    server->waker.forget(this);
}

void Channel::Private::attach(Server::Private *newServer, const ConnectionSettings &settings,
                              std::shared_ptr<const HandlerTable> handlers)
{
    server = newServer;
    session.emplace(Link::create({&server->waker, this}, settings));
    m_dispatcher.addTarget(q, std::move(handlers));
}

void Channel::Private::deliver()
{
    m_walk.run(server->texts);
}

void Channel::Private::joined(const Delivery &, Turn &turn)
{
    const BuiltIn connected = BuiltIn::connected();
    session->link().outbox->send(connected.bytes()); // repod's clients may wait for it
    m_hasJoined = true;
    server->join(q);
    turn.announce(connected);
}

bool Channel::Private::received(const Message &message, Turn &turn)
{
    const bool isHandled = dispatch(message, turn);
    if (turn.isAlive() && !isHandled)
        q->network_received(message.map());
    return true;
}

//! Unlike a client's message it is only for those that have a handler for it.
void Channel::Private::announced(const Message &message, Turn &turn)
{
    dispatch(message, turn);
}

void Channel::Private::failed(const Delivery &delivery, Turn &turn)
{
    if (!m_hasJoined) { // the TLS handshake failed
        q->deleteLater();
        server->reject(delivery.error());
        return;
    }
    Q_EMIT q->errorOccurred(delivery.error());
    turn.announce(BuiltIn::error(delivery.error()));
}

void Channel::Private::left(const Delivery &, Turn &turn)
{
    server->leave(q);
    q->deleteLater();
    Q_EMIT q->disconnected();
    turn.announce(BuiltIn::disconnected());
    if (turn.isAlive())
        server->announceLeft(q);
}

//! Closed while the TLS handshake was going on.
void Channel::Private::cancelled(const Delivery &, Turn &)
{
    q->deleteLater();
}

//! Asks the channel, and then the objects that handle messages for the whole server.
bool Channel::Private::dispatch(const Message &message, const Turn &turn)
{
    Dispatcher::Outcome outcome = m_dispatcher.dispatch(message);
    if (turn.isAlive() && outcome == Dispatcher::Outcome::Unhandled)
        outcome = server->dispatcher.dispatch(message, q);
    return outcome == Dispatcher::Outcome::Handled;
}

qint64 Channel::Private::send(const QVariantMap &message)
{
    if (!session || !session->isOpen())
        return 0;
    const EncodedMessage encoded(message, session->limits());
    if (encoded.isValid())
        return send(encoded);
    qCWarning(serverLog).noquote() << notSent(encoded, address, encoded.error());
    return 0;
}

qint64 Channel::Private::send(const EncodedMessage &message)
{
    const Outbox::Result result = session->send(message);
    if (result.status == Outbox::Status::Full) {
        // The client does not read: it must not hold up memory or the others.
        session->link().outbox->close();
        session->link().inbox->abort(address + QLatin1String(": ") + result.error);
    }
    return result.bytes;
}

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
    return d->address;
}

bool Channel::isConnected() const
{
    return d->session && d->session->isOpen();
}

Statistics Channel::statistics() const
{
    return d->session ? d->session->link().statistics() : Statistics();
}

qint64 Channel::send(const QVariantMap &message)
{
    return d->send(message);
}

qint64 Channel::send(const QString &action, const QVariantMap &fields)
{
    return send(withAction(action, fields));
}

void Channel::close()
{
    if (d->session)
        d->session->link().close();
}

void Channel::network_received(const QVariantMap &) { }

} // namespace QRepod
