// SPDX-License-Identifier: MIT
#include <QRepod/connectionlistener.h>

#include "client/clientprivate.h"
#include "client/connectionlistenerprivate.h"
#include "protocol/encoder.h"
#include "protocol/message.h"
#include "transport/wakeevent.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qmetaobject.h>

namespace QRepod {

namespace {

const auto actionKey = QStringLiteral("action");

QVariantMap builtIn(const QString &action)
{
    return {{actionKey, action}};
}

} // namespace

void ConnectionListenerPrivate::open(const QString &host, quint16 port)
{
    close();
    if (client)
        m_pump.add(client->d->currentLink().inbox->takeAll());
    else
        client = new Client(*this, q);

    const Link link = Link::create(client, settings);
    m_current = link.inbox.get();
    client->d->open(link, settings, host, port);
    if (!m_pump.isEmpty()) // the rest of the connection before, which will not wake us again
        QCoreApplication::postEvent(client, new WakeEvent);
    setState(ConnectionListener::State::Connecting);
}

void ConnectionListenerPrivate::close()
{
    if (!client)
        return;
    client->close();
    m_current = nullptr;
}

void ConnectionListenerPrivate::wake()
{
    const bool hasMessages = client->d->currentLink().inbox->acknowledgeWake() || !m_pump.isEmpty();
    if (!hasMessages)
        return;
    const QPointer<ConnectionListener> alive(q);
    Q_EMIT q->messagesQueued();
    if (alive && autoPump)
        runPump(QDeadlineTimer(QDeadlineTimer::Forever));
}

int ConnectionListenerPrivate::runPump(QDeadlineTimer budget)
{
    if (!client || m_pump.isRunning())
        return 0;
    m_pump.add(client->d->currentLink().inbox->takeAll());
    const Guard alive(q);
    const int dispatched = m_pump.run(alive, budget, [&](const Delivery &delivery, size_t frame) {
        return deliver(delivery, frame, alive);
    });
    // An event loop inside a handler may have used up the wake-up of what came meanwhile.
    if (alive)
        client->d->currentLink().inbox->wakeReader();
    return dispatched;
}

int ConnectionListenerPrivate::deliver(const Delivery &delivery, size_t frame, const Guard &alive)
{
    switch (delivery.kind()) {
    case Delivery::Kind::Messages: {
        const Frame &message = delivery.batch().frames[frame];
        if (std::exchange(m_isFirstMessage, false) && isGreeting(message))
            return 0;
        return deliverMessage(message, alive);
    }
    case Delivery::Kind::Connected:
        m_isFirstMessage = true;
        follow(delivery, ConnectionListener::State::Connected);
        if (alive)
            Q_EMIT q->connected();
        return deliverBuiltIn(builtIn(QStringLiteral("connected")), alive)
            + deliverBuiltIn(builtIn(QStringLiteral("socketConnect")), alive);
    case Delivery::Kind::Error: {
        QVariantMap message = builtIn(QStringLiteral("error"));
        message.insert(QStringLiteral("error"), delivery.error());
        follow(delivery, ConnectionListener::State::Disconnected);
        if (alive)
            Q_EMIT q->errorOccurred(delivery.error());
        return deliverBuiltIn(message, alive);
    }
    case Delivery::Kind::Disconnected:
        follow(delivery, ConnectionListener::State::Disconnected);
        if (alive)
            Q_EMIT q->disconnected();
        return deliverBuiltIn(builtIn(QStringLiteral("disconnected")), alive);
    case Delivery::Kind::Cancelled:
        follow(delivery, ConnectionListener::State::Disconnected);
        return 0;
    }
    Q_UNREACHABLE();
    return 0;
}

int ConnectionListenerPrivate::deliverBuiltIn(const QVariantMap &message, const Guard &alive)
{
    if (!alive)
        return 0;
    QByteArray bytes;
    appendFrame(bytes, message, MessageLimits());
    const QByteArray action = message.value(actionKey).toString().toUtf8();
    return deliverMessage({QByteArrayView(bytes).sliced(frameHeaderSize), action}, alive);
}

int ConnectionListenerPrivate::deliverMessage(const Frame &frame, const Guard &alive)
{
    const Message message(frame, m_keys);
    const Dispatcher::Outcome outcome = dispatcher.dispatch(message);
    if (alive && outcome != Dispatcher::Outcome::Handled)
        q->network_received(message.map());
    static const QMetaMethod messageReceived =
        QMetaMethod::fromSignal(&ConnectionListener::messageReceived);
    if (alive && q->isSignalConnected(messageReceived))
        Q_EMIT q->messageReceived(m_keys.text(frame.action), message.map());
    return 1;
}

//! repod's server greets with a bare `connected`, which has been delivered already.
bool ConnectionListenerPrivate::isGreeting(const Frame &frame)
{
    return frame.action == "connected" && decodeMap(frame.payload, m_keys).size() == 1;
}

//! Takes \a newState over if \a delivery is about the connection that `state` is about.
void ConnectionListenerPrivate::follow(const Delivery &delivery, ConnectionListener::State newState)
{
    if (delivery.origin() == m_current)
        setState(newState);
}

void ConnectionListenerPrivate::setState(ConnectionListener::State newState)
{
    if (state == newState)
        return;
    state = newState;
    Q_EMIT q->stateChanged();
}

ConnectionListener::ConnectionListener(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<ConnectionListenerPrivate>(this))
{
    d->dispatcher.addTarget(this);
}

ConnectionListener::~ConnectionListener()
{
    delete d->client;
}

void ConnectionListener::connect(const QString &host, quint16 port)
{
    d->open(host, port);
}

int ConnectionListener::pump()
{
    return d->runPump(QDeadlineTimer(QDeadlineTimer::Forever));
}

int ConnectionListener::pump(QDeadlineTimer budget)
{
    return d->runPump(budget);
}

qint64 ConnectionListener::send(const QVariantMap &message)
{
    return d->state == State::Connected ? d->client->send(message) : 0;
}

qint64 ConnectionListener::send(const QString &action, const QVariantMap &fields)
{
    QVariantMap message = fields;
    message.insert(actionKey, action);
    return send(message);
}

void ConnectionListener::close()
{
    d->close();
    d->setState(State::Disconnected);
}

Client *ConnectionListener::connection() const
{
    return d->client;
}

ConnectionListener::State ConnectionListener::state() const
{
    return d->state;
}

bool ConnectionListener::autoPump() const
{
    return d->autoPump;
}

void ConnectionListener::setAutoPump(bool enabled)
{
    if (d->autoPump == enabled)
        return;
    d->autoPump = enabled;
    if (enabled && d->client) // for what waits already
        QCoreApplication::postEvent(d->client, new WakeEvent);
    Q_EMIT autoPumpChanged();
}

void ConnectionListener::addHandler(QObject *handler)
{
    d->dispatcher.addTarget(handler);
}

void ConnectionListener::removeHandler(QObject *handler)
{
    d->dispatcher.removeTarget(handler);
}

void ConnectionListener::network_received(const QVariantMap &) { }

int ConnectionListener::connectTimeout() const
{
    return d->settings.connectTimeout;
}

void ConnectionListener::setConnectTimeout(int milliseconds)
{
    d->settings.connectTimeout = milliseconds;
}

int ConnectionListener::closeTimeout() const
{
    return d->settings.closeTimeout;
}

void ConnectionListener::setCloseTimeout(int milliseconds)
{
    d->settings.closeTimeout = milliseconds;
}

qint64 ConnectionListener::maximumFrameSize() const
{
    return d->settings.message.frameSize;
}

void ConnectionListener::setMaximumFrameSize(qint64 bytes)
{
    d->settings.message.frameSize = bytes;
}

int ConnectionListener::maximumDepth() const
{
    return d->settings.message.depth;
}

void ConnectionListener::setMaximumDepth(int levels)
{
    d->settings.message.depth = levels;
}

int ConnectionListener::maximumValues() const
{
    return d->settings.message.values;
}

void ConnectionListener::setMaximumValues(int values)
{
    d->settings.message.values = values;
}

qint64 ConnectionListener::maximumReceiveBacklog() const
{
    return d->settings.receiveBacklog;
}

void ConnectionListener::setMaximumReceiveBacklog(qint64 bytes)
{
    d->settings.receiveBacklog = bytes;
}

qint64 ConnectionListener::maximumSendBacklog() const
{
    return d->settings.sendBacklog;
}

void ConnectionListener::setMaximumSendBacklog(qint64 bytes)
{
    d->settings.sendBacklog = bytes;
}

} // namespace QRepod
