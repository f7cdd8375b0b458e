// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QList>
#include <QtCore/QPointF>
#include <QtCore/QRect>

#include <cstdint>
#include <map>
#include <optional>
#include <random>

//! The rules of tag: players run around obstacles, and one of them is it, until another one is
//! caught. No network, no clock: one tick() is a 60th of a second.
///
/// x grows to the right and y down. A player is a disc, whose position is its centre.
class TagArena
{
public:
    static constexpr int ticksPerSecond = 60;
    static constexpr int width = 800;
    static constexpr int height = 600;
    static constexpr int radius = 14;
    static constexpr double speed = 200; ///< per second, in every direction
    static constexpr double reach = 32;  ///< how near two players must come
    static constexpr int restTicks = 90; ///< after another player becomes it
    static constexpr int obstacleCount = 7;

    struct Player
    {
        QPointF position;
        int dx = 0;
        int dy = 0;
    };

    //! Which player has caught which.
    struct Catch
    {
        int tagger;
        int tagged;
    };

    explicit TagArena(std::uint32_t seed = std::random_device()());

    //! Adds a player at a free place and returns the player's number. The first player is it.
    int join();

    //! If the player was it, the one who has been there longest becomes it.
    void leave(int id);

    //! \a dx and \a dy are -1, 0 or 1; for other numbers the sign counts. Does nothing if there is
    //! no such player.
    void setDirection(int id, int dx, int dy);

    //! Moves everybody, after which somebody may be caught.
    std::optional<Catch> tick();

    //! The player who is it; nobody while there are no players.
    std::optional<int> it() const;

    const std::map<int, Player> &players() const { return m_players; }
    const QList<QRect> &obstacles() const { return m_obstacles; }

    //! For tests and custom levels.
    void setObstacles(const QList<QRect> &obstacles) { m_obstacles = obstacles; }
    void setPosition(int id, QPointF position) { m_players.at(id).position = position; }

private:
    QPointF freePlace();
    bool isFree(QPointF position) const;
    void move(Player &player) const;
    void makeIt(int id);

    std::mt19937 m_random;
    QList<QRect> m_obstacles;
    std::map<int, Player> m_players; // by number
    int m_lastId = 0;
    int m_it = 0;
    int m_rest = 0; // ticks until somebody can be caught
};
