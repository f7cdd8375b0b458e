// SPDX-License-Identifier: MIT
// State that is shared between nodes.
//
// The node on which something is shared tells the others of each change, with a number. Who lacks
// one, or has just begun to listen, asks, and is told everything in one round.

#include "cluster/clusterprivate.h"

namespace QRepod {

Room *Cluster::Private::roomOf(const QString &roomName) const
{
    return roomName.isEmpty() ? server->everyone() : server->room(roomName);
}

//! That this node listens to; everyone() first.
QList<Room *> Cluster::Private::followedRooms() const
{
    QList<Room *> rooms{server->everyone()};
    for (const QString &followed : m_roomTopics) {
        if (Room *const room = server->room(followed))
            rooms.append(room);
    }
    return rooms;
}

void Cluster::Private::publishState(const QString &room, const StateNews &news)
{
    const QByteArray topic = topicOfRoom(room);
    sendState(topic, room, news);
    if (news.isEnd && isOnline) // another node may share the same
        enqueue(topic, {Item::Kind::StateAsk, room, {}, {}});
    if (Room *const follower = room.isEmpty() ? nullptr : server->room(room))
        followRoom(follower);
}

void Cluster::Private::sendState(const QByteArray &topic, const QString &room,
                                 const StateNews &news)
{
    const Item::Kind kind = news.isEnd ? Item::Kind::StateOver : Item::Kind::State;
    enqueue(topic,
            {kind, room, news.name, news.frame, news.since, SendMode::Reliable, news.number});
}

//! Everything that is shared in a room, if there is such a room.
void Cluster::Private::sendStates(const QByteArray &topic, const QString &roomName)
{
    Room *const room = roomOf(roomName);
    const QList<StateNews> states = room ? ClusterSeam::states(room) : QList<StateNews>();
    enqueue(topic, {Item::Kind::StatesBegin, roomName, {}, {}});
    for (const StateNews &news : states)
        sendState(topic, roomName, news);
    enqueue(topic, {Item::Kind::StatesEnd, roomName, {}, {}});
}

//! Whoever shares something in \a room is to say so.
void Cluster::Private::askForStates(const QString &room)
{
    if (isOnline)
        enqueue(topicOfRoom(room), {Item::Kind::StateAsk, room, {}, {}});
}

//! Once, until it has answered; keepAlive() asks again.
void Cluster::Private::askForStates(const QString &room, const QString &node)
{
    if (m_asked.contains({room, node}))
        return;
    m_asked.insert({room, node});
    ++m_statesAsked;
    enqueue(topicOf(node), {Item::Kind::StateAsk, room, {}, {}});
}

void Cluster::Private::askAgain()
{
    for (const auto &[room, node] : std::as_const(m_asked))
        enqueue(topicOf(node), {Item::Kind::StateAsk, room, {}, {}});
}

//! It may have missed, or been missed, for a while.
void Cluster::Private::exchangeStates()
{
    const QList<Room *> rooms = followedRooms();
    for (Room *const room : rooms) {
        if (ClusterSeam::sharesStates(room))
            sendStates(topicOfRoom(room->name()), room->name());
        askForStates(room->name());
    }
}

void Cluster::Private::handleState(const QString &node, const Item &item)
{
    Room *const room = roomOf(item.name);
    if (!room || !room->isShared())
        return;
    switch (ClusterSeam::takeState(
        room, node,
        {item.action, item.kind == Item::Kind::StateOver, item.time, item.number, item.data})) {
    case StateVerdict::InStep:
        break;
    case StateVerdict::Missing:
        askForStates(item.name, node);
        break;
    case StateVerdict::Gone:
        askForStates(item.name);
        break;
    case StateVerdict::Invalid:
        ++m_invalid;
        break;
    }
}

void Cluster::Private::handleStatesEnd(const QString &node, const QString &roomName)
{
    m_asked.remove({roomName, node});
    Room *const room = roomOf(roomName);
    if (room && ClusterSeam::endStates(room, node))
        askForStates(roomName);
}

//! \a node has introduced itself: what it shared may have ended while it could not say so.
void Cluster::Private::checkStates(const QString &node)
{
    const QList<Room *> rooms = followedRooms();
    for (Room *const room : rooms) {
        if (knowsStates(room, node))
            askForStates(room->name(), node);
    }
}

//! Something that \a node has said on \a topic was lost.
void Cluster::Private::mendStates(const QByteArray &topic, const QString &node)
{
    const auto room = m_roomTopics.constFind(topic);
    if (room != m_roomTopics.cend())
        askForStates(*room, node);
    else if (topic == topicOfAll())
        askForStates({}, node);
}

//! \a node is not there any more; every node if that is empty.
void Cluster::Private::forgetStates(const QString &node)
{
    m_asked.removeIf([&](const auto &asked) { return node.isEmpty() || asked.second == node; });
    if (!server)
        return;
    const QList<Room *> rooms = followedRooms();
    for (Room *const room : rooms) {
        if (node.isEmpty())
            ClusterSeam::forgetStates(room);
        else if (ClusterSeam::forgetStates(room, node))
            askForStates(room->name());
    }
}

} // namespace QRepod
