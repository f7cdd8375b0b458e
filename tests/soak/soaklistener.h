// SPDX-License-Identifier: MIT
#pragma once

#include "soak/ledger.h"

#include <QRepod/ConnectionListener>

#include <deque>

//! Checks what is delivered, and when, against the ledgers of its connections.
class SoakListener : public QRepod::ConnectionListener
{
    Q_OBJECT

public:
    SoakListener();

    //! Begins the connection for \a ledger, on a port of this machine.
    void begin(const std::shared_ptr<Ledger> &ledger, quint16 port);

    //! The ledger of the current connection; null unless connected.
    const std::shared_ptr<Ledger> &current() const { return m_current; }

    void network_received(const QVariantMap &message) override;

signals:
    void joined(); ///< hello has been sent
    void left(const std::shared_ptr<Ledger> &ledger);

protected:
    void receivedData(qint64 key, qint64 number, const QByteArray &body, qint64 sum);
    void receivedTick(qint64 number, qint64 sum);

private:
    void join();
    void fail(const QString &error);
    void leave();

    std::deque<std::shared_ptr<Ledger>> m_coming; // begun but not connected yet
    std::shared_ptr<Ledger> m_current;            // connected, as delivered
    bool m_hasFailed = false;                     // an error came; only `disconnected` may follow
};

//! The same with typed handlers.
class TypedSoakListener : public SoakListener
{
    Q_OBJECT

public slots:
    void Network_data(qint64 key, qint64 number, const QByteArray &body, qint64 sum)
    {
        receivedData(key, number, body, sum);
    }
    void Network_tick(qint64 number, qint64 sum) { receivedTick(number, sum); }
};
