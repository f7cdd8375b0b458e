// SPDX-License-Identifier: MIT
#pragma once

#include "objectlist.h"
#include "qmlfunction.h"

#include <QRepod/Room>

#include <QtQml/qjsvalue.h>
#include <QtQml/qqmllist.h>
#include <QtQml/qqmlparserstatus.h>
#include <QtQml/qqmlregistration.h>

namespace QRepod {

class ChannelModel;
class QmlChannel;
class QmlServer;

//! The QML type Room: clients of a Server that play, chat or wait together.
///
/// A server makes rooms from its `roomComponent`, when a channel joins a room that is not open or
/// when `Server.openRoom()` is called:
///
/// \code
/// Server {
///     roomComponent: Component {
///         Room {
///             id: match
///
///             maximumChannels: 4
///             onChannelLeft: channel => match.sendToAll("left", {nickname: channel.userData})
///
///             function network_move(channel, x, y) { match.sendToAll("move", {x, y}, channel) }
///             function refusal(channel, options) {
///                 return options.code === "1234" ? "" : "the code is wrong"
///             }
///         }
///     }
///
///     function network_join(channel, room: string) { channel.join(room) }
/// }
/// \endcode
///
/// Handlers get the channel, and then what a handler of a ConnectionListener gets. A message
/// reaches the handlers of its channel's rooms, in the order of joining, before those of the
/// server. `network_received(channel, message)` gets messages without a handler.
///
/// If `open` and `maximumChannels` let a channel in, the function `refusal(channel, options)`
/// decides: it returns why the channel may not join, or nothing. If it throws, the reason is the
/// text of the exception. Name and server are known when the component is complete. A client is in
/// the room when channelJoined() is emitted.
class QmlRoom : public QRepod::Room, public QQmlParserStatus
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    Q_MOC_INCLUDE("channelmodel.h")
    Q_MOC_INCLUDE("qmlchannel.h")
    Q_MOC_INCLUDE("qmlserver.h")
    QML_NAMED_ELEMENT(Room)
    Q_CLASSINFO("DefaultProperty", "resources")

    //! The name that the room was opened with.
    Q_PROPERTY(QString name READ name CONSTANT FINAL)

    Q_PROPERTY(QRepod::QmlServer *server READ server CONSTANT FINAL)

    //! The channels in the room.
    Q_PROPERTY(QRepod::ChannelModel *channels READ channels CONSTANT FINAL)

    //! Any data of the application about this room. Default: undefined.
    Q_PROPERTY(QJSValue userData READ userData WRITE setUserData NOTIFY userDataChanged FINAL)

    //! Objects declared inside this one, for example a Timer.
    Q_PROPERTY(QQmlListProperty<QObject> resources READ resources NOTIFY resourcesChanged FINAL)

public:
    explicit QmlRoom(QObject *parent = nullptr);
    ~QmlRoom() override;

    //! Makes this a room of \a server, which has created it.
    void prepare(QmlServer *server, const QString &name);

    QString name() const { return m_name; }
    QmlServer *server() const { return m_server; }
    ChannelModel *channels() const { return m_channels; }

    QJSValue userData() const { return m_userData; }
    void setUserData(const QJSValue &userData);

    QQmlListProperty<QObject> resources() { return m_resources.property(); }

    using Room::sendToAll;

    //! `sendToAll("chat", {text: "hello"}, except, mode)` or `sendToAll({action: "chat", text:
    //! "hello"}, except, mode)`.
    ///
    /// The Channel \a except gets nothing; the mode is SendMode.Reliable or SendMode.Latest. Both
    /// may be omitted. If a value cannot be encoded, nothing is sent and a warning printed. Other
    /// arguments throw a TypeError.
    Q_INVOKABLE void sendToAll(const QJSValue &messageOrAction, const QJSValue &fields = {},
                               const QJSValue &except = {}, const QJSValue &mode = {});

    void network_received(Channel *channel, const QVariantMap &message) override;
    QString refusal(Channel *channel, const QVariantMap &options) override;

    void classBegin() override { }
    void componentComplete() override;

Q_SIGNALS:
    //! A client has joined the room, and is the last of `channels`.
    void channelJoined(QRepod::QmlChannel *channel);

    //! A client has left the room, and is no longer one of `channels`.
    void channelLeft(QRepod::QmlChannel *channel);

    void userDataChanged();
    void resourcesChanged();

private:
    QmlServer *m_server = nullptr;
    QString m_name;
    ChannelModel *const m_channels;
    ObjectList m_resources;
    QJSValue m_userData;
    QmlFunction m_fallback;
    QmlFunction m_refusal;
};

} // namespace QRepod
