// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/encodedmessage.h"
#include "server/statenews.h"
#include "state/sharedmodel.h"
#include "transport/deadlines.h"
#include "transport/waker.h"

#include <QRepod/room.h>

#include <QtCore/qset.h>

#include <map>
#include <memory>
#include <vector>

namespace QRepod {

class MirroredStates;

//! The limits for news of shared state between nodes. They are wide, since nodes trust each other.
MessageLimits stateLimits();

//! What a room shares, and when its channels hear of it: a joining channel gets everything, and
//! then all channels get the changes once per interval.
///
/// A room that is empty, or in which nothing changes, sets no timer. Used in the server's working
/// thread.
class RoomStates
{
public:
    explicit RoomStates(Room::Private &room);
    ~RoomStates();
    Q_DISABLE_COPY_MOVE(RoomStates)

    //! The room now belongs to a server.
    void start();

    void share(const QString &name, QObject *object);
    void share(const QString &name, QAbstractItemModel *model, const QString &key);
    void unshare(const QString &name);
    void setVisible(const QString &name, SharedModel::IsVisible isVisible);

    int interval() const { return m_interval; }
    bool setInterval(int milliseconds); ///< \return whether the interval has changed

    void sync();

    //! Sends everything to \a channel, which is about to join.
    void welcome(Channel *channel);

    //! Tells \a channel, which has left, that nothing more comes.
    void farewell(Channel *channel);

    /// \name With a cluster
    /// Other nodes hear only of what everybody may see; a model with setVisible() stays on this
    /// node.
    /// @{
    bool shares(const QString &name) const { return m_shares.contains(name); }
    bool isEmpty() const { return m_shares.empty(); }

    //! Returns everything for other nodes.
    QList<StateNews> wholes();

    //! Stops telling other nodes.
    void withdraw();

    //! What other nodes share in the room of this name.
    MirroredStates &mirrored();
    bool hasMirrored() const { return m_mirrored != nullptr; }

    //! Sends to the channels of this node only.
    void sendHere(const QString &name, const QVariantMap &fields, qint64 time);
    void sendTo(Channel *channel, const QString &name, const QVariantMap &fields);
    /// @}

private:
    class Ticker;

    struct Share
    {
        std::unique_ptr<StateSource> source;
        quint64 since = 0;        ///< when it began, by a clock that always advances
        quint64 number = 0;       ///< of the latest change; 0: not looked at yet
        bool isPublished = false; ///< other nodes may know of it
        bool isMarked = true;
    };

    void add(const QString &name, std::unique_ptr<StateSource> source);
    void mark(const QString &name);
    void schedule();
    void syncShare(const QString &name, Share &share);
    bool collect(const QString &name, Share &share);
    std::vector<EncodedMessage> encode(const QString &name, const QVariantMap &fields, qint64 time);
    void warn(const QString &name, const QString &error);
    bool hasMembers() const;
    bool hasAudience() const;
    bool reachesNodes(const Share &share) const;
    void tell(const QString &name, Share &share, const QVariantMap &fields);
    StateNews newsOf(const QString &name, const Share &share, QVariantMap fields) const;
    void publishEnd(const QString &name, Share &share);

    Room::Private &m_room;
    std::map<QString, Share> m_shares;
    std::unique_ptr<MirroredStates> m_mirrored; // once another node has shared something
    QSet<QString> m_tooLarge;                   // names that a warning has called too large
    std::unique_ptr<Ticker> m_ticker;           // null until the room belongs to a server
    int m_interval = 50;
    qint64 m_latestTick = 0;
    bool m_isScheduled = false;
};

} // namespace QRepod
