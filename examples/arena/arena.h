// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QList>
#include <QtCore/QObject>
#include <QtCore/QPointF>

#include <random>

//! A piece of gold or a shot. Everybody in the room can see the properties.
struct Thing
{
    Q_GADGET
    Q_PROPERTY(int number MEMBER number)
    Q_PROPERTY(float x READ x)
    Q_PROPERTY(float y READ y)

public:
    float x() const { return float(place.x()); }
    float y() const { return float(place.y()); }

    int number = 0;
    QPointF place, speed;    // units, and units per second
    int owner = 0, life = 0; // for a shot: the ship's number, and ticks to go
};

struct Ship : Thing
{
    Q_GADGET
    Q_PROPERTY(QString name MEMBER name)
    Q_PROPERTY(float angle MEMBER angle)
    Q_PROPERTY(int hull MEMBER hull)
    Q_PROPERTY(int score MEMBER score)
    Q_PROPERTY(int gold MEMBER gold)
    Q_PROPERTY(bool thrust READ thrust)
    Q_PROPERTY(bool away MEMBER away)

public:
    bool thrust() const { return !course.isNull(); }

    QString name;
    float angle = 0; // degrees, clockwise from the right
    int hull = 100;  // 0: destroyed, back soon
    int score = 0, gold = 0;
    bool away = false; // the player's connection is lost: nothing hits the ship
    bool isBot = false, fires = false;
    QPointF course;              // direction and speed, of length 1 at most
    int engine = 0, cannon = 0;  // levels
    int reload = 0, repairs = 0; // ticks to go
};

//! The rules: ships collect gold and shoot at each other; 50 points win. No network, no clock.
class Arena
{
public:
    static constexpr int ticksPerSecond = 30, maximumShips = 4, winningScore = 50;
    static constexpr int width = 960, height = 600;

    //! Bots fill the arena up to \a ships ships, and make room for players.
    explicit Arena(int ships = 0, std::uint32_t seed = std::random_device()());

    int addPlayer(const QString &name); // returns the ship's number, 1 to 4
    void remove(int number);
    void steer(int number, QPointF course, bool fires);
    QString buy(int number, const QString &item); // why not; empty if bought
    QString tick(); // a 30th of a second; returns who has won, if anybody; then all restart

    Ship *ship(int number); // nullptr if there is none
    const QList<Ship> &ships() const { return m_ships; }
    const QList<Thing> &shots() const { return m_shots; }
    const QList<Thing> &gold() const { return m_gold; }

private:
    double random(double most) { return std::uniform_real_distribution(0., most)(m_random); }
    QPointF randomPlace() { return {40 + random(width - 80), 40 + random(height - 80)}; }
    int add(const QString &name, bool isBot);
    void addBots();
    void think(Ship &bot);
    void move(Ship &ship);
    void shoot(Ship &ship);
    void move(Thing &shot);

    const int m_minimumShips;
    std::mt19937 m_random;
    QList<Ship> m_ships;
    QList<Thing> m_shots, m_gold;
    int m_lastShot = 0;
};
