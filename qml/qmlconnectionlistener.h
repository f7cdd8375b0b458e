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

//! The QML type ConnectionListener: a client's connection to a game.
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
///     function network_received(data) { }                               // without a handler
/// }
/// \endcode
///
/// The rules for handlers are those of the C++ class, QRepod::ConnectionListener, whose properties
/// (such as state and reconnect) and signals this type has too. A single parameter without a type
/// gets the whole message, whatever its name, because QML cannot tell it from a field. Several
/// parameters get the fields of their names. The event loop delivers messages, because autoPump is
/// true.
///
/// Numbers arrive as numbers, exact up to 2^53; bytes as ArrayBuffer; times as Date; nil as null;
/// lists and maps as arrays and objects. A MessagePack extension is opaque, but can be sent back.
/// The class JavaScript describes what send() makes of JavaScript values.
class QmlConnectionListener : public QRepod::ConnectionListener,
                              public Endpoint<QmlConnectionListener>
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    QML_NAMED_ELEMENT(ConnectionListener)
    Q_CLASSINFO("DefaultProperty", "resources")

    //! Where to connect: a name or an address. Default: "127.0.0.1".
    ///
    /// If host or port changes while active, the connection is closed and a new one made when
    /// control returns to the event loop, only once for both.
    Q_PROPERTY(QString host READ host WRITE setHost NOTIFY hostChanged FINAL)

    //! Default: 5071. Connecting to an invalid port, such as 70000, is an error.
    Q_PROPERTY(int port READ port WRITE setPort NOTIFY portChanged FINAL)

    //! Where to connect instead of host and port: a URL with the scheme repod, repods, ws or wss,
    //! such as `"ws://game.example/play"`. Default: empty. connect(host, port) clears it.
    Q_PROPERTY(QUrl url READ url WRITE setUrl NOTIFY urlChanged FINAL)

    //! Whether the connection was lost and the server keeps this client's place. send() keeps
    //! messages meanwhile. The signals interrupted and resumed report changes.
    Q_PROPERTY(bool isInterrupted READ isInterrupted NOTIFY stateChanged FINAL)

    //! Whether a connection is wanted. Default: false.
    ///
    /// It is made once the component is complete and this is true, and closed when this becomes
    /// false. It stays true when the connection fails or ends; see state. connect() tries again.
    Q_PROPERTY(bool active READ isActive WRITE setActive NOTIFY activeChanged FINAL)

    //! Why the connection could not be made, or broke. Cleared when the next attempt starts or,
    //! with reconnect, succeeds.
    Q_PROPERTY(QString errorString READ errorString NOTIFY errorStringChanged FINAL)

    //! What has passed through the connection, and what waits in it: messagesReceived, bytesSent,
    //! roundTripTime (microseconds) and the other members of QRepod::Statistics.
    ///
    /// Reading it always returns current values. Bindings update if statisticsInterval is set.
    Q_PROPERTY(QRepod::Statistics statistics READ statistics NOTIFY statisticsChanged FINAL)

    //! How often bindings to statistics update while there is a connection, in milliseconds.
    //! Default: 0, never.
    Q_PROPERTY(int statisticsInterval READ statisticsInterval WRITE setStatisticsInterval NOTIFY
                   statisticsIntervalChanged FINAL)

    //! How long request() waits for an answer, in milliseconds; forever if negative. Default:
    //! 10,000.
    Q_PROPERTY(int requestTimeout READ requestTimeout WRITE setRequestTimeout NOTIFY
                   requestTimeoutChanged FINAL)

    //! Objects whose `network_<action>` functions are called after this one's, in this order.
    ///
    /// A destroyed object leaves the list.
    Q_PROPERTY(QQmlListProperty<QObject> handlers READ handlers NOTIFY handlersChanged FINAL)

    //! Objects declared inside this one, for example a Timer.
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

    //! Makes a new connection and sets active. Closes an existing connection first.
    Q_INVOKABLE void connect();

    //! The same, to another \a host and \a port, which become the values of the properties.
    Q_INVOKABLE void connect(const QString &host, int port = 5071);

    //! Closes the connection and clears active. What was sent before still goes out.
    Q_INVOKABLE void close();

    using ConnectionListener::send;

    //! `send({action: "chat", text: "hello"})` or `send("chat", {text: "hello"})`. The fields may
    //! be omitted.
    ///
    /// \return the bytes accepted; 0 if there is no connection, or if a value cannot be encoded,
    ///         which prints a warning. Other arguments throw a TypeError.
    ///
    /// A last argument of SendMode.Latest has the meaning of QRepod::SendMode::Latest:
    /// `send("position", {x: 1}, SendMode.Latest)`.
    Q_INVOKABLE qint64 send(const QJSValue &messageOrAction, const QJSValue &fields = {},
                            const QJSValue &mode = {});

    //! Sends the same messages as send(), as a request, and returns a Promise of the answer:
    //! `request("buy", {item: 3}).then(result => …, error => console.log(error.message))`.
    ///
    /// The return value of a handler answers a request of the server. It may be a Promise too.
    Q_INVOKABLE QJSValue request(const QJSValue &messageOrAction, const QJSValue &fields = {});

    void network_received(const QVariantMap &message) override;

Q_SIGNALS:
    //! The connection could not be made, or broke; errorString has the same text.
    ///
    /// Replaces the core's signal, whose QML handlers would run before errorString is set.
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
