// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Channel>

#include <QtQml/qjsvalue.h>
#include <QtQml/qqmlregistration.h>

namespace QRepod {

class QmlServer;

//! The QML type Channel: one client that is connected to a Server, which makes it.
///
/// It exists until the client has left and the handlers of Server.channelDisconnected have
/// returned; afterwards a variable that holds it is null.
class QmlChannel : public QRepod::Channel
{
    Q_OBJECT
    Q_MOC_INCLUDE("qmlserver.h")
    QML_NAMED_ELEMENT(Channel)
    QML_UNCREATABLE("Channels are made by a Server.")

    //! The client's end, `"host:port"`.
    Q_PROPERTY(QString address READ address CONSTANT FINAL)

    //! False from close() on, or when the client has left.
    Q_PROPERTY(bool isConnected READ isConnected NOTIFY isConnectedChanged FINAL)

    Q_PROPERTY(QRepod::QmlServer *server READ server CONSTANT FINAL)

    //! What has passed through the connection, and what waits in it; see QRepod::Statistics. Always
    //! new when it is read; bindings do not follow it.
    Q_PROPERTY(QRepod::Statistics statistics READ statistics)

    //! Whatever the application wants to know about this client. Default: undefined.
    Q_PROPERTY(QJSValue userData READ userData WRITE setUserData NOTIFY userDataChanged FINAL)

public:
    explicit QmlChannel(QmlServer *server);

    QmlServer *server() const { return m_server; }

    QJSValue userData() const { return m_userData; }
    void setUserData(const QJSValue &userData);

    using Channel::send;

    //! `send({action: "chat", text: "hello"})` or `send("chat", {text: "hello"})`; the action alone
    //! will do.
    ///
    /// \return the bytes accepted; 0 when the client has gone or a value cannot be encoded, the
    ///         latter with a warning. Arguments of other kinds throw a TypeError.
    Q_INVOKABLE qint64 send(const QJSValue &messageOrAction, const QJSValue &fields = {});

    //! Ends the connection. What was sent before still goes out.
    Q_INVOKABLE void close();

    void network_received(const QVariantMap &message) override;

Q_SIGNALS:
    void isConnectedChanged();
    void userDataChanged();

private:
    QmlServer *const m_server;
    QJSValue m_userData;
};

} // namespace QRepod
