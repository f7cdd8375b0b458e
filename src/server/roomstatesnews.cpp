// SPDX-License-Identifier: MIT
// What a room tells other nodes of a cluster about its shared state.

#include "protocol/encoder.h"
#include "server/mirroredstates.h"
#include "server/roomprivate.h"
#include "server/serverprivate.h"

#include <QtCore/qloggingcategory.h>

#include <limits>
#include <utility>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(serverLog)

namespace {

constexpr qint64 greatestNews = 64 * 1024 * 1024; // bytes

} // namespace

MessageLimits stateLimits()
{
    return {greatestNews, MessageLimits::maximumDepth, std::numeric_limits<int>::max()};
}

bool RoomStates::reachesNodes(const Share &share) const
{
    return m_room.isShared && !m_room.isClosed() && share.source->isForAll()
        && m_room.server->canPublish();
}

StateNews RoomStates::newsOf(const QString &name, const Share &share, QVariantMap fields) const
{
    StateNews news{name, false, share.since, share.number, {}};
    fields.insert(StateField::name(), name);
    fields.insert(StateField::time(), Server::time());
    QString error;
    if (!appendFrame(news.frame, withAction(stateAction(), fields), stateLimits(), &error))
        qCWarning(serverLog).noquote()
            << "shared state" << name << "is not sent to other nodes:" << error;
    return news;
}

QList<StateNews> RoomStates::wholes()
{
    QList<StateNews> all;
    for (auto &[name, share] : m_shares) {
        if (share.number == 0)
            syncShare(name, share);
        if (!reachesNodes(share) || share.number == 0)
            continue;
        share.isPublished = true;
        all.append(newsOf(name, share, share.source->whole(nullptr)));
    }
    return all;
}

void RoomStates::withdraw()
{
    for (auto &[name, share] : m_shares)
        publishEnd(name, share);
}

void RoomStates::publishEnd(const QString &name, Share &share)
{
    if (std::exchange(share.isPublished, false))
        m_room.server->publishState(m_room.name, {name, true, share.since, share.number, {}});
}

MirroredStates &RoomStates::mirrored()
{
    if (!m_mirrored)
        m_mirrored = std::make_unique<MirroredStates>(*this);
    return *m_mirrored;
}

} // namespace QRepod
