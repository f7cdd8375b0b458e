// SPDX-License-Identifier: MIT
#include <QRepod/connectionlistener.h>

#include "client/clientprivate.h"
#include "client/connectionlistenerprivate.h"
#include "protocol/builtin.h"
#include "protocol/message.h"
#include "transport/wakeevent.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qloggingcategory.h>
#include <QtCore/qmetaobject.h>

#include <algorithm>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(clientLog)

QMetaMethod ConnectionListenerPrivate::messageReceivedSignal()
{
    static const QMetaMethod signal = QMetaMethod::fromSignal(&ConnectionListener::messageReceived);
    return signal;
}

void ConnectionListenerPrivate::open(const QString &host, quint16 port)
{
    close();
    if (client)
        m_pump.add(client->d->currentLink().inbox->takeAll());
    else
        client = new Client(*this, q);
    backoff.reset();
    start(host, port, 0);
    if (!m_pump.isEmpty()) // the rest of the connection before, which will not wake us again
        QCoreApplication::postEvent(client, new WakeEvent);
    setState(ConnectionListener::State::Connecting);
}

//! Makes a new connection the current one.
void ConnectionListenerPrivate::start(const QString &host, quint16 port, int delay)
{
    const Link link = Link::create(client, settings);
    m_current = link.inbox.get();
    m_wasConnected = false;
    m_hasEnded = false;
    client->d->open(link, settings, host, port, delay);
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
    mayBeObserved = q->isSignalConnected(messageReceivedSignal());
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
        return deliverMessage(message, &delivery.batch().bytes, alive);
    }
    case Delivery::Kind::Connected:
        return deliverConnected(delivery, alive);
    case Delivery::Kind::Error:
    case Delivery::Kind::Disconnected:
    case Delivery::Kind::Cancelled:
        return deliverEnd(delivery, alive);
    }
    Q_UNREACHABLE();
    return 0;
}

int ConnectionListenerPrivate::deliverConnected(const Delivery &delivery, const Guard &alive)
{
    m_isFirstMessage = true;
    if (delivery.origin() == m_current) {
        m_wasConnected = true;
        backoff.reset();
        setState(ConnectionListener::State::Connected);
    }
    if (alive)
        Q_EMIT q->connected();
    return deliverBuiltIn(BuiltIn::connected(), alive)
        + deliverBuiltIn(BuiltIn::socketConnect(), alive);
}

int ConnectionListenerPrivate::deliverEnd(const Delivery &delivery, const Guard &alive)
{
    int dispatched = 0;
    const bool isError = delivery.kind() == Delivery::Kind::Error;
    if (delivery.origin() == m_current && !m_hasEnded)
        followEnd();
    if (alive && isError) {
        const BuiltIn message = BuiltIn::error(delivery.error());
        Q_EMIT q->errorOccurred(delivery.error());
        dispatched = deliverBuiltIn(message, alive);
    } else if (alive && delivery.kind() == Delivery::Kind::Disconnected) {
        Q_EMIT q->disconnected();
        dispatched = deliverBuiltIn(BuiltIn::disconnected(), alive);
    }
    // After a break Disconnected is still to come. A handler may have connected or closed by now.
    if (alive && delivery.origin() == m_current && !(isError && m_wasConnected)
        && state == ConnectionListener::State::Reconnecting)
        start(client->hostName(), client->port(), backoff.delay());
    return dispatched;
}

//! The current connection has ended.
void ConnectionListenerPrivate::followEnd()
{
    m_hasEnded = true;
    if (!reconnect || client->d->isClosed || backoff.isExhausted())
        return setState(ConnectionListener::State::Disconnected);
    backoff.next();
    state = ConnectionListener::State::Reconnecting;
    qCDebug(clientLog).noquote() << client->address() << "attempt" << backoff.attempt() << "in"
                                 << backoff.delay() << "ms";
    Q_EMIT q->stateChanged(); // also from one attempt to the next
}

int ConnectionListenerPrivate::deliverBuiltIn(const BuiltIn &message, const Guard &alive)
{
    return alive ? deliverMessage(message.frame(), nullptr, alive) : 0;
}

int ConnectionListenerPrivate::deliverMessage(const Frame &frame, const QByteArray *memory,
                                              const Guard &alive)
{
    const Message message(frame, {m_keys, memory});
    const Dispatcher::Outcome outcome = dispatcher.dispatch(message);
    if (alive && outcome != Dispatcher::Outcome::Handled)
        q->network_received(message.map());
    if (alive && mayBeObserved && q->isSignalConnected(messageReceivedSignal()))
        Q_EMIT q->messageReceived(m_keys.text(frame.action), message.map());
    return 1;
}

//! repod's server greets with a bare `connected`, which has been delivered already.
bool ConnectionListenerPrivate::isGreeting(const Frame &frame)
{
    return frame.action == "connected" && decodeMap(frame.payload, m_keys).size() == 1;
}

void ConnectionListenerPrivate::setState(ConnectionListener::State newState)
{
    if (state == newState)
        return;
    state = newState;
    qCDebug(clientLog).noquote() << (client ? client->address() : QString()) << newState;
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

void ConnectionListener::connectNotify(const QMetaMethod &signal)
{
    if (signal == ConnectionListenerPrivate::messageReceivedSignal())
        d->mayBeObserved = true;
    QObject::connectNotify(signal);
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
    message.insert(QStringLiteral("action"), action);
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

bool ConnectionListener::reconnect() const
{
    return d->reconnect;
}

void ConnectionListener::setReconnect(bool enabled)
{
    d->change(d->reconnect, enabled);
    if (!enabled && d->state == State::Reconnecting)
        close();
}

int ConnectionListener::reconnectInterval() const
{
    return d->backoff.interval;
}

void ConnectionListener::setReconnectInterval(int milliseconds)
{
    d->change(d->backoff.interval, milliseconds);
}

int ConnectionListener::maximumReconnectInterval() const
{
    return d->backoff.maximumInterval;
}

void ConnectionListener::setMaximumReconnectInterval(int milliseconds)
{
    d->change(d->backoff.maximumInterval, milliseconds);
}

int ConnectionListener::maximumReconnectAttempts() const
{
    return d->backoff.maximumAttempts;
}

void ConnectionListener::setMaximumReconnectAttempts(int attempts)
{
    d->change(d->backoff.maximumAttempts, attempts);
}

int ConnectionListener::reconnectAttempt() const
{
    return d->backoff.attempt();
}

int ConnectionListener::reconnectDelay() const
{
    return d->backoff.delay();
}

int ConnectionListener::heartbeatInterval() const
{
    return d->settings.heartbeatInterval;
}

void ConnectionListener::setHeartbeatInterval(int milliseconds)
{
    d->change(d->settings.heartbeatInterval, milliseconds);
}

int ConnectionListener::idleTimeout() const
{
    return d->settings.idleTimeout;
}

void ConnectionListener::setIdleTimeout(int milliseconds)
{
    d->change(d->settings.idleTimeout, milliseconds);
}

#if QT_CONFIG(ssl)
QSslConfiguration ConnectionListener::sslConfiguration() const
{
    return d->settings.sslConfiguration();
}

void ConnectionListener::setSslConfiguration(const QSslConfiguration &configuration)
{
    d->settings.setSslConfiguration(configuration);
}
#endif

int ConnectionListener::connectTimeout() const
{
    return d->settings.connectTimeout;
}

void ConnectionListener::setConnectTimeout(int milliseconds)
{
    d->change(d->settings.connectTimeout, std::max(1, milliseconds));
}

int ConnectionListener::closeTimeout() const
{
    return d->settings.closeTimeout;
}

void ConnectionListener::setCloseTimeout(int milliseconds)
{
    d->change(d->settings.closeTimeout, std::max(0, milliseconds));
}

qint64 ConnectionListener::maximumFrameSize() const
{
    return d->settings.message.frameSize;
}

void ConnectionListener::setMaximumFrameSize(qint64 bytes)
{
    d->change(d->settings.message.frameSize, std::max<qint64>(1, bytes));
}

int ConnectionListener::maximumDepth() const
{
    return d->settings.message.depth;
}

void ConnectionListener::setMaximumDepth(int levels)
{
    d->change(d->settings.message.depth, std::clamp(levels, 1, MessageLimits::greatestDepth));
}

int ConnectionListener::maximumValues() const
{
    return d->settings.message.values;
}

void ConnectionListener::setMaximumValues(int values)
{
    d->change(d->settings.message.values, std::max(1, values));
}

qint64 ConnectionListener::maximumReceiveBacklog() const
{
    return d->settings.receiveBacklog;
}

void ConnectionListener::setMaximumReceiveBacklog(qint64 bytes)
{
    d->change(d->settings.receiveBacklog, std::max<qint64>(1, bytes));
}

qint64 ConnectionListener::maximumSendBacklog() const
{
    return d->settings.sendBacklog;
}

void ConnectionListener::setMaximumSendBacklog(qint64 bytes)
{
    d->change(d->settings.sendBacklog, std::max<qint64>(1, bytes));
}

} // namespace QRepod
