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
///     function network_received(channel, data) { }                      // without a handler
/// }
/// \endcode
///
/// Handlers get the channel, and then what a handler of a ConnectionListener gets. The parameter
/// may have a type, `channel: Channel`. `network_connected(channel)`,
/// `network_disconnected(channel)` and `network_error(channel, error: string)` are called when a
/// client has joined or left.
class QmlServer : public QRepod::Server, public Endpoint<QmlServer>
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    QML_NAMED_ELEMENT(Server)
    Q_CLASSINFO("DefaultProperty", "resources")

    //! The address to listen on. Default: "127.0.0.1", for clients on this machine only; "0.0.0.0"
    //! is for all.
    ///
    /// If host or port changes while active, the server closes with all its channels and listens
    /// again when control returns to the event loop, only once for both.
    Q_PROPERTY(QString host READ host WRITE setHost NOTIFY hostChanged FINAL)

    //! The requested port; 0 lets the system pick one. Default: 5071.
    Q_PROPERTY(int port READ port WRITE setPort NOTIFY portChanged FINAL)

    //! The port that the server listens on; 0 while it does not listen.
    Q_PROPERTY(int actualPort READ actualPort NOTIFY listeningChanged FINAL)

    //! Whether the server is wanted. Default: false.
    ///
    /// It listens once the component is complete and this is true, and closes, with its channels,
    /// when this becomes false. It stays true when listening fails; see `listening`.
    Q_PROPERTY(bool active READ isActive WRITE setActive NOTIFY activeChanged FINAL)

    //! Why listening failed; empty if it did not.
    Q_PROPERTY(QString errorString READ errorString NOTIFY errorStringChanged FINAL)

    //! How long the request() of a Channel waits for an answer, in milliseconds; forever if
    //! negative. Default: 10,000.
    Q_PROPERTY(int requestTimeout READ requestTimeout WRITE setRequestTimeout NOTIFY
                   requestTimeoutChanged FINAL)

    //! The open rooms.
    Q_PROPERTY(QRepod::RoomModel *rooms READ rooms CONSTANT FINAL)

    //! The Component of a Room from which new rooms are made. Default: none, which makes plain
    //! rooms.
    Q_PROPERTY(QQmlComponent *roomComponent READ roomComponent WRITE setRoomComponent NOTIFY
                   roomComponentChanged FINAL)

    //! The connected clients.
    Q_PROPERTY(QRepod::ChannelModel *channels READ channels CONSTANT FINAL)

    //! Objects whose `network_<action>` functions are called after this one's, in this order.
    ///
    /// A destroyed object leaves the list.
    Q_PROPERTY(QQmlListProperty<QObject> handlers READ handlers NOTIFY handlersChanged FINAL)

    //! Objects declared inside this one, for example a Timer.
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

    //! Returns the room of this name, and opens it if necessary. If roomComponent makes none, it
    //! prints a warning and returns null.
    ///
    /// A room that is opened this way stays until somebody has joined it and the last channel
    /// leaves.
    Q_INVOKABLE QRepod::QmlRoom *openRoom(const QString &name);

    //! Returns the open room of this name, or null.
    Q_INVOKABLE QRepod::QmlRoom *room(const QString &name) const;

    ChannelModel *channels() const { return m_channels; }

    QQmlListProperty<QObject> handlers() { return m_handlers.property(); }
    QQmlListProperty<QObject> resources() { return m_resources.property(); }

    using Server::sendToAll;

    //! `sendToAll({action: "chat", text: "hello"})` or `sendToAll("chat", {text: "hello"})`.
    ///
    /// If a value cannot be encoded, nothing is sent and a warning printed. Other arguments throw a
    /// TypeError.
    ///
    /// A last argument of SendMode.Latest has the meaning of QRepod::SendMode::Latest.
    Q_INVOKABLE void sendToAll(const QJSValue &messageOrAction, const QJSValue &fields = {},
                               const QJSValue &mode = {});

    //! Neither this object nor one in `handlers` has handled \a message of \a channel.
    void received(QmlChannel *channel, const QVariantMap &message);

Q_SIGNALS:
    //! A client has joined, and is the last of `channels`.
    void channelConnected(QRepod::QmlChannel *channel);

    //! A client has left, and is no longer one of `channels`.
    void channelDisconnected(QRepod::QmlChannel *channel);

    //! A room has opened, and is the last of `rooms`; nobody is in it yet.
    void roomOpened(QRepod::QmlRoom *room);

    //! A room has closed, and is no longer one of `rooms`.
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
