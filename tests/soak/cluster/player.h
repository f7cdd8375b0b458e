// SPDX-License-Identifier: MIT
#pragma once

#include "soak/cluster/receptioncheck.h"

#include <QtNetwork/QTcpSocket>

#include <functional>

//! One client of many, which checks what it hears. It is a bare socket, because hundreds share the
//! thread of the soak.
///
/// It stays with its node as long as that lives, and goes to the next one when its connection ends.
/// It remembers nothing beyond a connection.
class Player : public QObject
{
    Q_OBJECT

public:
    using PortOf = std::function<quint16(int node)>;

    Player(int number, int home, const QString &table, PortOf portOf, ReceivedTotals &totals);
    ~Player() override;

    bool isHome() const { return m_place == m_home && !m_reception.node().isEmpty(); }

    //! Connects to its own node, wherever it is.
    void goHome();

    //! Sends the next number to its table.
    void sendNext();

    //! Whether something from \a count nodes has come since resetNodes().
    bool hasReceivedFrom(qsizetype count) const { return m_reception.hasReceivedFrom(count); }
    void resetNodes() { m_reception.resetNodes(); }

private:
    void open();
    void handleEnd();
    void read();

    const int m_number;
    const int m_home;
    const QString m_table;
    const PortOf m_portOf;
    ReceivedTotals &m_totals;

    QTcpSocket m_socket;
    QByteArray m_bytes;
    ReceptionCheck m_reception;
    int m_place;    // the node it connects to
    int m_life = 0; // counts connections
    int m_sent = 0; // in this life
};
