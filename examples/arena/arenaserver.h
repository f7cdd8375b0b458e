// SPDX-License-Identifier: MIT
#pragma once

#include "arena/arena.h"
#include "gameclock.h"

#include <QRepod/Channel>
#include <QRepod/GadgetModel>
#include <QRepod/Request>
#include <QRepod/Room>
#include <QRepod/Server>

#include <QtCore/QFuture>
#include <QtCore/QHash>

#include <functional>

// The protocol, for clients in any language. What returns something is a request, with `_request`.
//   client: join {name, room}: one of the lobby's, "" for any, or a private one: "#" and a word
//           that friends have agreed on; returns {room, ship}
//           input {x, y, fire}: where to, each from -1 to 1; it holds until the next
//           buy {item}: "repair", "engine" or "cannon"; returns the gold that is left
//           chat {text}   leave {}
//   server: chat {name, text}   won {name}   and shared state, in messages `_state`:
//           in the lobby `rooms`, in a room `ships`, `shots` and `gold`, with the properties of
//           OpenRoom, Ship and Thing, see arena.h

//! One client: in the lobby, or in a match.
class Pilot : public QRepod::Channel
{
    Q_OBJECT

public:
    QString name;

public slots:
    void Network_connected() { join("lobby"); }
    void Network_join(const QRepod::Request &request, const QString &name, const QString &room);
    void Network_leave();

private:
    void enter(const QString &room, const QRepod::Request &request);
};

//! A room where up to four play.
class Match : public QRepod::Room
{
    Q_OBJECT

public:
    explicit Match(int ships); // with fewer players, bots fill up to so many

    int shipOf(QRepod::Channel *channel) const { return m_shipOf.value(channel); }
    Arena &arena() { return m_arena; }
    const Arena &arena() const { return m_arena; }

public slots:
    void Network_input(QRepod::Channel *channel, double x, double y, bool fire);
    void Network_buy(QRepod::Channel *channel, const QRepod::Request &request, const QString &item);
    void Network_chat(Pilot *pilot, const QString &text);

private:
    void tick(int times);

    Arena m_arena;
    GameClock m_clock;
    QHash<QRepod::Channel *, int> m_shipOf;
    QRepod::GadgetModel<Ship> m_ships;
    QRepod::GadgetModel<Thing> m_shots, m_gold;
};

//! An open room, as the lobby lists it.
struct OpenRoom
{
    Q_GADGET
    Q_PROPERTY(QString name MEMBER name)
    Q_PROPERTY(int players MEMBER players)

public:
    QString name;
    int players = 0;
};

//! The lobby and the rooms. A player whose line breaks has half a minute to come back.
class ArenaServer : public QRepod::Server
{
    Q_OBJECT

public:
    explicit ArenaServer(int ships = 3);

    QString freeRoom() const; // the name of a public room with a free place, perhaps a new one

    //! In a cluster: the address of the server that has a room, and that of this one.
    std::function<QFuture<QString>(const QString &room)> ownerOf;
    QString address;

private:
    QList<OpenRoom> openRooms() const;
    void timerEvent(QTimerEvent *) override;

    QRepod::GadgetModel<OpenRoom> m_rooms;
};
