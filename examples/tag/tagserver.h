// SPDX-License-Identifier: MIT
#pragma once

#include "gameclock.h"
#include "tag/tagarena.h"

#include <QRepod/Channel>
#include <QRepod/Server>

//! One player.
class TagChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    int id = 0;
    QString name;

public slots:
    void Network_input(int dx, int dy);
    void Network_name(const QString &name);
};

//! Plays the game, 60 ticks per second, and tells everybody where everybody is.
///
/// Players only say where they want to go, so nobody can run through a wall, or faster than the
/// others.
class TagServer : public QRepod::Server
{
    Q_OBJECT

public:
    TagServer();

    TagArena &arena() { return m_arena; }

    //! Makes the ticks faster or slower. Default: a 60th of a second.
    void setTickInterval(std::chrono::nanoseconds interval) { m_clock.setInterval(interval); }

    //! Sends the names of the players who have given one.
    void sendNames();

private:
    void join(QRepod::Channel *channel);
    void leave(QRepod::Channel *channel);
    void tick(int times);
    void sendState();

    TagArena m_arena;
    GameClock m_clock; // runs while somebody plays
};
