// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/dispatcher.h"
#include "protocol/encodedmessage.h"
#include "server/channelprivate.h"
#include "server/roomstates.h"

#include <QRepod/room.h>

#include <atomic>
#include <list>
#include <mutex>
#include <unordered_map>

namespace QRepod {

//! Who is in the room, and where its messages go.
///
/// What neither the lock guards nor a comment allows in any thread belongs to the server's working
/// thread. A function that emits a signal or runs a handler may find the room gone afterwards.
class Q_DECL_HIDDEN Room::Private
{
public:
    explicit Private(Room *room)
        : q(room)
    {
    }

    static Private *get(const Room *room) { return room->d.get(); }

    //! Makes this a room of \a newServer, before it is shown to anybody.
    void attach(Server::Private *newServer, const QString &newName,
                std::shared_ptr<const HandlerTable> handlers);

    bool contains(const Channel *channel) const; ///< any thread
    qsizetype size() const;                      ///< any thread
    QList<Channel *> channels() const;           ///< any thread

    //! Sends an encoded message to every channel but \a except. Any thread.
    void send(const EncodedMessage &message, const Channel *except, SendMode mode) const;

    //! The same, and also to other nodes if the room is shared.
    void sendEverywhere(const EncodedMessage &message, const Channel *except, SendMode mode) const;

    //! Adds \a channel unless it is already in the room.
    void add(Channel *channel);

    //! Removes \a channel, and closes the room if it is then empty and not persistent. Does nothing
    //! if the channel is not in the room.
    void remove(Channel *channel);

    void close();
    void closeIfEmpty(); ///< and not persistent
    bool isClosed() const { return m_isClosed; }

    //! The room is being deleted.
    void detach();

    //! \return whether a handler of the room took the message.
    Dispatcher::Outcome dispatch(const Call &call) const;

    //! The name of the room's handler that is most like \a action; empty if none is.
    QByteArray nearestHandler(QByteArrayView action) const;

    //! Emits messageReceived() if it is observed.
    void tellReceived(Channel *channel, const Message &message) const;

    //! Changes a setting, and emits settingsChanged() if the value differs. Any thread.
    template <class T>
    void change(std::atomic<T> Private::*setting, T value)
    {
        if ((this->*setting).exchange(value) != value)
            Q_EMIT q->settingsChanged();
    }

    //! The shared states, created by the first call.
    RoomStates &states();
    bool sharesStates() const { return m_states && !m_states->isEmpty(); }

    //! What other nodes of a cluster share in the room; nullptr if nothing.
    MirroredStates *mirroredStates() const
    {
        return m_states && m_states->hasMirrored() ? &m_states->mirrored() : nullptr;
    }

    Room *const q;
    Server::Private *server = nullptr; // this and the name are fixed once the room is attached
    QString name;

    std::atomic<int> maximumChannels = 0; // 0: no limit
    std::atomic<bool> isOpen = true;
    std::atomic<bool> isPersistent = false;
    std::atomic<bool> isShared = false;
    std::atomic<bool> isObserved = false; // whether messageReceived() was ever connected

private:
    using Members = std::list<Channel *>; // in the order of joining

    bool isEveryone() const;
    void sendLocked(const EncodedMessage &message, const Channel *except, SendMode mode) const;
    void insert(Channel *channel);
    bool erase(const Channel *channel);
    Channel *first() const;
    void removeAll();
    void tellClosed();

    std::shared_ptr<const HandlerTable> m_handlers; // of the room's class; null for a plain Room
    std::unique_ptr<RoomStates> m_states;
    bool m_isClosed = false; // or is about to be
    bool m_hasToldClosed = false;

    mutable std::mutex m_mutex; // guards everything below
    Members m_members;
    std::unordered_map<const Channel *, Members::iterator> m_places;
};

} // namespace QRepod
