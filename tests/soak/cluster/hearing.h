// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QHash>
#include <QtCore/QList>
#include <QtCore/QSet>
#include <QtCore/QVariantMap>

//! What all clients have heard.
struct Heard
{
    qint64 messages = 0;
    qint64 gaps = 0;        ///< in what one of another node says, all of them announced
    qint64 connections = 0; ///< of players
};

//! What one client hears: each number once and in order. Only of what other nodes say may
//! something be missing, and that has to be announced. Works in the thread of the soak.
class Hearing
{
public:
    //! \a client is how it is called when something is wrong.
    Hearing(const QString &client, Heard &heard)
        : m_client(client)
        , m_heard(heard)
    {
    }

    //! Everything is new from here on: another connection, or another session.
    void begin();

    void take(const QVariantMap &message);

    //! That it is connected to, by its Cluster::nodeId(); empty before it has said it.
    const QString &node() const { return m_node; }

    //! Whether something of \a count nodes has come since listen().
    bool hasHeard(qsizetype count) const { return m_nodesHeard.size() >= count; }
    void listen() { m_nodesHeard.clear(); }

    //! Something is wrong with this client.
    void violation(const QString &text) const;

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

    void number(const QString &who, const QVariantMap &message);
    void hereIsMyNode(const QVariantMap &message);

    const QString m_client;
    Heard &m_heard;
    QString m_node;
    int m_announced = 0;
    QHash<QString, Latest> m_latest;
    QList<Gap> m_gaps; // that were seen since its node has last said what it knows
    QSet<QString> m_nodesHeard;
};
