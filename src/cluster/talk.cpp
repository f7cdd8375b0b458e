// SPDX-License-Identifier: MIT
// What nodes say to each other, and what this one does about it.

#include "cluster/clusterprivate.h"

#include <QRepod/protocol.h>

#include <QtCore/qloggingcategory.h>

#include <algorithm>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(clusterLog)

namespace {

// An envelope is sent when it has this many bytes, or things.
constexpr qsizetype envelopeBytes = 4 * 1024 * 1024;
constexpr qsizetype envelopeItems = 10'000;
constexpr qsizetype frameHeader = 4;

} // namespace

//! Any thread.
void Cluster::Private::publish(const QString &room, const QString &action, const QByteArray &frame,
                               SendMode mode)
{
    enqueue(topicOfRoom(room), {Item::Kind::Room, room, action, frame, 0, mode});
}

//! Any thread. It goes out when control returns to the event loop, with all else of this turn.
void Cluster::Private::enqueue(const QByteArray &topic, Item item)
{
    if (!isOnline) {
        ++m_dropped;
        return;
    }
    switch (m_outgoing.add(topic, std::move(item))) {
    case Outgoing::Added::First:
        QMetaObject::invokeMethod(
            q, [this] { flush(); }, Qt::QueuedConnection);
        break;
    case Outgoing::Added::Later:
        break;
    case Outgoing::Added::Dropped:
        ++m_dropped;
        break;
    }
}

void Cluster::Private::flush()
{
    for (const auto &[topic, items] : m_outgoing.takeAll())
        flushTopic(topic, items);
}

void Cluster::Private::flushTopic(const QByteArray &topic, const QList<Item> &items)
{
    Envelope envelope{nodeId, m_epoch, 0, {}};
    qsizetype size = 0;
    const auto send = [&] {
        envelope.number = ++m_numbers[topic];
        const qint64 count = envelope.items.size();
        if (m_engine && m_engine->publish(topic, encodeEnvelope(envelope)))
            m_sent += count;
        else
            m_dropped += count;
        envelope.items.clear();
        size = 0;
    };
    for (const Item &item : items) {
        envelope.items.append(item);
        size += item.data.size();
        if (size >= envelopeBytes || envelope.items.size() >= envelopeItems)
            send();
    }
    if (!envelope.items.isEmpty())
        send();
}

//! Says who this node is and who its users are.
///
/// Its turn is over before and after: what is said to all and what is said to one go different
/// ways, and a logout must not arrive before the login.
void Cluster::Private::introduce(const QByteArray &topic, bool asksBack)
{
    flush();
    if (asksBack)
        enqueue(topic, {Item::Kind::Hello, {}, {}, {}});
    enqueue(topic, {Item::Kind::UsersBegin, {}, {}, {}});
    for (const Users::Login &login : users.all()) {
        if (login.channel)
            enqueue(topic, loginItem(login));
    }
    enqueue(topic, {Item::Kind::UsersEnd, {}, {}, {}});
    flush();
}

void Cluster::Private::handleReceived(const QByteArray &topic, const QByteArray &payload)
{
    const std::optional<Envelope> envelope = decodeEnvelope(payload);
    if (!envelope) {
        ++m_invalid;
        return;
    }
    const QString &node = envelope->node;
    if (node == nodeId || !isOnline)
        return;
    const Sequences::Verdict verdict =
        m_sequences.note(topic, node, envelope->epoch, envelope->number);
    if (verdict == Sequences::Verdict::Old)
        return;
    const QPointer<Cluster> alive(q);
    const bool isNew = m_nodes.hear(node);
    const bool isGap = verdict == Sequences::Verdict::Gap;
    m_gaps += isGap;
    if (isNew)
        Q_EMIT q->nodeJoined(node);
    const auto introducesItself = [](const Item &item) {
        return item.kind == Item::Kind::UsersBegin || item.kind == Item::Kind::Bye;
    };
    const QList<Item> &items = envelope->items;
    if (alive && (isNew || isGap) && std::none_of(items.begin(), items.end(), introducesItself))
        enqueue(topicOf(node), {Item::Kind::Hello, {}, {}, {}});
    if (alive && isGap)
        mendStates(topic, node);
    for (const Item &item : items) {
        if (!alive || !isOnline)
            return;
        ++m_received;
        handle(node, item);
    }
}

void Cluster::Private::handle(const QString &node, const Item &item)
{
    switch (item.kind) {
    case Item::Kind::Room:
    case Item::Kind::User:
        return handleFrame(item);
    case Item::Kind::Hello:
        return introduce(topicOf(node), false);
    case Item::Kind::UsersBegin:
        m_nodes.beginRound(node);
        return checkStates(node);
    case Item::Kind::UserIn:
        return handleUser(node, item);
    case Item::Kind::UserOut:
        return users.remove(item.name, node, item.time);
    case Item::Kind::UsersEnd:
        return users.removeBefore(node, m_nodes.round(node));
    case Item::Kind::State:
    case Item::Kind::StateOver:
        return handleState(node, item);
    case Item::Kind::StateAsk:
        return sendStates(topicOf(node), item.name);
    case Item::Kind::StatesBegin:
        if (Room *const room = roomOf(item.name))
            beginStates(room, node);
        return;
    case Item::Kind::StatesEnd:
        return handleStatesEnd(node, item.name);
    case Item::Kind::Bye:
        return lose(node);
    case Item::Kind::Here:
        return;
    }
}

void Cluster::Private::handleFrame(const Item &item)
{
    if (!isFrame(item.data)) {
        ++m_invalid;
        return;
    }
    if (item.kind == Item::Kind::User) {
        const Users::Login *const login = users.find(item.name);
        if (login && login->channel)
            deliver(login->channel, item.action, item.data);
        else
            ++m_dropped;
        return;
    }
    Room *const room = roomOf(item.name);
    if (room && room->isShared())
        deliver(room, item.action, item.data, item.mode);
}

void Cluster::Private::handleUser(const QString &node, const Item &item)
{
    const QVariantMap data = QRepod::decode(item.data.mid(frameHeader)).value_or(QVariantMap());
    const Users::Change change =
        users.set({item.name, node, data, item.time, nullptr, m_nodes.round(node)});
    if (change.isRefused) {
        // The other node has not heard of the later login yet, perhaps because of a gap.
        const Users::Login *const login = users.find(item.name);
        if (login && login->channel)
            enqueue(topicOf(node), loginItem(*login));
    }
    if (change.displaced)
        Q_EMIT q->userTaken(change.displaced);
}

Item Cluster::Private::loginItem(const Users::Login &login) const
{
    return {Item::Kind::UserIn, login.user, {}, QRepod::encode(login.data), login.time};
}

void Cluster::Private::setUser(Channel *channel, const QString &user, const QVariantMap &data)
{
    if (!server || !channel || channel->server() != server)
        return;
    const Users::Login *const before = users.find(channel);
    if (before && before->user != user)
        forgetUser(channel);
    if (!user.isEmpty())
        takeUser(channel, user, data);
}

void Cluster::Private::takeUser(Channel *channel, const QString &user, const QVariantMap &data)
{
    QString error;
    const bool canBeSent = !QRepod::encode(data, &error).isEmpty();
    if (!canBeSent)
        qCWarning(clusterLog).noquote() << "the data of user" << user << "is not sent:" << error;
    const Users::Login login{user,    nodeId, canBeSent ? data : QVariantMap(), users.nextTime(),
                             channel, 0};
    if (!users.find(channel)) {
        QObject::disconnect(channel, nullptr, q, nullptr);
        QObject::connect(channel, &Channel::disconnected, q, [=, this] { forgetUser(channel); });
        QObject::connect(channel, &QObject::destroyed, q, [=, this] { forgetUser(channel); });
    }
    const Users::Change change = users.set(login);
    enqueue(topicOfAll(), loginItem(login));
    if (change.displaced)
        Q_EMIT q->userTaken(change.displaced);
}

//! The channel may have been destroyed.
void Cluster::Private::forgetUser(const Channel *channel)
{
    const Users::Login *const login = users.find(channel);
    if (!login)
        return;
    const QString user = login->user;
    const quint64 time = login->time;
    users.remove(user, nodeId, time);
    enqueue(topicOfAll(), {Item::Kind::UserOut, user, {}, {}, time});
}

void Cluster::Private::sendTo(const QString &user, const QVariantMap &message)
{
    const Users::Login *const login = users.find(user);
    if (!server || !login) {
        ++m_dropped;
        return;
    }
    const QByteArray frame = encode(server, message, QLatin1String("user ") + user);
    if (frame.isEmpty())
        return;
    const QString action = message[QStringLiteral("action")].toString();
    if (login->channel)
        deliver(login->channel, action, frame);
    else
        enqueue(topicOf(login->node), {Item::Kind::User, user, action, frame});
}

void Cluster::Private::watch(Room *room)
{
    const auto follow = [this, room = QPointer<Room>(room)] {
        if (room)
            followRoom(room);
    };
    QObject::connect(room, &Room::channelJoined, q, follow);
    QObject::connect(room, &Room::channelLeft, q, follow);
    QObject::connect(room, &Room::settingsChanged, q, follow);
    followRoom(room);
}

//! Listens to the topic of \a room while somebody here is to hear it, or to be asked for what the
//! room shares.
void Cluster::Private::followRoom(Room *room)
{
    if (!m_engine || server->room(room->name()) != room)
        return;
    const QByteArray topic = topicOfRoom(room->name());
    const bool isWanted = room->isShared() && (hasMembers(room) || sharesStates(room));
    if (isWanted == m_roomTopics.contains(topic))
        return;
    if (isWanted) {
        m_roomTopics.insert(topic, room->name());
        m_engine->subscribe(topic);
    } else {
        stopListening(topic);
        ClusterSeam::forgetStates(room);
        withdrawStates(room);
    }
}

//! What is said there comes from now on: what has been shared before has to be asked for.
void Cluster::Private::handleSubscribed(const QByteArray &topic)
{
    const auto room = m_roomTopics.constFind(topic);
    if (!isOnline || room == m_roomTopics.cend())
        return;
    sendStates(topic, *room);
    askForStates(*room);
}

void Cluster::Private::stopListening(const QByteArray &topic)
{
    if (m_roomTopics.remove(topic) == 0)
        return;
    m_sequences.forgetTopic(topic);
    m_engine->unsubscribe(topic);
}

} // namespace QRepod
