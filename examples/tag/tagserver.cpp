// SPDX-License-Identifier: MIT
#include "tag/tagserver.h"

#include "playername.h"

#include <QtCore/QMap>
#include <QtCore/QTextStream>

#include <array>
#include <cmath>

namespace {

QTextStream out(stdout);

TagServer *serverOf(TagChannel *channel)
{
    return qobject_cast<TagServer *>(channel->server());
}

TagChannel *playerOf(QRepod::Channel *channel)
{
    return qobject_cast<TagChannel *>(channel);
}

//! None of these is red, the colour of the player who is it.
QVariantList colorOf(int id)
{
    static const std::array<QVariantList, 8> colors = {{
        {88, 166, 255},
        {86, 211, 120},
        {242, 201, 76},
        {196, 130, 255},
        {64, 208, 208},
        {255, 160, 90},
        {240, 140, 200},
        {190, 200, 215},
    }};
    return colors[size_t(id) % colors.size()];
}

double toTenths(double position)
{
    return std::round(position * 10) / 10;
}

} // namespace

void TagChannel::Network_input(int dx, int dy)
{
    serverOf(this)->arena().setDirection(id, dx, dy);
}

void TagChannel::Network_name(const QString &newName)
{
    name = playerName(newName);
    serverOf(this)->sendNames();
}

TagServer::TagServer()
    : m_clock(this, [this](int steps) { tick(steps); })
{
    setChannelClass<TagChannel>();
    connect(this, &Server::channelConnected, this, &TagServer::join);
    connect(this, &Server::channelDisconnected, this, &TagServer::leave);
}

void TagServer::join(QRepod::Channel *channel)
{
    const int id = m_arena.join();
    playerOf(channel)->id = id;
    out << "Player " << id << " connected: " << channel->address() << Qt::endl;

    QVariantList obstacles;
    for (const QRect &obstacle : m_arena.obstacles()) {
        obstacles.append(QVariantMap{{"x", obstacle.x()},
                                     {"y", obstacle.y()},
                                     {"w", obstacle.width()},
                                     {"h", obstacle.height()}});
    }
    channel->send({
        {"action", "setup"},
        {"your_id", id},
        {"obstacles", obstacles},
        {"arena", QVariantMap{{"w", TagArena::width}, {"h", TagArena::height}}},
        {"radius", TagArena::radius},
    });
    sendNames();
    m_clock.start();
}

void TagServer::leave(QRepod::Channel *channel)
{
    const int id = playerOf(channel)->id;
    out << "Player " << id << " disconnected: " << channel->address() << Qt::endl;
    m_arena.leave(id);
    if (m_arena.players().empty())
        m_clock.stop();
}

void TagServer::tick(int times)
{
    for (int i = 0; i < times; ++i) {
        const std::optional<TagArena::Catch> caught = m_arena.tick();
        if (!caught)
            continue;
        out << "Player " << caught->tagger << " caught player " << caught->tagged << Qt::endl;
        sendToAll({{"action", "tagged"}, {"tagger", caught->tagger}, {"tagged", caught->tagged}});
    }
    sendState();
}

void TagServer::sendState()
{
    QMap<int, QVariant> players; // keys stay numbers: the keys of a map need not be text
    for (const auto &[id, player] : m_arena.players()) {
        players[id] = QVariantMap{{"x", toTenths(player.position.x())},
                                  {"y", toTenths(player.position.y())},
                                  {"color", colorOf(id)}};
    }
    sendToAll(
        {{"action", "state"}, {"it", *m_arena.it()}, {"players", QVariant::fromValue(players)}});
}

void TagServer::sendNames()
{
    QMap<int, QVariant> names;
    const QList<QRepod::Channel *> all = channels();
    for (QRepod::Channel *channel : all) {
        const TagChannel *player = playerOf(channel);
        if (!player->name.isEmpty())
            names[player->id] = player->name;
    }
    if (!names.isEmpty())
        sendToAll({{"action", "names"}, {"players", QVariant::fromValue(names)}});
}
