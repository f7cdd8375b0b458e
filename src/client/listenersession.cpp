// SPDX-License-Identifier: MIT
// What a listener does when its line is lost and the server keeps its place, and when the server
// sends it elsewhere.

#include "client/clientprivate.h"
#include "client/connectionlistenerprivate.h"
#include "client/serverurl.h"
#include "delivery/requestfields.h"
#include "protocol/builtin.h"
#include "protocol/text.h"
#include "protocol/validator.h"
#include "transport/address.h"

#include <QtCore/qloggingcategory.h>

#include <algorithm>
#include <utility>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(clientLog)

namespace {

// How many bytes a server may send between its greeting and its answer to a resume. Until that
// answer it does not know who this client is.
constexpr qsizetype greatestHeld = 1024 * 1024;

constexpr int longestRedirectDelay = 1000; // milliseconds

} // namespace

bool ConnectionListener::Private::isInterrupted() const
{
    return client && Client::Private::get(client)->isInterrupted;
}

//! Whether the message being delivered belongs to the current connection, not to an earlier one.
bool ConnectionListener::Private::isDeliveringCurrent() const
{
    return m_current && m_session && m_session == Client::Private::get(client)->currentSession();
}

void ConnectionListener::Private::controlled(const Control &control, DeliveryRun &run)
{
    if (!isDeliveringCurrent())
        return;
    switch (control.kind()) {
    case Control::Kind::Refused:
        m_isRefused = true;
        m_refusal = control.value().toString();
        break;
    case Control::Kind::Hello:
        m_serverTime.follow(m_session);
        break;
    case Control::Kind::Pong:
        m_serverTime.take(control);
        break;
    case Control::Kind::Redirect:
        m_redirect = control.value().toString();
        break;
    case Control::Kind::Bye:
        m_hasSaidBye = true;
        break;
    case Control::Kind::Resumed:
        if (isInterrupted())
            resume(control.count(), run);
        break;
    case Control::Kind::Lost:
        if (isInterrupted())
            lose(control.value().toString(), run);
        break;
    default: // the others mean nothing to a client
        break;
    }
}

//! Reads the server's first message. If it has no token, the server keeps no session.
void ConnectionListener::Private::takeGreeting(const Message &message)
{
    m_isGreeting = message.action() == "connected";
    m_nextToken =
        m_isGreeting ? message.map().value(QStringLiteral("_session")).toString() : QString();
    if (m_session && !isInterrupted())
        beginSession();
}

//! Whether the first message says no more than what a listener is told anyway.
bool ConnectionListener::Private::isBareGreeting(const Message &message) const
{
    return m_isGreeting && message.map().size() == (m_nextToken.isEmpty() ? 1 : 2);
}

//! Begins a session with the greeting's token.
void ConnectionListener::Private::beginSession()
{
    m_token = m_nextToken;
    m_session->discount(m_isGreeting);
    if (m_token.isEmpty())
        m_session->keepNothing();
    else
        m_session->begin();
}

//! Whether the end of this connection only interrupts the session.
bool ConnectionListener::Private::isInterruption(const Delivery &delivery) const
{
    return delivery.isLoss() && isCurrent(delivery) && m_isUp && !m_token.isEmpty() && !m_hasSaidBye
        && m_session && m_session->isResumable() && mayTryAgain();
}

void ConnectionListener::Private::interrupt(DeliveryRun &run)
{
    backoff.ended(Backoff::Clock::now());
    Client::Private::get(client)->isInterrupted = true;
    tryToResume();
    if (!run.isAlive() || !isInterrupted()) // closed by a handler
        return;
    Q_EMIT q->interrupted();
    run.announce(BuiltIn::interrupted());
}

void ConnectionListener::Private::tryToResume()
{
    resumeAt(backoff.next(), std::nullopt);
}

//! Tries to resume at another server, if the one that was reached has named it.
///
/// The new address holds for one attempt. If it cannot be reached, the next attempt goes back to
/// where this client was told to connect, since a server there may know more by then. A client that
/// is sent on a second time has to wait, so that two servers that send it to each other cannot keep
/// it busy.
bool ConnectionListener::Private::tryToResumeElsewhere()
{
    const std::optional<Client::Private::Address> address = redirection();
    if (!address)
        return false;
    qCDebug(clientLog).noquote() << client->address() << "sends this client, with its session, to"
                                 << hostAndPort(address->host, address->port);
    resumeAt(m_isElsewhere ? backoff.next() : 0, address);
    return true;
}

//! Points \a url, if there is one, at \a address; the scheme stays.
void ConnectionListener::Private::setAddress(QUrl &url, const Client::Private::Address &address)
{
    if (url.isEmpty())
        return;
    url.setHost(address.host);
    url.setPort(address.port);
}

void ConnectionListener::Private::resumeAt(int delay,
                                           const std::optional<Client::Private::Address> &elsewhere)
{
    Client::Private *const part = Client::Private::get(client);
    m_heldCount = 0;
    m_held.clear();
    m_hasEnded = false;
    m_redirect.clear();
    m_isElsewhere = elsewhere.has_value();
    QUrl url = m_url;
    if (elsewhere)
        setAddress(url, *elsewhere);
    part->reopen(settingsFor(url), {&m_waker, this},
                 Control::resume(m_token, m_session->received()), delay, elsewhere);
    m_current = &part->currentSession()->inbox();
    state = State::Reconnecting;
    Q_EMIT q->stateChanged(); // also from one attempt to the next
}

//! The attempt is connected; now the server must say whether it knows the session.
void ConnectionListener::Private::awaitAnswer()
{
    m_answerTimeout.start(settings.snapshot().connectTimeout);
}

//! Looks at what has arrived first: a slow game may not have pumped the answer yet.
void ConnectionListener::Private::handleAnswerTimeout()
{
    if (!inbox().isEmpty())
        return awaitAnswer();
    // The answer may arrive right now. Then the session was resumed, and is interrupted again.
    inbox().lose();
}

//! Holds a message that arrives before the answer. It belongs to the next session, not to this one,
//! so it is delivered only if this session is lost.
void ConnectionListener::Private::hold(const Message &message, DeliveryRun &run)
{
    ++m_heldCount;
    if (m_heldCount > 1 || !isBareGreeting(message))
        m_held.append(message.payload().toByteArray());
    qsizetype bytes = 0;
    for (const QByteArray &payload : std::as_const(m_held))
        bytes += payload.size();
    if (m_nextToken.isEmpty())
        lose(QStringLiteral("the server does not keep sessions"), run);
    else if (bytes > greatestHeld)
        abandon(QStringLiteral("the server did not answer the request to resume"));
}

void ConnectionListener::Private::resume(qint64 peerReceived, DeliveryRun &run)
{
    m_answerTimeout.stop();
    m_session->discount(m_heldCount);
    if (!m_session->resume(peerReceived))
        return abandon(QStringLiteral("the message counts do not match"));
    m_session->link().outbox->sendControl(Control::ack(m_session->received()));
    m_token = m_nextToken;
    m_held.clear();
    Client::Private::get(client)->isInterrupted = false;
    backoff.reset();
    backoff.connected(Backoff::Clock::now());
    setState(State::Connected);
    if (run.isAlive())
        Q_EMIT q->resumed();
    run.announce(BuiltIn::resumed());
}

//! Ends the session, and begins a new one on the connection that was to resume it.
void ConnectionListener::Private::lose(const QString &reason, DeliveryRun &run)
{
    m_answerTimeout.stop();
    Client::Private *const part = Client::Private::get(client);
    part->isInterrupted = false;
    const std::shared_ptr<Session> lost = std::exchange(m_session, nullptr);
    lost->end();
    const auto next = std::make_shared<Session>(lost->link(), Session::Keeping::Unacknowledged,
                                                Session::Limits::of(settings.snapshot()));
    part->replaceSession(next);
    announceEnd(lostText(reason), run);
    if (!run.isAlive() || m_current != &next->inbox())
        return;
    m_session = next;
    m_serverTime.follow(next);
    beginSession();
    announceConnected(run);
    const QList<QByteArray> held = run.isAlive() ? std::exchange(m_held, {}) : QList<QByteArray>();
    for (const QByteArray &payload : held) {
        if (!run.isAlive() || m_session != next)
            return;
        const Verdict verdict = validate(payload, MessageLimits());
        const Frame frame{payload, verdict.action, verdict.request};
        const Message message(frame, m_texts);
        if (!takeState(message))
            announced(message, run);
    }
}

//! The server resumes something that does not match: closes the connection with an error.
void ConnectionListener::Private::abandon(const QString &reason)
{
    Client::Private *const part = Client::Private::get(client);
    part->isInterrupted = false;
    m_token.clear();
    part->endSession();
    part->currentSession()->inbox().close(lostText(reason));
}

//! An attempt to resume has ended, with an error or without. Starts another unless it was the last.
void ConnectionListener::Private::attemptFailed(const Delivery &delivery, DeliveryRun &run)
{
    if (!isCurrent(delivery) || std::exchange(m_hasEnded, true))
        return; // already known
    m_answerTimeout.stop();
    if (m_hasSaidBye) // the server sent this client away while the line was lost
        return giveUp(m_refusal, run);
    if (mayTryAgain() && tryToResumeElsewhere())
        return;
    backoff.ended(Backoff::Clock::now());
    if (mayTryAgain())
        return tryToResume();
    const bool isEndedByGame = Client::Private::get(client)->isClosed;
    giveUp(delivery.error().isEmpty() && !isEndedByGame
               ? lineText(QStringLiteral("the connection was lost and has not come back"))
               : delivery.error(),
           run);
}

QString ConnectionListener::Private::lineText(const QString &reason) const
{
    return client->address() + QLatin1String(": ") + reason;
}

//! Reconnecting has been switched off. A session that is interrupted will never be resumed.
void ConnectionListener::Private::stopReconnecting()
{
    if (isInterrupted())
        m_endError = lineText(QStringLiteral("the connection was lost, and reconnecting is off"));
    q->close();
}

void ConnectionListener::Private::giveUp(const QString &error, DeliveryRun &run)
{
    m_answerTimeout.stop();
    Client::Private::get(client)->isInterrupted = false;
    if (const auto session = std::exchange(m_session, nullptr))
        session->finish();
    if (m_hasSaidBye)
        reconnectOrStop();
    else
        setState(State::Disconnected);
    announceEnd(error, run);
}

//! Announces `disconnected`, preceded by \a error if there is one.
void ConnectionListener::Private::announceEnd(const QString &error, DeliveryRun &run)
{
    if (!run.isAlive())
        return;
    m_isUp = false;
    m_serverTime.stop();
    m_replicas.expire();
    if (!run.isAlive())
        return;
    if (!error.isEmpty()) {
        Q_EMIT q->errorOccurred(error);
        run.announce(BuiltIn::error(error));
    }
    if (run.isAlive() && m_requester)
        m_requester->failAll(connectionEnded());
    if (run.isAlive())
        Q_EMIT q->disconnected();
    run.announce(BuiltIn::disconnected());
}

QString ConnectionListener::Private::lostText(const QString &reason)
{
    return QStringLiteral("the session was lost: ") + reason;
}

//! After the end of a connection or session: goes elsewhere, starts another attempt, or stops.
void ConnectionListener::Private::reconnectOrStop()
{
    backoff.ended(Backoff::Clock::now());
    if (followRedirect())
        return;
    if (!mayTryAgain())
        return setState(State::Disconnected);
    const int delay = backoff.next();
    qCDebug(clientLog).noquote() << client->address() << "attempt" << backoff.attempt() << "in"
                                 << delay << "ms";
    start(client->hostName(), client->port(), delay);
    state = State::Reconnecting;
    Q_EMIT q->stateChanged(); // also from one attempt to the next
}

//! Returns where the server has sent this client; nothing if it has not, or nowhere valid.
std::optional<Client::Private::Address> ConnectionListener::Private::redirection()
{
    const QString address = std::exchange(m_redirect, {});
    if (address.isEmpty())
        return std::nullopt;
    if (const QString fault = addressFault(address); !fault.isEmpty()) {
        qCWarning(clientLog).noquote() << client->address() << "sends this client to"
                                       << shownText(address.toUtf8()) + QLatin1String(": ") + fault;
        return std::nullopt;
    }
    const qsizetype position = portPosition(address);
    return Client::Private::Address{withoutBrackets(address.left(position - 1)),
                                    address.mid(position).toInt()};
}

//! Goes where the server has sent this client, with reconnect on or off.
///
/// Only the first redirection is followed at once, so that two servers that send the client to each
/// other cannot keep it busy.
bool ConnectionListener::Private::followRedirect()
{
    const std::optional<Client::Private::Address> address = redirection();
    if (!address || Client::Private::get(client)->isClosed)
        return false;
    const bool isFirst = backoff.isFresh();
    const int delay = std::min(backoff.next(), longestRedirectDelay);
    qCDebug(clientLog).noquote() << client->address() << "sends this client to"
                                 << hostAndPort(address->host, address->port);
    setAddress(m_url, *address);
    start(address->host, address->port, isFirst ? 0 : delay);
    state = State::Reconnecting;
    Q_EMIT q->stateChanged();
    return true;
}

} // namespace QRepod
