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

//! Plays the game, sixty ticks a second, and tells everybody where everybody is.
///
/// Players only say where they want to go: nobody can run through a wall, or faster than the
/// others.
class TagServer : public QRepod::Server
{
    Q_OBJECT

public:
    TagServer();

    TagArena &arena() { return m_arena; }

    //! For the ticks to follow each other faster or slower. Default: a sixtieth of a second.
    void setTickInterval(std::chrono::nanoseconds interval) { m_clock.setInterval(interval); }

    //! Tells the names of those who have said theirs.
    void sendNames();

private:
    void join(QRepod::Channel *channel);
    void leave(QRepod::Channel *channel);
    void tick(int times);
    void sendState();

    TagArena m_arena;
    GameClock m_clock; // runs while somebody plays
};
