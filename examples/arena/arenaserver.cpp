// SPDX-License-Identifier: MIT
#include "arena/arenaserver.h"

#include "playername.h"

#include <QRepod/RequestError>

using namespace std::chrono_literals;

void Pilot::Network_join(const QRepod::Request &request, const QString &newName,
                         const QString &wish)
{
    auto *arenas = qobject_cast<ArenaServer *>(server());
    name = playerName(newName);
    if (wish.isEmpty())
        return enter(arenas->freeRoom(), request);
    if (qobject_cast<Match *>(arenas->room(wish)))
        return enter(wish, request);
    if (wish[0] != '#') {
        request.refuse("this room has closed");
        return;
    }
    const QString room = '#' + wish.mid(1).simplified().toUpper().left(16);
    if (!arenas->ownerOf)
        return enter(room, request);
    const auto go = [=, this](const QString &owner) {
        if (owner == arenas->address)
            return enter(room, request);
        request.refuse("the room is at " + owner);
        redirect(owner); // the client asks again there
    };
    arenas->ownerOf(room).then(this, go).onFailed(
        this, [=](const QRepod::RequestError &error) { request.refuse(error.error()); });
}

void Pilot::enter(const QString &room, const QRepod::Request &request)
{
    Network_leave();
    QString error;
    if (!join(room, {}, &error)) {
        request.refuse(error);
        return;
    }
    leave("lobby");
    const auto *match = qobject_cast<Match *>(server()->room(room));
    request.reply(QVariantMap{{"room", room}, {"ship", match->shipOf(this)}});
}

void Pilot::Network_leave()
{
    join("lobby");
    for (QRepod::Room *room : rooms()) {
        if (qobject_cast<Match *>(room))
            leave(room->name());
    }
}

Match::Match(int ships)
    : m_arena(ships)
    , m_clock(this, [this](int times) { tick(times); })
    , m_ships("number")
    , m_shots("number")
    , m_gold("number")
{
    setMaximumChannels(Arena::maximumShips);
    setSyncInterval(0); // after each tick
    share("ships", &m_ships, "number");
    share("shots", &m_shots, "number");
    share("gold", &m_gold, "number");
    connect(this, &Room::channelJoined, this, [this](QRepod::Channel *channel) {
        m_shipOf[channel] = m_arena.addPlayer(qobject_cast<Pilot *>(channel)->name);
    });
    connect(this, &Room::channelLeft, this,
            [this](QRepod::Channel *channel) { m_arena.remove(m_shipOf.take(channel)); });
    m_clock.setInterval(std::chrono::nanoseconds(1s) / Arena::ticksPerSecond);
    m_clock.start();
}

void Match::Network_input(QRepod::Channel *channel, double x, double y, bool fire)
{
    m_arena.steer(shipOf(channel), {x, y}, fire);
}

void Match::Network_buy(QRepod::Channel *channel, const QRepod::Request &request,
                        const QString &item)
{
    const QString error = m_arena.buy(shipOf(channel), item);
    if (error.isEmpty())
        request.reply(m_arena.ship(shipOf(channel))->gold);
    else
        request.refuse(error);
}

void Match::Network_chat(Pilot *pilot, const QString &text)
{
    sendToAll("chat", {{"name", pilot->name}, {"text", text.simplified().left(200)}});
}

void Match::tick(int times)
{
    for (auto [channel, ship] : m_shipOf.asKeyValueRange())
        m_arena.ship(ship)->away = channel->isInterrupted();
    for (; times > 0; --times) {
        const QString winner = m_arena.tick();
        if (!winner.isEmpty())
            sendToAll("won", {{"name", winner}});
    }
    m_ships.setRows(m_arena.ships());
    m_shots.setRows(m_arena.shots());
    m_gold.setRows(m_arena.gold());
}

ArenaServer::ArenaServer(int ships)
    : m_rooms("name")
{
    setChannelClass<Pilot>();
    setRoomFactory([ships](const QString &name) -> QRepod::Room * {
        return name == "lobby" ? new QRepod::Room : new Match(name[0] == '#' ? 0 : ships);
    });
    setSessionTimeout(30'000);
    setMaximumMessageRate(100);
    openRoom("lobby")->setPersistent(true);
    room("lobby")->share("rooms", &m_rooms, "name");
    startTimer(250);
}

QList<OpenRoom> ArenaServer::openRooms() const
{
    QList<OpenRoom> open;
    for (const QRepod::Room *room : rooms()) {
        if (qobject_cast<const Match *>(room) && room->name()[0] != '#')
            open.append({room->name(), int(room->channels().size())});
    }
    return open;
}

QString ArenaServer::freeRoom() const
{
    for (const OpenRoom &open : openRooms()) {
        if (open.players < Arena::maximumShips)
            return open.name;
    }
    int number = 1;
    while (room(QString("Room %1").arg(number)))
        ++number;
    return QString("Room %1").arg(number);
}

void ArenaServer::timerEvent(QTimerEvent *)
{
    m_rooms.setRows(openRooms().mid(0, 50));
}
