// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Channel>

#include <QtQml/qjsvalue.h>
#include <QtQml/qqmllist.h>
#include <QtQml/qqmlregistration.h>

namespace QRepod {

class QmlRoom;
class QmlServer;

//! The QML type Channel: one client that is connected to a Server, which makes it.
///
/// It exists until the client has left and the handlers of Server.channelDisconnected have
/// returned; afterwards a variable that holds it is null.
class QmlChannel : public QRepod::Channel
{
    Q_OBJECT
    Q_MOC_INCLUDE("qmlroom.h")
    Q_MOC_INCLUDE("qmlserver.h")
    QML_NAMED_ELEMENT(Channel)
    QML_UNCREATABLE("Channels are created by a Server.")

    //! The client's end, `"host:port"`.
    Q_PROPERTY(QString address READ address NOTIFY isConnectedChanged FINAL)

    //! False from close() on, when the client has left, and while it is interrupted.
    Q_PROPERTY(bool isConnected READ isConnected NOTIFY isConnectedChanged FINAL)

    //! Whether the client was lost and may come back, see Server.sessionTimeout. The signals
    //! interrupted and resumed tell, too.
    Q_PROPERTY(bool isInterrupted READ isInterrupted NOTIFY isConnectedChanged FINAL)

    //! A name of the client's session, the same when it comes back.
    Q_PROPERTY(QString sessionId READ sessionId CONSTANT FINAL)

    Q_PROPERTY(QRepod::QmlServer *server READ server CONSTANT FINAL)

    //! What has passed through the connection, and what waits in it; see QRepod::Statistics. Always
    //! new when it is read; bindings do not follow it.
    Q_PROPERTY(QRepod::Statistics statistics READ statistics)

    //! Whether the client is not admitted yet, see Server.guestActions and admit().
    Q_PROPERTY(bool isGuest READ isGuest NOTIFY isGuestChanged FINAL)

    //! The rooms that it is in, in the order of joining.
    Q_PROPERTY(QQmlListProperty<QRepod::QmlRoom> rooms READ rooms NOTIFY roomsChanged FINAL)

    //! Why the latest join() did not succeed; empty if it did.
    Q_PROPERTY(QString errorString READ errorString NOTIFY errorStringChanged FINAL)

    //! Whatever the application wants to know about this client. Default: undefined.
    Q_PROPERTY(QJSValue userData READ userData WRITE setUserData NOTIFY userDataChanged FINAL)

public:
    explicit QmlChannel(QmlServer *server);

    QmlServer *server() const { return m_server; }

    QQmlListProperty<QmlRoom> rooms();
    QString errorString() const { return m_errorString; }

    QJSValue userData() const { return m_userData; }
    void setUserData(const QJSValue &userData);

    using Channel::send;

    //! `send({action: "chat", text: "hello"})` or `send("chat", {text: "hello"})`; the action alone
    //! will do.
    ///
    /// \return the bytes accepted; 0 when the client has gone or a value cannot be encoded, the
    ///         latter with a warning. Arguments of other kinds throw a TypeError.
    ///
    /// A last argument SendMode.Latest stands for QRepod::SendMode::Latest:
    /// `send("position", {x: 1}, SendMode.Latest)`.
    Q_INVOKABLE qint64 send(const QJSValue &messageOrAction, const QJSValue &fields = {},
                            const QJSValue &mode = {});

    //! Joins the room of this name, and opens it if there is none. \a options, an object, are for
    //! its function `refusal`.
    ///
    /// \return whether the channel is in the room; if not, errorString says why.
    Q_INVOKABLE bool join(const QString &room, const QJSValue &options = {});

    //! Sends what send() would send, as a request, and returns a Promise of the answer. It waits
    //! for Server.requestTimeout.
    Q_INVOKABLE QJSValue request(const QJSValue &messageOrAction, const QJSValue &fields = {});

    //! Ends the connection. What was sent before still goes out.
    Q_INVOKABLE void close();

    void network_received(const QVariantMap &message) override;

Q_SIGNALS:
    void isConnectedChanged();
    void isGuestChanged();
    void roomsChanged();
    void errorStringChanged();
    void userDataChanged();

protected:
    QVariant answerFor(const QVariant &returned) override;

private:
    QmlServer *const m_server;
    QString m_errorString;
    QJSValue m_userData;
};

} // namespace QRepod
