// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/encodedmessage.h"
#include "server/channelprivate.h"

#include <QRepod/room.h>

#include <list>
#include <mutex>
#include <unordered_map>

namespace QRepod {

//! Who is in the room. Channels join and leave it in the server's working thread.
class Q_DECL_HIDDEN Room::Private
{
public:
    static Private *get(const Room *room) { return room->d.get(); }

    void join(Channel *channel);

    //! \return whether it was there.
    bool leave(Channel *channel);

    QList<Channel *> channels() const;

    //! Sends what is encoded already to everyone but \a except.
    void send(const EncodedMessage &message, const Channel *except) const;

    Server::Private *server = nullptr; // set before the room is shown to anybody, with `name`
    QString name;

private:
    using Members = std::list<Channel *>; // in the order of joining

    mutable std::mutex m_mutex; // guards everything below
    Members m_members;
    std::unordered_map<const Channel *, Members::iterator> m_places;
};

} // namespace QRepod
