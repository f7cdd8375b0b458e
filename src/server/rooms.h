// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/handlertable.h"

#include <QRepod/room.h>
#include <QRepod/server.h>

#include <QtCore/qhash.h>

#include <functional>
#include <list>
#include <mutex>

namespace QRepod {

//! The open rooms of a server, by name and in the order of opening.
///
/// Rooms are opened and closed in the server's working thread; find() and all() are for any thread.
class Rooms
{
public:
    explicit Rooms(Server::Private &server)
        : m_server(server)
    {
    }

    void setFactory(std::function<Room *(const QString &name)> factory);

    //! Returns the room of this name, and opens it if needed. Returns nullptr, with a warning, if
    //! that fails, or if a slot of Server::roomOpened() has closed it.
    Room *open(const QString &name);

    Room *find(const QString &name) const;
    QList<Room *> all() const;

    //! \a room is closed.
    void remove(const Room *room);

    //! Deletes all rooms without a signal, because the server ends.
    void clear();

private:
    using List = std::list<Room *>;

    Room *create(const QString &name);
    void insert(Room *room, const QString &name);
    std::shared_ptr<const HandlerTable> handlersOf(const Room *room);

    Server::Private &m_server;
    std::function<Room *(const QString &name)> m_factory; // none: a plain Room
    // By class. Rooms hold their table: when the last room of a QML component is gone, its class
    // may go too, and another class may get its address.
    std::unordered_map<const QMetaObject *, std::weak_ptr<const HandlerTable>> m_handlers;

    mutable std::mutex m_mutex; // guards everything below
    List m_list;
    QHash<QString, List::iterator> m_byName;
};

} // namespace QRepod
