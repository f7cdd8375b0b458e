// SPDX-License-Identifier: MIT

//! A node of a cluster in a process of its own, which tests kill, stop and resume.
//!
//!     clusternode ENGINE LEASE_TIME
//!
//! Prints its port. A client that says `open {name}` is told the address of the node that has the
//! room, and joins the room if that is this node. The room answers `move {n}` with `moved {n}`, and
//! sends ticks. What no room takes comes back as `unheard`.

#include <QRepod/Channel>
#include <QRepod/Cluster>
#include <QRepod/Room>
#include <QRepod/Server>

#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>

#include <cstdio>

namespace {

QRepod::Cluster *cluster = nullptr;

class Arena : public QRepod::Room
{
    Q_OBJECT

public:
    Arena()
    {
        m_ticks.callOnTimeout(this, [this] { sendToAll(QStringLiteral("tick")); });
        m_ticks.start(5);
    }

    Q_INVOKABLE void Network_move(QRepod::Channel *, int n)
    {
        sendToAll(QStringLiteral("moved"), {{QStringLiteral("n"), n}});
    }

private:
    QTimer m_ticks;
};

class Player : public QRepod::Channel
{
    Q_OBJECT

public:
    Q_INVOKABLE void Network_open(const QString &name)
    {
        cluster->openRoom(name).then(this, [this, name](const QString &address) {
            if (server()->room(name))
                join(name);
            send(QStringLiteral("opened"), {{QStringLiteral("address"), address}});
        });
    }
    void network_received(const QVariantMap &) override { send(QStringLiteral("unheard")); }
};

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() != 3)
        return 2;
    QRepod::Server server;
    server.setChannelClass<Player>();
    server.setRoomClass<Arena>();
    if (!server.listen(QStringLiteral("127.0.0.1"), 0))
        return 1;
    QRepod::Cluster node(&server);
    cluster = &node;
    node.setLeaseTime(arguments[2].toInt());
    QObject::connect(&node, &QRepod::Cluster::online, &server, [&] {
        std::printf("%d\n", int(server.port()));
        std::fflush(stdout);
    });
    node.join(QUrl(arguments[1]));
    return QCoreApplication::exec();
}

#include "clusternode.moc"
