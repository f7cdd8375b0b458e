// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/iftext.h>
#include <QRepod/qrepod_global.h>
#include <QRepod/sendmode.h>
#include <QRepod/statistics.h>

#include <QtCore/qanystringview.h>
#if QT_CONFIG(future)
#    include <QtCore/qfuture.h>
#endif
#include <QtCore/qobject.h>
#include <QtCore/qstring.h>
#include <QtCore/qurl.h>
#include <QtCore/qvariant.h>
#include <QtNetwork/qtnetworkglobal.h>
#if QT_CONFIG(ssl)
#    include <QtNetwork/qsslcertificate.h>
#endif

#include <memory>

namespace QRepod {

class Room;
class Server;

//! One connected client, on the server.
///
/// Subclass it and write `Network_<action>` handlers, by the same rules as in a ConnectionListener;
/// give the class to Server::setChannelClass(). The server creates a channel for each client and
/// deletes it after `disconnected`. Channels live in the server's thread, which runs their
/// handlers; send(), close(), address(), requestUrl(), requestHeader(), peerCertificate(),
/// isConnected(), statistics() and setMaximumMessageRate() may be called from any thread while the
/// channel exists, everything else from the server's.
///
/// Built-in messages reach a channel that has a handler for them, and no other: `connected` when
/// the client has joined, `disconnected` when it has left, `error` before that if the connection
/// broke.
class QREPOD_EXPORT Channel : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Channel)

public:
    class Private; ///< the library's own part

    explicit Channel(QObject *parent = nullptr);

    //! Closes the connection; what was sent before still goes out.
    ~Channel() override;

    //! The server this client is connected to; nullptr inside the constructor.
    Server *server() const;

    //! The client's end, `"host:port"`; behind a proxy that a gate trusts, the client's host and 0.
    QString address() const;

    //! What a client that came through a gate of another component, such as WebSocketGate, asked
    //! for: scheme, host, path and query. Empty for others. For tokens, and for which game is
    //! wanted.
    QUrl requestUrl() const;

    //! The header \a name of that request, in whatever case; of several, with commas in between.
    //! Empty if there is none. Cookies are not kept.
    QString requestHeader(QAnyStringView name) const;

#if QT_CONFIG(ssl)
    //! The certificate that the client has shown with TLS, a null one without TLS or if it has
    //! shown none. Any thread.
    ///
    /// A server asks for one, but looks at it only if its configuration has
    /// QSslSocket::VerifyPeer: then a client is here only with a certificate that one of the
    /// configuration's authorities has signed. Otherwise it may be anybody's. While the client is
    /// interrupted it is that of the connection that was lost.
    QSslCertificate peerCertificate() const;
#endif

    bool isConnected() const;

    //! Whether the client was lost and may come back, see Server::sessionTimeout(). What is sent to
    //! it meanwhile is kept.
    bool isInterrupted() const;

    //! A name of the client's session, for logs and Server::channel(). It stays the same when the
    //! client is lost and comes back. It is not the secret that the client comes back with.
    QString sessionId() const;

    //! What has passed and what waits.
    Statistics statistics() const;

    //! Queues \a message for this client and returns without waiting.
    ///
    /// \return the bytes accepted, header included; 0 when the client has gone, and, with a
    /// warning,
    ///         when the message has no `action` or cannot be encoded. A client that lets more than
    ///         Server::maximumSendBacklog() pile up is closed with an error.
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

    //! Joins the room \a name, and opens it if there is none.
    ///
    /// A channel may be in several rooms, and it leaves them all when its client has gone. To join
    /// a room again does nothing. \a options are for Room::refusal().
    ///
    /// \return false if that is not possible: the room refuses the channel, the server's room
    ///         factory makes none, or the client has gone. \a error, if given, says why.
    bool join(const QString &room, const QVariantMap &options = {}, QString *error = nullptr);

    //! Leaves the room \a name; does nothing if the channel is not in it. An empty room closes,
    //! unless it is Room::isPersistent().
    Q_INVOKABLE void leave(const QString &room);

    //! The rooms that it is in, in the order of joining, without Server::everyone().
    QList<Room *> rooms() const;

#if QT_CONFIG(future)
    //! Sends a message that the client is to answer, and returns the future of the answer; in the
    //! server's thread only, where the future finishes.
    ///
    /// All else is as with ConnectionListener::request().
    QFuture<QVariant> request(const QString &action, const QVariantMap &fields = {},
                              int timeout = 10'000);
#endif

    //! Whether the client has not been admitted yet, see Server::guestActions().
    bool isGuest() const;

    //! Makes a guest one of the server's channels: Server::channelConnected() and `connected` come
    //! now. Does nothing for others.
    Q_INVOKABLE void admit();

    //! Sends an `error` message with \a reason, and closes. Nothing that the client has sent is
    //! delivered any more. For guests and others. A QRepod client does not connect again by itself;
    //! to know whether it is one, its first frame is waited for, at most 200 ms. One whose line is
    //! lost hears it when it comes back within Server::sessionTimeout(); the channel ends at once.
    Q_INVOKABLE void refuse(const QString &reason);

    //! Sends the client to another server, `"host:port"`, and closes; it goes there by itself.
    ///
    /// Nothing that the client has sent is delivered any more. For the client it is the end of one
    /// connection and the beginning of another: `disconnected`, then `connected`. A client that is
    /// no QRepod's gets an `error` message that names the address. One whose line is lost is sent
    /// there when it comes back, as with refuse().
    Q_INVOKABLE void redirect(const QString &hostAndPort);

    //! How many messages this client may send a second, instead of Server::maximumMessageRate(); 0:
    //! no limit. Any thread.
    Q_INVOKABLE void setMaximumMessageRate(int perSecond);

    //! Ends the connection. What was sent before still goes out, for at most
    //! Server::closeTimeout().
    Q_INVOKABLE void close();

    //! Gets every message that no handler took: neither one of the channel, nor of its rooms, nor
    //! of those given to Server::addHandler().
    ///
    /// If neither the channel nor one of its rooms overrides this, the server warns of each action
    /// once, of 32 actions at most, and names the nearest handler. It is silent about built-in
    /// names.
    virtual void network_received(const QVariantMap &message);

Q_SIGNALS:
    //! The client has gone, perhaps as a guest; the channel is deleted when control returns to the
    //! event loop.
    void disconnected();

    //! The client was lost, and is given Server::sessionTimeout() to come back.
    ///
    /// The channel stays what it is, in its rooms and in Server::channels(); isConnected() is
    /// false. What is sent to it is kept, within Server::maximumSendBacklog(): past that it ends
    /// with an error. Handlers named `Network_interrupted` are called, too.
    void interrupted();

    //! The client is back, and nothing has been lost in either direction. Handlers named
    //! `Network_resumed` are called, too.
    void resumed();

    //! The connection broke, or the client broke the protocol. \a error names the client and why.
    void errorOccurred(const QString &error);

    //! A message of the client was delivered; emitted after the handlers and network_received().
    void messageReceived(const QString &action, const QVariantMap &message);

protected:
    //! What a request is answered with when a handler has returned \a returned; by default the
    //! same. A QFuture<T> is waited for.
    ///
    /// Override it for types that cannot be sent as they are.
    virtual QVariant answerFor(const QVariant &returned);

    //! When it is overridden, this one has to be called too, for messageReceived() to be emitted.
    void connectNotify(const QMetaMethod &signal) override;

private:
    std::unique_ptr<Private> d;
};

} // namespace QRepod
