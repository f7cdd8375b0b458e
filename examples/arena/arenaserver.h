// SPDX-License-Identifier: MIT
#pragma once

#include "arena/arena.h"
#include "gameclock.h"
#include "playername.h"

#include <QRepod/Channel>
#include <QRepod/GadgetModel>
#include <QRepod/Request>
#include <QRepod/Room>
#include <QRepod/Server>

#include <QtCore/QFuture>

#include <functional>

// The protocol, for clients in any language. Messages that return something are requests, with
// `_request`.
//
//   client: join {name, room}: a room of the lobby, "" for any, or a private one, "#" and a word
//           that friends have agreed on; returns {room, ship}
//           input {x, y, fire}: the course, each from -1 to 1; it holds until the next input
//           buy {item}: "repair", "engine" or "cannon"; returns the remaining gold
//           chat {text}   leave {}
//   server: chat {name, text}   won {name}   and shared lists: `rooms` in the lobby; `ships`,
//           `shots` and `gold` in a room, with the properties of OpenRoom, Ship and Thing

//! One client, in the lobby or in a match.
class Pilot : public QRepod::Channel
{
    Q_OBJECT

public:
    QString name;
    int ship = 0; // its number in the match

    //! Goes to another room, or to the lobby if the room refuses; returns why.
    QString go(const QString &room)
    {
        for (const QRepod::Room *left : rooms())
            leave(left->name());
        QString error;
        if (!join(room, {}, &error))
            join("lobby");
        return error;
    }

public slots:
    void Network_connected() { go("lobby"); }
    void Network_leave() { go("lobby"); }
};

//! A room for up to four players.
class Match : public QRepod::Room
{
    Q_OBJECT

public:
    //! With fewer players, bots fill the room up to \a ships ships.
    explicit Match(int ships)
        : m_arena(ships)
    {
        setMaximumChannels(Arena::maximumShips);
        setSyncInterval(0); // after each tick
        share("ships", &m_ships, "number");
        share("shots", &m_shots, "number");
        share("gold", &m_gold, "number");
        connect(this, &Room::channelJoined, this, [this](QRepod::Channel *channel) {
            auto *pilot = qobject_cast<Pilot *>(channel);
            pilot->ship = m_arena.addPlayer(pilot->name);
        });
        connect(this, &Room::channelLeft, this, [this](QRepod::Channel *channel) {
            m_arena.remove(qobject_cast<Pilot *>(channel)->ship);
        });
        m_clock.setInterval(std::chrono::nanoseconds(1'000'000'000 / Arena::ticksPerSecond));
        m_clock.start();
    }

    Arena &arena() { return m_arena; }

public slots:
    void Network_input(Pilot *pilot, double x, double y, bool fire)
    {
        m_arena.steer(pilot->ship, {x, y}, fire);
    }

    void Network_buy(Pilot *pilot, const QRepod::Request &request, const QString &item)
    {
        if (const QString error = m_arena.buy(pilot->ship, item); !error.isEmpty())
            request.refuse(error);
        else
            request.reply(m_arena.ship(pilot->ship)->gold);
    }

    void Network_chat(Pilot *pilot, const QString &text)
    {
        sendToAll("chat", {{"name", pilot->name}, {"text", text.simplified().left(200)}});
    }

private:
    void tick(int times)
    {
        for (const QRepod::Channel *channel : channels()) {
            const auto *pilot = qobject_cast<const Pilot *>(channel);
            m_arena.ship(pilot->ship)->away = pilot->isInterrupted();
        }
        for (; times > 0; --times) {
            if (const QString winner = m_arena.tick(); !winner.isEmpty())
                sendToAll("won", {{"name", winner}});
        }
        m_ships.setRows(m_arena.ships());
        m_shots.setRows(m_arena.shots());
        m_gold.setRows(m_arena.gold());
    }

    Arena m_arena;
    GameClock m_clock{this, [this](int times) { tick(times); }};
    QRepod::GadgetModel<Ship> m_ships{"number"};
    QRepod::GadgetModel<Thing> m_shots{"number"}, m_gold{"number"};
};

//! A public room, as the lobby lists it.
struct OpenRoom
{
    Q_GADGET
    Q_PROPERTY(QString name MEMBER name)
    Q_PROPERTY(int players MEMBER players)

public:
    QString name;
    int players = 0;
};

//! The lobby and the rooms. A player whose connection is lost has half a minute to come back.
class ArenaServer : public QRepod::Server
{
    Q_OBJECT

public:
    explicit ArenaServer(int ships = 3)
    {
        setChannelClass<Pilot>();
        setRoomFactory([ships](const QString &name) -> QRepod::Room * {
            return name == "lobby" ? new QRepod::Room : new Match(name[0] == '#' ? 0 : ships);
        });
        addHandler(this);
        setSessionTimeout(30'000);
        setMaximumMessageRate(100);
        openRoom("lobby")->setPersistent(true);
        room("lobby")->share("rooms", &m_rooms, "name");
        startTimer(250);
    }

    //! In a cluster: opens a room on one of its servers, and returns where clients reach that
    //! server.
    std::function<QFuture<QString>(const QString &room)> openSomewhere;

public slots:
    void Network_join(Pilot *pilot, const QRepod::Request &request, const QString &name,
                      const QString &room)
    {
        pilot->name = playerName(name);
        if (room.isEmpty())
            enter(pilot, freeRoom(), request);
        else if (qobject_cast<Match *>(this->room(room)))
            enter(pilot, room, request);
        else if (room[0] == '#')
            enterPrivate(pilot, '#' + room.mid(1).simplified().toUpper().left(16), request);
        else
            request.refuse("this room has closed");
    }

private:
    void enter(Pilot *pilot, const QString &room, const QRepod::Request &request)
    {
        if (const QString error = pilot->go(room); !error.isEmpty())
            request.refuse(error);
        else
            request.reply(QVariantMap{{"room", room}, {"ship", pilot->ship}});
    }

    void enterPrivate(Pilot *pilot, const QString &room, const QRepod::Request &request)
    {
        if (!openSomewhere)
            return enter(pilot, room, request);
        const auto enterOrRedirect = [=, this](const QString &address) {
            if (this->room(room))
                return enter(pilot, room, request);
            request.refuse("the room is at " + address);
            pilot->redirect(address); // the client asks again there
        };
        openSomewhere(room)
            .then(pilot, enterOrRedirect)
            .onFailed(pilot, [=](const QRepod::RequestError &e) { request.refuse(e.error()); });
    }

    //! Returns the first room with a free place. A room that is not open opens when somebody joins.
    QString freeRoom() const
    {
        for (int number = 1;; ++number) {
            const QString name = QString("Room %1").arg(number);
            const QRepod::Room *open = room(name);
            if (!open || open->channels().size() < Arena::maximumShips)
                return name;
        }
    }

    void timerEvent(QTimerEvent *) override
    {
        QList<OpenRoom> open;
        for (const QRepod::Room *room : rooms()) {
            if (qobject_cast<const Match *>(room) && room->name()[0] != '#')
                open.append({room->name(), int(room->channels().size())});
        }
        m_rooms.setRows(open.mid(0, 50));
    }

    QRepod::GadgetModel<OpenRoom> m_rooms{"name"};
};
