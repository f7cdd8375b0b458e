// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_websocket_global.h>

#include <QtCore/qobject.h>
#include <QtCore/qstringlist.h>

#include <memory>

namespace QRepod {

class Server;

//! Lets browsers into a Server, over WebSocket.
///
/// A client that comes through a gate becomes a channel like any other, with the same handlers,
/// rooms, limits, heartbeats and statistics. The gate uses TLS if the server has a configuration
/// for it. A server may have several gates, beside its own port or instead of it.
///
/// \code
/// QRepod::Server server;
/// QRepod::WebSocketGate gate(&server);
/// gate.listen("0.0.0.0", 5072);
/// \endcode
///
/// A binary message is one MessagePack map, without a length in front. A client that asks for the
/// subprotocol `qrepod.json`, or whose first message is text, speaks JSON and gets text. A value
/// that JSON cannot express is an object with one key: bytes `{"$bytes": base64}`, times `{"$time":
/// ISO 8601}`, integers past 2^53 `{"$int": "…"}`. A broadcast is translated once.
///
/// A gate may be used from any thread, one at a time. It needs the package's component WebSocket
/// and the CMake target QRepod::WebSocket.
class QREPOD_WEBSOCKET_EXPORT WebSocketGate : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(WebSocketGate)
    Q_PROPERTY(quint16 port READ port NOTIFY listeningChanged)
    Q_PROPERTY(bool listening READ isListening NOTIFY listeningChanged)

public:
    //! Creates a gate to \a server. If the server is destroyed first, the gate closes.
    explicit WebSocketGate(Server *server, QObject *parent = nullptr);

    //! Closes the gate. Clients that came through it stay connected.
    ~WebSocketGate() override;

    //! Listens on \a host, like Server::listen(): "" means every address of this machine. Port 0
    //! lets the system pick a port.
    ///
    /// \return false on failure; errorString() says why. A gate that already listens refuses, and
    ///         goes on listening as before.
    bool listen(const QString &host = QStringLiteral("127.0.0.1"), int port = 5072);

    //! Why the latest listen() failed; empty if it succeeded.
    QString errorString() const;

    //! The port the gate listens on; 0 if it does not listen.
    quint16 port() const;
    bool isListening() const;

    //! Stops letting clients in. Server::close() does this too.
    void close();

    //! The origins that the gate lets in besides its own host, such as `"https://game.example"`,
    //! with the port if it is not the scheme's; `"*"` lets in every page, `"null"` pages from
    //! files. Default: none.
    ///
    /// Case, a final `/` and the scheme's own port make no difference (RFC 6454). An entry that is
    /// not an origin, such as a host without a scheme or an address with a path, lets in no page,
    /// with a warning.
    ///
    /// A browser names the page that connects. Without this check, any page that a player opens
    /// could play in the player's name. Other programs name no page, and are let in. A change
    /// applies to clients that connect afterwards.
    QStringList allowedOrigins() const;
    void setAllowedOrigins(const QStringList &origins);

    //! The reverse proxies in front of the gate, as addresses or subnets such as `"10.0.0.0/8"`.
    //! Default: none.
    ///
    /// The gate trusts their `X-Forwarded-For`: Channel::address() is then the client's address,
    /// with port 0. From anyone else it is an ordinary header. An entry that is neither an address
    /// nor a subnet matches nobody, with a warning. A change applies to clients that connect
    /// afterwards.
    QStringList trustedProxies() const;
    void setTrustedProxies(const QStringList &proxies);

Q_SIGNALS:
    //! The gate has started or stopped listening. Emitted in the caller's thread, or in the
    //! server's.
    void listeningChanged();

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace QRepod
