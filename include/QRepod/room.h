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
/// Channel::join() and Server::openRoom() open a room. Subclass it and pass the class to
/// Server::setRoomClass(): its `Network_<action>` handlers get the channel first, and then what a
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
/// joining, then those of the objects passed to Server::addHandler(). A handler or slot may do
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
    class Private; ///< the library's implementation

    explicit Room(QObject *parent = nullptr);

    //! Every channel leaves. Prefer close(), which deletes the room later: during destruction, a
    //! slot of channelLeft() gets a room whose subclass is already gone.
    ~Room() override;

    //! The name the room was opened with; empty for Server::everyone().
    QString name() const;

    //! The server the room belongs to; nullptr inside the constructor.
    Server *server() const;

    //! The channels in the room, in the order of joining. Only the server's thread can rely on a
    //! channel staying alive.
    QList<Channel *> channels() const;

    //! How many channels may be in the room; 0, the default: no limit. Channels already in it stay.
    int maximumChannels() const;
    void setMaximumChannels(int channels);

    //! Whether channels may join. Default true. Channels already in the room stay.
    bool isOpen() const;
    void setOpen(bool isOpen);

    //! Whether the room stays open when its last channel leaves. Default false.
    bool isPersistent() const;
    void setPersistent(bool isPersistent);

    //! Whether sendToAll() reaches the rooms of this name on every node of the server's Cluster,
    //! and share() makes its state known there. Default false; Server::everyone() is shared once
    //! there is a cluster.
    bool isShared() const;
    void setShared(bool isShared);

    //! Sends \a message to every channel in the room except \a except. The message is encoded once.
    ///
    /// A message without `action`, or with a value that cannot be encoded, is sent to nobody, with
    /// a warning. All channels in the room get messages from several threads in the same order.
    Q_INVOKABLE void sendToAll(const QVariantMap &message, QRepod::Channel *except = nullptr);
    void sendToAll(const QVariantMap &message, Channel *except, SendMode mode);

    //! Sends \a fields with `action` set to \a action.
    Q_INVOKABLE void sendToAll(const QString &action, const QVariantMap &fields,
                               QRepod::Channel *except = nullptr);
    void sendToAll(const QString &action, const QVariantMap &fields, Channel *except,
                   SendMode mode);

    //! Sends a message that consists only of its \a action: `sendToAll("tick")`.
    template <class Text, IfText<Text> = true>
    void sendToAll(const Text &action)
    {
        sendToAll(QString(action), QVariantMap());
    }

    /// \name Shared state
    /// Each client in a room sees the state that the room shares: in a Replica, a ReplicaModel, or
    /// the handler `Network__state` of a program in another language.
    ///
    /// A channel that joins gets the whole state first. Then every channel gets the changes, once
    /// per interval, however often a value changed. Each message is encoded once for all. A value
    /// that cannot be encoded is left out, with one warning. A channel that leaves is told that no
    /// more changes come.
    ///
    /// Shared objects live in the thread that the server works in. An object may be shared in many
    /// rooms. It may be destroyed at any time, which ends the sharing. A client that is in several
    /// rooms knows shared objects by name, so give different objects different names.
    ///
    /// \code
    /// server.everyone()->share("world", &world);
    /// server.openRoom("match")->share("players", &players);
    /// \endcode
    /// @{

    //! Shares the readable properties of \a object that have a NOTIFY signal as \a name, without
    //! those of QObject. It replaces what was shared by this name before.
    ///
    /// If \a object is a model, its rows are shared.
    Q_INVOKABLE void share(const QString &name, QObject *object);

    //! Shares the rows of \a model, a flat list, with the roles of its roleNames(); a model without
    //! role names of its own shares only `display`.
    ///
    /// Rows are inserted, removed, moved and changed at the clients as they are here, so that views
    /// animate. \a key, if given, is the role that identifies a row after the model was reset or a
    /// client came back: then, too, only the differences are applied.
    void share(const QString &name, QAbstractItemModel *model, const QString &key = {});

    //! Ends the sharing. Replicas keep their values, but are no longer ready.
    Q_INVOKABLE void unshare(const QString &name);

    //! Shows each channel only those rows of the model shared as \a name for which \a isVisible
    //! returns true, such as a player's own cards or what is outside the fog of war. Other rows are
    //! never sent to that channel.
    ///
    /// The function is called for each row and channel at each tick of the room in which something
    /// has changed, and by sync(). A row that becomes visible is inserted at that client; one that
    /// becomes hidden is removed. A null function shows everybody everything.
    void setVisible(const QString &name,
                    std::function<bool(const Channel *channel, int row)> isVisible);

    //! The shortest time between two ticks, in milliseconds: 0 or more. With 0, the room ticks
    //! whenever control returns to the event loop. Default 50. A change after a pause is sent at
    //! once.
    int syncInterval() const;
    void setSyncInterval(int milliseconds);

    //! Sends pending changes now.
    Q_INVOKABLE void sync();
    /// @}

    //! Closes the room: every channel leaves, and the room is deleted when control returns to the
    //! event loop.
    ///
    /// Its name is free at once: a channel that joins a room of this name now opens a new one.
    Q_INVOKABLE void close();

    //! Returns why \a channel may not join with these \a options; empty if it may.
    ///
    /// The default checks isOpen() and maximumChannels(). Call it from your override, unless some
    /// channels may join regardless:
    /// \code
    /// QString refusal(QRepod::Channel *channel, const QVariantMap &options) override
    /// {
    ///     if (options.value("code") != m_code)
    ///         return "the code is wrong";
    ///     return Room::refusal(channel, options);
    /// }
    /// \endcode
    virtual QString refusal(Channel *channel, const QVariantMap &options);

    //! Called with every message of a channel in this room that no handler took, neither of the
    //! channel, nor of its rooms, nor of the server's objects. The default leaves it to the warning
    //! of Channel::network_received().
    virtual void network_received(Channel *channel, const QVariantMap &message);

Q_SIGNALS:
    //! \a channel has joined the room.
    void channelJoined(QRepod::Channel *channel);

    //! \a channel is no longer in the room: it has left, the room closes, or its client is gone. If
    //! your code deletes the channel, this is emitted just before it is destroyed; then only its
    //! address is of use.
    void channelLeft(QRepod::Channel *channel);

    //! A message of \a channel, which is in the room, was delivered. Emitted after the handlers and
    //! network_received().
    void messageReceived(QRepod::Channel *channel, const QString &action,
                         const QVariantMap &message);

    //! maximumChannels(), isOpen(), isPersistent(), isShared() or syncInterval() has changed.
    //! Emitted in the thread that set it.
    void settingsChanged();

protected:
    //! An override must call this: otherwise messageReceived() is not emitted.
    void connectNotify(const QMetaMethod &signal) override;

private:
    std::unique_ptr<Private> d;
};

} // namespace QRepod
