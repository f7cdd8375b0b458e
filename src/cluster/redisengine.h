// SPDX-License-Identifier: MIT
#pragma once

#include "cluster/engine.h"
#include "cluster/redisconnection.h"

#include <QtCore/qset.h>

namespace QRepod {

//! Redis 6 or later, or Valkey, by two connections: one asks and publishes, one listens.
///
/// What is published while the connections are down is lost, and so may be what one that does not
/// keep up has not read: the numbers in what nodes say tell of it.
class RedisEngine final : public Engine
{
    Q_OBJECT

public:
    //! So much may wait to be written; more is dropped.
    static constexpr qint64 maximumWaiting = 32 * 1024 * 1024;

    explicit RedisEngine(const RedisEndpoint &endpoint);

    void open(int timeout) override;
    QByteArray runId() const override { return m_run; }
    void subscribe(const QByteArray &topic) override;
    void unsubscribe(const QByteArray &topic) override;
    bool publish(const QByteArray &topic, const QByteArray &payload) override;
    void put(const QByteArray &key, const QByteArray &value, int milliseconds,
             Receiver receiver) override;
    void get(const QByteArray &key, Receiver receiver) override;
    void claim(const QByteArray &key, const QByteArray &holder, int milliseconds,
               const QByteArray &guard, Receiver receiver) override;
    void remove(const QByteArray &key, const QByteArray &value) override;

private:
    void connectBoth();
    void handleReady();
    void handleIntroduced(const RespValue &information);
    void handleLost(const QString &error);
    void ask(const QByteArrayList &command, Receiver receiver);

    RedisConnection m_commands;
    RedisConnection m_listener;
    QSet<QByteArray> m_topics;
    QTimer m_retry{this};
    QByteArray m_run; // of the Redis that was reached last
    int m_timeout = 0;
    int m_delay = 0;            // before the next attempt, in milliseconds
    bool m_isListening = false; // both connections stand
    bool m_isUp = false;        // and that has been told
    bool m_hasToldDown = false; // since it was up
};

} // namespace QRepod
