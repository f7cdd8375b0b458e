// SPDX-License-Identifier: MIT
#pragma once

#include "whiteboard/line.h"

#include <QRepod/Channel>
#include <QRepod/Server>

#include <memory>

//! One person at the whiteboard.
class WhiteboardChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    explicit WhiteboardChannel(const QString &id);

    const QString id;
    QString name;

public slots:
    void Network_startline(const QVariantList &point, const QVariantList &color = {0, 0, 0},
                           double thickness = 3);
    void Network_drawpoint(const QVariantList &point);

    // Not in repod's whiteboard, whose clients and server ignore them.
    void Network_undo();
    void Network_clear();
    void Network_name(const QString &name);

private:
    bool m_started = false;
    std::weak_ptr<Line> m_line; // the line being drawn, as long as the board keeps it
};

//! Sends every line to all, including the one who draws it, and keeps the picture for those who
//! join later. Everyone may undo their own lines.
///
/// A player's lines stay when the player leaves. When the last one has left, the board is wiped.
class WhiteboardServer : public QRepod::Server
{
    Q_OBJECT

public:
    WhiteboardServer();

    //! Keeps \a line, drawn by \a id. The board forgets it when it is wiped, or when so much has
    //! been drawn since that the picture would not fit into one message.
    std::weak_ptr<Line> addLine(const QString &id, const Line &line);
    void addPoint(Line &line, QPointF point);

    //! Removes the last line of \a id, or all of them; returns false if there is none.
    bool removeLast(const QString &id);
    bool removeAll(const QString &id);

    //! Sends everyone the names that players have given, if they have changed.
    void sendNames();

private:
    struct Drawn
    {
        QString id;
        std::shared_ptr<Line> line;
    };

    void join(QRepod::Channel *channel);
    void leave(QRepod::Channel *channel);
    void sendPlayers();
    void forgetOldest();

    int m_ids = 0;
    QList<Drawn> m_drawn; // oldest first
    qsizetype m_values = 0;
    QStringList m_names;
};
