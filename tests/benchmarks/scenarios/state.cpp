// SPDX-License-Identifier: MIT
#include "scenarios/rawclients.h"
#include "scenarios/scenarios.h"
#include "threadtimes.h"

#include <QRepod/Channel>
#include <QRepod/Room>
#include <QRepod/Server>

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qcoreapplication.h>
#include <QtCore/qthread.h>
#ifdef QREPOD_BENCH_REMOTEOBJECTS
#    include <QtNetwork/qtcpserver.h>
#    include <QtRemoteObjects/qremoteobjectabstractitemmodelreplica.h>
#    include <QtRemoteObjects/qremoteobjectnode.h>
#endif

#include <memory>

namespace {

constexpr int rowCount = 1'000;
constexpr int changedRows = 50; // in a tick
constexpr int clientCount = 100;
constexpr int pause = 30; // milliseconds between two ticks, in which clients take what has come

//! Things that move.
class Arena : public QAbstractListModel
{
public:
    enum Role { Id = Qt::UserRole, X, Y, Name };

    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : ::rowCount;
    }

    QVariant data(const QModelIndex &index, int role) const override
    {
        switch (role) {
        case Id:
            return index.row();
        case X:
            return m_x[size_t(index.row())];
        case Y:
            return 2 * m_x[size_t(index.row())];
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

    void move()
    {
        for (int i = 0; i < changedRows; ++i) {
            m_next = (m_next + 7) % ::rowCount;
            m_x[size_t(m_next)] += 1.25;
            Q_EMIT dataChanged(index(m_next), index(m_next), {X, Y});
        }
    }

private:
    std::vector<double> m_x = std::vector<double>(size_t(::rowCount));
    int m_next = 0;
};

//! A server in a thread of its own that shares an Arena.
class Host
{
public:
    virtual ~Host() = default;
    virtual quint16 port() const = 0;
    virtual void tick() = 0;

    //! Written to one client so far; 0 if nobody counts.
    virtual qint64 bytes() const { return 0; }

protected:
    Arena m_arena;
};

class QRepodHost : public Host
{
public:
    QRepodHost()
    {
        m_server.listen("127.0.0.1", 0);
        m_server.everyone()->setSyncInterval(60'000); // by tick() alone
        m_server.everyone()->share("arena", &m_arena);
    }
    quint16 port() const override { return m_server.port(); }

    void tick() override
    {
        m_arena.move();
        m_server.everyone()->sync();
    }

    qint64 bytes() const override
    {
        return m_server.channels().constFirst()->statistics().bytesSent;
    }

protected:
    QRepod::Server m_server;
};

//! What games do that share nothing.
class WholeStateHost : public QRepodHost
{
public:
    WholeStateHost() { m_server.everyone()->unshare("arena"); }

    void tick() override
    {
        m_arena.move();
        QVariantList rows;
        for (int row = 0; row < rowCount; ++row) {
            const QModelIndex index = m_arena.index(row);
            rows.append(QVariantMap{{"id", index.data(Arena::Id)},
                                    {"x", index.data(Arena::X)},
                                    {"y", index.data(Arena::Y)},
                                    {"name", index.data(Arena::Name)}});
        }
        m_server.sendToAll({{"action", "state"}, {"rows", rows}});
    }
};

//! Runs \a AnyHost in a thread, and \a ticks of it once \a Clients are there.
template <class AnyHost, class Clients>
Sample run(int ticks)
{
    QThread thread;
    thread.setObjectName("server");
    QObject context;
    context.moveToThread(&thread);
    thread.start();
    const auto inThread = [&](auto function) {
        QMetaObject::invokeMethod(&context, function, Qt::BlockingQueuedConnection);
    };
    std::unique_ptr<Host> host;
    inThread([&] { host = std::make_unique<AnyHost>(); });
    Sample sample;
    {
        Clients clients(host->port(), clientCount);
        clients.settle();
        double cpu = 0;
        qint64 bytes = 0;
        inThread([&] {
            cpu = ThreadTimes::ofThisThread();
            bytes = host->bytes();
        });
        for (int i = 0; i < ticks; ++i) {
            inThread([&] { host->tick(); });
            clients.settle();
        }
        inThread([&] {
            cpu = ThreadTimes::ofThisThread() - cpu;
            bytes = host->bytes() - bytes;
        });
        sample.values["server us/tick"] = cpu / 1e3 / ticks;
        if (bytes > 0)
            sample.values["bytes/tick"] = double(bytes) / ticks;
    }
    inThread([&] { host.reset(); });
    thread.quit();
    thread.wait();
    return sample;
}

#ifdef QREPOD_BENCH_REMOTEOBJECTS
QUrl url(quint16 port)
{
    return QUrl(QStringLiteral("tcp://127.0.0.1:%1").arg(port));
}

class RemoteObjectsHost : public Host
{
public:
    RemoteObjectsHost()
    {
        QTcpServer server;
        server.listen(QHostAddress::LocalHost);
        m_port = server.serverPort();
        server.close();
        m_host.setHostUrl(url(m_port));
        m_host.enableRemoting(&m_arena, "arena", {Arena::Id, Arena::X, Arena::Y, Arena::Name});
    }
    quint16 port() const override { return m_port; }
    void tick() override { m_arena.move(); }

private:
    quint16 m_port = 0;
    QRemoteObjectHost m_host;
};

//! Replicas that hold all rows, as those of a view would.
class RemoteObjectsClients
{
public:
    RemoteObjectsClients(quint16 port, int count)
    {
        for (int i = 0; i < count; ++i) {
            auto node = std::make_unique<QRemoteObjectNode>();
            node->connectToNode(url(port));
            m_models.emplace_back(node->acquireModel("arena", QtRemoteObjects::PrefetchData));
            m_nodes.push_back(std::move(node));
        }
        for (const auto &model : m_models) {
            while (!model->isInitialized())
                QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        }
    }
    ~RemoteObjectsClients() { m_models.clear(); }

    void settle()
    {
        for (QDeadlineTimer time(pause); !time.hasExpired();)
            QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    }

private:
    std::vector<std::unique_ptr<QRemoteObjectNode>> m_nodes;
    std::vector<std::unique_ptr<QAbstractItemModelReplica>> m_models;
};
#endif

} // namespace

Scenario Scenarios::state(bool isQuick)
{
    const int ticks = isQuick ? 10 : 100;
    Scenario scenario{"state", "a model of 1,000 rows, 50 change in a tick, 100 clients", {}, {}};
    scenario.contenders.push_back({"QRepod", [=] { return run<QRepodHost, RawClients>(ticks); }});
    scenario.contenders.push_back(
        {"QRepod, whole state", [=] { return run<WholeStateHost, RawClients>(ticks); }});
#ifdef QREPOD_BENCH_REMOTEOBJECTS
    scenario.contenders.push_back(
        {"Qt Remote Objects", [=] { return run<RemoteObjectsHost, RemoteObjectsClients>(ticks); }});
    scenario.targets.push_back(
        {"server us/tick", "QRepod", "Qt Remote Objects", Target::AtMost, 0.2});
#endif
    scenario.targets.push_back(
        {"bytes/tick", "QRepod", "QRepod, whole state", Target::AtMost, 0.1});
    return scenario;
}
