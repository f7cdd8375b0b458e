// SPDX-License-Identifier: MIT
// What a channel does when its client is lost and may come back.

#include "protocol/builtin.h"
#include "server/arrival.h"
#include "server/channelprivate.h"
#include "session/token.h"

#include <QtCore/qloggingcategory.h>
#include <QtCore/qpointer.h>

#include <algorithm>
#include <utility>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(serverLog)

namespace {

// A QRepod client says hello within 50 ms. A client that says nothing is most likely a plain peer
// that only listens and cannot resume: no more than this is kept for it, and no longer.
constexpr qint64 keptForUnknown = 256 * 1024; // bytes
constexpr int unknownTime = 2000;             // milliseconds

} // namespace

void Channel::Private::attach(Server::Private *newServer, const ConnectionSettings &settings,
                              std::shared_ptr<const HandlerTable> handlers, const QString &peer)
{
    server = newServer;
    m_address = peer;
    sessionId = Token::createName();
    session = std::make_shared<Session>(Link::create({&server->waker, this}, settings));
    m_dispatcher.addTarget(q, std::move(handlers));
}

void Channel::Private::attach(Server::Private *newServer, Arrival &arrival, FirstFrame frame,
                              std::shared_ptr<const HandlerTable> handlers)
{
    server = newServer;
    m_address = arrival.address();
    httpRequest = arrival.request();
    sessionId = Token::createName();
    Session::Limits limits = Session::Limits::of(arrival.settings());
    limits.unknown = std::min(limits.unknown, keptForUnknown);
    session = std::make_shared<Session>(arrival.link(), Session::Keeping::Unacknowledged, limits);
    session->begin();
    m_isGreeted = true;
    m_mayResume = frame == FirstFrame::None;
    if (frame == FirstFrame::None)
        m_helloTimeout.emplace(server->deadlines, [this] { session->assumePlainPeer(); })
            .start(unknownTime);
    m_token = arrival.token();
    m_connectionNumber = arrival.number();
    server->sessions.add(m_token, q);
    m_dispatcher.addTarget(q, std::move(handlers));
    m_loop.put(arrival.take());
    arrival.link().inbox->setReader({&server->waker, this});
}

void Channel::Private::controlled(const Control &control, DeliveryRun &run)
{
    switch (control.kind()) {
    case Control::Kind::Bye:
        m_hasSaidBye = true;
        break;
    case Control::Kind::Ack: // the first since a resume, or from an earlier connection
        if (session->isConfirmed())
            server->sessions.remove(std::exchange(m_usedToken, {}));
        break;
    case Control::Kind::Hello:
        m_mayResume = false;
        if (m_farewell)
            finishSendingAway();
        break;
    case Control::Kind::Resume:
        if (std::exchange(m_mayResume, false))
            moveToSession(control, run);
        else if (!m_isGreeted) // an arrival has answered already
            session->link().outbox->sendControl(
                Control::lost(QStringLiteral("the server does not keep sessions")),
                Outbox::Bound::None);
        break;
    default: // the others mean nothing to a server
        break;
    }
}

//! The first message shows whether the client is a plain peer, which cannot resume.
void Channel::Private::noteFirstMessage()
{
    m_isFirstMessage = false;
    m_mayResume = false;
    if (!session->link().outbox->isPeerKnown())
        session->keepNothing();
}

//! Whether the end of this connection only interrupts the session.
bool Channel::Private::isInterruption(const Delivery &delivery) const
{
    return delivery.isLoss() && m_status == Status::Member && !m_isRefused && !m_hasSaidBye
        && session->isResumable() && session->link().outbox->isPeerKnown()
        && server->settings.snapshot().sessionTimeout > 0;
}

void Channel::Private::interrupt(DeliveryRun &run)
{
    session->link().outbox->close(); // it may be waiting for answers
    detachFromConnection();
    m_awayNumber = ++server->interruptions;
    m_away = std::make_unique<Timeout>(server->deadlines, [this] { expire(); });
    m_away->start(server->settings.snapshot().sessionTimeout);
    announceInterrupted(run);
}

//! Moves the session to a link without a connection, where the channel can still be closed.
Link Channel::Private::detachFromConnection()
{
    Link nobody = Link::create({&server->waker, this}, server->settings.snapshot());
    nobody.inbox->markConnected();
    nobody.inbox->setMessageRate(session->inbox().messageRate());
#if QT_CONFIG(ssl)
    nobody.traffic->setPeerCertificate(session->link().traffic->peerCertificate());
#endif
    session->leave(nobody);
    return nobody;
}

void Channel::Private::announceInterrupted(DeliveryRun &run)
{
    m_isInterrupted = true;
    qCDebug(serverLog).noquote() << address() << "is interrupted";
    server->metrics.interrupted();
    Q_EMIT q->interrupted();
    run.announce(BuiltIn::interrupted());
}

void Channel::Private::expire()
{
    server->metrics.lost();
    endSession();
    session->inbox().close();
}

//! Tells a client that could come back not to, and accepts nothing more. Any thread.
void Channel::Private::endSession() const
{
    if (session->isResumable())
        session->link().outbox->sendControl(Control::bye(), Outbox::Bound::None);
    session->end();
}

void Channel::Private::close() const
{
    endSession();
    session->link().close();
}

//! The tokens lead nowhere from now on.
void Channel::Private::forgetTokens()
{
    server->sessions.remove(std::exchange(m_token, {}));
    server->sessions.remove(std::exchange(m_usedToken, {}));
}

void Channel::Private::resume(const Resumption &by, qint64 peerReceived,
                              std::vector<Delivery> &&deliveries)
{
    const Link before = session->link();
    if (!m_away)
        retire(before);
    m_away.reset();
    m_awayNumber.reset();
    by.link.inbox->setMessageRate(before.inbox->messageRate());
    if (!session->handOver(by.link, peerReceived))
        return breakOff(by.link);
    {
        const std::lock_guard lock(m_mutex);
        m_address = by.address;
    }
    // The used token becomes void once the client has shown that it has the next one.
    if (m_usedToken != by.usedToken)
        server->sessions.remove(m_usedToken);
    if (m_token != by.usedToken)
        server->sessions.remove(m_token);
    m_usedToken = by.usedToken;
    m_token = by.nextToken;
    m_connectionNumber = by.number;
    server->sessions.add(m_token, q);

    deliveries.emplace(deliveries.begin(), Delivery::Kind::Resumed);
    m_loop.put(std::move(deliveries));
    by.link.inbox->setReader({&server->waker, this});
    server->waker.wake(this);
}

//! Ends the session of a client that contradicts itself: it now claims fewer messages than before.
void Channel::Private::breakOff(const Link &link)
{
    link.outbox->close();
    link.inbox->detachReader();
    const Link nobody = detachFromConnection();
    session->end();
    nobody.inbox->close();
}

//! Another connection takes over from one whose death has not been noticed. Messages that the old
//! one has received are delivered first.
void Channel::Private::retire(const Link &link)
{
    const QString reason = QStringLiteral("another connection has resumed the session");
    link.outbox->send(BuiltIn::error(reason).bytes());
    link.outbox->sendControl(Control::refused(reason), Outbox::Bound::None);
    link.outbox->sendControl(Control::bye(), Outbox::Bound::None);
    link.outbox->close();
    link.inbox->retire();
    m_loop.take();
}

//! Announces the interruption first if nobody had noticed it.
void Channel::Private::resumed(const Delivery &, DeliveryRun &run)
{
    if (!m_isInterrupted)
        announceInterrupted(run);
    if (!run.isAlive())
        return;
    m_isInterrupted = false;
    server->metrics.resumed();
    Q_EMIT q->resumed();
    run.announce(BuiltIn::resumed());
}

//! A client that counted as new, because it said nothing for a while, resumes a session after all.
//! Its connection moves there, and this channel ends.
void Channel::Private::moveToSession(const Control &control, DeliveryRun &run)
{
    QString reason;
    Channel *const channel = session->isResumable() ? server->sessionOf(control, &reason) : nullptr;
    const Link link = session->link();
    const QString token = control.value().toString();
    if (const std::optional<Farewell> farewell = server->farewells.find(token))
        return sendAway(*farewell);
    if (channel && get(channel)->hasComeLater(token, m_connectionNumber))
        reason = QStringLiteral("a later connection has resumed the session");
    if (!reason.isEmpty() || !channel || channel == q) {
        if (!channel && session->isResumable() && askForHome(token))
            return;
        link.outbox->sendControl(Control::lost(reason), Outbox::Bound::None);
        return;
    }
    const Link nobody = detachFromConnection();
    session->end();
    get(channel)->resume(
        {link, address(), token, std::exchange(m_token, QString()), m_connectionNumber},
        control.received(), run.takeRest());
    nobody.inbox->close();
}

//! If the session may be another server's, asks for its address and sends the client there.
bool Channel::Private::askForHome(const QString &token)
{
    const auto answer = [channel = QPointer<Channel>(q)](const QString &address) {
        if (channel && address.isEmpty())
            get(channel)->session->link().outbox->sendControl(
                Control::lost(Server::Private::homeGoneText()), Outbox::Bound::None);
        else if (channel)
            channel->redirect(address);
    };
    return server->findHome(token, httpRequest, answer);
}

} // namespace QRepod
