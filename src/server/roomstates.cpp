// SPDX-License-Identifier: MIT
#include "server/roomstates.h"

#include "server/mirroredstates.h"
#include "server/roomprivate.h"
#include "server/serverprivate.h"
#include "state/sharedobject.h"
#include "state/stateparts.h"

#include <QtCore/qdatetime.h>
#include <QtCore/qloggingcategory.h>
#include <QtCore/qpointer.h>

#include <algorithm>
#include <atomic>
#include <utility>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(serverLog)

namespace {

//! Later than all earlier results in this process, and close to the wall clock, so that nodes
//! agree.
quint64 nextSince()
{
    static std::atomic<quint64> latest = 0;
    quint64 before = latest;
    quint64 next = 0;
    do
        next = std::max(before + 1, quint64(QDateTime::currentMSecsSinceEpoch()));
    while (!latest.compare_exchange_weak(before, next));
    return next;
}

} // namespace

//! Calls sync() soon, or after a delay.
class RoomStates::Ticker final : private Deadline, private Wakeable
{
public:
    Ticker(Server::Private &server, RoomStates &states)
        : Deadline(server.deadlines)
        , m_server(server)
        , m_states(states)
    {
    }
    virtual ~Ticker() { m_server.waker.forget(this); }

    //! \a delay is in milliseconds; 0: once control returns to the event loop.
    void start(qint64 delay)
    {
        if (delay > 0)
            setDeadline(delay);
        else
            m_server.waker.wake(this);
    }

private:
    void handleDeadline() override { tick(); }
    void handleWake() override { tick(); }

    void tick()
    {
        const QPointer<Room> alive(m_states.m_room.q);
        m_server.beginTurn();
        if (alive)
            m_states.sync();
    }

    Server::Private &m_server;
    RoomStates &m_states;
};

RoomStates::RoomStates(Room::Private &room)
    : m_room(room)
{
}

RoomStates::~RoomStates() = default;

void RoomStates::start()
{
    m_ticker = std::make_unique<Ticker>(*m_room.server, *this);
}

bool RoomStates::hasMembers() const
{
    return m_room.size() > 0;
}

//! Whether there is anybody to tell, here or on another node.
bool RoomStates::hasAudience() const
{
    return hasMembers() || (m_room.isShared && !m_room.isClosed() && m_room.server->canPublish());
}

void RoomStates::share(const QString &name, QObject *object)
{
    if (auto *const model = qobject_cast<QAbstractItemModel *>(object))
        return share(name, model, {});
    if (object)
        add(name, std::make_unique<SharedObject>(name, object));
}

void RoomStates::share(const QString &name, QAbstractItemModel *model, const QString &key)
{
    if (model)
        add(name, std::make_unique<SharedModel>(name, model, key));
}

void RoomStates::add(const QString &name, std::unique_ptr<StateSource> source)
{
    if (!source->isReachable()) {
        qCWarning(serverLog).noquote()
            << name << "is not shared: it lives in a different thread from the room";
        return;
    }
    unshare(name);
    source->setParent(m_room.q); // moves to another thread with the room
    QObject::connect(source.get(), &StateSource::marked, m_room.q, [this, name] { mark(name); });
    QObject::connect(source.get(), &StateSource::gone, m_room.q, [this, name] { unshare(name); });
    if (m_mirrored)
        m_mirrored->forgetName(name);
    Share &share = m_shares[name];
    share.source = std::move(source);
    share.since = nextSince();
    if (m_room.server && hasAudience() && collect(name, share))
        tell(name, share, share.source->whole(nullptr));
}

void RoomStates::unshare(const QString &name)
{
    const auto place = m_shares.find(name);
    if (place == m_shares.end())
        return;
    place->second.source.release()->deleteLater(); // it may be emitting its end
    Share share = std::move(place->second);
    m_shares.erase(place);
    m_tooLarge.remove(name);
    if (!m_room.server)
        return;
    sendHere(name, {{StateField::end(), true}}, Server::time());
    publishEnd(name, share);
}

void RoomStates::setVisible(const QString &name, SharedModel::IsVisible isVisible)
{
    const auto place = m_shares.find(name);
    auto *const model =
        place == m_shares.end() ? nullptr : qobject_cast<SharedModel *>(place->second.source.get());
    if (model) {
        model->setVisible(std::move(isVisible));
        if (!model->isForAll())
            publishEnd(name, place->second);
    } else
        qCWarning(serverLog).noquote() << "setVisible: no model is shared as" << name;
}

bool RoomStates::setInterval(int milliseconds)
{
    if (std::exchange(m_interval, milliseconds) == milliseconds)
        return false;
    if (std::exchange(m_isScheduled, false))
        schedule();
    return true;
}

void RoomStates::mark(const QString &name)
{
    const auto place = m_shares.find(name);
    if (place == m_shares.end())
        return;
    place->second.isMarked = true;
    schedule();
}

//! Ticks are at least an interval apart. After a pause a change is sent at once.
void RoomStates::schedule()
{
    if (!m_ticker || !hasAudience() || std::exchange(m_isScheduled, true))
        return;
    m_ticker->start(std::max<qint64>(0, m_latestTick + m_interval - Deadlines::now()));
}

void RoomStates::sync()
{
    m_isScheduled = false;
    if (!m_ticker)
        return;
    m_latestTick = Deadlines::now();
    for (auto &[name, share] : m_shares) {
        if (share.isMarked || !share.source->isForAll())
            syncShare(name, share);
    }
}

//! Lets the source collect its changes; false if it cannot.
bool RoomStates::collect(const QString &name, Share &share)
{
    share.isMarked = false;
    if (!share.source->isReachable()) {
        qCWarning(serverLog).noquote()
            << name << "lives in a different thread from the room that shares it";
        return false;
    }
    share.source->collect(m_room.server->settings.snapshot().message);
    ++share.number;
    return true;
}

void RoomStates::syncShare(const QString &name, Share &share)
{
    const bool isFirst = share.number == 0;
    if (!hasAudience() || !collect(name, share))
        return;
    const auto fieldsFor = [&](const Channel *channel) {
        return isFirst ? share.source->whole(channel) : share.source->change(channel);
    };
    if (share.source->isForAll())
        return tell(name, share, fieldsFor(nullptr));
    const QList<Channel *> channels = m_room.channels();
    for (Channel *const channel : channels)
        sendTo(channel, name, fieldsFor(channel));
}

//! Tells everybody, on this node and on others.
void RoomStates::tell(const QString &name, Share &share, const QVariantMap &fields)
{
    if (fields.isEmpty()) {
        --share.number; // there was no change
        return;
    }
    if (reachesNodes(share)) {
        share.isPublished = true;
        m_room.server->publishState(m_room.name, newsOf(name, share, fields));
    }
    sendHere(name, fields, Server::time());
}

//! Returns one message, or several if one would exceed the limits.
std::vector<EncodedMessage> RoomStates::encode(const QString &name, const QVariantMap &fields,
                                               qint64 time)
{
    if (fields.isEmpty())
        return {};
    const MessageLimits limits = m_room.server->settings.snapshot().message;
    const auto encoded = [&](QVariantMap part) {
        part.insert(StateField::name(), name);
        part.insert(StateField::time(), time);
        part.insert(QStringLiteral("action"), stateAction());
        return EncodedMessage(part, limits);
    };
    const EncodedMessage whole = encoded(fields);
    if (whole.isValid())
        return {whole};
    const StateParts parts =
        StateParts::of(fields, [&](const QVariantMap &part) { return encoded(part).isValid(); });
    if (!parts.isComplete)
        warn(name, whole.error());
    std::vector<EncodedMessage> messages;
    for (const QVariantMap &part : parts.messages)
        messages.push_back(encoded(part));
    return messages;
}

void RoomStates::warn(const QString &name, const QString &error)
{
    if (m_tooLarge.contains(name))
        return;
    m_tooLarge.insert(name);
    qCWarning(serverLog).noquote()
        << "a value of" << name << "is too large for a message and is not shared:" << error;
}

void RoomStates::sendTo(Channel *channel, const QString &name, const QVariantMap &fields)
{
    for (const EncodedMessage &message : encode(name, fields, Server::time()))
        Channel::Private::get(channel)->send(message, SendMode::Reliable);
}

void RoomStates::sendHere(const QString &name, const QVariantMap &fields, qint64 time)
{
    if (!hasMembers())
        return;
    for (const EncodedMessage &message : encode(name, fields, time))
        m_room.send(message, nullptr, SendMode::Reliable);
}

void RoomStates::welcome(Channel *channel)
{
    for (auto &[name, share] : m_shares) {
        // Nobody has been told of changes in an empty room.
        if (share.isMarked && !hasAudience())
            collect(name, share);
        sendTo(channel, name, share.source->whole(channel));
    }
    if (m_mirrored)
        m_mirrored->welcome(channel);
}

void RoomStates::farewell(Channel *channel)
{
    for (auto &[name, share] : m_shares) {
        share.source->forget(channel);
        sendTo(channel, name, {{StateField::end(), true}});
    }
    if (m_mirrored)
        m_mirrored->farewell(channel);
}

} // namespace QRepod
