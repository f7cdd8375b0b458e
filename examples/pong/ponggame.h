// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <random>

//! The rules of pong: two paddles, a ball, and who has won. No network, no clock: one tick() is a
//! 60th of a second.
///
/// Slot 0 plays on the left, slot 1 on the right. x grows to the right and y down. The positions of
/// the ball and the paddles are those of their centres.
class PongGame
{
public:
    static constexpr int ticksPerSecond = 60;
    static constexpr int fieldWidth = 800;
    static constexpr int fieldHeight = 600;
    static constexpr int paddleWidth = 12;
    static constexpr int paddleHeight = 90;
    static constexpr int paddleMargin = 30;    ///< from the edge to the paddle's centre
    static constexpr double paddleSpeed = 380; ///< per second
    static constexpr int ballSize = 10;
    static constexpr double firstBallSpeed = 320;
    static constexpr double speedGain = 18; ///< at each paddle
    static constexpr double topBallSpeed = 600;

    enum class State {
        Waiting,  ///< for two players
        Playing,  ///< the ball is moving
        Scored,   ///< a rest of one second before the next round
        Finished, ///< until somebody leaves and somebody joins
    };

    struct Ball
    {
        double x = fieldWidth / 2;
        double y = fieldHeight / 2;
        double vx = 0;
        double vy = 0;
        double speed = firstBallSpeed;
    };

    //! The result of a call.
    enum class Event {
        None,
        RoundStarted,
        GameOver, ///< see winner()
    };

    explicit PongGame(int winScore = 5, std::uint32_t seed = std::random_device()());

    //! The free slot, the left one first.
    std::optional<int> freeSlot() const;

    bool isEmpty() const;

    //! Takes \a slot, which must be free. A new game starts if it was the second.
    Event join(int slot);

    //! Frees \a slot. The game ends without a winner; the next one starts at 0:0.
    void leave(int slot);

    //! \a direction is -1 for up, 1 for down and 0 to rest; for other numbers the sign counts.
    void setDirection(int slot, int direction);

    Event tick();

    State state() const { return m_state; }
    const Ball &ball() const { return m_ball; }
    double paddle(int slot) const { return player(slot).y; }
    int score(int slot) const { return player(slot).score; }
    int winScore() const { return m_winScore; }
    std::optional<int> winner() const;

    //! Moves the ball, for tests and training.
    void setBall(const Ball &ball) { m_ball = ball; }

private:
    struct Player
    {
        bool here = false;
        double y = fieldHeight / 2;
        int direction = 0;
        int score = 0;
    };

    Player &player(int slot) { return m_players.at(std::size_t(slot)); }
    const Player &player(int slot) const { return m_players.at(std::size_t(slot)); }
    Event startRound();
    void movePaddles();
    void moveBall();
    void bounceOff(int slot);
    void countPoints();

    const int m_winScore;
    std::mt19937 m_random;
    std::array<Player, 2> m_players;
    State m_state = State::Waiting;
    Ball m_ball;
    int m_rest = 0; // ticks until the next round
};
