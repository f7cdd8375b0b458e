// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/iftext.h>
#include <QRepod/qrepod_global.h>
#include <QRepod/sendmode.h>

#include <QtCore/qdeadlinetimer.h>
#if QT_CONFIG(future)
#    include <QtCore/qfuture.h>
#endif
#include <QtCore/qobject.h>
#include <QtCore/qurl.h>
#include <QtCore/qvariant.h>
#include <QtNetwork/qtnetworkglobal.h>
#if QT_CONFIG(ssl)
#    include <QtNetwork/qsslconfiguration.h>
#endif

#include <memory>

namespace QRepod {

class Client;

//! A game's end of the connection: calls `Network_<action>` for each message that arrives.
///
/// Subclass it, write slots, `Q_INVOKABLE` functions or signals named `Network_chat`,
/// `Network_move`, …, call `connect()` once and `pump()` once per frame. The README begins with
/// one.
///
/// A handler without parameters is only told; with one `QVariantMap` or `QVariant` it gets the
/// whole message; otherwise each parameter takes the field of the same name, and one `Q_GADGET` is
/// filled by its properties' names. Types must agree and values must fit: a message that a handler
/// cannot take goes to network_received() instead, with one warning for each way not to fit.
///
/// The socket lives on a network thread of its own. Everything that can be seen or overridden here
/// runs in the thread of this object, inside pump() (or the event loop, with autoPump), and so do
/// all functions but `connection()->send()` and `connection()->close()`. A handler may do anything:
/// send, close, connect elsewhere, delete the listener. In a library that is built without threads
/// (Qt for WebAssembly) the event loop of this object's thread serves the socket: pump() delivers
/// what came while that ran.
///
/// Built-in messages reach handlers like any other: `connected`, `socketConnect`, `disconnected`,
/// and `error` with the field `error`. Peers can send messages of these names too; state() and the
/// signals connected(), disconnected() and errorOccurred() follow the transport alone.
///
/// A QCoreApplication must exist.
class QREPOD_EXPORT ConnectionListener : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ConnectionListener)
    Q_PROPERTY(State state READ state NOTIFY stateChanged)
    Q_PROPERTY(bool autoPump READ autoPump WRITE setAutoPump NOTIFY autoPumpChanged)
    Q_PROPERTY(
        int connectTimeout READ connectTimeout WRITE setConnectTimeout NOTIFY settingsChanged)
    Q_PROPERTY(int closeTimeout READ closeTimeout WRITE setCloseTimeout NOTIFY settingsChanged)
    Q_PROPERTY(int heartbeatInterval READ heartbeatInterval WRITE setHeartbeatInterval NOTIFY
                   settingsChanged)
    Q_PROPERTY(int frameTimeout READ frameTimeout WRITE setFrameTimeout NOTIFY settingsChanged)
    Q_PROPERTY(int idleTimeout READ idleTimeout WRITE setIdleTimeout NOTIFY settingsChanged)
    Q_PROPERTY(
        QString peerVerifyName READ peerVerifyName WRITE setPeerVerifyName NOTIFY settingsChanged)
    Q_PROPERTY(bool reconnect READ reconnect WRITE setReconnect NOTIFY settingsChanged)
    Q_PROPERTY(int reconnectInterval READ reconnectInterval WRITE setReconnectInterval NOTIFY
                   settingsChanged)
    Q_PROPERTY(int maximumReconnectInterval READ maximumReconnectInterval WRITE
                   setMaximumReconnectInterval NOTIFY settingsChanged)
    Q_PROPERTY(int maximumReconnectAttempts READ maximumReconnectAttempts WRITE
                   setMaximumReconnectAttempts NOTIFY settingsChanged)
    Q_PROPERTY(int reconnectAttempt READ reconnectAttempt NOTIFY stateChanged)
    Q_PROPERTY(int reconnectDelay READ reconnectDelay NOTIFY stateChanged)
    Q_PROPERTY(qint64 maximumFrameSize READ maximumFrameSize WRITE setMaximumFrameSize NOTIFY
                   settingsChanged)
    Q_PROPERTY(int maximumDepth READ maximumDepth WRITE setMaximumDepth NOTIFY settingsChanged)
    Q_PROPERTY(int maximumValues READ maximumValues WRITE setMaximumValues NOTIFY settingsChanged)
    Q_PROPERTY(qint64 maximumReceiveBacklog READ maximumReceiveBacklog WRITE
                   setMaximumReceiveBacklog NOTIFY settingsChanged)
    Q_PROPERTY(qint64 maximumSendBacklog READ maximumSendBacklog WRITE setMaximumSendBacklog NOTIFY
                   settingsChanged)

public:
    class Private; ///< the library's own part

    enum class State {
        Disconnected, ///< no connection, and none being made
        Connecting,   ///< connect() was called; `connected` or `error` has not been delivered yet
        Connected,    ///< `connected` was delivered, and the connection has not ended
        Reconnecting, ///< with reconnect: waiting to try again, or trying; as Connecting otherwise
    };
    Q_ENUM(State)

    explicit ConnectionListener(QObject *parent = nullptr);

    //! Closes the connection and ends the network thread, within 0.5 s.
    ///
    /// What was sent is still written if the peer takes it within that time. Nothing is called
    /// back.
    ~ConnectionListener() override;

    using QObject::connect;

    //! Starts connecting to \a host (a name or an address; an IPv6 address may stand in brackets)
    //! and returns at once.
    ///
    /// The outcome arrives by pump(): `connected` and `socketConnect`, or `error`, after at most
    /// connectTimeout. A port that is none is such an `error`, and is not tried again. A connection
    /// or attempt that stands is closed first, as by close(); its `disconnected` is delivered
    /// before anything of the new one.
    Q_INVOKABLE void connect(const QString &host = QStringLiteral("127.0.0.1"), int port = 5071);

    //! Connects to a \a url: `repod://host:port`, or `repods://host:port` for TLS; and, in a
    //! program that links QRepod::WebSocket, `ws://host:port/path?query` or `wss://…`.
    ///
    /// The scheme says whether there is TLS. It has the configuration of setSslConfiguration(), or
    /// Qt's default. Default ports: 5071 for repod and repods, 80 for ws, 443 for wss. Name and
    /// password of a WebSocket's url are sent as basic authorization. A url that is none, or of
    /// another scheme, is such an `error` as a port that is none.
    void connect(const QUrl &url);

    //! Delivers every message that is queued, in order of arrival, and returns how many.
    ///
    /// Messages that arrive while it runs wait for the next call, so a flood cannot hold a frame. A
    /// call from within a handler returns 0.
    Q_INVOKABLE int pump();

    //! The same, but stops at the deadline \a budget; the rest waits for the next call.
    ///
    /// At least one message is delivered if there is one, so a late frame still makes progress.
    int pump(QDeadlineTimer budget);

    //! Queues \a message, which must have the key `action`; see Client::send().
    ///
    /// \return the bytes accepted; 0 before `connected` was delivered and after the connection
    /// ended.
    Q_INVOKABLE qint64 send(const QVariantMap &message);
    qint64 send(const QVariantMap &message, SendMode mode);

    //! Queues \a fields with `action` set to \a action.
    Q_INVOKABLE qint64 send(const QString &action, const QVariantMap &fields);
    qint64 send(const QString &action, const QVariantMap &fields, SendMode mode);

    //! Queues a message that is nothing but its \a action: `send("jump")`.
    template <class Text, IfText<Text> = true>
    qint64 send(const Text &action)
    {
        return send(QString(action), QVariantMap());
    }

#if QT_CONFIG(future)
    //! Sends a message that the server is to answer, and returns the future of the answer.
    ///
    /// \code
    /// game.request("buy", {{"item", 3}})
    ///     .then([](const QVariant &result) { showBought(result.toMap()); })
    ///     .onFailed([](const QRepod::RequestError &error) { showText(error.error()); });
    /// \endcode
    ///
    /// The future finishes inside pump(), in this object's thread, and so does what hangs on it. It
    /// holds the result, or fails with a RequestError that names the action and why: the server
    /// refused, \a timeout milliseconds have passed (a negative one stands for ever), or the
    /// connection ended. It has failed when this returns if the listener is not connected, if the
    /// message cannot be sent, or if 10,000 requests wait already. When the listener is deleted, it
    /// fails once control returns to the event loop.
    ///
    /// For the server it is a message with one more field, `_request`. An answer that comes too
    /// late is a message with the action `_reply`.
    ///
    /// A Qt without threads has no QFuture; there this function is missing.
    QFuture<QVariant> request(const QString &action, const QVariantMap &fields = {},
                              int timeout = 10'000);
#endif

    //! Ends the connection; see Client::close().
    ///
    /// What had arrived is delivered by the next pump(), then `disconnected`. An attempt that is
    /// still connecting ends without a word.
    Q_INVOKABLE void close();

    //! What time it is on the server's clock, Server::time(), in milliseconds: smooth, and never
    //! backwards while the connection lasts. -1 if that is not known: shortly after the first call,
    //! or with a server that is none of QRepod's.
    ///
    /// From the first call on, or from the first Replica, the server is asked now and then.
    Q_INVOKABLE qint64 serverTime() const;

    //! The connection and its thread; nullptr before the first connect().
    Client *connection() const;

    State state() const;

    //! Whether the event loop pumps by itself whenever messages arrive. Default: false.
    bool autoPump() const;
    void setAutoPump(bool enabled);

    //! Gives \a handler every message that it has a `Network_<action>` for, after this object and
    //! the handlers added before.
    ///
    /// \a handler must live in the listener's thread; it may be destroyed at any time. Adding one
    /// again does nothing.
    void addHandler(QObject *handler);
    void removeHandler(QObject *handler);

    //! Gets every message that no handler took.
    ///
    /// The default warns of each action once, of 32 actions at most, and names the nearest handler:
    /// a message that reaches nobody is mostly a mistyped one. It is silent about built-in
    /// messages, and if messageReceived() is connected.
    virtual void network_received(const QVariantMap &message);

    /// \name Times
    /// All in milliseconds, and each takes effect at the next connect().
    /// @{

    //! How long connecting may take, with TLS its handshake included: 1 or more. Default 10,000.
    int connectTimeout() const;
    void setConnectTimeout(int milliseconds);

    //! How long close() keeps trying to write what was sent: 0, only what the network takes at
    //! once, or more. Default 3,000.
    int closeTimeout() const;
    void setCloseTimeout(int milliseconds);

    //! How long nothing may have been sent before a heartbeat is; 0: never. Default 5,000.
    ///
    /// A heartbeat is five bytes that every peer skips. It shows the peer that this end is alive.
    int heartbeatInterval() const;
    void setHeartbeatInterval(int milliseconds);

    //! How long the peer may be silent before the connection counts as broken; 0: for ever.
    //! Default 15,000.
    ///
    /// This holds for a peer that has sent heartbeats before. Others, such as repod's server, may
    /// be silent for as long as their machine answers: the connection counts as broken when it has
    /// acknowledged nothing for this time and until the next heartbeat is due (on Linux), or when
    /// nothing is under way and it lets three probes go unanswered, 5 s each, after this time (TCP
    /// keep-alive).
    int idleTimeout() const;
    void setIdleTimeout(int milliseconds);

    //! How long the server may take to finish a frame, from its first byte on, if the frame comes
    //! more slowly than 1 KiB a second; 0: for ever. Default 30,000. Past it the server has broken
    //! the protocol.
    int frameTimeout() const;
    void setFrameTimeout(int milliseconds);
    /// @}

#if QT_CONFIG(ssl)
    //! Connects with TLS and this configuration from the next connect() on; a null one, the
    //! default, stands for plain TCP.
    ///
    /// The server's certificate is verified against the configuration's authorities and the host of
    /// connect(), or peerVerifyName(); a fault is named by the `error`, and so is one that the
    /// server finds with the certificate of this client: with TLS 1.3 that may come after
    /// `connected`. To accept a self-signed certificate, add it to
    /// the authorities, or set the peer's verify mode.
    QSslConfiguration sslConfiguration() const;
    void setSslConfiguration(const QSslConfiguration &configuration);
#endif

    //! The name that the server's certificate has to be for; empty, the default: the host that is
    //! connected to. It is told to the server, too, as the name that is wanted (SNI).
    ///
    /// For a server that is reached by another name than that of its certificate, such as an
    /// address in the local network. It belongs to the listener, not to one connection: it takes
    /// effect with the next attempt to connect, and holds for every one from then on, also when the
    /// client reconnects, and when a server has redirected it to another host. Without TLS it does
    /// nothing.
    QString peerVerifyName() const;
    void setPeerVerifyName(const QString &name);

    /// \name Reconnecting
    /// When reconnect is on and the connection ends other than by close(), or cannot be made,
    /// another attempt follows after a delay that doubles each time, varied by a quarter at random.
    /// The delay, and the number of the attempt, begin anew once a connection has held for 5 s: a
    /// server that accepts only to close again is not asked more often than one that is away.
    /// Each attempt delivers what connect() would deliver. The game has to go on pumping.
    /// @{

    //! Default: false.
    bool reconnect() const;
    void setReconnect(bool enabled);

    //! The delay before the first attempt, in milliseconds. Default 500.
    int reconnectInterval() const;
    void setReconnectInterval(int milliseconds);

    //! The longest delay, in milliseconds. Default 30,000.
    int maximumReconnectInterval() const;
    void setMaximumReconnectInterval(int milliseconds);

    //! After how many attempts in a row it is given up; 0, the default: never.
    int maximumReconnectAttempts() const;
    void setMaximumReconnectAttempts(int attempts);

    //! Which attempt in a row is waited for or under way; 0 while connected.
    int reconnectAttempt() const;

    //! The delay before that attempt, in milliseconds.
    int reconnectDelay() const;
    /// @}

    /// \name Limits
    /// Each takes effect at the next connect(), and is 1 or more; less counts as 1.
    ///
    /// The first three hold both ways: a message of the peer that is past one of them breaks the
    /// connection, with an `error` that says which and by what; one of our own is refused by
    /// send(), with a warning that says the same.
    /// @{

    //! The largest frame, in bytes of payload. Default 16 MiB, at most 4 GiB - 1.
    ///
    /// A larger one from the peer is refused before memory is allocated for it.
    qint64 maximumFrameSize() const;
    void setMaximumFrameSize(qint64 bytes);

    //! How deep lists and maps may be nested, the message itself being the first level. Default 64,
    //! at most 1,024: each level takes from the stack of the thread that pumps.
    int maximumDepth() const;
    void setMaximumDepth(int levels);

    //! How many values one message may hold, list elements and map values. Default 100,000.
    int maximumValues() const;
    void setMaximumValues(int values);

    //! How much may be received and not yet pumped, in bytes. Default 64 MiB.
    ///
    /// Past it the socket is not read until half of it has been pumped: nothing is lost, the peer
    /// slows down.
    qint64 maximumReceiveBacklog() const;
    void setMaximumReceiveBacklog(qint64 bytes);

    //! How much may be sent and not yet written to the network, in bytes. Default 64 MiB.
    ///
    /// Past it send() returns 0, with one warning; what was accepted stays accepted.
    qint64 maximumSendBacklog() const;
    void setMaximumSendBacklog(qint64 bytes);
    /// @}

Q_SIGNALS:
    void connected();
    void disconnected();

    //! The connection could not be made, or broke. \a error names host, port and reason.
    void errorOccurred(const QString &error);

    //! The line was lost, and the server keeps this client's place, see Server::sessionTimeout().
    ///
    /// The state is Reconnecting. What send() and request() are given is kept, within
    /// maximumSendBacklog(), and sent when the line is back: then resumed() follows. If the server
    /// does not know the session any more, errorOccurred(), disconnected() and connected() follow.
    /// It needs setReconnect(). Handlers named `Network_interrupted` are called, too.
    void interrupted();

    //! The line is back, and nothing has been lost. Handlers named `Network_resumed` are called,
    //! too.
    void resumed();

    void stateChanged();
    void autoPumpChanged();

    //! One of the times, the limits, the properties of reconnecting, or peerVerifyName() is another
    //! now.
    void settingsChanged();

    //! A message was dispatched; emitted after its handler.
    void messageReceived(const QString &action, const QVariantMap &message);

    //! What the server shares as \a name has changed, or come, and replicas of it know; \a time is
    //! that of the tick, on the server's clock.
    void stateReceived(const QString &name, qint64 time);

    //! The queue went from empty to not empty, or a request has timed out: there is something for
    //! pump() to do.
    void messagesQueued();

protected:
    //! What a request is answered with when a handler has returned \a returned; by default the
    //! same. A QFuture<T> is waited for.
    ///
    /// Override it for types that cannot be sent as they are.
    virtual QVariant answerFor(const QVariant &returned);

    //! When it is overridden, this one should be called too: messageReceived() is first emitted to
    //! a new connection at the next pump() otherwise.
    void connectNotify(const QMetaMethod &signal) override;

private:
    std::unique_ptr<Private> d;
};

} // namespace QRepod
