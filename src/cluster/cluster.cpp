// SPDX-License-Identifier: MIT
#include "cluster/clusterprivate.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qloggingcategory.h>

#include <algorithm>

namespace QRepod {

Cluster::Cluster(Server *server, QObject *parent)
    : QObject(nullptr)
{
    if (thread() != server->thread())
        moveToThread(server->thread());
    Private::runInThreadOf(this, [&] {
        setParent(parent ? parent : server);
        d = std::make_unique<Private>(this, server);
    });
}

Cluster::~Cluster()
{
    d->runInServersThread([this] {
        blockSignals(true);
        d->leave();
        d->detach();
        d.reset();
        QCoreApplication::removePostedEvents(this, QEvent::MetaCall); // calls meant for d
    });
}

void Cluster::setName(const QString &game)
{
    d->runInServersThread([&] { d->name = game; });
}

void Cluster::setAddress(const QString &hostAndPort)
{
    d->runInServersThread([&] { d->address = hostAndPort; });
}

void Cluster::setWebSocketAddress(const QString &hostAndPort)
{
    d->runInServersThread([&] { d->webSocketAddress = hostAndPort; });
}

void Cluster::setLeaseTime(int milliseconds)
{
    d->runInServersThread([&] { d->leaseTime = std::max(100, milliseconds); });
}

void Cluster::join(const QUrl &engine)
{
    d->runInServersThread([&] { d->join(engine); });
}

void Cluster::leave()
{
    d->runInServersThread([this] { d->leave(); });
}

bool Cluster::isOnline() const
{
    return d->isOnline;
}

QString Cluster::nodeId() const
{
    return d->nodeId;
}

QStringList Cluster::nodes() const
{
    QStringList nodes;
    d->runInServersThread([&] { nodes = d->nodeIds(); });
    return nodes;
}

void Cluster::setUser(Channel *channel, const QString &user, const QVariantMap &data)
{
    d->runInServersThread([&] { d->setUser(channel, user, data); });
}

void Cluster::sendTo(const QString &user, const QVariantMap &message)
{
    d->runInServersThread([&] { d->sendTo(user, message); });
}

QAbstractItemModel *Cluster::users() const
{
    return &d->users;
}

QFuture<QString> Cluster::openRoom(const QString &name)
{
    QFuture<QString> future;
    d->runInServersThread([&] { future = d->leases.open(name); });
    return future;
}

} // namespace QRepod
