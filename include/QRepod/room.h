// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/channel.h>
#include <QRepod/iftext.h>
#include <QRepod/qrepod_global.h>
#include <QRepod/sendmode.h>

#include <QtCore/qlist.h>
#include <QtCore/qobject.h>
#include <QtCore/qvariant.h>

#include <functional>
#include <memory>

QT_BEGIN_NAMESPACE
class QAbstractItemModel;
QT_END_NAMESPACE

namespace QRepod {

class Server;

//! Clients of a server that play, chat or wait together: a match, a lobby, a table.
///
/// Channel::join() and Server::openRoom() open a room. Subclass it, and give the class to
/// Server::setRoomClass(): its `Network_<action>` handlers get the channel first and then what a
/// channel's own handler would get.
///
/// \code
/// class Match : public QRepod::Room
/// {
///     Q_OBJECT
///
/// public slots:
///     void Network_move(QRepod::Channel *channel, int x, int y);
/// };
/// \endcode
///
/// A message reaches the handlers of its channel, then those of the channel's rooms in the order of
/// joining, then those of the objects given to Server::addHandler(). A handler or slot may do
/// anything: let channels join and leave, close or delete this room, delete channels.
///
/// A room lives in the thread that the server works in, and its functions are for that thread;
/// name(), server(), channels(), the settings and sendToAll() may be called from any.
///
/// Server::everyone() is the room that every client is in. It cannot be left or closed, and has no
/// limits of its own.
class QREPOD_EXPORT Room : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Room)
    Q_PROPERTY(QString name READ name CONSTANT)
    Q_PROPERTY(
        int maximumChannels READ maximumChannels WRITE setMaximumChannels NOTIFY settingsChanged)
    Q_PROPERTY(bool open READ isOpen WRITE setOpen NOTIFY settingsChanged)
    Q_PROPERTY(bool persistent READ isPersistent WRITE setPersistent NOTIFY settingsChanged)
    Q_PROPERTY(int syncInterval READ syncInterval WRITE setSyncInterval NOTIFY settingsChanged)
    Q_PROPERTY(bool shared READ isShared WRITE setShared NOTIFY settingsChanged)

public:
    class Private; ///< the library's own part

    explicit Room(QObject *parent = nullptr);

    //! Who is in it leaves. Rather call close(), after which it is deleted: a slot of channelLeft()
    //! gets a room whose subclass is gone already.
    ~Room() override;

    //! The name it was opened with; that of Server::everyone() is empty.
    QString name() const;

    //! The server it belongs to; nullptr inside the constructor.
    Server *server() const;

    //! Who is in it, in the order of joining. A channel lives on only in the server's thread.
    QList<Channel *> channels() const;

    //! How many channels may be in it; 0, the default: no limit. Who is in already stays.
    int maximumChannels() const;
    void setMaximumChannels(int channels);

    //! Whether channels may join. Default true. Who is in already stays.
    bool isOpen() const;
    void setOpen(bool isOpen);

    //! Whether it stays when its last channel leaves. Default false: it closes then.
    bool isPersistent() const;
    void setPersistent(bool isPersistent);

    //! Whether sendToAll() reaches the rooms of this name on every node of the server's Cluster,
    //! and what share() shares is known there. Default false; Server::everyone() is shared once
    //! there is a cluster.
    bool isShared() const;
    void setShared(bool isShared);

    //! Sends \a message to everyone in the room, but not to \a except. It is encoded once.
    ///
    /// A message without `action`, or with a value that cannot be encoded, is sent to nobody, with
    /// a warning. For all that are in the room, messages from several threads come in the same
    /// order.
    Q_INVOKABLE void sendToAll(const QVariantMap &message, QRepod::Channel *except = nullptr);
    void sendToAll(const QVariantMap &message, Channel *except, SendMode mode);

    //! Sends \a fields with `action` set to \a action.
    Q_INVOKABLE void sendToAll(const QString &action, const QVariantMap &fields,
                               QRepod::Channel *except = nullptr);
    void sendToAll(const QString &action, const QVariantMap &fields, Channel *except,
                   SendMode mode);

    //! Sends a message that is nothing but its \a action: `sendToAll("tick")`.
    template <class Text, IfText<Text> = true>
    void sendToAll(const Text &action)
    {
        sendToAll(QString(action), QVariantMap());
    }

    /// \name Shared state
    /// What is shared in a room is the same at each of its clients: in a Replica, a ReplicaModel,
    /// or the handler `Network__state` of a program in another language.
    ///
    /// Who joins gets everything first; then everybody gets what has changed, once in an interval,
    /// however often it changed. A message is encoded once for all. What cannot be encoded is left
    /// out, with one warning. Who leaves the room is told that nothing more comes.
    ///
    /// What is shared lives in the thread that the server works in. It may be shared in many rooms,
    /// and be destroyed at any time, which ends the sharing. A client that is in several rooms
    /// knows what they share by name: give different things different names.
    ///
    /// \code
    /// server.everyone()->share("world", &world);
    /// server.openRoom("match")->share("players", &players);
    /// \endcode
    /// @{

    //! Shares the readable properties of \a object that have a NOTIFY signal, but for those of
    //! QObject, as \a name. What was shared by this name before is not any more.
    ///
    /// If it is a model, its rows are shared.
    Q_INVOKABLE void share(const QString &name, QObject *object);

    //! Shares the rows of \a model, a flat list, with the roles of its roleNames(); for a model
    //! that names no roles of its own, `display` alone.
    ///
    /// Rows are inserted, removed, moved and changed at the clients as they are here, so that views
    /// animate. \a key, if given, is the role by which a row is known after the model has been
    /// reset or a client has come back: then, too, only what differs changes.
    void share(const QString &name, QAbstractItemModel *model, const QString &key = {});

    //! Ends the sharing. Replicas keep their values, but are not ready any more.
    Q_INVOKABLE void unshare(const QString &name);

    //! Lets a channel know only those rows of the model shared as \a name for which \a isVisible
    //! returns true: cards of one's own hand, what is not in the fog. Others are never sent to it.
    ///
    /// It is asked for each row and channel at each tick of the room in which something has
    /// changed, and by sync(). A row that becomes visible is inserted at that client, one that
    /// ceases to be is removed. A null function lets everybody know everything.
    void setVisible(const QString &name,
                    std::function<bool(const Channel *channel, int row)> isVisible);

    //! How many milliseconds lie between two ticks, at least: 0, whenever control returns to the
    //! event loop, or more. Default 50. A change after a pause is told at once.
    int syncInterval() const;
    void setSyncInterval(int milliseconds);

    //! Tells of what has changed now.
    Q_INVOKABLE void sync();
    /// @}

    //! Everyone leaves, and the room is deleted when control returns to the event loop.
    ///
    /// Its name is free at once: who joins a room of this name from now on opens another.
    Q_INVOKABLE void close();

    //! Why \a channel may not join with these \a options; empty if it may.
    ///
    /// The default looks at isOpen() and maximumChannels(). Call it first from your own, unless
    /// some may join all the same:
    /// \code
    /// QString refusal(QRepod::Channel *channel, const QVariantMap &options) override
    /// {
    ///     if (options.value("code") != m_code)
    ///         return "the code is wrong";
    ///     return Room::refusal(channel, options);
    /// }
    /// \endcode
    virtual QString refusal(Channel *channel, const QVariantMap &options);

    //! Gets every message of a channel in this room that no handler took, neither of the channel,
    //! nor of its rooms, nor of the server's. The default leaves it to the
    //! warning of Channel::network_received().
    virtual void network_received(Channel *channel, const QVariantMap &message);

Q_SIGNALS:
    //! \a channel is in the room from now on.
    void channelJoined(QRepod::Channel *channel);

    //! \a channel is not in the room any more: it has left, the room closes, or its client has
    //! gone. If somebody deletes the channel, it is about to be destroyed: then its address alone
    //! is of use.
    void channelLeft(QRepod::Channel *channel);

    //! A message of \a channel, which is in the room, was delivered; emitted after the handlers and
    //! network_received().
    void messageReceived(QRepod::Channel *channel, const QString &action,
                         const QVariantMap &message);

    //! maximumChannels(), isOpen(), isPersistent(), isShared() or syncInterval() is another now.
    //! Emitted in the thread that has set it.
    void settingsChanged();

protected:
    //! When it is overridden, this one has to be called too, for messageReceived() to be emitted.
    void connectNotify(const QMetaMethod &signal) override;

private:
    std::unique_ptr<Private> d;
};

} // namespace QRepod
