// SPDX-License-Identifier: MIT
#include "server/rooms.h"
#include "delivery/incomingrequest.h"

#include "server/roomprivate.h"
#include "server/serverprivate.h"

#include <QtCore/qloggingcategory.h>
#include <QtCore/qpointer.h>
#include <QtCore/qscopeguard.h>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(serverLog)

void Rooms::setFactory(std::function<Room *(const QString &name)> factory)
{
    m_factory = std::move(factory);
}

Room *Rooms::open(const QString &name)
{
    if (name.isEmpty()) {
        qCWarning(serverLog, "a room needs a name");
        return nullptr;
    }
    if (Room *const room = find(name))
        return room;
    Room *const room = create(name);
    if (!room) {
        qCWarning(serverLog).noquote() << "the room factory returned no room for" << name;
        return nullptr;
    }
    if (Room *const other = find(name)) { // the factory has opened it
        delete room;
        return other;
    }
    Room::Private::get(room)->attach(&m_server, name, handlersOf(room));
    room->setParent(m_server.q); // moves to another thread with the server
    insert(room, name);
    qCDebug(serverLog).noquote() << "room" << name << "is open";
    const QPointer<Room> opened(room);
    Q_EMIT m_server.q->roomOpened(room);
    return opened && !Room::Private::get(room)->isClosed() ? room : nullptr;
}

//! Creates a room that belongs to no server yet; nullptr if the factory returns none.
Room *Rooms::create(const QString &name)
{
    if (!m_factory)
        return new Room;
    const auto factory = m_factory; // a copy: it may set another factory
    const bool wasInFactory = std::exchange(m_server.isInFactory, true);
    const auto made = qScopeGuard([&] { m_server.isInFactory = wasInFactory; });
    Room *const room = factory(name);
    return room && room->server() ? nullptr : room;
}

void Rooms::insert(Room *room, const QString &name)
{
    const std::lock_guard lock(m_mutex);
    m_byName.insert(name, m_list.insert(m_list.end(), room));
}

Room *Rooms::find(const QString &name) const
{
    const std::lock_guard lock(m_mutex);
    const auto place = m_byName.constFind(name);
    return place == m_byName.cend() ? nullptr : **place;
}

QList<Room *> Rooms::all() const
{
    const std::lock_guard lock(m_mutex);
    return QList<Room *>(m_list.begin(), m_list.end());
}

void Rooms::remove(const Room *room)
{
    const std::lock_guard lock(m_mutex);
    const auto place = m_byName.constFind(Room::Private::get(room)->name);
    if (place == m_byName.cend() || **place != room) // another room has its name by now
        return;
    m_list.erase(*place);
    m_byName.erase(place);
}

void Rooms::clear()
{
    // Rooms that are being closed are no longer in the list.
    QList<Room *> rooms = m_server.q->findChildren<Room *>(Qt::FindDirectChildrenOnly);
    rooms.removeOne(m_server.everyone.get());
    for (Room *const room : std::as_const(rooms)) {
        room->blockSignals(true);
        delete room;
    }
}

//! Looks the handlers up by reflection once per class, not per room.
std::shared_ptr<const HandlerTable> Rooms::handlersOf(const Room *room)
{
    const QMetaObject *const type = room->metaObject();
    if (type == &Room::staticMetaObject)
        return nullptr;
    std::weak_ptr<const HandlerTable> &known = m_handlers[type];
    std::shared_ptr<const HandlerTable> handlers = known.lock();
    if (!handlers)
        known = handlers =
            HandlerTable::create(type, {Leading::Sender, IncomingRequest::supplied()});
    return handlers;
}

} // namespace QRepod
