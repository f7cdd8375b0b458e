// SPDX-License-Identifier: MIT
#pragma once

#include "soak/plan.h"

#include <QtCore/QVariantMap>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

//! What both ends of one connection have said and heard, and whether that agrees. Any thread.
class Ledger
{
public:
    using Send = std::function<qint64(const QVariantMap &message)>;

    //! A new ledger that find() knows by its key.
    static std::shared_ptr<Ledger> create(int client, const Plan &plan);
    static std::shared_ptr<Ledger> find(qint64 key);

    qint64 key() const { return m_key; }
    const Plan &plan() const { return m_plan; }

    /// \name Saying
    /// @{

    //! The first message of the client.
    QVariantMap hello() const;

    //! Sends the next message with \a body, by \a send, and writes it down if it was accepted.
    void say(QRepod::Direction direction, const QByteArray &body, const Send &send);
    /// @}

    /// \name Hearing
    /// @{
    void heard(QRepod::Direction direction, qint64 key, qint64 number, const QByteArray &body,
               qint64 sum);
    void heardTick(qint64 number, qint64 sum);
    void heardUnknown(QRepod::Direction direction, const QVariantMap &message);
    void heardError(QRepod::Direction direction, const QString &error);
    /// @}

    /// \name Ending
    /// @{
    void serverJoined();
    void serverEnded();
    bool hasServerJoined() const;
    bool hasServerEnded() const;

    //! The client has not closed it but was disconnected.
    void endedByItself();

    //! Both ends have ended: checks what can be checked only now, and forgets the key.
    void judge();
    /// @}

    //! Something is wrong with this connection.
    void violation(const QString &text) const;

    static qint64 checksum(qint64 key, qint64 number, const QByteArray &body);

private:
    //! One direction.
    struct Way
    {
        qint64 said = 0;
        qint64 next = 0;          // the number that is to be heard next
        qint64 bytes = 0;         // said
        std::vector<qint64> ends; // of each message said, in bytes since the first
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
