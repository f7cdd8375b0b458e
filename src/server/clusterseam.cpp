// SPDX-License-Identifier: MIT
#include "server/clusterseam.h"

#include "server/channelprivate.h"
#include "server/mirroredstates.h"
#include "server/roomprivate.h"
#include "server/serverprivate.h"

#include <QtCore/qloggingcategory.h>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(serverLog)

bool ClusterSeam::attach(Server *server)
{
    if (!Server::Private::get(server)->setCluster(nullptr, this))
        return false;
    m_server = server;
    server->everyone()->setShared(true);
    return true;
}

void ClusterSeam::detach()
{
    if (Server *const server = std::exchange(m_server, nullptr)) {
        server->everyone()->setShared(false);
        Server::Private::get(server)->setCluster(this, nullptr);
    }
}

void ClusterSeam::deliver(Room *room, const QString &action, const QByteArray &frame, SendMode mode)
{
    Room::Private::get(room)->send(EncodedMessage(action, frame), nullptr, mode);
}

qint64 ClusterSeam::deliver(Channel *channel, const QString &action, const QByteArray &frame)
{
    const Channel::Private *const part = Channel::Private::get(channel);
    return part->session
        ? Channel::Private::get(channel)->send(EncodedMessage(action, frame), SendMode::Reliable)
        : 0;
}

QByteArray ClusterSeam::encode(Server *server, const QVariantMap &message, const QString &whom)
{
    const EncodedMessage encoded(message,
                                 Server::Private::get(server)->settings.snapshot().message);
    if (!encoded.isValid())
        qCWarning(serverLog).noquote() << notSent(encoded, whom, encoded.error());
    return encoded.frame();
}

ClusterSeam::StateVerdict ClusterSeam::takeState(Room *room, const QString &node,
                                                 const StateNews &news)
{
    return Room::Private::get(room)->states().mirrored().take(node, news);
}

void ClusterSeam::beginStates(Room *room, const QString &node)
{
    if (MirroredStates *const states = Room::Private::get(room)->mirroredStates())
        states->beginRound(node);
}

bool ClusterSeam::endStates(Room *room, const QString &node)
{
    MirroredStates *const states = Room::Private::get(room)->mirroredStates();
    return states && states->endRound(node);
}

bool ClusterSeam::knowsStates(const Room *room, const QString &node)
{
    const MirroredStates *const states = Room::Private::get(room)->mirroredStates();
    return states && states->knows(node);
}

bool ClusterSeam::forgetStates(Room *room, const QString &node)
{
    MirroredStates *const states = Room::Private::get(room)->mirroredStates();
    return states && states->forget(node);
}

void ClusterSeam::forgetStates(Room *room)
{
    if (MirroredStates *const states = Room::Private::get(room)->mirroredStates())
        states->forgetAll();
}

QList<StateNews> ClusterSeam::states(Room *room)
{
    return sharesStates(room) ? Room::Private::get(room)->states().wholes() : QList<StateNews>();
}

void ClusterSeam::withdrawStates(Room *room)
{
    if (sharesStates(room))
        Room::Private::get(room)->states().withdraw();
}

bool ClusterSeam::sharesStates(const Room *room)
{
    return Room::Private::get(room)->sharesStates();
}

bool ClusterSeam::hasMembers(const Room *room)
{
    return Room::Private::get(room)->size() > 0;
}

} // namespace QRepod
