// SPDX-License-Identifier: MIT
#include "tag/tagarena.h"

#include <algorithm>
#include <cmath>

namespace {

// Obstacles leave room at the edges.
constexpr int clearance = 60;

//! Returns where no player's centre can be: less than a radius from the obstacle.
QRectF around(const QRect &obstacle)
{
    constexpr double r = TagArena::radius;
    return QRectF(obstacle).adjusted(-r, -r, r, r);
}

bool isInside(QPointF point, const QRectF &rect)
{
    return point.x() > rect.left() && point.x() < rect.right() && point.y() > rect.top()
        && point.y() < rect.bottom();
}

int sign(int number)
{
    return (number > 0) - (number < 0);
}

} // namespace

TagArena::TagArena(std::uint32_t seed)
    : m_random(seed)
{
    const auto number = [this](int least, int most) {
        return std::uniform_int_distribution(least, most)(m_random);
    };
    for (int i = 0; i < obstacleCount; ++i) {
        const QSize size(number(40, 120), number(40, 120));
        const QPoint corner(number(clearance, width - clearance - size.width()),
                            number(clearance, height - clearance - size.height()));
        m_obstacles.append(QRect(corner, size));
    }
}

int TagArena::join()
{
    const int id = ++m_lastId;
    m_players[id].position = freePlace();
    if (m_players.size() == 1)
        makeIt(id);
    return id;
}

void TagArena::leave(int id)
{
    m_players.erase(id);
    if (id == m_it && !m_players.empty())
        makeIt(m_players.begin()->first);
}

void TagArena::setDirection(int id, int dx, int dy)
{
    const auto player = m_players.find(id);
    if (player == m_players.end())
        return;
    player->second.dx = sign(dx);
    player->second.dy = sign(dy);
}

std::optional<TagArena::Catch> TagArena::tick()
{
    for (auto &[id, player] : m_players)
        move(player);

    m_rest = std::max(m_rest - 1, 0);
    if (m_rest > 0 || m_players.empty())
        return {};
    const QPointF hunter = m_players.at(m_it).position;
    for (const auto &[id, player] : m_players) {
        const QPointF way = player.position - hunter;
        if (id == m_it || std::hypot(way.x(), way.y()) >= reach)
            continue;
        const Catch result = {m_it, id};
        makeIt(id);
        return result;
    }
    return {};
}

std::optional<int> TagArena::it() const
{
    if (m_players.empty())
        return {};
    return m_it;
}

QPointF TagArena::freePlace()
{
    std::uniform_real_distribution<double> x(radius, width - radius);
    std::uniform_real_distribution<double> y(radius, height - radius);
    for (int tries = 0; tries < 100; ++tries) {
        const QPointF place(x(m_random), y(m_random));
        if (isFree(place))
            return place;
    }
    return {radius, radius}; // a corner, which is always free
}

bool TagArena::isFree(QPointF position) const
{
    return std::none_of(
        m_obstacles.cbegin(), m_obstacles.cend(),
        [position](const QRect &obstacle) { return isInside(position, around(obstacle)); });
}

//! Moves first across, then up or down, so that a player who runs into an obstacle at an angle
//! slides along it.
void TagArena::move(Player &player) const
{
    if (player.dx == 0 && player.dy == 0)
        return;
    const double step = speed / ticksPerSecond / std::hypot(player.dx, player.dy);
    QPointF &at = player.position;

    at.setX(std::clamp<double>(at.x() + player.dx * step, radius, width - radius));
    for (const QRect &obstacle : m_obstacles) {
        const QRectF wall = around(obstacle);
        if (isInside(at, wall))
            at.setX(player.dx > 0 ? wall.left() : wall.right());
    }
    at.setY(std::clamp<double>(at.y() + player.dy * step, radius, height - radius));
    for (const QRect &obstacle : m_obstacles) {
        const QRectF wall = around(obstacle);
        if (isInside(at, wall))
            at.setY(player.dy > 0 ? wall.top() : wall.bottom());
    }
}

void TagArena::makeIt(int id)
{
    m_it = id;
    m_rest = restTicks;
}
