// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/encodedmessage.h"
#include "state/sharedmodel.h"
#include "transport/deadlines.h"
#include "transport/waker.h"

#include <QRepod/room.h>

#include <QtCore/qset.h>

#include <map>
#include <memory>
#include <vector>

namespace QRepod {

//! What a room shares, and when its channels are told: those that join, of everything; all, of what
//! has changed, once in an interval.
///
/// A room that nobody is in, or in which nothing changes, sets no timer. Used in the server's
/// working thread.
class RoomStates
{
public:
    explicit RoomStates(Room::Private &room);
    ~RoomStates();
    Q_DISABLE_COPY_MOVE(RoomStates)

    //! The room belongs to a server now.
    void start();

    void share(const QString &name, QObject *object);
    void share(const QString &name, QAbstractItemModel *model, const QString &key);
    void unshare(const QString &name);
    void setVisible(const QString &name, SharedModel::IsVisible isVisible);

    int interval() const { return m_interval; }
    bool setInterval(int milliseconds); ///< whether it is another

    void sync();

    //! Tells \a channel, which is about to join, everything.
    void welcome(Channel *channel);

    //! \a channel has left; nothing more comes.
    void farewell(Channel *channel);

private:
    class Ticker;

    struct Share
    {
        std::unique_ptr<StateSource> source;
        bool isMarked = true;
    };

    void add(const QString &name, std::unique_ptr<StateSource> source);
    void mark(const QString &name);
    void schedule();
    void syncShare(const QString &name, Share &share);
    bool collect(const QString &name, Share &share);
    std::vector<EncodedMessage> encode(const QString &name, const QVariantMap &fields);
    void warn(const QString &name, const QString &error);
    void send(const QString &name, const QVariantMap &fields, Channel *to);
    void sendToAll(const QString &name, const QVariantMap &fields);
    bool hasMembers() const;

    Room::Private &m_room;
    std::map<QString, Share> m_shares;
    QSet<QString> m_tooLarge;         // of these a warning has said so
    std::unique_ptr<Ticker> m_ticker; // none before the room belongs to a server
    int m_interval = 50;
    qint64 m_latestTick = 0;
    bool m_isScheduled = false;
};

} // namespace QRepod
