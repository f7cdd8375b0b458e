// SPDX-License-Identifier: MIT
#include <QRepod/channel.h>

#include "protocol/builtin.h"
#include "protocol/message.h"
#include "server/channelprivate.h"
#include "server/serverprivate.h"
#include "transport/wakeevent.h"

#include <QtCore/qloggingcategory.h>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(serverLog)

void ChannelPrivate::runPump()
{
    if (m_pump.isRunning())
        return;
    m_pump.add(link.inbox->takeAll());
    const Guard alive(q);
    m_pump.run(alive, QDeadlineTimer(QDeadlineTimer::Forever),
               [&](const Delivery &delivery, size_t frame) {
                   deliver(delivery, frame, alive);
                   return 0;
               });
    // An event loop inside a handler may have used up the wake-up of what came meanwhile.
    if (alive)
        link.inbox->wakeReader();
}

void ChannelPrivate::deliver(const Delivery &delivery, size_t frame, const Guard &alive)
{
    switch (delivery.kind()) {
    case Delivery::Kind::Messages:
        deliverMessage(delivery.batch(), frame, alive);
        break;
    case Delivery::Kind::Connected: {
        const BuiltIn connected = BuiltIn::connected();
        link.outbox->send(connected.bytes()); // repod's clients may wait for it
        m_hasJoined = true;
        server->join(q);
        Q_EMIT server->q->channelConnected(q);
        deliverBuiltIn(connected, alive);
        break;
    }
    case Delivery::Kind::Error:
        if (!m_hasJoined) { // the TLS handshake failed
            q->deleteLater();
            Q_EMIT server->q->errorOccurred(delivery.error());
            break;
        }
        Q_EMIT q->errorOccurred(delivery.error());
        deliverBuiltIn(BuiltIn::error(delivery.error()), alive);
        break;
    case Delivery::Kind::Disconnected:
        server->leave(q);
        q->deleteLater();
        Q_EMIT q->disconnected();
        deliverBuiltIn(BuiltIn::disconnected(), alive);
        if (alive)
            Q_EMIT server->q->channelDisconnected(q);
        break;
    case Delivery::Kind::Cancelled: // closed while the TLS handshake was going on
        q->deleteLater();
        break;
    }
}

void ChannelPrivate::deliverMessage(const FrameBatch &batch, size_t frame, const Guard &alive)
{
    const Message message(batch.frames[frame], {server->keys, &batch.bytes});
    const bool isHandled = dispatch(message, alive);
    if (alive && !isHandled)
        q->network_received(message.map());
}

//! Asks the channel, and then the objects that handle messages for the whole server.
bool ChannelPrivate::dispatch(const Message &message, const Guard &alive)
{
    Dispatcher::Outcome outcome = dispatcher.dispatch(message);
    if (alive && outcome == Dispatcher::Outcome::Unhandled)
        outcome = server->dispatcher.dispatch(message, q);
    return outcome == Dispatcher::Outcome::Handled;
}

//! Unlike a client's message it is for those that have a handler for it alone.
void ChannelPrivate::deliverBuiltIn(const BuiltIn &message, const Guard &alive)
{
    if (!alive)
        return;
    const Frame frame = message.frame();
    dispatch(Message(frame, server->keys), alive);
}

void ChannelPrivate::send(const QByteArray &frame)
{
    queued(link.outbox->send(frame), {});
}

qint64 ChannelPrivate::queued(const Outbox::Result &result, const QString &action)
{
    switch (result.status) {
    case Outbox::Status::Accepted:
    case Outbox::Status::Closed:
        break;
    case Outbox::Status::Full: // the client does not read: it must not hold up memory or the others
        link.outbox->close();
        link.inbox->abort(address + QLatin1String(": ") + result.error);
        break;
    case Outbox::Status::Unencodable:
        qCWarning(serverLog).noquote().nospace()
            << "message \"" << action << "\" to " << address << " was not sent: " << result.error;
        break;
    }
    return result.bytes;
}

Channel::Channel(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<ChannelPrivate>(this))
{
}

Channel::~Channel()
{
    if (!d->server)
        return;
    d->server->disown(this);
    d->link.outbox->close();
    d->link.inbox->detachReader();
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
    return d->link.outbox && d->link.outbox->isOpen();
}

Statistics Channel::statistics() const
{
    return d->link.traffic ? d->link.statistics() : Statistics();
}

qint64 Channel::send(const QVariantMap &message)
{
    if (!d->link.outbox)
        return 0;
    return d->queued(d->link.outbox->send(message),
                     message.value(QStringLiteral("action")).toString());
}

void Channel::close()
{
    if (d->link.inbox)
        d->link.close();
}

void Channel::network_received(const QVariantMap &) { }

bool Channel::event(QEvent *event)
{
    if (event->type() != WakeEvent::eventType())
        return QObject::event(event);
    if (d->link.inbox->acknowledgeWake())
        d->runPump();
    return true; // a handler may have deleted this
}

} // namespace QRepod
