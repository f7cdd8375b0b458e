// SPDX-License-Identifier: MIT
#pragma once

#include "channelmodel.h"
#include "endpoint.h"
#include "objectlist.h"
#include "qmlchannel.h"
#include "qmlfunction.h"
#include "qmlroom.h"
#include "roommodel.h"

#include <QRepod/Server>

#include <QtCore/qpointer.h>
#include <QtQml/qjsvalue.h>
#include <QtQml/qqmlcomponent.h>
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

    //! How long the request() of a Channel waits for its answer, in milliseconds; negative: for
    //! ever. Default: 10,000.
    Q_PROPERTY(int requestTimeout READ requestTimeout WRITE setRequestTimeout NOTIFY
                   requestTimeoutChanged FINAL)

    //! The rooms that are open.
    Q_PROPERTY(QRepod::RoomModel *rooms READ rooms CONSTANT FINAL)

    //! What rooms are made of, a Component of a Room; for rooms from now on. Default: none, and
    //! then they are plain ones.
    Q_PROPERTY(QQmlComponent *roomComponent READ roomComponent WRITE setRoomComponent NOTIFY
                   roomComponentChanged FINAL)

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

    int requestTimeout() const { return m_requestTimeout; }
    void setRequestTimeout(int milliseconds);

    RoomModel *rooms() const { return m_rooms; }

    QQmlComponent *roomComponent() const { return m_roomComponent; }
    void setRoomComponent(QQmlComponent *component);

    //! The room of this name, opened unless there is one; null, with a warning, if roomComponent
    //! makes none.
    ///
    /// A room that is opened so stays until somebody has joined it and the last channel leaves.
    Q_INVOKABLE QRepod::QmlRoom *openRoom(const QString &name);

    //! The open room of this name, or null.
    Q_INVOKABLE QRepod::QmlRoom *room(const QString &name) const;

    ChannelModel *channels() const { return m_channels; }

    QQmlListProperty<QObject> handlers() { return m_handlers.property(); }
    QQmlListProperty<QObject> resources() { return m_resources.property(); }

    using Server::sendToAll;

    //! `sendToAll({action: "chat", text: "hello"})` or `sendToAll("chat", {text: "hello"})`.
    ///
    /// A value that cannot be encoded: nothing is sent, with a warning. Arguments of other kinds
    /// throw a TypeError.
    ///
    /// A last argument SendMode.Latest stands for QRepod::SendMode::Latest.
    Q_INVOKABLE void sendToAll(const QJSValue &messageOrAction, const QJSValue &fields = {},
                               const QJSValue &mode = {});

    //! Neither this nor an object in `handlers` took \a message of \a channel.
    void received(QmlChannel *channel, const QVariantMap &message);

Q_SIGNALS:
    //! A client has joined, and is the last of `channels`.
    void channelConnected(QRepod::QmlChannel *channel);

    //! A client has left, and is not one of `channels` any more.
    void channelDisconnected(QRepod::QmlChannel *channel);

    //! A room is open, and is the last of `rooms`; nobody is in it yet.
    void roomOpened(QRepod::QmlRoom *room);

    //! A room has closed, and is not one of `rooms` any more.
    void roomClosed(QRepod::QmlRoom *room);

    //! Listening failed, or a client could not be accepted.
    void errorOccurred(const QString &error);

    void hostChanged();
    void portChanged();
    void activeChanged();
    void errorStringChanged();
    void roomComponentChanged();
    void requestTimeoutChanged();
    void handlersChanged();
    void resourcesChanged();

private:
    friend class Endpoint<QmlServer>;
    void start();
    void stop();
    Room *makeRoom(const QString &name);
    QmlRoom *createRoom(QQmlComponent &component, const QString &name);

    int m_requestTimeout = 10'000;
    ChannelModel *const m_channels;
    RoomModel *const m_rooms;
    QPointer<QQmlComponent> m_roomComponent;
    ObjectList m_handlers;
    ObjectList m_resources;
    QmlFunction m_fallback;
};

} // namespace QRepod
