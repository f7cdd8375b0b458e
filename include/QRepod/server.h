// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/channel.h>
#include <QRepod/iftext.h>
#include <QRepod/qrepod_global.h>
#include <QRepod/room.h>
#include <QRepod/sendmode.h>

#include <QtCore/qlist.h>
#include <QtCore/qobject.h>
#include <QtCore/qstringlist.h>
#include <QtCore/qvariant.h>
#include <QtNetwork/qtnetworkglobal.h>
#if QT_CONFIG(ssl)
#    include <QtNetwork/qsslconfiguration.h>
#endif

#include <functional>
#include <memory>
#include <type_traits>

QT_BEGIN_NAMESPACE
class QThread;
QT_END_NAMESPACE

namespace QRepod {

//! Accepts clients and creates a Channel for each.
///
/// The server works in the event loop of the thread it lives in; moveToThread() and
/// startBackground() change that thread. Channels, their handlers and the signals of this class run
/// there. Functions may be called from any thread, one at a time; sendToAll(), channels(), the
/// times and the limits may be called at any time.
class QREPOD_EXPORT Server : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Server)
    Q_PROPERTY(quint16 port READ port NOTIFY listeningChanged)
    Q_PROPERTY(bool listening READ isListening NOTIFY listeningChanged)
    Q_PROPERTY(int closeTimeout READ closeTimeout WRITE setCloseTimeout NOTIFY settingsChanged)
    Q_PROPERTY(int heartbeatInterval READ heartbeatInterval WRITE setHeartbeatInterval NOTIFY
                   settingsChanged)
    Q_PROPERTY(int frameTimeout READ frameTimeout WRITE setFrameTimeout NOTIFY settingsChanged)
    Q_PROPERTY(int stallTimeout READ stallTimeout WRITE setStallTimeout NOTIFY settingsChanged)
    Q_PROPERTY(
        qint64 maximumMemory READ maximumMemory WRITE setMaximumMemory NOTIFY settingsChanged)
    Q_PROPERTY(int idleTimeout READ idleTimeout WRITE setIdleTimeout NOTIFY settingsChanged)
    Q_PROPERTY(
        int sessionTimeout READ sessionTimeout WRITE setSessionTimeout NOTIFY settingsChanged)
    Q_PROPERTY(
        int handshakeTimeout READ handshakeTimeout WRITE setHandshakeTimeout NOTIFY settingsChanged)
    Q_PROPERTY(
        QStringList guestActions READ guestActions WRITE setGuestActions NOTIFY settingsChanged)
    Q_PROPERTY(int maximumMessageRate READ maximumMessageRate WRITE setMaximumMessageRate NOTIFY
                   settingsChanged)
    Q_PROPERTY(int threads READ threads WRITE setThreads NOTIFY settingsChanged)
    Q_PROPERTY(int maximumConnections READ maximumConnections WRITE setMaximumConnections NOTIFY
                   settingsChanged)
    Q_PROPERTY(qint64 maximumFrameSize READ maximumFrameSize WRITE setMaximumFrameSize NOTIFY
                   settingsChanged)
    Q_PROPERTY(int maximumDepth READ maximumDepth WRITE setMaximumDepth NOTIFY settingsChanged)
    Q_PROPERTY(int maximumValues READ maximumValues WRITE setMaximumValues NOTIFY settingsChanged)
    Q_PROPERTY(qint64 maximumReceiveBacklog READ maximumReceiveBacklog WRITE
                   setMaximumReceiveBacklog NOTIFY settingsChanged)
    Q_PROPERTY(int announcePort READ announcePort WRITE setAnnouncePort NOTIFY settingsChanged)
    Q_PROPERTY(qint64 maximumSendBacklog READ maximumSendBacklog WRITE setMaximumSendBacklog NOTIFY
                   settingsChanged)

public:
    class Private; ///< the library's implementation

    explicit Server(QObject *parent = nullptr);

    //! Closes the server and ends its background thread, within 0.5 s. The server's children are
    //! destroyed in that thread.
    ~Server() override;

    //! Creates a \a C, which derives from Channel, for every client that connects from now on.
    //! Default: Channel.
    ///
    /// \a C needs a constructor that can be called without arguments.
    template <class C>
    void setChannelClass()
    {
        static_assert(std::is_base_of_v<Channel, C>,
                      "a channel class derives from QRepod::Channel");
        setChannelFactory([]() -> Channel * { return new C; });
    }

    //! The same for channels that need arguments. \a factory runs in the server's thread and
    //! returns a new channel each time. If it returns nullptr, the client is refused with an
    //! `error`.
    void setChannelFactory(std::function<Channel *()> factory);

    //! Listens on \a host: an address (an IPv6 address may be in brackets), a name such as
    //! "localhost", or "" for every address of this machine, IPv4 and IPv6.
    ///
    /// Port 0 lets the system pick a port.
    ///
    /// \return false on failure; errorString() says why. A server that already listens refuses, and
    ///         goes on listening as before.
    bool listen(const QString &host = QStringLiteral("127.0.0.1"), int port = 5071);

    QString errorString() const;

    //! The port the server listens on; 0 if it does not listen.
    quint16 port() const;
    bool isListening() const;

    //! The clients that are connected, and those that are expected back. Any thread; but only the
    //! server's thread can rely on a channel staying alive.
    QList<Channel *> channels() const;

    //! The channel with this Channel::sessionId(); nullptr if there is none. In the server's
    //! thread.
    Channel *channel(const QString &sessionId) const;

    //! Gives \a handler every message that it has a `Network_<action>` for, after the channel and
    //! its rooms.
    ///
    /// Its handlers get the channel first, and then what a channel's own handler would get, for
    /// example `void Network_chat(QRepod::Channel *channel, const QString &text)`. Objects are
    /// called in the order in which they were added. \a handler must live in the thread that the
    /// server works in; it may be destroyed at any time. Adding a handler twice has no effect.
    void addHandler(QObject *handler);
    void removeHandler(QObject *handler);

    //! Creates an \a R, which derives from Room, for every room opened from now on. Default: Room.
    ///
    /// \a R needs a constructor that can be called without arguments.
    template <class R>
    void setRoomClass()
    {
        static_assert(std::is_base_of_v<Room, R>, "a room class derives from QRepod::Room");
        setRoomFactory([](const QString &) -> Room * { return new R; });
    }

    //! The same for rooms that need arguments, or whose class depends on the name. \a factory runs
    //! in the server's working thread. If it returns nullptr, the room is not opened.
    void setRoomFactory(std::function<Room *(const QString &name)> factory);

    //! Returns the room of this name, and opens it if there is none.
    ///
    /// A room opened this way stays until somebody has joined it and the last channel leaves, or
    /// until Room::close(). Channel::join() opens rooms as well.
    ///
    /// \return nullptr, with a warning, if \a name is empty or the factory makes no room.
    Room *openRoom(const QString &name);

    //! The open room of this name; nullptr if there is none. Any thread.
    Room *room(const QString &name) const;

    //! The open rooms, in the order of opening, without everyone(). Any thread; but only the
    //! server's thread can rely on a room staying alive.
    QList<Room *> rooms() const;

    //! The room that every client is in from channelConnected() on. No client can leave it.
    Q_INVOKABLE QRepod::Room *everyone() const;

    //! Sends \a message to every client, like everyone()->sendToAll(). Any thread.
    Q_INVOKABLE void sendToAll(const QVariantMap &message);
    void sendToAll(const QVariantMap &message, SendMode mode);

    //! Sends \a fields with `action` set to \a action.
    Q_INVOKABLE void sendToAll(const QString &action, const QVariantMap &fields);
    void sendToAll(const QString &action, const QVariantMap &fields, SendMode mode);

    //! Sends a message that consists only of its \a action: `sendToAll("tick")`.
    template <class Text, IfText<Text> = true>
    void sendToAll(const Text &action)
    {
        sendToAll(QString(action), QVariantMap());
    }

    //! The time on the server's clock, in milliseconds since some moment in the past. It does not
    //! jump. ConnectionListener::serverTime() returns the same time at a client. Any thread.
    Q_INVOKABLE static qint64 time();

    //! Moves the server to a thread of its own, before or after listen().
    ///
    /// From then on the server lives there. Its channels and handlers run in that thread, and so do
    /// slots connected to its signals with the server as context, and timers that are its children.
    /// A server that has a parent leaves it, but is still deleted with it.
    ///
    /// There is no way back; a second call has no effect. The call is refused, with a warning,
    /// inside a handler, inside the channel factory and inside a slot of channelConnected() and the
    /// like. It is also refused if the library is built without threads.
    void startBackground();

    //! The thread that the server works in, which is the one it lives in.
    QThread *workingThread() const;

    //! How many network threads read, check, encrypt and write for the clients: 0 to 64. Default 0:
    //! the server's working thread does it. Set it before listen(). While the server or a gate
    //! listens, it takes effect at the next listen(), and a warning says so.
    ///
    /// Channels and their handlers stay in the working thread, so a game needs no lock. With one
    /// thread or more, a broadcast costs the game's thread one encoding, one queue entry per
    /// client, and one wake-up per thread. If the library is built without threads, this stays 0.
    int threads() const;
    void setThreads(int threads);

    /// \name Monitoring and discovery
    /// @{

    //! Returns the server's figures in Prometheus' text format: clients, rooms, messages and bytes
    //! each way, messages, bytes and handler time by action, backlogs, round trips.
    ///
    /// The names begin with `qrepod_`. However many actions clients invent, only a bounded number
    /// have figures of their own; the rest are counted together. A cluster adds its figures. Any
    /// thread; the caller waits for the server's thread.
    QString metrics() const;

    //! Answers every ServerBrowser on the local network, from now on, while the server listens.
    ///
    /// The answer has \a title, the server's name for people, and \a data, what a player needs to
    /// know before joining: at most about 1,100 bytes together. A second call replaces both. A
    /// server that listens on 127.0.0.1 is found only on this machine.
    ///
    /// \return false on failure; errorString() says why.
    Q_INVOKABLE bool announce(const QString &title, const QVariantMap &data = {});

    //! Stops answering.
    Q_INVOKABLE void stopAnnouncing();

    //! The UDP port on which the server is found. Default 5071. With 0 the system picks a port, and
    //! this returns it after announce(). Set it before announce(). While the server is announced,
    //! it takes effect at the next announce(), and a warning says so.
    int announcePort() const;
    void setAnnouncePort(int port);
    /// @}

    //! Stops listening and closes every channel; listen() may be called again.
    ///
    /// It first delivers the messages that had arrived, then `disconnected` for each channel. Only
    /// a channel whose handler calls this gets `disconnected` after that handler returns.
    void close();

    /// \name Times
    /// All in milliseconds. A change applies to clients that connect afterwards. Any thread.
    /// @{

    //! How long a closed channel keeps trying to write queued messages: 0 or more. With 0, it
    //! writes only what the network takes at once. Default 3,000.
    int closeTimeout() const;
    void setCloseTimeout(int milliseconds);

    //! How long a client may get nothing before it gets a heartbeat; 0: never. Default 5,000.
    int heartbeatInterval() const;
    void setHeartbeatInterval(int milliseconds);

    //! How long a client that sends heartbeats may be silent before its connection counts as
    //! broken; 0: for ever. Default 15,000. See ConnectionListener::idleTimeout().
    int idleTimeout() const;
    void setIdleTimeout(int milliseconds);

    //! How long a client may take to finish a frame, counted from its first byte, if the frame
    //! arrives more slowly than 1 KiB a second; 0: for ever. Default 30,000. A slower frame is a
    //! protocol error.
    int frameTimeout() const;
    void setFrameTimeout(int milliseconds);

    //! How long a client may take none of the bytes that wait for it; 0: for ever. Default 30,000.
    //! After that the client is closed with an error.
    int stallTimeout() const;
    void setStallTimeout(int milliseconds);

    //! How many bytes may wait for all clients together, received and not yet handled or sent and
    //! not yet taken; 0: no limit. Default 512 MiB.
    ///
    /// Past it the server stops reading from the clients that hold the most, and closes them with
    /// an error after a second. It checks every 250 ms. Free memory that is kept for large messages
    /// does not count.
    qint64 maximumMemory() const;
    void setMaximumMemory(qint64 bytes);
    /// @}

#if QT_CONFIG(ssl)
    //! The TLS configuration for clients that connect afterwards; null, the default, means plain
    //! TCP. It needs a certificate and its private key.
    ///
    /// A client that does not complete the handshake within handshakeTimeout is dropped; see
    /// errorOccurred().
    QSslConfiguration sslConfiguration() const;
    void setSslConfiguration(const QSslConfiguration &configuration);

#endif

    //! How long a lost client keeps its place, in milliseconds; 0, the default: it is gone at once.
    ///
    /// With a timeout, a client whose line breaks or whose heartbeats stop is only interrupted: its
    /// Channel stays and messages to it are kept. If the client is back in time, nothing has been
    /// lost in either direction. A QRepod client with reconnect on comes back by itself. Sessions
    /// do not affect other clients, such as plain repod's.
    ///
    /// With a timeout, channelConnected() comes with the client's first frame, or 100 ms after it
    /// connected. maximumConnections() counts interrupted clients too; when a new client needs a
    /// place, the client that has been away longest loses its own. A change applies to clients that
    /// connect or are lost afterwards.
    int sessionTimeout() const;
    void setSessionTimeout(int milliseconds);

    /// \name Guests
    /// @{

    //! The actions that a client may send before the game admits it, for example `{"login"}`.
    //! Default: none, and then nobody is a guest.
    ///
    /// With guest actions, a client that connects begins as a guest. It gets the greeting and what
    /// Channel::send() sends to it, but it is not in channels() and gets no broadcast.
    /// channelConnected() and `connected` come only when the game calls Channel::admit(). A guest
    /// that sends any other action, or is not admitted within handshakeTimeout(), gets an `error`
    /// message and is closed; see errorOccurred().
    QStringList guestActions() const;
    void setGuestActions(const QStringList &actions);

    //! How long a TLS handshake may take, and after it a guest, in milliseconds: 1 or more. Default
    //! 10,000.
    int handshakeTimeout() const;
    void setHandshakeTimeout(int milliseconds);
    /// @}

    /// \name Limits
    /// A change applies to clients that connect afterwards. Each limit is 1 or more, except
    /// maximumConnections; less counts as 1. Any thread.
    ///
    /// A message that exceeds the size, depth or number of values breaks the connection of the
    /// client that sent it, with an error that names the limit and the excess. The server does not
    /// send such a message, and warns with the same text.
    /// @{

    //! How many clients may be connected; 0, the default: no limit.
    ///
    /// One client more gets an `error` message that says so, and is closed.
    int maximumConnections() const;
    void setMaximumConnections(int connections);

    //! The largest frame, in bytes of payload. Default 16 MiB, at most 4 GiB - 1.
    qint64 maximumFrameSize() const;
    void setMaximumFrameSize(qint64 bytes);

    //! How deeply lists and maps may be nested; the message itself is the first level. Default 64,
    //! at most 1,024: each level takes stack space in the thread that pumps.
    int maximumDepth() const;
    void setMaximumDepth(int levels);

    //! How many list elements and map values one message may hold. Default 100,000.
    int maximumValues() const;
    void setMaximumValues(int values);

    //! How many messages a client may send a second; 0, the default: no limit.
    ///
    /// A client that was quiet may send a second's worth at once. Past that its socket is not read
    /// until the rate is met: nothing is lost, the client slows down. Heartbeats and other frames
    /// without an action count too. Channel::setMaximumMessageRate() makes exceptions.
    int maximumMessageRate() const;
    void setMaximumMessageRate(int perSecond);

    //! How many bytes may be received from one client and not yet handled. Default 64 MiB.
    ///
    /// Past it that client's socket is not read until half has been handled: nothing is lost, the
    /// client slows down, the others do not.
    qint64 maximumReceiveBacklog() const;
    void setMaximumReceiveBacklog(qint64 bytes);

    //! How many bytes may be sent to one client and not yet written. Default 16 MiB.
    ///
    /// A client that keeps taking some may be over the limit for a while, for example after a
    /// burst. It is closed with an error once it has taken nothing for 5 s, or at four times the
    /// limit. One message is always accepted when nothing waits. Other clients are not held up.
    qint64 maximumSendBacklog() const;
    void setMaximumSendBacklog(qint64 bytes);
    /// @}

Q_SIGNALS:
    //! A client has joined; \a channel is ready for send(). Emitted in the server's working thread.
    void channelConnected(QRepod::Channel *channel);

    //! A client is gone; \a channel is deleted when control returns to the event loop.
    void channelDisconnected(QRepod::Channel *channel);

    //! \a room is open and still empty. Emitted in the server's working thread, like roomClosed().
    void roomOpened(QRepod::Room *room);

    //! \a room has closed and is empty; it is deleted when control returns to the event loop. If
    //! your code deletes the room, this is emitted just before it is destroyed.
    void roomClosed(QRepod::Room *room);

    //! A client could not be accepted, for example because its TLS handshake failed, or was not
    //! admitted, for example because it sent what a guest may not. \a error names the client and
    //! the reason. Emitted in the server's working thread.
    void errorOccurred(const QString &error);

    void listeningChanged();

    //! One of the times or limits has changed. Emitted in the thread that set it.
    void settingsChanged();

private:
    std::unique_ptr<Private> d;
};

} // namespace QRepod
