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

//! Who is in the room, and what a message does there.
///
/// What is not guarded by the lock, nor said to be for any thread, belongs to the server's working
/// thread. Whatever emits a signal or runs a handler may find that the room is gone afterwards.
class Q_DECL_HIDDEN Room::Private
{
public:
    explicit Private(Room *room)
        : q(room)
    {
    }

    static Private *get(const Room *room) { return room->d.get(); }

    //! Makes it a room of \a newServer, before it is shown to anybody.
    void attach(Server::Private *newServer, const QString &newName,
                std::shared_ptr<const HandlerTable> handlers);

    bool contains(const Channel *channel) const; ///< any thread
    qsizetype size() const;                      ///< any thread
    QList<Channel *> channels() const;           ///< any thread

    //! Any thread. Sends what is encoded already to everyone but \a except.
    void send(const EncodedMessage &message, const Channel *except, SendMode mode) const;

    //! The same, and to the other nodes if the room is shared.
    void sendEverywhere(const EncodedMessage &message, const Channel *except, SendMode mode) const;

    //! Unless it is there already.
    void add(Channel *channel);

    //! Closes the room if nobody is left and it is not to stay. Does nothing if the channel is not
    //! there.
    void remove(Channel *channel);

    void close();
    void closeIfEmpty(); ///< and not to stay
    bool isClosed() const { return m_isClosed; }

    //! The room is being deleted.
    void detach();

    //! \return whether a handler of the room has taken \a message.
    Dispatcher::Outcome dispatch(const Call &call) const;

    //! The name of the room's handler for an action that is nearly \a action; empty if there is
    //! none.
    QByteArray nearestHandler(QByteArrayView action) const;

    //! Lets those who look on know that \a message of \a channel was delivered.
    void tellReceived(Channel *channel, const Message &message) const;

    //! Any thread.
    template <class T>
    void change(std::atomic<T> Private::*setting, T value)
    {
        if ((this->*setting).exchange(value) != value)
            Q_EMIT q->settingsChanged();
    }

    //! What it shares. Nothing is there before somebody asks.
    RoomStates &states();
    bool sharesStates() const { return m_states && !m_states->isEmpty(); }

    //! What other nodes of a cluster share in it, or nullptr.
    MirroredStates *mirroredStates() const
    {
        return m_states && m_states->hasMirrored() ? &m_states->mirrored() : nullptr;
    }

    Room *const q;
    Server::Private *server = nullptr; // these two are fixed once the room is attached
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

    std::shared_ptr<const HandlerTable> m_handlers; // of its class; null for a plain Room
    std::unique_ptr<RoomStates> m_states;
    bool m_isClosed = false; // or about to be
    bool m_hasToldClosed = false;

    mutable std::mutex m_mutex; // guards everything below
    Members m_members;
    std::unordered_map<const Channel *, Members::iterator> m_places;
};

} // namespace QRepod
