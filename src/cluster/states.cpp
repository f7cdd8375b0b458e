// SPDX-License-Identifier: MIT
// State that is shared between nodes.
//
// The node on which something is shared tells the others of each change, with a number. A node that
// misses a number, or has just begun to listen, asks, and is told everything in one round.

#include "cluster/clusterprivate.h"

namespace QRepod {

Room *Cluster::Private::roomOf(const QString &roomName) const
{
    return roomName.isEmpty() ? server->everyone() : server->room(roomName);
}

//! Returns the rooms that this node listens to, everyone() first.
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
    if (news.isEnd && isOnline) // another node may share the same name
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

//! Sends \a topic everything that is shared in a room; an empty round if there is no such room.
void Cluster::Private::sendStates(const QByteArray &topic, const QString &roomName)
{
    Room *const room = roomOf(roomName);
    const QList<StateNews> states = room ? ClusterSeam::states(room) : QList<StateNews>();
    enqueue(topic, {Item::Kind::StatesBegin, roomName, {}, {}});
    for (const StateNews &news : states)
        sendState(topic, roomName, news);
    enqueue(topic, {Item::Kind::StatesEnd, roomName, {}, {}});
}

//! Asks all nodes what they share in \a room.
void Cluster::Private::requestStates(const QString &room)
{
    if (isOnline)
        enqueue(topicOfRoom(room), {Item::Kind::StateAsk, room, {}, {}});
}

//! Asks once until the node has answered; keepAlive() asks again.
void Cluster::Private::requestStates(const QString &room, const QString &node)
{
    if (m_requestedStates.contains({room, node}))
        return;
    m_requestedStates.insert({room, node});
    ++m_stateRequests;
    enqueue(topicOf(node), {Item::Kind::StateAsk, room, {}, {}});
}

void Cluster::Private::repeatStateRequests()
{
    for (const auto &[room, node] : std::as_const(m_requestedStates))
        enqueue(topicOf(node), {Item::Kind::StateAsk, room, {}, {}});
}

//! Nodes may have missed each other's messages for a while.
void Cluster::Private::exchangeStates()
{
    const QList<Room *> rooms = followedRooms();
    for (Room *const room : rooms) {
        if (ClusterSeam::sharesStates(room))
            sendStates(topicOfRoom(room->name()), room->name());
        requestStates(room->name());
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
        requestStates(item.name, node);
        break;
    case StateVerdict::Gone:
        requestStates(item.name);
        break;
    case StateVerdict::Invalid:
        ++m_invalid;
        break;
    }
}

void Cluster::Private::handleStatesEnd(const QString &node, const QString &roomName)
{
    m_requestedStates.remove({roomName, node});
    Room *const room = roomOf(roomName);
    if (room && ClusterSeam::endStates(room, node))
        requestStates(roomName);
}

//! \a node has introduced itself. What it shared may have ended while it could not tell.
void Cluster::Private::checkStates(const QString &node)
{
    const QList<Room *> rooms = followedRooms();
    for (Room *const room : rooms) {
        if (knowsStates(room, node))
            requestStates(room->name(), node);
    }
}

//! Something that \a node said on \a topic was lost.
void Cluster::Private::requestMissedStates(const QByteArray &topic, const QString &node)
{
    const auto room = m_roomTopics.constFind(topic);
    if (room != m_roomTopics.cend())
        requestStates(*room, node);
    else if (topic == topicOfAll())
        requestStates({}, node);
}

//! \a node is gone; all nodes if it is empty.
void Cluster::Private::forgetStates(const QString &node)
{
    m_requestedStates.removeIf(
        [&](const auto &asked) { return node.isEmpty() || asked.second == node; });
    if (!server)
        return;
    const QList<Room *> rooms = followedRooms();
    for (Room *const room : rooms) {
        if (node.isEmpty())
            ClusterSeam::forgetStates(room);
        else if (ClusterSeam::forgetStates(room, node))
            requestStates(room->name());
    }
}

} // namespace QRepod
