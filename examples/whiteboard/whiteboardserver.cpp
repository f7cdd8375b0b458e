// SPDX-License-Identifier: MIT
#include "whiteboard/whiteboardserver.h"

#include "playername.h"

#include <QtCore/QTextStream>

#include <algorithm>
#include <utility>

namespace {

QTextStream out(stdout);

constexpr qsizetype valuesPerPoint = 3; // the list, x and y
constexpr qsizetype valuesPerLine = 10; // the map, its three fields, the colour's parts, its owner

qsizetype valuesOf(const Line &line)
{
    return valuesPerLine + valuesPerPoint * line.points.size();
}

WhiteboardServer *serverOf(WhiteboardChannel *channel)
{
    return qobject_cast<WhiteboardServer *>(channel->server());
}

QString idOf(QRepod::Channel *channel)
{
    return qobject_cast<WhiteboardChannel *>(channel)->id;
}

} // namespace

WhiteboardChannel::WhiteboardChannel(const QString &id)
    : id(id)
{
}

void WhiteboardChannel::Network_startline(const QVariantList &point, const QVariantList &color,
                                          double thickness)
{
    const std::optional<QPointF> first = pointFrom(point);
    const std::optional<Line::Color> lineColor = colorFrom(color);
    const std::optional<double> lineThickness = thicknessFrom(thickness);
    if (!first || !lineColor || !lineThickness)
        return;

    const Line line = {{*first}, *lineColor, *lineThickness};
    m_line = serverOf(this)->addLine(id, line);
    m_started = true;
    server()->sendToAll({{"action", "startline"},
                         {"id", id},
                         {"point", toList(*first)},
                         {"color", toList(line.color)},
                         {"thickness", toNumber(line.thickness)}});
}

void WhiteboardChannel::Network_drawpoint(const QVariantList &point)
{
    const std::optional<QPointF> next = pointFrom(point);
    if (!next)
        return;

    if (!m_started)
        m_line = serverOf(this)->addLine(id, Line{{*next}});
    else if (const std::shared_ptr<Line> line = m_line.lock())
        serverOf(this)->addPoint(*line, *next);
    m_started = true;
    server()->sendToAll({{"action", "drawpoint"}, {"id", id}, {"point", toList(*next)}});
}

void WhiteboardChannel::Network_undo()
{
    if (!serverOf(this)->removeLast(id))
        return;
    m_started = false;
    server()->sendToAll({{"action", "undo"}, {"id", id}});
}

void WhiteboardChannel::Network_clear()
{
    if (!serverOf(this)->removeAll(id))
        return;
    m_started = false;
    server()->sendToAll({{"action", "clear"}, {"id", id}});
}

void WhiteboardChannel::Network_name(const QString &newName)
{
    name = playerName(newName);
    serverOf(this)->sendNames();
}

WhiteboardServer::WhiteboardServer()
{
    setChannelFactory([this] { return new WhiteboardChannel(QString::number(++m_ids)); });
    connect(this, &Server::channelConnected, this, &WhiteboardServer::join);
    connect(this, &Server::channelDisconnected, this, &WhiteboardServer::leave);
}

std::weak_ptr<Line> WhiteboardServer::addLine(const QString &id, const Line &line)
{
    const auto kept = std::make_shared<Line>(line);
    m_drawn.append({id, kept});
    m_values += valuesOf(line);
    forgetOldest();
    return kept;
}

void WhiteboardServer::addPoint(Line &line, QPointF point)
{
    line.points.append(point);
    m_values += valuesPerPoint;
    forgetOldest();
}

bool WhiteboardServer::removeLast(const QString &id)
{
    const auto isTheirs = [&id](const Drawn &drawn) { return drawn.id == id; };
    const auto last = std::find_if(m_drawn.rbegin(), m_drawn.rend(), isTheirs);
    if (last == m_drawn.rend())
        return false;
    m_values -= valuesOf(*last->line);
    m_drawn.erase(std::next(last).base());
    return true;
}

bool WhiteboardServer::removeAll(const QString &id)
{
    return m_drawn.removeIf([this, &id](const Drawn &drawn) {
        if (drawn.id == id)
            m_values -= valuesOf(*drawn.line);
        return drawn.id == id;
    }) > 0;
}

void WhiteboardServer::join(QRepod::Channel *channel)
{
    out << "Player connected: " << channel->address() << " (" << idOf(channel) << ')' << Qt::endl;

    QMap<QString, QVariantList> linesOf;
    const QList<QRepod::Channel *> players = channels();
    for (QRepod::Channel *player : players)
        linesOf[idOf(player)] = {};
    for (const Drawn &drawn : std::as_const(m_drawn))
        linesOf[drawn.id].append(toMap(*drawn.line));

    QVariantMap lines;
    for (auto it = linesOf.cbegin(); it != linesOf.cend(); ++it)
        lines[it.key()] = QVariantMap{{"lines", it.value()}};
    channel->send({{"action", "initial"}, {"lines", lines}});
    sendPlayers();
    // repod's whiteboard does not send this. It tells a client that lines can be undone.
    channel->send({{"action", "you"}, {"id", idOf(channel)}});
    if (!m_names.isEmpty())
        channel->send({{"action", "names"}, {"list", m_names}});
}

void WhiteboardServer::leave(QRepod::Channel *channel)
{
    out << "Player disconnected: " << channel->address() << " (" << idOf(channel) << ')'
        << Qt::endl;
    if (channels().isEmpty()) {
        m_drawn.clear();
        m_values = 0;
    }
    sendPlayers();
    sendNames();
}

void WhiteboardServer::sendNames()
{
    QStringList names;
    const QList<QRepod::Channel *> players = channels();
    for (QRepod::Channel *player : players)
        names.append(qobject_cast<WhiteboardChannel *>(player)->name);
    names.removeAll("");
    if (std::exchange(m_names, names) != names)
        sendToAll({{"action", "names"}, {"list", names}});
}

void WhiteboardServer::sendPlayers()
{
    sendToAll({{"action", "players"}, {"count", channels().size()}});
}

//! The whole picture is one message, `initial`, and the number of values in a message is limited.
//! The board keeps what fits, and leaves some room for players who have not drawn yet.
void WhiteboardServer::forgetOldest()
{
    while (m_values > maximumValues() / 10 * 9) {
        m_values -= valuesOf(*m_drawn.first().line);
        m_drawn.removeFirst();
    }
}
