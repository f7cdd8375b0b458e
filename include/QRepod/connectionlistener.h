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

//! The client's end of a connection: calls `Network_<action>` for each message that arrives.
///
/// Subclass it and write slots, `Q_INVOKABLE` functions or signals named `Network_chat`,
/// `Network_move`, …; call `connect()` once and `pump()` once per frame. The README starts with an
/// example.
///
/// A handler's parameters decide what it gets. Without parameters it is only told that the message
/// came. One `QVariantMap` or `QVariant` takes the whole message. One `Q_GADGET` takes the fields
/// that its properties are named after. Otherwise each parameter takes the field of the same name.
/// Types must agree and values must fit: a message that a handler cannot take goes to
/// network_received() instead, with one warning per kind of mismatch.
///
/// The socket lives on its own network thread. Handlers, virtual functions and signals run in this
/// object's thread, inside pump() (or in the event loop, with autoPump). Call every function from
/// that thread, except `connection()->send()` and `connection()->close()`. A handler may do
/// anything: send, close, connect elsewhere, delete the listener. If the library is built without
/// threads (Qt for WebAssembly), the event loop of this object's thread serves the socket, and
/// pump() delivers what arrived while the event loop ran.
///
/// Built-in messages reach handlers like any other: `connected`, `socketConnect`, `disconnected`,
/// and `error` with the field `error`. A peer can send messages with these names too; state() and
/// the signals connected(), disconnected() and errorOccurred() follow the transport alone.
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
    class Private; ///< the library's implementation

    enum class State {
        Disconnected, ///< no connection, and no attempt
        Connecting,   ///< connect() was called; the outcome has not been delivered yet
        Connected,    ///< `connected` was delivered, and the connection has not ended
        Reconnecting, ///< waiting to reconnect, or reconnecting; otherwise like Connecting
    };
    Q_ENUM(State)

    explicit ConnectionListener(QObject *parent = nullptr);

    //! Closes the connection and ends the network thread, within 0.5 s.
    ///
    /// Queued messages are still written if the peer takes them within that time. No handler is
    /// called and no signal emitted.
    ~ConnectionListener() override;

    using QObject::connect;

    //! Starts connecting to \a host (a name or an address; an IPv6 address may be in brackets) and
    //! returns at once.
    ///
    /// pump() delivers the outcome after at most connectTimeout: `connected` and `socketConnect`,
    /// or `error`. An invalid port is such an `error`, and is not retried. An existing connection
    /// or attempt is closed first, as by close(); its `disconnected` is delivered before anything
    /// from the new one.
    Q_INVOKABLE void connect(const QString &host = QStringLiteral("127.0.0.1"), int port = 5071);

    //! Connects to a \a url: `repod://host:port`, or `repods://host:port` for TLS. A program that
    //! links QRepod::WebSocket can also use `ws://host:port/path?query` and `wss://…`.
    ///
    /// The scheme alone decides whether TLS is used. TLS uses the configuration from
    /// setSslConfiguration(), or Qt's default. Default ports: 5071 for repod and repods, 80 for ws,
    /// 443 for wss. The user name and password of a WebSocket URL are sent as basic authorization.
    /// An invalid URL or an unknown scheme is an `error`, like an invalid port.
    void connect(const QUrl &url);

    //! Delivers all queued messages in order of arrival, and returns how many.
    ///
    /// Messages that arrive meanwhile wait for the next call, so a flood cannot hold up a frame. A
    /// call from inside a handler returns 0.
    Q_INVOKABLE int pump();

    //! Delivers queued messages until the deadline \a budget; the rest wait for the next call.
    ///
    /// At least one message is delivered if there is one, so even a late frame makes progress.
    int pump(QDeadlineTimer budget);

    //! Queues \a message, which must have the key `action`; see Client::send().
    ///
    /// \return the bytes accepted; 0 before `connected` is delivered and after the connection has
    ///         ended.
    Q_INVOKABLE qint64 send(const QVariantMap &message);
    qint64 send(const QVariantMap &message, SendMode mode);

    //! Queues \a fields with `action` set to \a action.
    Q_INVOKABLE qint64 send(const QString &action, const QVariantMap &fields);
    qint64 send(const QString &action, const QVariantMap &fields, SendMode mode);

    //! Queues a message that consists only of its \a action: `send("jump")`.
    template <class Text, IfText<Text> = true>
    qint64 send(const Text &action)
    {
        return send(QString(action), QVariantMap());
    }

#if QT_CONFIG(future)
    //! Sends a request to the server, and returns the future of its answer.
    ///
    /// \code
    /// game.request("buy", {{"item", 3}})
    ///     .then([](const QVariant &result) { showBought(result.toMap()); })
    ///     .onFailed([](const QRepod::RequestError &error) { showText(error.error()); });
    /// \endcode
    ///
    /// The future finishes inside pump(), in this object's thread, and so do its continuations. It
    /// holds the result, or fails with a RequestError that names the action and the reason: the
    /// server refused, \a timeout milliseconds have passed (negative: no timeout), or the
    /// connection ended. The returned future has already failed if the listener is not connected,
    /// the message cannot be sent, or 10,000 requests are waiting. If the listener is deleted, the
    /// future fails once control returns to the event loop.
    ///
    /// The server sees a message with one more field, `_request`. An answer that comes too late is
    /// delivered as a message with the action `_reply`.
    ///
    /// Qt without threads has no QFuture, so this function is missing there.
    QFuture<QVariant> request(const QString &action, const QVariantMap &fields = {},
                              int timeout = 10'000);
#endif

    //! Ends the connection; see Client::close().
    ///
    /// The next pump() delivers the messages that had arrived, then `disconnected`. An attempt that
    /// is still connecting ends silently.
    Q_INVOKABLE void close();

    //! The time on the server's clock, Server::time(), in milliseconds; -1 while it is not known.
    ///
    /// It advances smoothly, and never goes backwards while the connection lasts. It is not known
    /// until shortly after the first call, and never with a server other than QRepod's. From the
    /// first call on, or from the first Replica, the listener asks the server now and then.
    Q_INVOKABLE qint64 serverTime() const;

    //! The connection and its network thread; nullptr before the first connect().
    Client *connection() const;

    State state() const;

    //! Whether the event loop pumps whenever messages arrive. Default: false.
    bool autoPump() const;
    void setAutoPump(bool enabled);

    //! Gives \a handler every message that it has a `Network_<action>` for, after this object and
    //! the handlers added before it.
    ///
    /// \a handler must live in the listener's thread; it may be destroyed at any time. Adding a
    /// handler twice has no effect.
    void addHandler(QObject *handler);
    void removeHandler(QObject *handler);

    //! Called with every message that no handler took.
    ///
    /// The default warns once per action, for at most 32 actions, and names the nearest handler: a
    /// message that reaches nobody usually has a mistyped name. It does not warn of built-in
    /// messages, nor while messageReceived() is connected.
    virtual void network_received(const QVariantMap &message);

    /// \name Times
    /// All in milliseconds. A change takes effect at the next connect().
    /// @{

    //! How long connecting may take, including the TLS handshake: 1 or more. Default 10,000.
    int connectTimeout() const;
    void setConnectTimeout(int milliseconds);

    //! How long close() keeps trying to write queued messages: 0 or more. With 0, it writes only
    //! what the network takes at once. Default 3,000.
    int closeTimeout() const;
    void setCloseTimeout(int milliseconds);

    //! How long this end may send nothing before it sends a heartbeat; 0: never. Default 5,000.
    ///
    /// A heartbeat is five bytes that every peer skips. It shows the peer that this end is alive.
    int heartbeatInterval() const;
    void setHeartbeatInterval(int milliseconds);

    //! How long the peer may be silent before the connection counts as broken; 0: for ever. Default
    //! 15,000.
    ///
    /// This applies to a peer that has sent heartbeats. Other peers, such as repod's server, may be
    /// silent as long as their machine answers. Their connection counts as broken when it has
    /// acknowledged nothing for this time and until the next heartbeat is due (on Linux), or when
    /// nothing is in flight and, after this time, three probes 5 s apart go unanswered (TCP
    /// keep-alive).
    int idleTimeout() const;
    void setIdleTimeout(int milliseconds);

    //! How long the server may take to finish a frame, counted from its first byte, if the frame
    //! arrives more slowly than 1 KiB a second; 0: for ever. Default 30,000. A slower frame is a
    //! protocol error.
    int frameTimeout() const;
    void setFrameTimeout(int milliseconds);
    /// @}

#if QT_CONFIG(ssl)
    //! The TLS configuration, used from the next connect() on; null, the default, means plain TCP.
    ///
    /// The server's certificate is verified against the configuration's authorities and the host
    /// passed to connect(), or peerVerifyName(). If verification fails, `error` says why. If the
    /// server rejects this client's certificate, `error` says so too; with TLS 1.3 that may come
    /// after `connected`. To accept a self-signed certificate, add it to the authorities, or set
    /// the peer verify mode.
    QSslConfiguration sslConfiguration() const;
    void setSslConfiguration(const QSslConfiguration &configuration);
#endif

    //! The name that the server's certificate must match; empty, the default: the host connected
    //! to. It is also sent to the server as the name wanted (SNI).
    ///
    /// Use it for a server whose certificate has another name than the one it is reached by, such
    /// as an address in the local network. It belongs to the listener, not to one connection: it
    /// applies from the next attempt on, also to reconnects and to hosts that a server redirects
    /// to. Without TLS it has no effect.
    QString peerVerifyName() const;
    void setPeerVerifyName(const QString &name);

    /// \name Reconnecting
    /// If reconnect is on and the connection cannot be made, or ends other than by close(), the
    /// listener tries again after a delay. The delay doubles each time and varies at random by a
    /// quarter. The delay and the attempt number are reset once a connection has lasted 5 s, so a
    /// server that accepts only to close again is not asked more often than one that is down. Each
    /// attempt delivers what connect() would deliver. The game must keep pumping.
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

    //! How many attempts in a row to make before giving up; 0, the default: no limit.
    int maximumReconnectAttempts() const;
    void setMaximumReconnectAttempts(int attempts);

    //! The number of the attempt that is waited for or under way; 0 while connected.
    int reconnectAttempt() const;

    //! The delay before that attempt, in milliseconds.
    int reconnectDelay() const;
    /// @}

    /// \name Limits
    /// A change takes effect at the next connect(). Each limit is 1 or more; less counts as 1.
    ///
    /// The first three hold both ways. A message from the peer that exceeds one breaks the
    /// connection, with an `error` that names the limit and the excess. send() refuses such a
    /// message, with a warning that says the same.
    /// @{

    //! The largest frame, in bytes of payload. Default 16 MiB, at most 4 GiB - 1.
    ///
    /// A larger frame from the peer is refused before memory is allocated for it.
    qint64 maximumFrameSize() const;
    void setMaximumFrameSize(qint64 bytes);

    //! How deeply lists and maps may be nested; the message itself is the first level. Default 64,
    //! at most 1,024: each level takes stack space in the thread that pumps.
    int maximumDepth() const;
    void setMaximumDepth(int levels);

    //! How many list elements and map values one message may hold. Default 100,000.
    int maximumValues() const;
    void setMaximumValues(int values);

    //! How many bytes may be received and not yet pumped. Default 64 MiB.
    ///
    /// Past it the socket is not read until half has been pumped: nothing is lost, the peer slows
    /// down.
    qint64 maximumReceiveBacklog() const;
    void setMaximumReceiveBacklog(qint64 bytes);

    //! How many bytes may be sent and not yet written to the network. Default 64 MiB.
    ///
    /// Past it send() returns 0, with one warning. Messages accepted before are still sent.
    qint64 maximumSendBacklog() const;
    void setMaximumSendBacklog(qint64 bytes);
    /// @}

Q_SIGNALS:
    void connected();
    void disconnected();

    //! The connection failed or broke. \a error names host, port and reason.
    void errorOccurred(const QString &error);

    //! The line was lost, but the server keeps this client's place; see Server::sessionTimeout().
    ///
    /// The state is Reconnecting. Messages and requests are kept, within maximumSendBacklog(), and
    /// sent when the line is back; then resumed() follows. If the server no longer knows the
    /// session, errorOccurred(), disconnected() and connected() follow. This needs setReconnect().
    /// Handlers named `Network_interrupted` are called too.
    void interrupted();

    //! The line is back, and nothing has been lost. Handlers named `Network_resumed` are called
    //! too.
    void resumed();

    void stateChanged();
    void autoPumpChanged();

    //! One of the times or limits, a reconnecting property, or peerVerifyName() has changed.
    void settingsChanged();

    //! A message was dispatched. Emitted after its handlers.
    void messageReceived(const QString &action, const QVariantMap &message);

    //! The state shared as \a name has changed or arrived, and its replicas are up to date. \a time
    //! is the time of the tick, on the server's clock.
    void stateReceived(const QString &name, qint64 time);

    //! There is work for pump(): the queue is no longer empty, or a request has timed out.
    void messagesQueued();

protected:
    //! Returns the answer to a request whose handler has returned \a returned; by default the same
    //! value. The library waits for a QFuture<T>.
    ///
    /// Override it for types that cannot be sent as they are.
    virtual QVariant answerFor(const QVariant &returned);

    //! An override should call this: otherwise messageReceived() reaches a new connection only from
    //! the next pump() on.
    void connectNotify(const QMetaMethod &signal) override;

private:
    std::unique_ptr<Private> d;
};

} // namespace QRepod
