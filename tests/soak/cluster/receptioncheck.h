// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QHash>
#include <QtCore/QList>
#include <QtCore/QSet>
#include <QtCore/QVariantMap>

//! Totals of what all clients have heard.
struct ReceivedTotals
{
    qint64 messages = 0;
    qint64 gaps = 0;        ///< in what other nodes' senders say, all of them announced
    qint64 connections = 0; ///< of players
};

//! What one client hears: each number once and in order. Numbers may be missing only from senders
//! on other nodes, and that must be announced. Works in the thread of the soak.
class ReceptionCheck
{
public:
    //! \a client is the name used in violations.
    ReceptionCheck(const QString &client, ReceivedTotals &totals)
        : m_client(client)
        , m_totals(totals)
    {
    }

    //! Starts over, for another connection or session.
    void begin();

    void take(const QVariantMap &message);

    //! The Cluster::nodeId() of the client's node; empty before the node has said it.
    const QString &node() const { return m_node; }

    //! Whether something from \a count nodes has come since resetNodes().
    bool hasReceivedFrom(qsizetype count) const { return m_nodesReceived.size() >= count; }
    void resetNodes() { m_nodesReceived.clear(); }

    //! Reports that something is wrong with this client.
    void violation(const QString &text) const;

private:
    //! The last message that has come from a sender.
    struct Latest
    {
        int n = 0;
        int offlines = 0;  // of the sender's node, as sent with the message
        int announced = 0; // by this client's node before that
    };

    //! A missing number. This client's node must announce it, unless the sender's node did.
    struct Gap
    {
        QString what;
        int announced; // before it
    };

    void checkNumber(const QString &who, const QVariantMap &message);
    void handleNode(const QVariantMap &message);

    const QString m_client;
    ReceivedTotals &m_totals;
    QString m_node;
    int m_announced = 0;
    QHash<QString, Latest> m_latest;
    QList<Gap> m_gaps; // seen since its node last said what it knows
    QSet<QString> m_nodesReceived;
};
