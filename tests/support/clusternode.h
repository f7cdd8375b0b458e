// SPDX-License-Identifier: MIT
#pragma once

#include "support/eventually.h"
#include "support/messages.h"
#include "support/rawclient.h"

#include <QRepod/Channel>
#include <QRepod/Cluster>
#include <QRepod/Room>
#include <QRepod/Server>

#include <QtCore/QAbstractItemModel>
#include <QtTest/QSignalSpy>

#include <memory>
#include <vector>

//! A server that is a node of a cluster, with its clients and what it was told.
class ClusterNode
{
public:
    explicit ClusterNode(const QUrl &engine = {}, int leaseTime = 2000)
        : cluster(&server)
    {
        if (!server.listen(u"127.0.0.1"_s, 0))
            qFatal("%s", qPrintable(server.errorString()));
        cluster.setLeaseTime(leaseTime);
        if (!engine.isEmpty())
            cluster.join(engine);
    }

    bool isOnline() const { return cluster.isOnline(); }

    //! A client and its channel.
    struct Guest
    {
        std::unique_ptr<RawClient> client;
        QRepod::Channel *channel = nullptr;
    };

    Guest connect(const QString &room = {}, bool isShared = true)
    {
        const qsizetype before = server.channels().size();
        auto client = std::make_unique<RawClient>(server.port());
        if (!eventually([&] { return server.channels().size() > before; }))
            return {};
        QRepod::Channel *const channel = server.channels().constLast();
        if (!room.isEmpty()) {
            channel->join(room);
            server.room(room)->setShared(isShared);
        }
        return {std::move(client), channel};
    }

    //! The users that the node knows, as `"user@node"`, sorted.
    QStringList users() const
    {
        QStringList users;
        const QAbstractItemModel &model = *cluster.users();
        for (int row = 0; row < model.rowCount(); ++row) {
            const QModelIndex index = model.index(row, 0);
            users << index.data(Qt::UserRole + 1).toString() + u'@'
                    + index.data(Qt::UserRole + 2).toString();
        }
        users.sort();
        return users;
    }

    //! Returns the address from openRoom(), or why there is none.
    QString open(const QString &room)
    {
        const QFuture<QString> future = cluster.openRoom(room);
        if (!eventually([&] { return future.isFinished(); }))
            return u"it did not answer"_s;
        try {
            return future.result();
        } catch (const QException &exception) {
            return QString::fromUtf8(exception.what());
        }
    }

    QString address() const { return u"127.0.0.1:%1"_s.arg(server.port()); }

    QRepod::Server server;
    QRepod::Cluster cluster;

private:
    Q_DISABLE_COPY_MOVE(ClusterNode)
};

//! Waits until all are online and know each other.
inline bool haveMet(const std::vector<ClusterNode *> &nodes)
{
    return eventually([&] {
        for (const ClusterNode *node : nodes) {
            if (!node->isOnline() || node->cluster.nodes().size() != qsizetype(nodes.size()))
                return false;
        }
        return true;
    });
}
