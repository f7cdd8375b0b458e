// SPDX-License-Identifier: MIT
#pragma once

#include "channelmodel.h"
#include "endpoint.h"
#include "fallback.h"
#include "objectlist.h"
#include "qmlchannel.h"

#include <QRepod/Server>

#include <QtQml/qjsvalue.h>
#include <QtQml/qqmllist.h>
#include <QtQml/qqmlregistration.h>

namespace QRepod {

//! The QML type Server: hosts a game.
///
/// \code
/// Server {
///     port: 0
///     active: true
///     onListeningChanged: console.log("on port", actualPort)
///     onChannelConnected: channel => channel.userData = {nickname: "anonymous"}
///     onChannelDisconnected: channel => sendToAll("left", {nickname: channel.userData.nickname})
///
///     function network_nickname(channel, nickname: string) { channel.userData = {nickname} }
///     function network_chat(channel, data) { sendToAll("chat", {text: data.text}) }
///     function network_received(channel, data) { }                      // what nobody handles
/// }
/// \endcode
///
/// Handlers get the channel and then what a handler of a ConnectionListener would get; a typed
/// parameter, `channel: Channel`, will do as well. `network_connected(channel)`,
/// `network_disconnected(channel)` and `network_error(channel, error: string)` are called when a
/// client has joined and has left.
class QmlServer : public QRepod::Server, public Endpoint<QmlServer>
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    QML_NAMED_ELEMENT(Server)
    Q_CLASSINFO("DefaultProperty", "resources")

    //! The address to listen on. Default: "127.0.0.1", for clients on this machine alone; "0.0.0.0"
    //! is for all.
    ///
    /// A change of host or port while active closes the server with all its channels and opens it
    /// again, when control returns to the event loop: once for both.
    Q_PROPERTY(QString host READ host WRITE setHost NOTIFY hostChanged FINAL)

    //! The port that is asked for; 0 lets the system pick one. Default: 5071.
    Q_PROPERTY(int port READ port WRITE setPort NOTIFY portChanged FINAL)

    //! The port that the server listens on; 0 while it does not.
    Q_PROPERTY(int actualPort READ actualPort NOTIFY listeningChanged FINAL)

    //! Whether the server is wanted. Default: false.
    ///
    /// It listens when the component is complete and this is true, and closes, its channels as
    /// well, when this turns false. It stays true when listening fails; `listening` tells.
    Q_PROPERTY(bool active READ isActive WRITE setActive NOTIFY activeChanged FINAL)

    //! Why listening failed; empty when it did not.
    Q_PROPERTY(QString errorString READ errorString NOTIFY errorStringChanged FINAL)

    //! The clients connected now.
    Q_PROPERTY(QRepod::ChannelModel *channels READ channels CONSTANT FINAL)

    //! Objects that are asked for `network_<action>` functions after this one, in this order.
    ///
    /// One that is destroyed leaves the list.
    Q_PROPERTY(QQmlListProperty<QObject> handlers READ handlers NOTIFY handlersChanged FINAL)

    //! Objects declared inside of this one, for example a Timer.
    Q_PROPERTY(QQmlListProperty<QObject> resources READ resources NOTIFY resourcesChanged FINAL)

public:
    explicit QmlServer(QObject *parent = nullptr);
    ~QmlServer() override;

    using Endpoint::errorString;
    using Endpoint::port;

    int actualPort() const { return Server::port(); }

    ChannelModel *channels() const { return m_channels; }

    QQmlListProperty<QObject> handlers() { return m_handlers.property(); }
    QQmlListProperty<QObject> resources() { return m_resources.property(); }

    using Server::sendToAll;

    //! `sendToAll({action: "chat", text: "hello"})` or `sendToAll("chat", {text: "hello"})`.
    ///
    /// A value that cannot be encoded: nothing is sent, with a warning. Arguments of other kinds
    /// throw a TypeError.
    Q_INVOKABLE void sendToAll(const QJSValue &messageOrAction, const QJSValue &fields = {});

    //! Neither this nor an object in `handlers` took \a message of \a channel.
    void received(QmlChannel *channel, const QVariantMap &message);

Q_SIGNALS:
    //! A client has joined, and is the last of `channels`.
    void channelConnected(QRepod::QmlChannel *channel);

    //! A client has left, and is not one of `channels` any more.
    void channelDisconnected(QRepod::QmlChannel *channel);

    //! Listening failed, or a client could not be accepted.
    void errorOccurred(const QString &error);

    void hostChanged();
    void portChanged();
    void activeChanged();
    void errorStringChanged();
    void handlersChanged();
    void resourcesChanged();

private:
    friend class Endpoint<QmlServer>;
    void start();
    void stop();

    ChannelModel *const m_channels;
    ObjectList m_handlers;
    ObjectList m_resources;
    Fallback m_fallback;
};

} // namespace QRepod
