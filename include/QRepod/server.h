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

//! Accepts clients and makes a Channel for each.
///
/// The server works in the event loop of the thread that it lives in, which moveToThread() or
/// startBackground() change: channels, their handlers and the signals of this class run there. Its
/// functions may be called from any thread, one at a time; sendToAll(), channels(), the times and
/// the limits at any time.
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
    class Private; ///< the library's own part

    explicit Server(QObject *parent = nullptr);

    //! Closes the server and ends its background thread, within 0.5 s. Its children are destroyed
    //! in that thread.
    ~Server() override;

    //! Makes a \a C, which derives from Channel, for every client from now on. Default: Channel.
    ///
    /// \a C needs a constructor that can be called without arguments.
    template <class C>
    void setChannelClass()
    {
        static_assert(std::is_base_of_v<Channel, C>,
                      "a channel class derives from QRepod::Channel");
        setChannelFactory([]() -> Channel * { return new C; });
    }

    //! The same for channels that need arguments. \a factory runs in the server's thread, and makes
    //! a new channel each time. Where it returns nullptr, the client is refused with an `error`.
    void setChannelFactory(std::function<Channel *()> factory);

    //! Listens on \a host: an address (one of IPv6 may stand in brackets), a name such as
    //! "localhost", or "" for every address of this machine, IPv4 and IPv6.
    ///
    /// Port 0 lets the system pick one.
    ///
    /// \return false when that is not possible, as it is not for a server that listens already,
    ///         which goes on as it was; errorString() says why.
    bool listen(const QString &host = QStringLiteral("127.0.0.1"), int port = 5071);

    QString errorString() const;

    //! The port it listens on, 0 when it does not.
    quint16 port() const;
    bool isListening() const;

    //! The clients connected now, and those that are expected back. Any thread; a channel lives on
    //! only in the server's.
    QList<Channel *> channels() const;

    //! The channel whose Channel::sessionId() it is; nullptr if there is none. In the server's
    //! thread.
    Channel *channel(const QString &sessionId) const;

    //! Gives \a handler every message that it has a `Network_<action>` for, after the channel and
    //! its rooms.
    ///
    /// Its handlers get the channel first and then what a channel's own handler would get, for
    /// example `void Network_chat(QRepod::Channel *channel, const QString &text)`; the handler of
    /// an object added earlier comes before that of a later one. \a handler must live in the thread
    /// that the server works in; it may be destroyed at any time. Adding one again does nothing.
    void addHandler(QObject *handler);
    void removeHandler(QObject *handler);

    //! Makes an \a R, which derives from Room, for every room from now on. Default: Room.
    ///
    /// \a R needs a constructor that can be called without arguments.
    template <class R>
    void setRoomClass()
    {
        static_assert(std::is_base_of_v<Room, R>, "a room class derives from QRepod::Room");
        setRoomFactory([](const QString &) -> Room * { return new R; });
    }

    //! The same for rooms that need arguments, or are of another class by their name. \a factory
    //! runs in the server's working thread, and may return nullptr: then the room is not opened.
    void setRoomFactory(std::function<Room *(const QString &name)> factory);

    //! The room of this name, opened unless there is one.
    ///
    /// A room that is opened so stays until somebody has joined it and the last channel leaves, or
    /// Room::close(). Channel::join() opens rooms as well.
    ///
    /// \return nullptr, with a warning, if \a name is empty or the factory makes no room.
    Room *openRoom(const QString &name);

    //! The open room of this name, or nullptr. Any thread.
    Room *room(const QString &name) const;

    //! The rooms that are open, in the order of opening, without everyone(). Any thread; a room
    //! lives on only in the server's.
    QList<Room *> rooms() const;

    //! The room that every client is in from channelConnected() on. It cannot be left.
    Q_INVOKABLE QRepod::Room *everyone() const;

    //! Sends \a message to every client: everyone()->sendToAll(). Any thread.
    Q_INVOKABLE void sendToAll(const QVariantMap &message);
    void sendToAll(const QVariantMap &message, SendMode mode);

    //! Sends \a fields with `action` set to \a action.
    Q_INVOKABLE void sendToAll(const QString &action, const QVariantMap &fields);
    void sendToAll(const QString &action, const QVariantMap &fields, SendMode mode);

    //! Sends a message that is nothing but its \a action: `sendToAll("tick")`.
    template <class Text, IfText<Text> = true>
    void sendToAll(const Text &action)
    {
        sendToAll(QString(action), QVariantMap());
    }

    //! What time it is on the server's clock, in milliseconds: since some time in the past, without
    //! jumps. ConnectionListener::serverTime() says the same at a client. Any thread.
    Q_INVOKABLE static qint64 time();

    //! Moves the server to a thread of its own, before or after listen().
    ///
    /// From then on the server lives there: its channels and handlers, slots connected to its
    /// signals with the server as context, and timers that are its children run in that thread. A
    /// server that has a parent leaves it, and is still deleted with it.
    ///
    /// There is no way back; a second call does nothing. Inside of a handler, a slot of
    /// channelConnected() and its like or the channel factory it is refused, with a warning. So it
    /// is in a library that is built without threads.
    void startBackground();

    //! The thread that the server works in: the one that it lives in.
    QThread *workingThread() const;

    //! How many network threads read, check, encrypt and write for the clients. 0 to 64, default 0:
    //! the thread that the server works in does it. Set it before listen(): while the server
    //! listens it takes effect at the next listen(), of a gate too, and a warning says so.
    ///
    /// Channels and their handlers stay in the working thread, so a game needs no lock. With one
    /// thread or more, a broadcast costs the game's thread one encoding, an entry in a queue per
    /// client, and one wake-up per thread. In a library that is built without threads it stays 0.
    int threads() const;
    void setThreads(int threads);

    /// \name Looking after it
    /// @{

    //! What the server does, as text in the format of Prometheus: clients, rooms, messages and
    //! bytes each way, the same and the time of handlers by action, what waits, round trips.
    ///
    /// The names begin with `qrepod_`. However many actions clients invent, only some have figures
    /// of their own; the rest is counted together. A cluster adds its part. Any thread, which waits
    /// for the server's.
    QString metrics() const;

    //! Answers every ServerBrowser on the local network, from now on and while the server listens.
    ///
    /// They get \a title, how the server is called, and \a data, what there is to know before one
    /// joins: both together at most about 1,100 bytes. A second call announces something else. A
    /// server that listens on 127.0.0.1 is found on this machine alone.
    ///
    /// \return false when that is not possible, and then errorString() says why.
    Q_INVOKABLE bool announce(const QString &title, const QVariantMap &data = {});

    //! Answers nobody any more.
    Q_INVOKABLE void stopAnnouncing();

    //! The UDP port by which the server is found. Default 5071. With 0 the system picks one, which
    //! this tells once it is announced. Set it before announce(): for a server that is announced it
    //! takes effect at the next announce(), and a warning says so.
    int announcePort() const;
    void setAnnouncePort(int port);
    /// @}

    //! Stops listening and closes every channel; listen() may be called again.
    ///
    /// What had arrived is delivered, and then `disconnected` for each channel, before it returns.
    /// Only a channel whose handler calls this is told when that handler has returned.
    void close();

    /// \name Times
    /// All in milliseconds; each applies to clients that connect afterwards. Any thread.
    /// @{

    //! How long a closed channel keeps trying to write what was sent: 0, only what the network
    //! takes at once, or more. Default 3,000.
    int closeTimeout() const;
    void setCloseTimeout(int milliseconds);

    //! How long nothing may have been sent to a client before a heartbeat is; 0: never. Default
    //! 5,000.
    int heartbeatInterval() const;
    void setHeartbeatInterval(int milliseconds);

    //! How long a client that sends heartbeats may be silent before its connection counts as
    //! broken; 0: for ever. Default 15,000. See ConnectionListener::idleTimeout().
    int idleTimeout() const;
    void setIdleTimeout(int milliseconds);

    //! How long a client may take to finish a frame, from its first byte on, if the frame comes
    //! more slowly than 1 KiB a second; 0: for ever. Default 30,000. Past it the client has broken
    //! the protocol.
    int frameTimeout() const;
    void setFrameTimeout(int milliseconds);

    //! How long a client may take nothing of what waits for it; 0: for ever. Default 30,000. Past
    //! it the client is closed with an error.
    int stallTimeout() const;
    void setStallTimeout(int milliseconds);

    //! How much may wait for all clients together, received and not yet handled or sent and not yet
    //! taken, in bytes; 0: no limit. Default 512 MiB.
    ///
    /// Past it the clients that hold the most are not read any more, after a second closed with an
    /// error. It is looked at every 250 ms. Free memory, kept for large messages, is not counted.
    qint64 maximumMemory() const;
    void setMaximumMemory(qint64 bytes);
    /// @}

#if QT_CONFIG(ssl)
    //! Speaks TLS with clients that connect afterwards; a null configuration, the default, stands
    //! for plain TCP. It needs a certificate and its private key.
    ///
    /// A client that does not complete the handshake within handshakeTimeout is dropped, see
    /// errorOccurred().
    QSslConfiguration sslConfiguration() const;
    void setSslConfiguration(const QSslConfiguration &configuration);

#endif

    //! How long a client that was lost keeps its place, in milliseconds; 0, the default: it has
    //! gone at once.
    ///
    /// With a timeout, a client whose line breaks, or that misses its heartbeats, is interrupted
    /// only: its Channel stays, what is sent to it is kept, and if it is back in time nothing has
    /// been lost in either direction. A client of QRepod with reconnecting on comes back by itself;
    /// others, plain repod's among them, notice nothing of it.
    ///
    /// A client is made known by channelConnected() with its first frame then, or 100 ms after it
    /// has connected. maximumConnections() counts those that are away, too; when a new client needs
    /// a place, the one that has been away for the longest loses it. Applies to clients that
    /// connect or are lost afterwards.
    int sessionTimeout() const;
    void setSessionTimeout(int milliseconds);

    /// \name Guests
    /// @{

    //! What a client may send before the game admits it, for example `{"login"}`. Default: none,
    //! and then nobody is a guest.
    ///
    /// With guest actions, a client that connects begins as a guest: it gets the greeting and what
    /// Channel::send() sends to it, but it is in nobody's channels() and gets no broadcast, and
    /// channelConnected() and `connected` come only when the game calls Channel::admit(). A guest
    /// that sends anything else, or is not admitted within handshakeTimeout(), gets an `error`
    /// message and is closed, see errorOccurred().
    QStringList guestActions() const;
    void setGuestActions(const QStringList &actions);

    //! How long a TLS handshake may take, and after it a guest, in milliseconds: 1 or more. Default
    //! 10,000.
    int handshakeTimeout() const;
    void setHandshakeTimeout(int milliseconds);
    /// @}

    /// \name Limits
    /// Each applies to clients that connect afterwards, and is 1 or more; less counts as 1, but for
    /// maximumConnections. Any thread.
    ///
    /// A message past the size, depth or number of values breaks the connection of the client that
    /// sent it, with an error that says which limit and by what; one of our own is not sent, with a
    /// warning that says the same.
    /// @{

    //! How many clients may be connected; 0, the default, sets no limit.
    ///
    /// One more is told so with an `error` message and closed.
    int maximumConnections() const;
    void setMaximumConnections(int connections);

    //! The largest frame, in bytes of payload. Default 16 MiB, at most 4 GiB - 1.
    qint64 maximumFrameSize() const;
    void setMaximumFrameSize(qint64 bytes);

    //! How deep lists and maps may be nested, the message itself being the first level. Default 64,
    //! at most 1,024: each level takes from the stack of the thread that pumps.
    int maximumDepth() const;
    void setMaximumDepth(int levels);

    //! How many values one message may hold, list elements and map values. Default 100,000.
    int maximumValues() const;
    void setMaximumValues(int values);

    //! How many messages a client may send a second; 0, the default: no limit.
    ///
    /// A client that was quiet may send a second's worth at once. Past it its socket is not read
    /// until the rate is met: nothing is lost, the client slows down. Heartbeats and other frames
    /// without an action count as well. Channel::setMaximumMessageRate() makes exceptions.
    int maximumMessageRate() const;
    void setMaximumMessageRate(int perSecond);

    //! How much may be received from one client and not yet handled, in bytes. Default 64 MiB.
    ///
    /// Past it that client's socket is not read until half of it has been handled: nothing is lost,
    /// the client slows down, the others do not.
    qint64 maximumReceiveBacklog() const;
    void setMaximumReceiveBacklog(qint64 bytes);

    //! How much may be sent to one client and not yet written, in bytes. Default 16 MiB.
    ///
    /// A client that takes some of it may be over that for a while, as after a burst of messages.
    /// It is closed with an error once it has taken nothing for 5 s, or at four times the limit.
    /// One message is always accepted when nothing waits. The other clients are not held up.
    qint64 maximumSendBacklog() const;
    void setMaximumSendBacklog(qint64 bytes);
    /// @}

Q_SIGNALS:
    //! A client has joined; \a channel can be sent to. Emitted in the server's working thread.
    void channelConnected(QRepod::Channel *channel);

    //! A client has gone; \a channel is deleted when control returns to the event loop.
    void channelDisconnected(QRepod::Channel *channel);

    //! \a room is open; nobody is in it yet. Emitted in the server's working thread, as
    //! roomClosed().
    void roomOpened(QRepod::Room *room);

    //! \a room has closed; nobody is in it, and it is deleted when control returns to the event
    //! loop. If somebody has deleted it, it is about to be destroyed.
    void roomClosed(QRepod::Room *room);

    //! A client could not be accepted, for example because its TLS handshake failed, or was not
    //! admitted, for example because it sent what a guest may not; \a error names it and why.
    //! Emitted in the server's working thread.
    void errorOccurred(const QString &error);

    void listeningChanged();

    //! One of the times or limits is another now. Emitted in the thread that has set it.
    void settingsChanged();

private:
    std::unique_ptr<Private> d;
};

} // namespace QRepod
