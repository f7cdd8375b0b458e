// SPDX-License-Identifier: MIT
#pragma once

#include "soak/ledger.h"

#include <QRepod/Channel>
#include <QRepod/Server>

//! The server's end of a connection. It answers with messages of its own.
class SoakChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    SoakChannel();

    void network_received(const QVariantMap &message) override;

public slots:
    void Network_hello(qint64 key, qint64 sum);
    void Network_data(qint64 key, qint64 number, const QByteArray &body, qint64 sum);
    void Network_bye(qint64 key);
    void Network_error(const QString &error);
    void Network_disconnected();

private:
    void answer(int count);
    void refuseStranger();

    std::shared_ptr<Ledger> m_ledger; // null until a valid hello has come
    QRandomGenerator m_random;
    bool m_isRefused = false;
};

class SoakServer : public QRepod::Server
{
    Q_OBJECT

public:
    SoakServer();

    //! Sends the next message to all.
    void tick();

private:
    qint64 m_nextTick = 0;
};
