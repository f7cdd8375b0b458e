// SPDX-License-Identifier: MIT
#include "arena/arena.h"

#include <QtCore/QRectF>
#include <QtCore/QtMath>

#include <algorithm>
#include <cmath>

namespace {

constexpr double shipRadius = 18, step = 1. / Arena::ticksPerSecond;
constexpr const char *botNames[] = {"Bot Vega", "Bot Rigel", "Bot Mira", "Bot Deneb"};

constexpr struct
{
    const char *item;
    int price;
    int Ship::*level;
    int most;
} offers[] = {{"repair", 3, &Ship::hull, 100},
              {"engine", 5, &Ship::engine, 3},
              {"cannon", 5, &Ship::cannon, 3}};

double length(QPointF way)
{
    return std::hypot(way.x(), way.y());
}

double distance(const Thing &one, const Thing &other)
{
    return length(one.place - other.place);
}

double angleOf(QPointF way)
{
    return qRadiansToDegrees(std::atan2(way.y(), way.x()));
}

} // namespace

Arena::Arena(int ships, std::uint32_t seed)
    : m_minimumShips(std::min(ships, maximumShips))
    , m_random(seed)
{
    for (int number = 1; number <= 6; ++number)
        m_gold.append({number, randomPlace(), {}});
    addBots();
}

int Arena::addShip(const QString &name, bool isBot)
{
    Ship added;
    do
        ++added.number;
    while (ship(added.number));
    added.name = name;
    added.isBot = isBot;
    added.place = randomPlace();
    m_ships.append(added);
    return added.number;
}

void Arena::addBots()
{
    while (m_ships.size() < m_minimumShips)
        addShip(botNames[m_ships.size()], true);
}

int Arena::addPlayer(const QString &name)
{
    const auto isBot = [](const Ship &ship) { return ship.isBot; };
    const auto bot = std::find_if(m_ships.cbegin(), m_ships.cend(), isBot);
    if (bot != m_ships.cend() && m_ships.size() == m_minimumShips)
        m_ships.erase(bot);
    return addShip(name.isEmpty() ? "Pilot" : name, false);
}

void Arena::remove(int number)
{
    m_ships.removeIf([number](const Ship &ship) { return ship.number == number; });
    addBots();
}

Ship *Arena::ship(int number)
{
    const auto is = [number](const Ship &ship) { return ship.number == number; };
    const auto found = std::find_if(m_ships.begin(), m_ships.end(), is);
    return found == m_ships.end() ? nullptr : &*found;
}

void Arena::steer(int number, QPointF course, bool fires)
{
    Ship *steered = ship(number);
    if (!steered || !std::isfinite(length(course)))
        return;
    steered->course = course / std::max(1., length(course));
    steered->fires = fires;
}

QString Arena::buy(int number, const QString &item)
{
    Ship *buyer = ship(number);
    for (const auto &[name, price, level, most] : offers) {
        if (!buyer || item != QLatin1String(name))
            continue;
        if (buyer->*level >= most || buyer->hull == 0)
            return "there is nothing to improve";
        if (buyer->gold < price)
            return QString("that costs %1 gold").arg(price);
        buyer->gold -= price;
        buyer->*level = level == &Ship::hull ? most : buyer->*level + 1;
        return {};
    }
    return "the shop has no such thing";
}

void Arena::think(Ship &bot)
{
    const auto isNearer = [&bot](const Thing &one, const Thing &other) {
        return distance(bot, one) < distance(bot, other);
    };
    const auto isAhead = [&bot](const Ship &other) {
        const double aside = angleOf(other.place - bot.place) - double(bot.angle);
        return other.number != bot.number && other.hull > 0 && distance(bot, other) < 320
            && std::abs(std::remainder(aside, 360)) < 12;
    };
    const QPointF way =
        std::min_element(m_gold.cbegin(), m_gold.cend(), isNearer)->place - bot.place;
    bot.course = 0.6 * way / std::max(1., length(way)); // players are a bit faster
    bot.fires = std::any_of(m_ships.cbegin(), m_ships.cend(), isAhead) && random(1) < 0.1;
}

void Arena::move(Ship &ship)
{
    if (ship.hull == 0 && --ship.repairs > 0)
        return;
    if (ship.hull == 0) {
        ship.hull = 100;
        ship.place = randomPlace();
    }
    if (ship.away)
        ship.course = {}, ship.fires = false;
    if (ship.thrust())
        ship.angle = float(angleOf(ship.course));
    ship.speed = 0.93 * ship.speed + (700 + 150 * ship.engine) * step * ship.course;
    ship.place += step * ship.speed;
    ship.place = {std::clamp(ship.place.x(), shipRadius, width - shipRadius),
                  std::clamp(ship.place.y(), shipRadius, height - shipRadius)};
    for (Thing &gold : m_gold) {
        if (distance(ship, gold) > 30)
            continue;
        ++ship.gold;
        ++ship.score;
        gold.place = randomPlace();
    }
}

void Arena::shoot(Ship &ship)
{
    ship.reload = std::max(0, ship.reload - 1);
    if (!ship.fires || ship.hull == 0 || ship.reload > 0)
        return;
    ship.reload = 14 - 3 * ship.cannon;
    const double angle = qDegreesToRadians(double(ship.angle));
    const QPointF ahead(std::cos(angle), std::sin(angle));
    m_shots.append({++m_lastShot, ship.place, 560 * ahead, ship.number, 36});
}

void Arena::move(Thing &shot)
{
    shot.place += step * shot.speed;
    --shot.life;
    for (Ship &target : m_ships) {
        if (target.number == shot.owner || target.hull == 0 || target.away
            || distance(shot, target) > shipRadius)
            continue;
        shot.life = 0;
        target.hull -= 25;
        target.repairs = 2 * ticksPerSecond; // in case that was the last
        if (Ship *winner = ship(shot.owner); winner && target.hull == 0)
            winner->score += 5;
        return;
    }
}

QString Arena::tick()
{
    for (Ship &ship : m_ships) {
        if (ship.isBot)
            think(ship);
        move(ship);
        shoot(ship);
    }
    for (Thing &shot : m_shots)
        move(shot);
    m_shots.removeIf([](const Thing &shot) {
        return shot.life <= 0 || !QRectF(0, 0, width, height).contains(shot.place);
    });
    const auto isBehind = [](const Ship &one, const Ship &other) {
        return one.score < other.score;
    };
    const auto best = std::max_element(m_ships.cbegin(), m_ships.cend(), isBehind);
    if (best == m_ships.cend() || best->score < winningScore)
        return {};
    const QString winner = best->name;
    for (Ship &ship : m_ships)
        ship.score = 0;
    return winner;
}
