// SPDX-License-Identifier: MIT
#include "testing/taggame.h"

TagGame::TagGame(const QString &name)
    : m_name(name)
{
}

void TagGame::move(QPointF to)
{
    m_players[m_name] = to;
    send("move", {{"x", to.x()}, {"y", to.y()}});
    emit changed();
}

void TagGame::Network_connected()
{
    m_problem.clear();
    send("join", {{"name", m_name}});
}

void TagGame::Network_moved(const QString &name, double x, double y)
{
    m_players[name] = {x, y};
    emit changed();
}

void TagGame::Network_tagged(const QString &name)
{
    m_it = name;
    emit changed();
}

void TagGame::Network_left(const QString &name)
{
    m_players.remove(name);
    if (m_it == name)
        m_it.clear();
    emit changed();
}

void TagGame::Network_error(const QString &error)
{
    m_problem = error;
    emit changed();
}

void TagGame::Network_disconnected()
{
    m_players.clear();
    m_it.clear();
    if (m_problem.isEmpty())
        m_problem = "The server has closed the game";
    emit changed();
}
