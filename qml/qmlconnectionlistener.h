// SPDX-License-Identifier: MIT
#pragma once

#include "endpoint.h"
#include "objectlist.h"
#include "qmlfunction.h"

#include <QRepod/ConnectionListener>
#include <QRepod/Statistics>

#include <QtCore/qtimer.h>
#include <QtCore/qurl.h>
#include <QtQml/qjsvalue.h>
#include <QtQml/qqmllist.h>
#include <QtQml/qqmlregistration.h>

namespace QRepod {

//! The QML type ConnectionListener: a game's end of the connection.
///
/// \code
/// ConnectionListener {
///     host: "127.0.0.1"
///     active: true
///     onConnected: send("nickname", {nickname: "Ada"})
///     onErrorOccurred: error => console.log(error)
///
///     function network_players(data) { list.model = data.list }         // the whole message
///     function network_message(nickname, text) { log.append(nickname, text) }     // its fields
///     function network_move(id: int, x: real, y: real) { … }            // typed: checked
///     function network_received(data) { }                               // what nobody handles
/// }
/// \endcode
///
/// The rules for handlers are those of the C++ class, QRepod::ConnectionListener, whose properties
/// (such as state and reconnect) and signals this type has, too. Since QML gives parameters without
/// a type no other way to be told apart, one such parameter, whatever its name, gets the whole
/// message; several get the fields of their names. The event loop delivers what arrives, as
/// autoPump is true.
///
/// Numbers arrive as numbers, exactly up to 2^53; bytes as ArrayBuffer; times as Date; nil as null;
/// lists and maps as arrays and objects. An extension of MessagePack is opaque, but can be sent
/// back. What send() makes of JavaScript values is said in the class JavaScript.
class QmlConnectionListener : public QRepod::ConnectionListener,
                              public Endpoint<QmlConnectionListener>
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    QML_NAMED_ELEMENT(ConnectionListener)
    Q_CLASSINFO("DefaultProperty", "resources")

    //! Where to connect to: a name or an address. Default: "127.0.0.1".
    ///
    /// A change of host or port while active closes the connection and makes a new one, when
    /// control returns to the event loop: one for both.
    Q_PROPERTY(QString host READ host WRITE setHost NOTIFY hostChanged FINAL)

    //! Default: 5071. One that is none, such as 70000, is an error when it is connected to.
    Q_PROPERTY(int port READ port WRITE setPort NOTIFY portChanged FINAL)

    //! Where to connect to instead of host and port: a url of the schemes repod, repods, ws or wss,
    //! such as `"ws://game.example/play"`. Default: empty. connect(host, port) empties it.
    Q_PROPERTY(QUrl url READ url WRITE setUrl NOTIFY urlChanged FINAL)

    //! Whether the line was lost and the server keeps this client's place; send() keeps what it is
    //! given meanwhile. The signals interrupted and resumed tell, too.
    Q_PROPERTY(bool isInterrupted READ isInterrupted NOTIFY stateChanged FINAL)

    //! Whether a connection is wanted. Default: false.
    ///
    /// It is made when the component is complete and this is true, and closed when this turns
    /// false. It stays true when the connection fails or ends; state tells. connect() tries again.
    Q_PROPERTY(bool active READ isActive WRITE setActive NOTIFY activeChanged FINAL)

    //! Why the connection could not be made or broke; empty again when the next one is started, or,
    //! with reconnect, stands.
    Q_PROPERTY(QString errorString READ errorString NOTIFY errorStringChanged FINAL)

    //! What has passed through the connection, and what waits in it: messagesReceived, bytesSent,
    //! roundTripTime (microseconds) and the other members of QRepod::Statistics.
    ///
    /// Always new when it is read; bindings follow it when statisticsInterval is set.
    Q_PROPERTY(QRepod::Statistics statistics READ statistics NOTIFY statisticsChanged FINAL)

    //! How often bindings to statistics are evaluated while there is a connection, in milliseconds.
    //! Default: 0, never.
    Q_PROPERTY(int statisticsInterval READ statisticsInterval WRITE setStatisticsInterval NOTIFY
                   statisticsIntervalChanged FINAL)

    //! How long request() waits for its answer, in milliseconds; negative: for ever. Default:
    //! 10,000.
    Q_PROPERTY(int requestTimeout READ requestTimeout WRITE setRequestTimeout NOTIFY
                   requestTimeoutChanged FINAL)

    //! Objects that are asked for `network_<action>` functions after this one, in this order.
    ///
    /// One that is destroyed leaves the list.
    Q_PROPERTY(QQmlListProperty<QObject> handlers READ handlers NOTIFY handlersChanged FINAL)

    //! Objects declared inside of this one, for example a Timer.
    Q_PROPERTY(QQmlListProperty<QObject> resources READ resources NOTIFY resourcesChanged FINAL)

public:
    explicit QmlConnectionListener(QObject *parent = nullptr);

    QUrl url() const { return m_url; }
    void setUrl(const QUrl &url);

    Statistics statistics() const;

    bool isInterrupted() const;

    int statisticsInterval() const { return m_statisticsTimer.interval(); }
    void setStatisticsInterval(int milliseconds);

    int requestTimeout() const { return m_requestTimeout; }
    void setRequestTimeout(int milliseconds);

    QQmlListProperty<QObject> handlers() { return m_handlers.property(); }
    QQmlListProperty<QObject> resources() { return m_resources.property(); }

    //! Makes a new connection and sets active; one that stands is closed first.
    Q_INVOKABLE void connect();

    //! The same, to another \a host and \a port, which become the properties' values.
    Q_INVOKABLE void connect(const QString &host, int port = 5071);

    //! Ends the connection and unsets active. What was sent before still goes out.
    Q_INVOKABLE void close();

    using ConnectionListener::send;

    //! `send({action: "chat", text: "hello"})` or `send("chat", {text: "hello"})`; the action alone
    //! will do.
    ///
    /// \return the bytes accepted; 0 when there is no connection or when a value cannot be encoded,
    ///         the latter with a warning. Arguments of other kinds throw a TypeError.
    ///
    /// A last argument SendMode.Latest stands for QRepod::SendMode::Latest:
    /// `send("position", {x: 1}, SendMode.Latest)`.
    Q_INVOKABLE qint64 send(const QJSValue &messageOrAction, const QJSValue &fields = {},
                            const QJSValue &mode = {});

    //! Sends what send() would send, as a request, and returns a Promise of the answer:
    //! `request("buy", {item: 3}).then(result => …, error => console.log(error.message))`.
    ///
    /// What a handler returns is the answer to a request of the server, a Promise too.
    Q_INVOKABLE QJSValue request(const QJSValue &messageOrAction, const QJSValue &fields = {});

    void network_received(const QVariantMap &message) override;

Q_SIGNALS:
    //! The connection could not be made, or broke; errorString says the same.
    ///
    /// In the place of the core's signal, whose QML handlers would run before errorString is set.
    void errorOccurred(const QString &error);

    void urlChanged();
    void hostChanged();
    void portChanged();
    void activeChanged();
    void errorStringChanged();
    void statisticsChanged();
    void statisticsIntervalChanged();
    void requestTimeoutChanged();
    void handlersChanged();
    void resourcesChanged();

protected:
    QVariant answerFor(const QVariant &returned) override;

private:
    friend class Endpoint<QmlConnectionListener>;
    void start();
    void stop();
    void followState();

    QUrl m_url;
    int m_requestTimeout = 10'000;
    QTimer m_statisticsTimer;
    ObjectList m_handlers;
    ObjectList m_resources;
    QmlFunction m_fallback;
};

} // namespace QRepod
