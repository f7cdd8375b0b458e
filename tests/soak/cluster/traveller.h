// SPDX-License-Identifier: MIT
#pragma once

#include "soak/cluster/hearing.h"
#include "soak/cluster/nodeprocess.h"

#include <QRepod/ConnectionListener>

#include <QtCore/QStringList>
#include <QtCore/QUrl>

//! Totals of what has happened to all travellers.
struct Journeys
{
    qint64 interruptions = 0;
    qint64 resumes = 0;
    qint64 lost = 0;        ///< sessions lost, each with its node
    qint64 byWebSocket = 0; ///< messages heard
    QStringList betrayals;  ///< sessions that ended although their nodes live, and why
};

//! One client with a session, on a line that is cut again and again. It checks what it hears, and
//! what it is told of its connection. Works in the thread of the soak; its socket has a thread of
//! its own.
///
/// With a session, nothing is lost on its own node, however often the line is cut. The session ends
/// only when the node does, or cannot be found. Then the traveller gets another session, wherever
/// it is.
class Traveller : public QRepod::ConnectionListener
{
    Q_OBJECT

public:
    //! Connects to its \a home by the \a road of this number; the second road is for browsers.
    Traveller(int number, const NodeProcess &home, size_t road, const QString &table, Heard &heard,
              Journeys &journeys);

    //! Sends the next number to its table. It is kept while the line is cut.
    void say();

    //! Whether it is connected, and something from \a count nodes has come since listen().
    bool hasHeard(qsizetype count) const
    {
        return m_phase == Phase::Up && m_hearing.hasHeard(count);
    }
    void listen() { m_hearing.listen(); }

    //! Whether it has a session at another node than its own.
    bool isAstray() const
    {
        return m_phase == Phase::Up && !m_isLeaving && isKnown() && m_hearing.node() != m_home.id();
    }
    void goHome();

    void network_received(const QVariantMap &message) override;

public slots:
    void Network_connected();
    void Network_socketConnect() { } // follows connected
    void Network_interrupted();
    void Network_resumed();
    void Network_error(const QString &error) { m_error = error; }
    void Network_disconnected();

private:
    enum class Phase { Away, Up, Interrupted };

    void pass(Phase from, Phase to, const char *event);

    //! Whether its node knows it, which the node tells. Before that, a cut is the end.
    bool isKnown() const { return !m_hearing.node().isEmpty(); }

    const int m_number;
    const NodeProcess &m_home;
    const bool m_isBrowser;
    const QUrl m_url;
    const QString m_table;
    Journeys &m_journeys;
    Hearing m_hearing;
    Phase m_phase = Phase::Away;
    bool m_isLeaving = false; // to go home
    QString m_error;          // the last one
    int m_life = 0;           // counts sessions
    int m_said = 0;           // in this life
};
