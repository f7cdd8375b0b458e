// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_websocket_global.h>

#include <QtCore/qobject.h>
#include <QtCore/qstringlist.h>

#include <memory>

namespace QRepod {

class Server;

//! A way into a Server for browsers, by WebSocket.
///
/// Who comes through it becomes a channel like any other: the same handlers, rooms, limits,
/// heartbeats and statistics, and TLS if the server has a configuration for it. A server may have
/// several gates, beside its own port or instead of it.
///
/// \code
/// QRepod::Server server;
/// QRepod::WebSocketGate gate(&server);
/// gate.listen("0.0.0.0", 5072);
/// \endcode
///
/// A binary message is one MessagePack map, without a length before it. A client that asks for the
/// subprotocol `qrepod.json`, or whose first message is text, speaks JSON and gets text; what JSON
/// has no form for is an object of one key: bytes `{"$bytes": base64}`, times `{"$time": ISO
/// 8601}`, integers past 2^53 `{"$int": "…"}`. What is sent to many is translated once.
///
/// A gate may be used from any thread, one at a time. It needs the component WebSocket of the
/// package, and the CMake target QRepod::WebSocket.
class QREPOD_WEBSOCKET_EXPORT WebSocketGate : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(WebSocketGate)
    Q_PROPERTY(quint16 port READ port NOTIFY listeningChanged)
    Q_PROPERTY(bool listening READ isListening NOTIFY listeningChanged)

public:
    //! A gate of \a server, which may be destroyed first; then the gate is closed.
    explicit WebSocketGate(Server *server, QObject *parent = nullptr);

    //! Closes the gate. Who came through it stays connected.
    ~WebSocketGate() override;

    //! Listens on \a host, as Server::listen() does: "" is for every address of this machine. Port
    //! 0 lets the system pick one.
    ///
    /// \return false when that is not possible, as it is not for a gate that listens already, which
    ///         goes on as it was; errorString() says why.
    bool listen(const QString &host = QStringLiteral("127.0.0.1"), int port = 5072);

    //! Why the latest listen() failed; empty if it did not.
    QString errorString() const;

    //! The port it listens on, 0 when it does not.
    quint16 port() const;
    bool isListening() const;

    //! Lets nobody in any more. Server::close() does this too.
    void close();

    //! The pages whose players are let in besides those of the gate's own host: origins such as
    //! `"https://game.example"`, with the port if it is not the scheme's; `"*"` is for every page,
    //! `"null"` for those of files. By default there are none.
    ///
    /// Case, a `/` at the end and the scheme's own port make no difference (RFC 6454). An entry
    /// that is no origin, as a host without its scheme or an address with a path, admits no page; a
    /// warning says so.
    ///
    /// A browser names the page that connects. Without this check, any page that a player opens
    /// could play in the player's name. Programs that are no browsers name none, and are let in.
    /// Applies to clients that connect afterwards.
    QStringList allowedOrigins() const;
    void setAllowedOrigins(const QStringList &origins);

    //! The reverse proxies in front of the gate, as addresses or subnets such as `"10.0.0.0/8"`. By
    //! default there are none.
    ///
    /// Their `X-Forwarded-For` is believed: Channel::address() is then the client's, with port 0.
    /// From others it is an ordinary header. An entry that is neither, as the name of a host,
    /// stands for nobody, with a warning. Applies to clients that connect afterwards.
    QStringList trustedProxies() const;
    void setTrustedProxies(const QStringList &proxies);

Q_SIGNALS:
    //! It listens now, or no longer. Emitted in the thread that has called, or in the server's.
    void listeningChanged();

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace QRepod
