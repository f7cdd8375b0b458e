// SPDX-License-Identifier: MIT
#pragma once

#include "support/literals.h"

#include <QtCore/QByteArray>
#include <QtCore/QCryptographicHash>
#include <QtCore/QUrl>
#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>

#include <functional>

//! A server of WebSockets that answers with what a test says.
class ScriptedGate
{
public:
    ScriptedGate()
    {
        m_server.listen(QHostAddress::LocalHost);
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] {
            client = m_server.nextPendingConnection();
            QObject::connect(client, &QTcpSocket::readyRead, client, [this] {
                received += client->readAll();
                const qsizetype end = received.indexOf("\r\n\r\n");
                if (end < 0 || !request.isEmpty())
                    return;
                request = received.first(end + 4);
                received.remove(0, end + 4);
                client->write(answer(keyOf(request)));
            });
        });
    }

    static QByteArray keyOf(const QByteArray &request)
    {
        const QByteArray name = "Sec-WebSocket-Key: ";
        const qsizetype begin = request.indexOf(name) + name.size();
        return request.mid(begin, request.indexOf("\r\n", begin) - begin);
    }

    static QByteArray acceptOf(const QByteArray &key)
    {
        return QCryptographicHash::hash(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
                                        QCryptographicHash::Sha1)
            .toBase64();
    }

    static QByteArray good(const QByteArray &key)
    {
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
               "Connection: Upgrade\r\nSec-WebSocket-Accept: "
            + acceptOf(key) + "\r\n\r\n";
    }

    QUrl url(const QString &rest = "/") const
    {
        return QUrl(u"ws://127.0.0.1:%1%2"_s.arg(m_server.serverPort()).arg(rest));
    }

    std::function<QByteArray(const QByteArray &key)> answer = good;
    QByteArray request;
    QByteArray received; ///< behind the request
    QTcpSocket *client = nullptr;

private:
    QTcpServer m_server;
};
