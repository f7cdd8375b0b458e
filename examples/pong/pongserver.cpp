// SPDX-License-Identifier: MIT
#include "pong/pongserver.h"

#include "playername.h"

#include <QtCore/QTextStream>

#include <cmath>

namespace {

QTextStream out(stdout);

QString nameOf(PongGame::State state)
{
    switch (state) {
    case PongGame::State::Waiting:
        return "waiting";
    case PongGame::State::Playing:
        return "playing";
    case PongGame::State::Scored:
        return "scored";
    case PongGame::State::Finished:
        return "finished";
    }
    Q_UNREACHABLE();
}

double toTenths(double position)
{
    return std::round(position * 10) / 10;
}

} // namespace

void PongChannel::Network_input(int direction)
{
    if (slot)
        qobject_cast<PongServer *>(server())->setDirection(*slot, direction);
}

void PongChannel::Network_name(const QString &newName)
{
    name = playerName(newName);
    qobject_cast<PongServer *>(server())->sendNames();
}

PongServer::PongServer(int winScore)
    : m_game(winScore)
    , m_clock(this, [this](int steps) { tick(steps); })
{
    setChannelClass<PongChannel>();
    connect(this, &Server::channelConnected, this, &PongServer::join);
    connect(this, &Server::channelDisconnected, this, &PongServer::leave);
}

void PongServer::setDirection(int slot, int direction)
{
    m_game.setDirection(slot, direction);
}

void PongServer::join(QRepod::Channel *channel)
{
    const std::optional<int> slot = m_game.freeSlot();
    if (!slot) {
        out << "Full, no place for " << channel->address() << Qt::endl;
        channel->send({{"action", "full"}});
        return;
    }

    out << "Player " << *slot + 1 << " connected: " << channel->address() << Qt::endl;
    qobject_cast<PongChannel *>(channel)->slot = slot;
    channel->send({
        {"action", "setup"},
        {"slot", *slot},
        {"field", QVariantMap{{"w", PongGame::fieldWidth}, {"h", PongGame::fieldHeight}}},
        {"paddle",
         QVariantMap{{"w", PongGame::paddleWidth},
                     {"h", PongGame::paddleHeight},
                     {"margin", PongGame::paddleMargin}}},
        {"ball_size", PongGame::ballSize},
        {"win_score", m_game.winScore()},
    });
    announce(m_game.join(*slot));
    sendNames();
    m_clock.start();
}

void PongServer::leave(QRepod::Channel *channel)
{
    const std::optional<int> slot = qobject_cast<PongChannel *>(channel)->slot;
    if (!slot)
        return;
    out << "Player " << *slot + 1 << " disconnected: " << channel->address() << Qt::endl;
    m_game.leave(*slot);
    sendToPlayers({{"action", "opponent_left"}});
    sendNames();
    if (m_game.isEmpty())
        m_clock.stop();
}

void PongServer::tick(int times)
{
    for (int i = 0; i < times; ++i)
        announce(m_game.tick());
    sendState();
}

void PongServer::announce(PongGame::Event event)
{
    switch (event) {
    case PongGame::Event::None:
        break;
    case PongGame::Event::RoundStarted:
        sendState(); // also for a new game, which starts at 0:0
        sendToPlayers({{"action", "round_start"}});
        break;
    case PongGame::Event::GameOver:
        // The last point is in the state, and players should have it when they are told the end.
        sendState();
        sendToPlayers({{"action", "game_over"}, {"winner", *m_game.winner()}});
        out << "Player " << *m_game.winner() + 1 << " wins " << m_game.score(0) << " to "
            << m_game.score(1) << Qt::endl;
        break;
    }
}

void PongServer::sendState()
{
    sendToPlayers({
        {"action", "state"},
        {"ball", QVariantMap{{"x", toTenths(m_game.ball().x)}, {"y", toTenths(m_game.ball().y)}}},
        {"paddles", QVariantList{toTenths(m_game.paddle(0)), toTenths(m_game.paddle(1))}},
        {"scores", QVariantList{m_game.score(0), m_game.score(1)}},
        {"game_state", nameOf(m_game.state())},
    });
}

void PongServer::sendNames()
{
    QStringList names = {"", ""};
    const QList<QRepod::Channel *> all = channels();
    for (QRepod::Channel *channel : all) {
        const auto *player = qobject_cast<PongChannel *>(channel);
        if (player->slot)
            names[*player->slot] = player->name;
    }
    if (names != QStringList{"", ""})
        sendToPlayers({{"action", "names"}, {"list", names}});
}

void PongServer::sendToPlayers(const QVariantMap &message)
{
    const QList<QRepod::Channel *> all = channels();
    for (QRepod::Channel *channel : all) {
        if (qobject_cast<PongChannel *>(channel)->slot)
            channel->send(message);
    }
}
