// SPDX-License-Identifier: MIT
#include "pong/ponggame.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace {

constexpr double tickSeconds = 1.0 / PongGame::ticksPerSecond;
constexpr double steepestServe = std::numbers::pi / 5;
constexpr double steepestBounce = std::numbers::pi / 3;

} // namespace

PongGame::PongGame(int winScore, std::uint32_t seed)
    : m_winScore(winScore)
    , m_random(seed)
{
}

std::optional<int> PongGame::freeSlot() const
{
    for (int slot : {0, 1}) {
        if (!player(slot).here)
            return slot;
    }
    return {};
}

bool PongGame::isEmpty() const
{
    return !player(0).here && !player(1).here;
}

PongGame::Event PongGame::join(int slot)
{
    player(slot).here = true;
    return freeSlot() ? Event::None : startRound();
}

void PongGame::leave(int slot)
{
    player(slot) = {};
    for (Player &player : m_players)
        player.score = 0;
    m_state = State::Waiting;
    m_ball = {};
}

void PongGame::setDirection(int slot, int direction)
{
    player(slot).direction = std::clamp(direction, -1, 1);
}

PongGame::Event PongGame::tick()
{
    // Also while nothing else moves, so that a waiting player notices that the keys work.
    movePaddles();

    switch (m_state) {
    case State::Waiting:
    case State::Finished:
        break;
    case State::Playing:
        moveBall();
        countPoints();
        if (m_state == State::Finished)
            return Event::GameOver;
        break;
    case State::Scored:
        if (--m_rest <= 0)
            return startRound();
        break;
    }
    return Event::None;
}

std::optional<int> PongGame::winner() const
{
    if (m_state != State::Finished)
        return {};
    return score(0) >= m_winScore ? 0 : 1;
}

PongGame::Event PongGame::startRound()
{
    const double angle =
        std::uniform_real_distribution<double>(-steepestServe, steepestServe)(m_random);
    const double towards = std::bernoulli_distribution()(m_random) ? 1 : -1;
    m_ball = {};
    m_ball.vx = std::cos(angle) * m_ball.speed * towards;
    m_ball.vy = std::sin(angle) * m_ball.speed;
    m_state = State::Playing;
    return Event::RoundStarted;
}

void PongGame::movePaddles()
{
    for (Player &player : m_players) {
        player.y = std::clamp<double>(player.y + player.direction * paddleSpeed * tickSeconds,
                                      paddleHeight / 2, fieldHeight - paddleHeight / 2);
    }
}

void PongGame::moveBall()
{
    m_ball.x += m_ball.vx * tickSeconds;
    m_ball.y += m_ball.vy * tickSeconds;

    constexpr double half = ballSize / 2;
    if (m_ball.y <= half) {
        m_ball.y = half;
        m_ball.vy = std::abs(m_ball.vy);
    } else if (m_ball.y >= fieldHeight - half) {
        m_ball.y = fieldHeight - half;
        m_ball.vy = -std::abs(m_ball.vy);
    }
    bounceOff(0);
    bounceOff(1);
}

void PongGame::bounceOff(int slot)
{
    // Relative to the paddle: how far the ball is before its centre, and how fast it comes.
    const double outwards = slot == 0 ? 1 : -1;
    const double paddleX = slot == 0 ? paddleMargin : fieldWidth - paddleMargin;
    const double distance = (m_ball.x - paddleX) * outwards;
    const double across = m_ball.y - paddle(slot);

    // At top speed the ball moves by its own size in a tick, so it cannot jump over a paddle.
    constexpr double reach = (paddleWidth + ballSize) / 2;
    if (m_ball.vx * outwards >= 0 || std::abs(distance) > reach
        || std::abs(across) >= (paddleHeight + ballSize) / 2)
        return;

    const double angle = std::clamp(across / (paddleHeight / 2), -1.0, 1.0) * steepestBounce;
    m_ball.speed = std::min(m_ball.speed + speedGain, topBallSpeed);
    m_ball.vx = std::cos(angle) * m_ball.speed * outwards;
    m_ball.vy = std::sin(angle) * m_ball.speed;
}

void PongGame::countPoints()
{
    if (m_ball.x > 0 && m_ball.x < fieldWidth)
        return;
    const int scorer = m_ball.x <= 0 ? 1 : 0;
    if (++player(scorer).score >= m_winScore) {
        m_state = State::Finished;
    } else {
        m_state = State::Scored;
        m_rest = ticksPerSecond;
    }
}
