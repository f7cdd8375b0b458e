// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/ConnectionListener>

#include <QtCore/QMap>
#include <QtCore/QPointF>

//! The network side of a game of tag: where the players are, and which one is it.
class TagGame : public QRepod::ConnectionListener
{
    Q_OBJECT

public:
    explicit TagGame(const QString &name);

    //! Moves the player, here at once and on other clients when they are told.
    void move(QPointF to);

    const QMap<QString, QPointF> &players() const { return m_players; }
    QString it() const { return m_it; }

    //! What to show the player: why there is no game any more.
    QString problem() const { return m_problem; }

public slots:
    void Network_connected();
    void Network_moved(const QString &name, double x, double y);
    void Network_tagged(const QString &name);
    void Network_left(const QString &name);
    void Network_error(const QString &error);
    void Network_disconnected();

signals:
    void changed();

private:
    const QString m_name;
    QMap<QString, QPointF> m_players;
    QString m_it;
    QString m_problem;
};
