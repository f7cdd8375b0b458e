// SPDX-License-Identifier: MIT
#pragma once

#include "soak/plan.h"

#include <QtCore/QVariantMap>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

//! What both ends of one connection have sent and received, and whether that agrees. Thread-safe.
class Ledger
{
public:
    using Send = std::function<qint64(const QVariantMap &message)>;

    //! Creates a ledger that find() finds by its key.
    static std::shared_ptr<Ledger> create(int client, const Plan &plan);
    static std::shared_ptr<Ledger> find(qint64 key);

    qint64 key() const { return m_key; }
    const Plan &plan() const { return m_plan; }

    /// \name Sending
    /// @{

    //! Returns the client's first message.
    QVariantMap hello() const;

    //! Sends the next message with \a body by calling \a send, and notes it if it was accepted.
    void sendNext(QRepod::Direction direction, const QByteArray &body, const Send &send);
    /// @}

    /// \name Receiving
    /// @{
    void received(QRepod::Direction direction, qint64 key, qint64 number, const QByteArray &body,
                  qint64 sum);
    void receivedTick(qint64 number, qint64 sum);
    void receivedUnknown(QRepod::Direction direction, const QVariantMap &message);
    void receivedError(QRepod::Direction direction, const QString &error);
    /// @}

    /// \name Ending
    /// @{
    void serverJoined();
    void serverEnded();
    bool hasServerJoined() const;
    bool hasServerEnded() const;

    //! The client was disconnected without closing.
    void endedByItself();

    //! Both ends have ended: makes the final checks, and forgets the key.
    void judge();
    /// @}

    //! Reports that something is wrong with this connection.
    void violation(const QString &text) const;

    static qint64 checksum(qint64 key, qint64 number, const QByteArray &body);

private:
    //! One direction.
    struct Way
    {
        qint64 sent = 0;
        qint64 next = 0;          // the number to be received next
        qint64 bytes = 0;         // bytes sent
        std::vector<qint64> ends; // the end of each message, in bytes since the first
    };

    Ledger(qint64 key, int client, const Plan &plan);
    Way &way(QRepod::Direction direction)
    {
        return m_ways[direction == QRepod::Direction::ToServer ? 0 : 1];
    }
    void judge(QRepod::Direction direction);
    void judgeCut(QRepod::Direction direction);

    const qint64 m_key;
    const int m_client;
    const Plan m_plan;

    mutable std::mutex m_mutex; // guards everything below
    Way m_ways[2];
    qint64 m_firstTick = -1;
    qint64 m_nextTick = -1;
    bool m_hasServerJoined = false;
    bool m_hasServerEnded = false;
    bool m_hasEndedByItself = false;
};
