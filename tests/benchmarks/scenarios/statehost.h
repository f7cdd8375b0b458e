// SPDX-License-Identifier: MIT
#pragma once

#include "samples.h"
#include "scenarios/plainsockets.h"
#include "threadtimes.h"

#include <QRepod/Room>
#include <QRepod/Server>

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qthread.h>

#include <memory>
#include <vector>

/// \file
/// The common part of the scenarios for shared state: servers that share something, each in a
/// thread of its own, and the measurement of their ticks.

//! A server that shares something. Everything runs in its thread.
class StateHost
{
public:
    virtual ~StateHost() = default;

    virtual quint16 port() const = 0;

    //! Changes what is shared, and sends the changes.
    virtual void tick() = 0;
};

//! A QRepod server that sends changes only in a tick.
class QRepodHost : public StateHost
{
public:
    explicit QRepodHost(int threads = 0)
    {
        server.setHeartbeatInterval(0);
        server.setThreads(threads);
        server.listen("127.0.0.1", 0);
        server.everyone()->setSyncInterval(3'600'000);
    }
    quint16 port() const override { return server.port(); }
    void tick() override { server.everyone()->sync(); }

protected:
    QRepod::Server server;
};

//! The floor: sends \a size bytes to each client, which nobody has to encode.
template <int size>
class SocketHost : public StateHost
{
public:
    quint16 port() const override { return m_sockets.port(); }
    void tick() override { m_sockets.sendToAll(m_frame); }

private:
    const QByteArray m_frame = QByteArray(size, '\0');
    PlainSockets m_sockets;
};

//! Moving things.
class Arena : public QAbstractListModel
{
public:
    enum Role { Id = Qt::UserRole, X, Y, Name };

    explicit Arena(int count)
        : m_x(size_t(count))
    {
    }

    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : int(m_x.size());
    }

    QVariant data(const QModelIndex &index, int role) const override
    {
        const float x = m_x[size_t(index.row())];
        switch (role) {
        case Id:
            return index.row();
        case X:
            return x;
        case Y:
            return 2 * x;
        case Name:
            return QStringLiteral("thing");
        default:
            return {};
        }
    }

    QHash<int, QByteArray> roleNames() const override
    {
        return {{Id, "id"}, {X, "x"}, {Y, "y"}, {Name, "name"}};
    }

    //! Moves \a count of them.
    void move(int count)
    {
        const int step = count < rowCount() ? 7 : 1;
        for (int i = 0; i < count; ++i) {
            m_next = (m_next + step) % rowCount();
            m_x[size_t(m_next)] += 1.25f;
            Q_EMIT dataChanged(index(m_next), index(m_next), {X, Y});
        }
    }

private:
    std::vector<float> m_x;
    int m_next = 0;
};

//! Runs \a Host in a thread, and \a ticks of it once all \a Clients are connected. After each, it
//! waits for \a pause milliseconds without a byte.
template <class Host, class Clients>
Sample measureTicks(int clientCount, int ticks, int pause)
{
    QThread thread;
    thread.setObjectName("server");
    QObject context;
    context.moveToThread(&thread);
    thread.start();
    const auto inThread = [&](auto function) {
        QMetaObject::invokeMethod(&context, function, Qt::BlockingQueuedConnection);
    };
    std::unique_ptr<StateHost> host;
    inThread([&] { host = std::make_unique<Host>(); });
    Sample sample;
    {
        Clients clients(host->port(), clientCount);
        clients.settle(200);
        double cpu = 0;
        inThread([&] { cpu = ThreadTimes::ofThisThread(); });
        const qint64 before = clients.received();
        for (int i = 0; i < ticks; ++i) {
            inThread([&] { host->tick(); });
            clients.settle(pause);
        }
        clients.settle(200);
        inThread([&] { cpu = ThreadTimes::ofThisThread() - cpu; });
        sample.values["server us/tick"] = cpu / 1e3 / ticks;
        sample.values["bytes/tick"] = double(clients.received() - before) / clientCount / ticks;
    }
    inThread([&] { host.reset(); });
    thread.quit();
    thread.wait();
    return sample;
}
