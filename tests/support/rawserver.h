// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QVariantMap>
#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>

//! A peer that does exactly what a test says, byte by byte: it knows frames, but no rules.
///
/// It works in the test's event loop and serves one client at a time, the last one.
class RawServer : public QObject
{
    Q_OBJECT

public:
    RawServer();

    quint16 port() const { return m_server.serverPort(); }

    //! The last client; nullptr until there is one.
    QTcpSocket *client() const { return m_client; }
    int clientCount() const { return m_clientCount; }

    void send(const QVariantMap &message);
    void sendBytes(const QByteArray &bytes);

    //! Closes gracefully, after everything has been written and the client has said hello.
    void closeClient();

    //! Closes with a reset, like a crash of the peer's machine or a firewall.
    void resetClient();

    //! The messages received, in order, from all clients.
    const QList<QVariantMap> &received() const { return m_received; }

    //! The control frames received, which are not in received().
    const QList<QVariantMap> &controls() const { return m_controls; }

    //! How many heartbeats were received.
    int heartbeats() const { return m_heartbeats; }

    //! Whether the last client has closed its end.
    bool clientHasClosed() const;

    //! Lets the client's bytes pile up instead of reading them.
    void setReading(bool reading);

private:
    void accept();
    void waitForClient();
    void read(QTcpSocket *socket);
    void readControl(const QVariantMap &control);

    QTcpServer m_server;
    QTcpSocket *m_client = nullptr;
    QList<QVariantMap> m_received;
    QList<QVariantMap> m_controls;
    int m_heartbeats = 0;
    int m_clientCount = 0;
    bool m_isReading = true;
    bool m_hasClientSaidHello = false;
};
