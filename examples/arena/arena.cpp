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
    int gain, most;
} offers[] = {{"repair", 3, &Ship::hull, 100, 100},
              {"engine", 5, &Ship::engine, 1, 3},
              {"cannon", 5, &Ship::cannon, 1, 3}};

double length(QPointF way)
{
    return std::hypot(way.x(), way.y());
}

QPointF ahead(const Ship &ship)
{
    const double angle = qDegreesToRadians(double(ship.angle));
    return {std::cos(angle), std::sin(angle)};
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

int Arena::add(const QString &name, bool isBot)
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
        add(botNames[m_ships.size()], true);
}

int Arena::addPlayer(const QString &name)
{
    const auto bot = std::ranges::find(m_ships, true, &Ship::isBot);
    if (bot != m_ships.end())
        m_ships.erase(bot);
    return add(name.isEmpty() ? "Pilot" : name, false);
}

void Arena::remove(int number)
{
    m_ships.removeIf([number](const Ship &ship) { return ship.number == number; });
    addBots();
}

Ship *Arena::ship(int number)
{
    const auto found = std::ranges::find(m_ships, number, &Ship::number);
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
    const auto *offer =
        std::ranges::find_if(offers, [&](const auto &each) { return each.item == item; });
    if (!buyer || offer == std::end(offers))
        return "the shop has no such thing";
    int &level = buyer->*offer->level;
    if (level >= offer->most || buyer->hull == 0)
        return "there is nothing to improve";
    if (buyer->gold < offer->price)
        return QString("that costs %1 gold").arg(offer->price);
    buyer->gold -= offer->price;
    level = std::min(level + offer->gain, offer->most);
    return {};
}

void Arena::think(Ship &bot)
{
    const auto wayTo = [&bot](const Thing &thing) { return thing.place - bot.place; };
    const auto distanceTo = [&](const Thing &thing) { return length(wayTo(thing)); };
    const auto isInSight = [&](const Ship &other) {
        return other.hull > 0 && distanceTo(other) < 320
            && QPointF::dotProduct(wayTo(other), ahead(bot)) > 0.98 * distanceTo(other);
    };
    const QPointF course = wayTo(*std::ranges::min_element(m_gold, {}, distanceTo));
    bot.course = 0.6 * course / std::max(1., length(course)); // slightly slower than players
    bot.fires = std::ranges::any_of(m_ships, isInSight) && random(1) < 0.1;
}

void Arena::move(Ship &ship)
{
    if (ship.hull == 0 && --ship.repairs > 0)
        return;
    if (ship.hull == 0) {
        ship.hull = 100;
        ship.place = randomPlace();
    }
    if (ship.thrust())
        ship.angle = float(qRadiansToDegrees(std::atan2(ship.course.y(), ship.course.x())));
    ship.speed = 0.93 * ship.speed + (700 + 150 * ship.engine) * step * ship.course;
    ship.place += step * ship.speed;
    ship.place = {std::clamp(ship.place.x(), shipRadius, width - shipRadius),
                  std::clamp(ship.place.y(), shipRadius, height - shipRadius)};
    for (Thing &gold : m_gold) {
        if (length(gold.place - ship.place) > 30)
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
    m_shots.append({++m_lastShot, ship.place, 560 * ahead(ship), ship.number, 36});
}

void Arena::move(Thing &shot)
{
    shot.place += step * shot.speed;
    --shot.life;
    for (Ship &target : m_ships) {
        if (target.number == shot.owner || target.hull == 0 || target.away
            || length(target.place - shot.place) > shipRadius)
            continue;
        shot.life = 0;
        target.hull -= 25;
        target.repairs = 2 * ticksPerSecond; // in case that was the last hit
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
        if (ship.away)
            steer(ship.number, {}, false);
        move(ship);
        shoot(ship);
    }
    for (Thing &shot : m_shots)
        move(shot);
    m_shots.removeIf([](const Thing &shot) {
        return shot.life <= 0 || !QRectF(0, 0, width, height).contains(shot.place);
    });
    const auto best = std::ranges::max_element(m_ships, {}, &Ship::score);
    if (best == m_ships.end() || best->score < winningScore)
        return {};
    const QString winner = best->name;
    for (Ship &ship : m_ships)
        ship.score = 0;
    return winner;
}
