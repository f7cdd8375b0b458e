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
/// pass the class to Server::setChannelClass(). The server creates a channel for each client and
/// deletes it after `disconnected`.
///
/// Channels live in the server's thread, which runs their handlers. send(), close(), address(),
/// requestUrl(), requestHeader(), peerCertificate(), isConnected(), statistics() and
/// setMaximumMessageRate() may be called from any thread while the channel exists; everything else
/// only from the server's.
///
/// Built-in messages reach only objects that have a handler for them, never network_received():
/// `connected` when the client has joined, `disconnected` when it has left, and before that `error`
/// if the connection broke.
class QREPOD_EXPORT Channel : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Channel)

public:
    class Private; ///< the library's implementation

    explicit Channel(QObject *parent = nullptr);

    //! Closes the connection; queued messages are still written.
    ~Channel() override;

    //! The server this client is connected to; nullptr inside the constructor.
    Server *server() const;

    //! The client's `"host:port"`; behind a proxy that a gate trusts, the client's host and port 0.
    QString address() const;

    //! The URL that a client asked for if it came through another component's gate, such as
    //! WebSocketGate: scheme, host, path and query. Empty for other clients. Use it for tokens, or
    //! to tell which game the client wants.
    QUrl requestUrl() const;

    //! The header \a name of that request, in any case; repeated headers are joined with commas.
    //! Empty if there is none. Cookies are not kept.
    QString requestHeader(QAnyStringView name) const;

#if QT_CONFIG(ssl)
    //! The certificate that the client presented with TLS; null without TLS or without a
    //! certificate. Any thread.
    ///
    /// The server asks every TLS client for a certificate, but verifies it only if the server's
    /// configuration has QSslSocket::VerifyPeer. Then only clients whose certificate is signed by
    /// one of the configuration's authorities get this far; otherwise the certificate may be
    /// anybody's. While the client is interrupted, this is the certificate of the lost connection.
    QSslCertificate peerCertificate() const;
#endif

    bool isConnected() const;

    //! Whether the client was lost and may still come back; see Server::sessionTimeout(). Messages
    //! sent to it meanwhile are kept.
    bool isInterrupted() const;

    //! The name of the client's session, for logs and Server::channel(). It stays the same when the
    //! client is lost and comes back. It is not the secret that the client comes back with.
    QString sessionId() const;

    //! The client's traffic and backlogs.
    Statistics statistics() const;

    //! Queues \a message for this client and returns without waiting.
    ///
    /// \return the bytes accepted, header included; 0 if the client is gone. It is also 0, with a
    ///         warning, if the message has no `action` or cannot be encoded. A client that lets
    ///         more than Server::maximumSendBacklog() pile up is closed with an error.
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

    //! Joins the room \a name, and opens it if there is none.
    ///
    /// A channel may be in several rooms, and leaves them all when its client is gone. Joining a
    /// room twice has no effect. \a options are for Room::refusal().
    ///
    /// \return false if the room refuses the channel, the server's room factory returns no room, or
    ///         the client is gone; \a error, if given, says why.
    bool join(const QString &room, const QVariantMap &options = {}, QString *error = nullptr);

    //! Leaves the room \a name; does nothing if the channel is not in it. An empty room closes,
    //! unless it is Room::isPersistent().
    Q_INVOKABLE void leave(const QString &room);

    //! The rooms that the channel is in, in the order of joining, without Server::everyone().
    QList<Room *> rooms() const;

#if QT_CONFIG(future)
    //! Sends a request to the client, and returns the future of its answer. Call it only in the
    //! server's thread, where the future also finishes.
    ///
    /// Otherwise it works like ConnectionListener::request().
    QFuture<QVariant> request(const QString &action, const QVariantMap &fields = {},
                              int timeout = 10'000);
#endif

    //! Whether the client has not been admitted yet; see Server::guestActions().
    bool isGuest() const;

    //! Admits a guest: Server::channelConnected() and `connected` come now. Does nothing for other
    //! clients.
    Q_INVOKABLE void admit();

    //! Sends an `error` message with \a reason, and closes. Works for guests and others.
    ///
    /// Messages from the client are no longer delivered. A QRepod client does not reconnect after
    /// this; to find out whether it is one, the server waits for its first frame, at most 200 ms.
    /// An interrupted client hears it when it comes back within Server::sessionTimeout(); the
    /// channel ends at once.
    Q_INVOKABLE void refuse(const QString &reason);

    //! Sends the client to another server, `"host:port"`, and closes; a QRepod client goes there by
    //! itself.
    ///
    /// Messages from the client are no longer delivered. The client sees one connection end and
    /// another begin: `disconnected`, then `connected`. A client other than QRepod's gets an
    /// `error` message that names the address. An interrupted client is redirected when it comes
    /// back, as with refuse().
    Q_INVOKABLE void redirect(const QString &hostAndPort);

    //! How many messages this client may send a second, instead of Server::maximumMessageRate(); 0:
    //! no limit. Any thread.
    Q_INVOKABLE void setMaximumMessageRate(int perSecond);

    //! Ends the connection. Queued messages are still written, for at most Server::closeTimeout().
    Q_INVOKABLE void close();

    //! Called with every message that no handler took, neither of the channel, nor of its rooms,
    //! nor of the objects passed to Server::addHandler().
    ///
    /// If neither the channel nor one of its rooms overrides this, the server warns once per
    /// action, for at most 32 actions, and names the nearest handler. It does not warn of built-in
    /// names.
    virtual void network_received(const QVariantMap &message);

Q_SIGNALS:
    //! The client, which may have been a guest, is gone; the channel is deleted when control
    //! returns to the event loop.
    void disconnected();

    //! The client was lost, and has Server::sessionTimeout() to come back.
    ///
    /// The channel stays in its rooms and in Server::channels(); isConnected() is false. Messages
    /// to it are kept, within Server::maximumSendBacklog(); past that the channel ends with an
    /// error. Handlers named `Network_interrupted` are called too.
    void interrupted();

    //! The client is back, and nothing has been lost in either direction. Handlers named
    //! `Network_resumed` are called too.
    void resumed();

    //! The connection broke, or the client broke the protocol. \a error names the client and
    //! reason.
    void errorOccurred(const QString &error);

    //! A message from the client was delivered. Emitted after the handlers and network_received().
    void messageReceived(const QString &action, const QVariantMap &message);

protected:
    //! Returns the answer to a request whose handler has returned \a returned; by default the same
    //! value. The library waits for a QFuture<T>.
    ///
    /// Override it for types that cannot be sent as they are.
    virtual QVariant answerFor(const QVariant &returned);

    //! An override must call this: otherwise messageReceived() is not emitted.
    void connectNotify(const QMetaMethod &signal) override;

private:
    std::unique_ptr<Private> d;
};

} // namespace QRepod
