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

//! The rooms of a server that are open, by name and in the order of opening.
///
/// Rooms are opened and closed in the server's working thread; find() and all() are for any.
class Rooms
{
public:
    explicit Rooms(Server::Private &server)
        : m_server(server)
    {
    }

    void setFactory(std::function<Room *(const QString &name)> factory);

    //! The room of this name, opened unless it is there. nullptr if that cannot be, with a warning,
    //! or if a slot of Server::roomOpened() has closed it.
    Room *open(const QString &name);

    Room *find(const QString &name) const;
    QList<Room *> all() const;

    //! It is closed.
    void remove(const Room *room);

    //! Deletes them all, without a signal: the server ends.
    void clear();

private:
    using List = std::list<Room *>;

    Room *create(const QString &name);
    void insert(Room *room, const QString &name);
    std::shared_ptr<const HandlerTable> handlersOf(const Room *room);

    Server::Private &m_server;
    std::function<Room *(const QString &name)> m_factory; // none: a plain Room
    // By class. Rooms hold their table: when the last room of a QML component has gone, so may its
    // class, and its address may become that of another.
    std::unordered_map<const QMetaObject *, std::weak_ptr<const HandlerTable>> m_handlers;

    mutable std::mutex m_mutex; // guards everything below
    List m_list;
    QHash<QString, List::iterator> m_byName;
};

} // namespace QRepod
