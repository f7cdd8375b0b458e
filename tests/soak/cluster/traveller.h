// SPDX-License-Identifier: MIT
#pragma once

#include "soak/cluster/nodeprocess.h"
#include "soak/cluster/receptioncheck.h"

#include <QRepod/ConnectionListener>

#include <QtCore/QStringList>
#include <QtCore/QUrl>

//! Totals of what has happened to all travellers.
struct Outcomes
{
    qint64 interruptions = 0;
    qint64 resumes = 0;
    qint64 lost = 0;            ///< sessions lost, each with its node
    qint64 byWebSocket = 0;     ///< messages heard
    QStringList unexpectedEnds; ///< sessions that ended although their nodes live, and why
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
    //! Connects to its \a home by the \a route of this number; the second route is for browsers.
    Traveller(int number, const NodeProcess &home, size_t route, const QString &table,
              ReceivedTotals &totals, Outcomes &outcomes);

    //! Sends the next number to its table. It is kept while the line is cut.
    void sendNext();

    //! Whether it is connected, and something from \a count nodes has come since resetNodes().
    bool hasReceivedFrom(qsizetype count) const
    {
        return m_phase == Phase::Up && m_reception.hasReceivedFrom(count);
    }
    void resetNodes() { m_reception.resetNodes(); }

    //! Whether it has a session at another node than its own.
    bool isMisrouted() const
    {
        return m_phase == Phase::Up && !m_isLeaving && isKnown()
            && m_reception.node() != m_home.id();
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
    bool isKnown() const { return !m_reception.node().isEmpty(); }

    const int m_number;
    const NodeProcess &m_home;
    const bool m_isBrowser;
    const QUrl m_url;
    const QString m_table;
    Outcomes &m_outcomes;
    ReceptionCheck m_reception;
    Phase m_phase = Phase::Away;
    bool m_isLeaving = false; // to go home
    QString m_error;          // the last one
    int m_life = 0;           // counts sessions
    int m_sent = 0;           // in this life
};
