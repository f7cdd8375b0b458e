// SPDX-License-Identifier: MIT
#include "message.h"
#include "peers.h"
#include "peers/eventloopendpoint.h"

#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtWebSockets/qwebsocket.h>
#include <QtWebSockets/qwebsocketserver.h>

namespace {

//! Sends one JSON object per text message.
class WebSocketEnd : public EventLoopEndpoint
{
public:
    using EventLoopEndpoint::EventLoopEndpoint;

    bool isConnected() const override { return m_socket; }

    void send() override
    {
        const QJsonDocument document(QJsonObject::fromVariantMap(moveMessage()));
        m_socket->sendTextMessage(QString::fromUtf8(document.toJson(QJsonDocument::Compact)));
    }

protected:
    void take(QWebSocket *socket)
    {
        m_socket = socket;
        QObject::connect(m_socket, &QWebSocket::textMessageReceived, m_socket,
                         [this](const QString &text) {
                             const QJsonDocument document = QJsonDocument::fromJson(text.toUtf8());
                             if (document.object().toVariantMap().size() == moveMessage().size())
                                 arrived();
                         });
    }

private:
    QWebSocket *m_socket = nullptr;
};

class ServerEnd : public WebSocketEnd
{
public:
    explicit ServerEnd(Duty duty)
        : WebSocketEnd(duty)
    {
        QObject::connect(&m_server, &QWebSocketServer::newConnection, &m_server,
                         [this] { take(m_server.nextPendingConnection()); });
        m_server.listen(QHostAddress::LocalHost);
    }

    quint16 port() const override { return m_server.serverPort(); }

private:
    QWebSocketServer m_server{"bench", QWebSocketServer::NonSecureMode};
};

class ClientEnd : public WebSocketEnd
{
public:
    explicit ClientEnd(quint16 port)
        : WebSocketEnd(Duty::Count)
    {
        m_socket.open(QUrl(QStringLiteral("ws://127.0.0.1:%1").arg(port)));
        workUntil([this] { return m_socket.state() == QAbstractSocket::ConnectedState; });
        take(&m_socket);
    }

private:
    QWebSocket m_socket;
};

class WebSocketPeer : public Peer
{
public:
    using Peer::Peer;

    std::unique_ptr<Endpoint> listen(Duty duty) const override
    {
        return std::make_unique<ServerEnd>(duty);
    }
    std::unique_ptr<Endpoint> connect(quint16 port) const override
    {
        return std::make_unique<ClientEnd>(port);
    }
};

} // namespace

std::unique_ptr<Peer> Peers::webSocket()
{
    return std::make_unique<WebSocketPeer>("QWebSocket, JSON", 10);
}
