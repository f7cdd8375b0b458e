// SPDX-License-Identifier: MIT
#include <QRepod/room.h>

#include "server/channelprivate.h"
#include "server/roomprivate.h"
#include "server/rooms.h"
#include "server/serverprivate.h"

#include <QtCore/qloggingcategory.h>
#include <QtCore/qpointer.h>
#include <QtCore/qthread.h>

#include <algorithm>
#include <utility>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(serverLog)

void Room::Private::attach(Server::Private *newServer, const QString &newName,
                           std::shared_ptr<const HandlerTable> handlers)
{
    server = newServer;
    name = newName;
    m_handlers = std::move(handlers);
    if (m_states) // its constructor has shared something
        m_states->start();
}

RoomStates &Room::Private::states()
{
    if (!m_states) {
        m_states = std::make_unique<RoomStates>(*this);
        if (server)
            m_states->start();
    }
    return *m_states;
}

bool Room::Private::isEveryone() const
{
    return name.isEmpty();
}

bool Room::Private::contains(const Channel *channel) const
{
    const std::lock_guard lock(m_mutex);
    return m_places.find(channel) != m_places.end();
}

qsizetype Room::Private::size() const
{
    const std::lock_guard lock(m_mutex);
    return qsizetype(m_members.size());
}

QList<Channel *> Room::Private::channels() const
{
    const std::lock_guard lock(m_mutex);
    return QList<Channel *>(m_members.begin(), m_members.end());
}

Channel *Room::Private::first() const
{
    const std::lock_guard lock(m_mutex);
    return m_members.empty() ? nullptr : m_members.front();
}

void Room::Private::insert(Channel *channel)
{
    const std::lock_guard lock(m_mutex);
    m_places.emplace(channel, m_members.insert(m_members.end(), channel));
}

bool Room::Private::erase(const Channel *channel)
{
    const std::lock_guard lock(m_mutex);
    const auto place = m_places.find(channel);
    if (place == m_places.end())
        return false;
    m_members.erase(place->second);
    m_places.erase(place);
    return true;
}

//! Holds the lock throughout: no channel can leave, and so none is deleted, and all get messages
//! from several threads in the same order.
void Room::Private::send(const EncodedMessage &message, const Channel *except, SendMode mode) const
{
    const std::lock_guard lock(m_mutex);
    sendLocked(message, except, mode);
}

void Room::Private::sendEverywhere(const EncodedMessage &message, const Channel *except,
                                   SendMode mode) const
{
    const std::lock_guard lock(m_mutex);
    sendLocked(message, except, mode);
    if (isShared)
        server->publish(name, message, mode);
}

void Room::Private::sendLocked(const EncodedMessage &message, const Channel *except,
                               SendMode mode) const
{
    qsizetype accepted = 0;
    for (const Channel *channel : m_members) {
        if (channel != except && Channel::Private::get(channel)->enqueue(message, mode) > 0)
            ++accepted;
    }
    server->metrics.sent(message.action(), message.size(), accepted);
}

void Room::Private::add(Channel *channel)
{
    if (contains(channel))
        return;
    if (m_states)
        m_states->welcome(channel);
    insert(channel);
    if (!isEveryone())
        Channel::Private::get(channel)->rooms.append(q);
    Q_EMIT q->channelJoined(channel);
}

void Room::Private::remove(Channel *channel)
{
    if (!erase(channel))
        return;
    // This room is usually the latest, and always when the channel leaves all its rooms.
    QList<Room *> &rooms = Channel::Private::get(channel)->rooms;
    if (const qsizetype index = rooms.lastIndexOf(q); index >= 0)
        rooms.removeAt(index);
    if (m_states)
        m_states->farewell(channel);
    const QPointer<Room> room(q);
    Q_EMIT q->channelLeft(channel);
    if (room)
        closeIfEmpty();
}

void Room::Private::removeAll()
{
    const QPointer<Room> room(q);
    while (Channel *const channel = room ? first() : nullptr)
        remove(channel);
}

void Room::Private::closeIfEmpty()
{
    if (!isPersistent && !isEveryone() && !first())
        close();
}

void Room::Private::close()
{
    if (!server || m_isClosed)
        return;
    if (isEveryone()) {
        qCWarning(serverLog, "everyone() cannot be closed");
        return;
    }
    m_isClosed = true;
    server->rooms.remove(q);
    q->deleteLater();
    const QPointer<Room> room(q);
    removeAll();
    if (room)
        tellClosed();
}

void Room::Private::tellClosed()
{
    if (!std::exchange(m_hasToldClosed, true))
        Q_EMIT server->q->roomClosed(q);
}

void Room::Private::detach()
{
    // After roomClosed() the room has no members, and perhaps no server.
    if (!server || isEveryone() || m_hasToldClosed)
        return;
    m_isClosed = true;
    server->rooms.remove(q);
    q->setParent(nullptr); // a slot may delete the server
    const QPointer<Server> alive(server->q);
    removeAll();
    if (alive)
        tellClosed();
}

Dispatcher::Outcome Room::Private::dispatch(const Call &call) const
{
    using Outcome = Dispatcher::Outcome;
    const std::shared_ptr<const HandlerTable> handlers = m_handlers; // this may be deleted
    const Handler *const handler = handlers ? handlers->find(call.message.action()) : nullptr;
    if (!handler)
        return Outcome::Unhandled;
    return handler->call(q, call) ? Outcome::Handled : Outcome::Mismatched;
}

QByteArray Room::Private::nearestHandler(QByteArrayView action) const
{
    return m_handlers ? m_handlers->nearest(action) : QByteArray();
}

void Room::Private::tellReceived(Channel *channel, const Message &message) const
{
    if (isObserved)
        Q_EMIT q->messageReceived(channel, server->texts.text(message.action()), message.map());
}

Room::Room(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this))
{
}

Room::~Room()
{
    d->detach();
}

QString Room::name() const
{
    return d->name;
}

Server *Room::server() const
{
    return d->server ? d->server->q : nullptr;
}

QList<Channel *> Room::channels() const
{
    return d->channels();
}

int Room::maximumChannels() const
{
    return d->maximumChannels;
}

void Room::setMaximumChannels(int channels)
{
    d->change(&Private::maximumChannels, std::max(0, channels));
}

bool Room::isOpen() const
{
    return d->isOpen;
}

void Room::setOpen(bool isOpen)
{
    d->change(&Private::isOpen, isOpen);
}

bool Room::isPersistent() const
{
    return d->isPersistent;
}

void Room::setPersistent(bool isPersistent)
{
    d->change(&Private::isPersistent, isPersistent);
}

bool Room::isShared() const
{
    return d->isShared;
}

void Room::setShared(bool isShared)
{
    d->change(&Private::isShared, isShared);
}

void Room::sendToAll(const QVariantMap &message, Channel *except)
{
    sendToAll(message, except, SendMode::Reliable);
}

void Room::sendToAll(const QVariantMap &message, Channel *except, SendMode mode)
{
    if (!d->server)
        return;
    const EncodedMessage encoded(message, d->server->settings.snapshot().message);
    if (encoded.isValid()) {
        // In a game's timer nothing else has checked whether this node still has the room.
        const QPointer<Room> alive(this);
        if (thread() == QThread::currentThread())
            d->server->beginTurn();
        if (alive)
            d->sendEverywhere(encoded, except, mode);
        return;
    }
    const QString whom =
        d->name.isEmpty() ? QStringLiteral("all clients") : QStringLiteral("room ") + d->name;
    qCWarning(serverLog).noquote() << notSent(encoded, whom, encoded.error());
}

void Room::sendToAll(const QString &action, const QVariantMap &fields, Channel *except)
{
    sendToAll(withAction(action, fields), except);
}

void Room::sendToAll(const QString &action, const QVariantMap &fields, Channel *except,
                     SendMode mode)
{
    sendToAll(withAction(action, fields), except, mode);
}

void Room::share(const QString &name, QObject *object)
{
    d->states().share(name, object);
}

void Room::share(const QString &name, QAbstractItemModel *model, const QString &key)
{
    d->states().share(name, model, key);
}

void Room::unshare(const QString &name)
{
    d->states().unshare(name);
}

void Room::setVisible(const QString &name,
                      std::function<bool(const Channel *channel, int row)> isVisible)
{
    d->states().setVisible(name, std::move(isVisible));
}

int Room::syncInterval() const
{
    return d->states().interval();
}

void Room::setSyncInterval(int milliseconds)
{
    if (d->states().setInterval(std::max(0, milliseconds)))
        Q_EMIT settingsChanged();
}

void Room::sync()
{
    d->states().sync();
}

void Room::close()
{
    d->close();
}

QString Room::refusal(Channel *, const QVariantMap &)
{
    if (!d->isOpen)
        return QStringLiteral("room \"%1\" is closed").arg(d->name);
    const int maximum = d->maximumChannels;
    if (maximum > 0 && d->size() >= maximum)
        return QStringLiteral("room \"%1\" is full: %2 channels").arg(d->name).arg(maximum);
    return {};
}

void Room::connectNotify(const QMetaMethod &signal)
{
    if (signal == QMetaMethod::fromSignal(&Room::messageReceived))
        d->isObserved = true;
    QObject::connectNotify(signal);
}

void Room::network_received(Channel *channel, const QVariantMap &)
{
    if (channel)
        ++Channel::Private::get(channel)->defaultFallbacks;
}

} // namespace QRepod
