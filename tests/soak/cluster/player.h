// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QHash>
#include <QtCore/QSet>
#include <QtCore/QVariantMap>
#include <QtNetwork/QTcpSocket>

#include <functional>

//! What all players have heard.
struct Heard
{
    qint64 messages = 0;
    qint64 gaps = 0; ///< in what one of another node says, all of them announced
    qint64 connections = 0;
};

//! One client of many, which checks what it hears. It is a bare socket: hundreds share the thread
//! of the soak.
///
/// It stays with its node as long as that lives, and goes to the next when its connection ends. All
/// that it remembers is of one connection.
class Player : public QObject
{
    Q_OBJECT

public:
    using PortOf = std::function<quint16(int node)>;

    Player(int number, int home, const QString &table, PortOf portOf, Heard &heard);
    ~Player() override;

    bool isHome() const { return m_place == m_home && !m_node.isEmpty(); }

    //! Connects to its own node, from wherever it is.
    void goHome();

    //! The next number, to its table.
    void say();

    //! Whether something of \a count nodes has come since listen().
    bool hasHeard(qsizetype count) const { return m_nodesHeard.size() >= count; }
    void listen() { m_nodesHeard.clear(); }

private:
    //! The latest that has come of somebody.
    struct Latest
    {
        int n = 0;
        int offlines = 0;  // of the sender's node, as it said with it
        int announced = 0; // by this client's node, as it had said before
    };

    //! A number is missing: this client's node has to announce that, unless the sender's did.
    struct Gap
    {
        QString what;
        int announced; // before it
    };

    void open();
    void handleEnd();
    void read();
    void take(const QVariantMap &message);
    void number(const QString &who, const QVariantMap &message);
    void hereIsMyNode(const QVariantMap &message);
    void violation(const QString &text) const;

    const int m_number;
    const int m_home;
    const QString m_table;
    const PortOf m_portOf;
    Heard &m_heard;

    QTcpSocket m_socket;
    QByteArray m_bytes;
    QString m_node; // that it is connected to, once that has said it
    int m_announced = 0;
    QHash<QString, Latest> m_latest;
    QList<Gap> m_gaps; // that were seen since its node has last said what it knows
    QSet<QString> m_nodesHeard;
    int m_place;    // the node it connects to
    int m_life = 0; // counts connections
    int m_said = 0; // in this life
};
