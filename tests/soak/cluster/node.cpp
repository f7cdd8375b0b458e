// SPDX-License-Identifier: MIT
#include "soak/cluster/node.h"

#include "soak/soakgate.h"

#include <QRepod/Channel>
#include <QRepod/Cluster>
#include <QRepod/Room>
#include <QRepod/Server>

#include <QtCore/QCoreApplication>
#include <QtCore/QPointer>
#include <QtCore/QRandomGenerator>
#include <QtCore/QRegularExpression>
#include <QtCore/QTimer>
#include <QtCore/QUrl>

#include <chrono>
#include <cstdio>
#include <utility>

namespace {

constexpr int tickInterval = 500; // milliseconds, like the others here
constexpr int actInterval = 20;
constexpr int claimInterval = 50;
constexpr int beatInterval = 500;
constexpr int longestAbsence = 60'000; // longer than any fault of a line

//! A room of one node, in use from its first act to its last.
class Arena : public QRepod::Room
{
    Q_OBJECT

public:
    Arena()
    {
        setPersistent(true);
        m_timer.callOnTimeout(this, &Arena::act);
        m_timer.start(actInterval);
    }

private:
    void act()
    {
        // Before it acts: if it is stopped in between, it has not acted later than this.
        const qint64 now = std::chrono::steady_clock::now().time_since_epoch().count();
        const QPointer<Arena> alive(this);
        const QRepod::Server *const games = server();
        sendToAll("act"); // unless another node owns the room by now
        if (alive && games->room(name()) == this)
            std::printf("act %s %d %lld\n", qPrintable(name()), m_ownership, (long long)now);
    }

    static inline int s_ownerships = 0;

    const int m_ownership = ++s_ownerships;
    QTimer m_timer;
};

//! The server and its cluster, and what it tells its clients.
class Node : public QRepod::Server
{
    Q_OBJECT

public:
    explicit Node(int arenas);

    void join(const QUrl &engine, int leaseTime, const QString &port, const QString &gatePort);

    QString id() const { return m_cluster.nodeId(); }

    //! How often others were told that something from this node was lost.
    int offlines() const { return m_offlines; }

private:
    void tellNodes();
    void claim();
    void tick();
    int gaps() const;

    const int m_arenas;
    QRepod::Cluster m_cluster{this};
    int m_offlines = 0;
    int m_losses = 0; // of other nodes
    int m_ticks = 0;
};

class Guest : public QRepod::Channel
{
    Q_OBJECT

public:
    Q_INVOKABLE void Network_enter(const QString &table, int from)
    {
        m_from = from;
        join("local");
        join(table);
        m_table = server()->room(table);
        m_table->setShared(true);
    }

    Q_INVOKABLE void Network_say(int life, int n)
    {
        const auto *node = qobject_cast<const Node *>(server());
        if (n != ++m_received)
            std::printf("violation client %d in its life %d sent %d instead of %d\n", m_from, life,
                        n, std::exchange(m_received, n));
        if (!m_table)
            return;
        m_table->sendToAll("said",
                           {{"from", m_from},
                            {"life", life},
                            {"n", n},
                            {"node", node->id()},
                            {"offlines", node->offlines()}});
    }

private:
    int m_from = -1;
    int m_received = 0;
    QRepod::Room *m_table = nullptr;
};

Node::Node(int arenas)
    : m_arenas(arenas)
{
    setChannelClass<Guest>();
    setSessionTimeout(longestAbsence);
    setHeartbeatInterval(beatInterval);
    setRoomFactory([](const QString &name) {
        return name.startsWith("arena") ? new Arena : new QRepod::Room;
    });
}

//! The ports are those at which clients reach this node.
void Node::join(const QUrl &engine, int leaseTime, const QString &port, const QString &gatePort)
{
    using QRepod::Cluster;
    connect(&m_cluster, &Cluster::online, this, &Node::tellNodes);
    connect(&m_cluster, &Cluster::nodeJoined, this, &Node::tellNodes);
    connect(&m_cluster, &Cluster::offline, this, [this] {
        ++m_offlines;
        tellNodes();
    });
    connect(&m_cluster, &Cluster::nodeLost, this, [this] {
        ++m_losses;
        tellNodes();
    });
    m_cluster.setAddress("127.0.0.1:" + port);
    if (!gatePort.isEmpty())
        m_cluster.setWebSocketAddress("127.0.0.1:" + gatePort);
    m_cluster.setLeaseTime(leaseTime);
    m_cluster.join(engine);
    auto *const claims = new QTimer(this);
    claims->callOnTimeout(this, &Node::claim);
    claims->start(claimInterval);
    auto *const ticks = new QTimer(this);
    ticks->callOnTimeout(this, &Node::tick);
    ticks->start(tickInterval);
}

void Node::tellNodes()
{
    const qsizetype nodes = m_cluster.isOnline() ? m_cluster.nodes().size() : 0;
    std::printf("cluster %d\n", int(nodes));
}

//! Claims one arena at a time, so that all nodes get some.
void Node::claim()
{
    const QString name = QString("arena%1").arg(QRandomGenerator::global()->bounded(m_arenas));
    if (!room(name))
        m_cluster.openRoom(name);
}

//! Tells the clients of all nodes that this one is there, and its own clients how often it was
//! announced that something from others is missing.
void Node::tick()
{
    everyone()->sendToAll("tick", {{"n", ++m_ticks}, {"node", id()}, {"offlines", m_offlines}});
    if (QRepod::Room *const local = room("local"))
        local->sendToAll("here", {{"node", id()}, {"announced", gaps() + m_offlines + m_losses}});
}

int Node::gaps() const
{
    static const QRegularExpression figure("^qrepod_cluster_gaps_total (\\d+)$",
                                           QRegularExpression::MultilineOption);
    return figure.match(metrics()).captured(1).toInt();
}

} // namespace

int serveNode(const QStringList &arguments)
{
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    Node node(arguments.value(2).toInt());
    if (!node.listen("127.0.0.1", arguments.value(3).toInt())) {
        std::fprintf(stderr, "%s\n", qPrintable(node.errorString()));
        return 1;
    }
    const QString gatePort = arguments.value(5);
    const SoakGate gate(gatePort.isEmpty() ? nullptr : &node, gatePort.toInt());
    std::printf("node %s\n", qPrintable(node.id()));
    node.join(QUrl(arguments.value(0)), arguments.value(1).toInt(), arguments.value(4),
              arguments.value(6));
    return QCoreApplication::exec();
}

#include "node.moc"
