// SPDX-License-Identifier: MIT
#include "server/channelprivate.h"

#include "delivery/requestfields.h"
#include "protocol/builtin.h"
#include "protocol/text.h"
#include "server/roomprivate.h"
#include "server/serverprivate.h"

#include <QtCore/qloggingcategory.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qpointer.h>

#include <algorithm>
#include <typeinfo>
#include <utility>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(serverLog)

Channel::Private::Private(Channel *channel)
    : q(channel)
    , m_loop(channel, *this)
{
}

void Channel::Private::detach()
{
    if (!server)
        return;
    server->metrics.gone(session->statistics());
    server->disown(q);
    q->setParent(nullptr); // slots that run now may delete the server
    endSession();
    forgetTokens();
    m_away.reset();
    const Link link = session->link();
    if (m_status != Status::Gone) // otherwise answers may still be on their way
        link.outbox->close();
    link.inbox->detachReader();
    server->waker.forget(this);
    m_guest.reset();
    m_helloTimeout.reset();
    if (std::exchange(m_status, Status::Gone) == Status::Member)
        server->leave(q);
    leaveRooms();
}

void Channel::Private::deliver()
{
    const QPointer<Channel> alive(q);
    server->beginTurn();
    if (alive)
        m_loop.run(server->texts);
    if (alive)
        server->received.flush();
    if (alive && !isDelivering() && !m_loop.isEmpty()) // a session was resumed meanwhile
        server->waker.wake(this);
    if (alive && m_requester && !isDelivering())
        m_requester->expire();
}

void Channel::Private::joined(const Delivery &, DeliveryRun &)
{
    server->metrics.connected();
    if (httpRequest && !httpRequest->address.isEmpty()) { // known once the stream is open
        const std::lock_guard lock(m_mutex);
        m_address = httpRequest->address;
    }
    if (!m_isGreeted) // repod's clients may wait for it
        session->link().outbox->send(BuiltIn::connected().bytes());
    const ServerSettings settings = server->settings.snapshot();
    m_status = Status::Guest;
    if (settings.guestActions.isEmpty())
        admit();
    else
        becomeGuest(settings.guestActions, settings.connectTimeout);
}

void Channel::Private::becomeGuest(const QStringList &actions, int timeout)
{
    m_guest = std::make_unique<Guest>(server->deadlines, actions, timeout, [this, timeout] {
        expel(QStringLiteral("not admitted within %1 ms").arg(timeout));
    });
}

void Channel::Private::admit()
{
    if (!isGuest() || m_isRefused)
        return;
    m_guest.reset();
    m_status = Status::Member;
    const QPointer<Channel> channel(q);
    server->join(q);
    if (!channel)
        return;
    const BuiltIn connected = BuiltIn::connected();
    const Frame frame = connected.frame();
    dispatch(Message(frame, server->texts));
}

bool Channel::Private::received(const Message &message, DeliveryRun &run)
{
    if (m_isRefused)
        return false;
    if (m_isFirstMessage)
        noteFirstMessage();
    if (m_requester && m_requester->takeReply(message)) // a guest may be asked too
        return true;
    if (m_guest && !m_guest->maySend(message.action())) {
        expel(QStringLiteral("a guest may not send \"%1\"").arg(shownText(message.action())));
        return false;
    }
    if (BuiltIn::isName(message.action())) { // only the library may call these handlers
        leaveToFallbacks(message, Dispatcher::Outcome::Unhandled);
        if (run.isAlive())
            tellReceived(message, run);
        return true;
    }
    std::optional<IncomingRequest> request;
    if (isRequest(message))
        request.emplace(answerPath(message.action()), *message.request());
    const qsizetype bytes = message.payload().size() + frameHeaderSize;
    server->received.add(message.action(), bytes);
    const Dispatcher::Outcome outcome = dispatch(message, request ? request->answer() : nullptr);
    if (run.isAlive() && outcome != Dispatcher::Outcome::Handled) {
        server->received.takeBack(bytes);
        leaveToFallbacks(message, outcome);
    }
    if (request && run.isAlive())
        request->convertAnswer([this](const QVariant &value) { return q->answerFor(value); });
    if (request)
        // The context is the server: the channel may be gone before a half-closed client has its
        // answer.
        request->finish(outcome, run.isAlive() ? server->q : nullptr);
    if (run.isAlive())
        tellReceived(message, run);
    return true;
}

//! Emits messageReceived() of the channel and its rooms.
void Channel::Private::tellReceived(const Message &message, DeliveryRun &run)
{
    if (isObserved)
        Q_EMIT q->messageReceived(server->texts.text(message.action()), message.map());
    if (run.isAlive())
        forEachRoom([&](Room *room) { Room::Private::get(room)->tellReceived(q, message); });
}

//! Dispatches a built-in message. Unlike a client's, it never goes to network_received().
void Channel::Private::announced(const Message &message, DeliveryRun &)
{
    dispatch(message);
}

void Channel::Private::failed(const Delivery &delivery, DeliveryRun &run)
{
    if (m_status == Status::Arriving) { // the TLS handshake failed
        q->deleteLater();
        server->reject(delivery.error());
        return;
    }
    if (!isCurrent(delivery) || isInterruption(delivery))
        return; // from a connection that the client has left; or left() follows
    Q_EMIT q->errorOccurred(delivery.error());
    if (run.isAlive() && isGuest())
        server->reject(delivery.error());
    else
        run.announce(BuiltIn::error(delivery.error()));
}

void Channel::Private::left(const Delivery &delivery, DeliveryRun &run)
{
    if (!isCurrent(delivery))
        return;
    if (isInterruption(delivery))
        return interrupt(run);
    session->finish();
    forgetTokens();
    m_away.reset();
    m_awayNumber.reset();
    const Status before = std::exchange(m_status, Status::Gone);
    m_guest.reset();
    m_farewell.reset();
    m_helloTimeout.reset();
    q->deleteLater();
    if (before == Status::Member)
        server->leave(q);
    if (run.isAlive() && m_requester)
        m_requester->failAll(connectionEnded());
    if (run.isAlive())
        Q_EMIT q->disconnected();
    if (before != Status::Member) // nobody knew of the client
        return;
    run.announce(BuiltIn::disconnected());
    if (run.isAlive())
        leaveRooms();
    if (run.isAlive())
        server->announceLeft(q);
}

//! The channel was closed during the TLS handshake.
void Channel::Private::cancelled(const Delivery &, DeliveryRun &)
{
    q->deleteLater();
}

//! Dispatches to the channel, then to its rooms, then to the objects passed to
//! Server::addHandler().
Dispatcher::Outcome Channel::Private::dispatch(const Message &message, Answer *answer)
{
    const QPointer<Channel> channel(q);
    Dispatcher::Outcome outcome = m_dispatcher.dispatch(message, nullptr, answer);
    if (channel)
        forEachRoom([&](Room *room) {
            const Call call{message, channel, answer};
            outcome = std::min(outcome, Room::Private::get(room)->dispatch(call));
        });
    if (channel)
        outcome = std::min(outcome, server->dispatcher.dispatch(message, q, answer));
    return outcome;
}

//! Passes a message that no handler took to network_received(). A plain Channel or Room does not
//! override that, so the message is not decoded for it.
void Channel::Private::leaveToFallbacks(const Message &message, Dispatcher::Outcome outcome)
{
    const QPointer<Channel> channel(q);
    defaultFallbacks = 0;
    int called = 0;
    if (typeid(*q) != typeid(Channel)) {
        ++called;
        q->network_received(message.map());
    }
    if (channel)
        forEachRoom([&](Room *room) {
            if (typeid(*room) != typeid(Room)) {
                ++called;
                room->network_received(channel, message.map());
            }
        });
    if (channel && defaultFallbacks == called && outcome == Dispatcher::Outcome::Unhandled
        && !isObserved)
        noteUnhandled(message.action());
}

void Channel::Private::noteUnhandled(QByteArrayView action)
{
    server->unhandled.note(action, UnhandledActions::Receiver::of(*q), address(),
                           [this](QByteArrayView name) { return nearestHandler(name); });
}

QByteArray Channel::Private::nearestHandler(QByteArrayView action) const
{
    QByteArray nearest = m_dispatcher.nearest(action);
    for (const Room *const room : rooms) {
        if (nearest.isEmpty())
            nearest = Room::Private::get(room)->nearestHandler(action);
    }
    return nearest.isEmpty() ? server->dispatcher.nearest(action) : nearest;
}

//! Calls \a function for each room that the channel is in now, except those that it leaves
//! meanwhile.
template <class Function>
void Channel::Private::forEachRoom(Function function)
{
    const QPointer<Channel> channel(q);
    const QList<Room *> present = rooms; // shares its memory until a room is joined or left
    for (Room *const room : present) {
        if (!channel)
            return;
        if (rooms.isSharedWith(present) || rooms.contains(room))
            function(room);
    }
}

QString Channel::Private::join(const QString &name, const QVariantMap &options)
{
    if (isGuest())
        return QStringLiteral("a guest cannot join a room");
    if (m_status != Status::Member)
        return QStringLiteral("the client is not connected");
    const QPointer<Channel> channel(q);
    const bool isNew = !server->rooms.find(name);
    Room *const opened = server->rooms.open(name);
    if (!opened)
        return QStringLiteral("room \"%1\" cannot be opened").arg(name);
    const QPointer<Room> room(opened);
    Room::Private *const part = Room::Private::get(opened);
    if (channel && part->contains(q))
        return {};
    QString refusal = channel ? opened->refusal(q, options) : QString();
    // open() and refusal() run the game's code, which may have done anything.
    if (!channel || m_status != Status::Member)
        refusal = QStringLiteral("the client is gone");
    else if (!room || part->isClosed())
        refusal = QStringLiteral("room \"%1\" has closed").arg(name);
    if (refusal.isEmpty())
        part->add(q);
    else if (room && isNew)
        part->closeIfEmpty();
    return refusal;
}

void Channel::Private::leave(const QString &name)
{
    Room *const room = server ? server->rooms.find(name) : nullptr;
    if (room)
        Room::Private::get(room)->remove(q);
}

void Channel::Private::leaveRooms()
{
    const QPointer<Channel> channel(q);
    while (channel && !rooms.isEmpty())
        Room::Private::get(rooms.constLast())->remove(q);
}

QString Channel::Private::address() const
{
    const std::lock_guard lock(m_mutex);
    return m_address;
}

qint64 Channel::Private::send(const QVariantMap &message, SendMode mode)
{
    if (!session || !session->isAccepting())
        return 0;
    const EncodedMessage encoded(message, session->limits());
    if (encoded.isValid())
        return send(encoded, mode);
    qCWarning(serverLog).noquote() << notSent(encoded, address(), encoded.error());
    return 0;
}

qint64 Channel::Private::send(const EncodedMessage &message, SendMode mode)
{
    const qint64 bytes = enqueue(message, mode);
    if (bytes > 0)
        server->metrics.sent(message.action(), bytes, 1);
    return bytes;
}

qint64 Channel::Private::enqueue(const EncodedMessage &message, SendMode mode)
{
    const Outbox::Result result = session->send(message, mode);
    if (result.status == Outbox::Status::Full)
        giveUp(*session, address(), result.error);
    return result.bytes;
}

//! Gives up on a client that does not read or is away, so that it ties up no memory and holds up no
//! other client. Static, because an answer may come after the channel has been deleted.
void Channel::Private::giveUp(Session &session, const QString &address, const QString &error)
{
    session.end();
    session.link().outbox->close();
    session.link().inbox->abort(address + QLatin1String(": ") + error);
}

AnswerPath Channel::Private::answerPath(QByteArrayView action) const
{
    return {[session = session, address = address()](const EncodedMessage &message) {
                Outbox::Result result = session->answer(message);
                if (result.status == Outbox::Status::Full)
                    giveUp(*session, address, result.error);
                return result;
            },
            session->limits(), address(),
            std::make_unique<Outbox::Expectation>(session->link().outbox), action.toByteArray()};
}

#if QT_CONFIG(future)
QFuture<QVariant> Channel::Private::request(const QString &action, const QVariantMap &fields,
                                            int timeout)
{
    if (!session || !session->isAccepting())
        return failedRequest(action, notConnected());
    if (!m_requester)
        m_requester =
            std::make_unique<Requester>(server->deadlines, WakeTarget{&server->waker, this});
    return m_requester->ask(*session, action, fields, timeout);
}
#endif

} // namespace QRepod
