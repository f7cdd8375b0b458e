// SPDX-License-Identifier: MIT
#pragma once

#include "gameclock.h"
#include "pong/ponggame.h"

#include <QRepod/Channel>
#include <QRepod/Server>

#include <optional>

//! One player, or a client that found the game full.
class PongChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    std::optional<int> slot;
    QString name;

public slots:
    void Network_input(int direction);
    void Network_name(const QString &name);
};

//! Plays the game for its two players, 60 ticks per second, and tells them where everything is.
///
/// Players only say where they want to go, so nobody can cheat about where the ball is. A client
/// that finds the game full is told so and may stay.
class PongServer : public QRepod::Server
{
    Q_OBJECT

public:
    explicit PongServer(int winScore = 5);

    //! Makes the ticks faster or slower. Default: a 60th of a second.
    void setTickInterval(std::chrono::nanoseconds interval) { m_clock.setInterval(interval); }

    void setDirection(int slot, int direction);
    const PongGame &game() const { return m_game; }

    //! Sends both players' names, once one of them has given one.
    void sendNames();

private:
    void join(QRepod::Channel *channel);
    void leave(QRepod::Channel *channel);
    void tick(int times);
    void announce(PongGame::Event event);
    void sendState();
    void sendToPlayers(const QVariantMap &message);

    PongGame m_game;
    GameClock m_clock; // runs while somebody plays
};
