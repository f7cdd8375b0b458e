// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/WebSocketGate>

#include <QtQml/qqmlparserstatus.h>
#include <QtQml/qqmlregistration.h>

#include <memory>

namespace QRepod {

class Server;

//! The QML type WebSocketGate: lets browsers into the Server that it is declared in.
///
/// \code
/// Server {
///     active: true
///     WebSocketGate { port: 5072 }
/// }
/// \endcode
///
/// It listens while its server does. The type exists if the module was built with the component
/// WebSocket.
class QmlWebSocketGate : public QObject, public QQmlParserStatus
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    QML_NAMED_ELEMENT(WebSocketGate)

    //! The address to listen on. Default: "127.0.0.1". If it changes while the gate listens, the
    //! gate closes and opens again; connected clients stay.
    Q_PROPERTY(QString host READ host WRITE setHost NOTIFY hostChanged FINAL)

    //! The requested port; 0 lets the system pick one. Default: 5072.
    Q_PROPERTY(int port READ port WRITE setPort NOTIFY portChanged FINAL)

    //! The port that it listens on; 0 while it does not listen.
    Q_PROPERTY(int actualPort READ actualPort NOTIFY listeningChanged FINAL)

    Q_PROPERTY(bool listening READ isListening NOTIFY listeningChanged FINAL)

    //! Why listening failed; empty if it did not.
    Q_PROPERTY(QString errorString READ errorString NOTIFY errorStringChanged FINAL)

    //! The pages whose players are let in, besides those of the gate's own host.
    Q_PROPERTY(QStringList allowedOrigins READ allowedOrigins WRITE setAllowedOrigins NOTIFY
                   allowedOriginsChanged FINAL)

    //! The reverse proxies whose `X-Forwarded-For` is trusted.
    Q_PROPERTY(QStringList trustedProxies READ trustedProxies WRITE setTrustedProxies NOTIFY
                   trustedProxiesChanged FINAL)

public:
    using QObject::QObject;

    QString host() const { return m_host; }
    void setHost(const QString &host);

    int port() const { return m_port; }
    void setPort(int port);

    int actualPort() const { return m_gate ? m_gate->port() : 0; }
    bool isListening() const { return m_gate && m_gate->isListening(); }
    QString errorString() const { return m_gate ? m_gate->errorString() : QString(); }

    QStringList allowedOrigins() const { return m_allowedOrigins; }
    void setAllowedOrigins(const QStringList &origins);

    QStringList trustedProxies() const { return m_trustedProxies; }
    void setTrustedProxies(const QStringList &proxies);

    void classBegin() override { }
    void componentComplete() override;

Q_SIGNALS:
    void hostChanged();
    void portChanged();
    void listeningChanged();
    void errorStringChanged();
    void allowedOriginsChanged();
    void trustedProxiesChanged();

private:
    void followServer();
    void reopen();

    Server *m_server = nullptr; // the parent, once the component is complete
    std::unique_ptr<WebSocketGate> m_gate;
    QString m_host = QStringLiteral("127.0.0.1");
    int m_port = 5072;
    QStringList m_allowedOrigins;
    QStringList m_trustedProxies;
};

} // namespace QRepod
