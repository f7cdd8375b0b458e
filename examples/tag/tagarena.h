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
//! caught. No network, no clock: one tick() is a sixtieth of a second.
///
/// x grows to the right and y down. A player is a disc, whose position is its centre.
class TagArena
{
public:
    static constexpr int ticksPerSecond = 60;
    static constexpr int width = 800;
    static constexpr int height = 600;
    static constexpr int radius = 14;
    static constexpr double speed = 200; ///< a second, in every direction
    static constexpr double reach = 32;  ///< how near two have to come
    static constexpr int restTicks = 90; ///< after a change of who is it
    static constexpr int obstacleCount = 7;

    struct Player
    {
        QPointF position;
        int dx = 0;
        int dy = 0;
    };

    //! Who has caught whom.
    struct Catch
    {
        int tagger;
        int tagged;
    };

    explicit TagArena(std::uint32_t seed = std::random_device()());

    //! Adds a player at a free place and returns the player's number. The first one is it.
    int join();

    //! If it was the one who is it, the one who has been there longest is it now.
    void leave(int id);

    //! \a dx and \a dy are -1, 0 or 1; of other numbers the sign counts. Does nothing if there is
    //! no such player.
    void setDirection(int id, int dx, int dy);

    //! Everybody moves, and then somebody may be caught.
    std::optional<Catch> tick();

    //! Who is it; nobody while there are no players.
    std::optional<int> it() const;

    const std::map<int, Player> &players() const { return m_players; }
    const QList<QRect> &obstacles() const { return m_obstacles; }

    //! For tests and for levels of one's own.
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
