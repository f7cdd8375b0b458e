// SPDX-License-Identifier: MIT
#include <QRepod/connectionlistener.h>

#include "client/clientprivate.h"
#include "client/connectionlistenerprivate.h"
#include "client/serverurl.h"
#include "delivery/requestfields.h"
#include "protocol/builtin.h"
#include "protocol/message.h"
#include "transport/address.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qloggingcategory.h>
#include <QtCore/qmetaobject.h>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(clientLog)

ConnectionListener::Private::Private(ConnectionListener *listener)
    : q(listener)
    , m_replicas([listener](const QString &name, qint64 time) {
        Q_EMIT listener->stateReceived(name, time);
    })
    , m_waker(listener) // a child, so that it moves to another thread with the listener
    , m_deadlines(listener)
    , m_serverTime(m_deadlines)
    , m_loop(listener, *this)
{
}

ConnectionListener::Private::~Private()
{
    delete client;
    m_waker.forget(this);
}

QMetaMethod ConnectionListener::Private::messageReceivedSignal()
{
    static const QMetaMethod signal = QMetaMethod::fromSignal(&ConnectionListener::messageReceived);
    return signal;
}

void ConnectionListener::Private::open(const QString &host, int port, const QUrl &url)
{
    close();
    m_url = url;
    if (client)
        m_loop.take();
    else
        client = Client::Private::create(q);
    backoff.reset();
    m_answerTimeout.stop();
    Client::Private::get(client)->isInterrupted = false;
    Client::Private::get(client)->isClosed = false;
    start(host, port, 0);
    Client::Private::get(client)->reportCurrent();
    if (!m_loop.isEmpty()) // the rest of the previous connection, which will not wake us again
        wakeSoon();
    setState(State::Connecting);
}

//! Returns the settings for coming connections; \a url overrides the listener's settings.
ConnectionSettings ConnectionListener::Private::settingsFor(const QUrl &url) const
{
    ConnectionSettings current = settings.snapshot();
    if (!url.isEmpty())
        ServerUrl::apply(url, current);
    return current;
}

//! Starts a new connection and makes it the current one.
void ConnectionListener::Private::start(const QString &host, int port, int delay)
{
    const ConnectionSettings connectionSettings = settingsFor(m_url);
    // Only the greeting says whether the server keeps a session; until then everything is kept.
    const auto session = std::make_shared<Session>(
        Link::create({&m_waker, this}, connectionSettings), Session::Keeping::Unacknowledged,
        Session::Limits::of(connectionSettings));
    m_current = &session->inbox();
    m_hasEnded = false;
    m_isRefused = false;
    m_refusal.clear();
    m_redirect.clear();
    m_isAddressValid =
        Client::Private::get(client)->open(session, connectionSettings, host, port, delay);
}

void ConnectionListener::Private::close()
{
    if (!client)
        return;
    const std::shared_ptr<Session> session = Client::Private::get(client)->currentSession();
    const bool isTold = state == State::Connected || isInterrupted();
    if (!isTold && session && &session->inbox() == m_current)
        session->inbox().cancel(); // it may be connected by now, but nobody has been told
    client->close();
    Client::Private::get(client)->isInterrupted = false;
    m_current = nullptr;
}

void ConnectionListener::Private::handleWake()
{
    const bool isOverdue = m_requester && m_requester->isOverdue();
    if (inbox().isEmpty() && m_loop.isEmpty() && !isOverdue)
        return;
    const QPointer<ConnectionListener> alive(q);
    Q_EMIT q->messagesQueued();
    if (alive && autoPump)
        pump(QDeadlineTimer::Forever);
}

int ConnectionListener::Private::pump(QDeadlineTimer budget)
{
    if (!client || m_loop.isRunning())
        return 0;
    mayBeObserved = q->isSignalConnected(messageReceivedSignal());
    const QPointer<ConnectionListener> alive(q);
    const int dispatched = m_loop.run(m_texts, budget);
    if (alive)
        m_serverTime.askIfDue(); // also in a game's own loop, in which no timer runs
    if (alive && m_requester)    // after the loop: what has arrived by now is in time
        m_requester->expire();
    return dispatched;
}

#if QT_CONFIG(future)
QFuture<QVariant> ConnectionListener::Private::request(const QString &action,
                                                       const QVariantMap &fields, int timeout)
{
    if (state != State::Connected && !isInterrupted())
        return failedRequest(action, notConnected());
    if (!m_requester)
        m_requester = std::make_unique<Requester>(m_deadlines, WakeTarget{&m_waker, this});
    return m_requester->ask(*Client::Private::get(client)->currentSession(), action, fields,
                            timeout);
}
#endif

Inbox &ConnectionListener::Private::inbox()
{
    return Client::Private::get(client)->currentSession()->inbox();
}

void ConnectionListener::Private::joined(const Delivery &delivery, DeliveryRun &run)
{
    m_isFirstMessage = true;
    m_hasSaidBye = false;
    if (isInterrupted() && isCurrent(delivery))
        return awaitAnswer();
    m_token.clear();
    m_session = nullptr; // stays null if this connection has already been replaced
    if (isCurrent(delivery)) {
        m_session = Client::Private::get(client)->currentSession();
        Client::Private::get(client)->reportCurrent();
    }
    announceConnected(run);
}

void ConnectionListener::Private::announceConnected(DeliveryRun &run)
{
    m_isUp = true;
    if (m_session) {
        backoff.connected(Backoff::Clock::now());
        setState(State::Connected);
    }
    if (run.isAlive())
        Q_EMIT q->connected();
    run.announce(BuiltIn::connected());
    run.announce(BuiltIn::socketConnect());
}

bool ConnectionListener::Private::received(const Message &message, DeliveryRun &run)
{
    const bool isFirst = std::exchange(m_isFirstMessage, false);
    if (isFirst)
        takeGreeting(message);
    if (isInterrupted() && isDeliveringCurrent()) {
        hold(message, run);
        return false;
    }
    // repod's server greets with a bare `connected`, which has already been delivered.
    if (isFirst && isBareGreeting(message))
        return false;
    if ((m_requester && m_requester->takeReply(message)) || takeState(message))
        return true;
    announced(message, run);
    return true;
}

//! The path for answers to the message being delivered. It never leads to a later connection.
AnswerPath ConnectionListener::Private::answerPath(QByteArrayView action) const
{
    return {
        [session = m_session](const EncodedMessage &message) { return session->answer(message); },
        m_session->limits(), client->address(),
        std::make_unique<Outbox::Expectation>(m_session->link().outbox), action.toByteArray()};
}

//! Built-in messages reach the same handlers as a peer's messages.
void ConnectionListener::Private::announced(const Message &message, DeliveryRun &run)
{
    std::optional<IncomingRequest> request;
    if (isRequest(message) && m_session)
        request.emplace(answerPath(message.action()), *message.request());
    const Dispatcher::Outcome outcome =
        dispatcher.dispatch(message, nullptr, request ? request->answer() : nullptr);
    if (run.isAlive() && outcome != Dispatcher::Outcome::Handled)
        leaveToFallback(message, outcome, run);
    if (request && run.isAlive())
        request->convertAnswer([this](const QVariant &value) { return q->answerFor(value); });
    if (request)
        request->finish(outcome, run.isAlive() ? q : nullptr);
    if (run.isAlive() && isObserved())
        Q_EMIT q->messageReceived(m_texts.text(message.action()), message.map());
}

void ConnectionListener::Private::failed(const Delivery &delivery, DeliveryRun &run)
{
    if (isInterrupted())
        return attemptFailed(delivery, run);
    if (isInterruption(delivery)) // left() follows
        return;
    m_endError.clear();
    handleEnd(delivery);
    if (run.isAlive())
        Q_EMIT q->errorOccurred(delivery.error());
    run.announce(BuiltIn::error(delivery.error()));
}

void ConnectionListener::Private::left(const Delivery &delivery, DeliveryRun &run)
{
    if (isInterrupted())
        return attemptFailed(delivery, run);
    if (isInterruption(delivery))
        return interrupt(run);
    if (m_session)
        m_session->finish();
    m_session = nullptr;
    m_serverTime.stop();
    handleEnd(delivery);
    if (m_isUp)
        announceEnd(std::exchange(m_endError, {}), run);
}

void ConnectionListener::Private::cancelled(const Delivery &delivery, DeliveryRun &run)
{
    if (m_isUp) // it was an attempt to resume a session
        return left(delivery, run);
    handleEnd(delivery);
}

//! Whether another attempt may follow the end of the current connection.
bool ConnectionListener::Private::mayTryAgain() const
{
    return reconnect && m_isAddressValid && !m_isRefused && !Client::Private::get(client)->isClosed
        && !backoff.isExhausted();
}

//! After the end of the current connection, starts another attempt, or sets the state to
//! Disconnected.
///
/// The attempt starts before anybody hears of the end, so a handler can close it, but a slow
/// handler cannot delay it.
void ConnectionListener::Private::handleEnd(const Delivery &delivery)
{
    if (isCurrent(delivery) && !std::exchange(m_hasEnded, true))
        reconnectOrStop();
}

void ConnectionListener::Private::setState(State newState)
{
    if (state == newState)
        return;
    state = newState;
    qCDebug(clientLog).noquote() << (client ? client->address() : QString()) << newState;
    Q_EMIT q->stateChanged();
}

ConnectionListener::ConnectionListener(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this))
{
    d->dispatcher.addTarget(this);
}

ConnectionListener::~ConnectionListener() = default;

void ConnectionListener::connectNotify(const QMetaMethod &signal)
{
    if (signal == Private::messageReceivedSignal())
        d->mayBeObserved = true;
    QObject::connectNotify(signal);
}

void ConnectionListener::connect(const QString &host, int port)
{
    d->open(withoutBrackets(host), port);
}

void ConnectionListener::connect(const QUrl &url)
{
    d->open(url.host(), ServerUrl::port(url), url);
}

int ConnectionListener::pump()
{
    return d->pump(QDeadlineTimer::Forever);
}

int ConnectionListener::pump(QDeadlineTimer budget)
{
    return d->pump(budget);
}

qint64 ConnectionListener::send(const QVariantMap &message)
{
    return send(message, SendMode::Reliable);
}

qint64 ConnectionListener::send(const QVariantMap &message, SendMode mode)
{
    return d->state == State::Connected || d->isInterrupted() ? d->client->send(message, mode) : 0;
}

qint64 ConnectionListener::send(const QString &action, const QVariantMap &fields)
{
    return send(withAction(action, fields));
}

qint64 ConnectionListener::send(const QString &action, const QVariantMap &fields, SendMode mode)
{
    return send(withAction(action, fields), mode);
}

#if QT_CONFIG(future)
QFuture<QVariant> ConnectionListener::request(const QString &action, const QVariantMap &fields,
                                              int timeout)
{
    return d->request(action, fields, timeout);
}
#endif

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
    if (enabled && d->client) // for messages that are already waiting
        d->wakeSoon();
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

QVariant ConnectionListener::answerFor(const QVariant &returned)
{
    return returned;
}

} // namespace QRepod
