// SPDX-License-Identifier: MIT
#pragma once

#include "test/proxypipe.h"

#include <QRepod/Test/direction.h>

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qtimer.h>
#include <QtNetwork/qtcpserver.h>
#include <QtNetwork/qtcpsocket.h>

namespace QRepod {

//! Is told what passes through a Proxy, in the proxy's thread.
class ProxyObserver
{
public:
    virtual ~ProxyObserver() = default;

    virtual void opened(int connection) = 0;
    virtual void forwarded(int connection, Direction direction, const QByteArray &bytes) = 0;

    //! The end that sends in \a direction has closed. The other end then closes too.
    virtual void closed(int connection, Direction direction) = 0;
};

//! One connection through a Proxy: two sockets and a pipe each way. Deletes itself when it ends.
class ProxyConnection : public QObject
{
    Q_OBJECT

public:
    //! Takes over the socket \a client and connects to \a host.
    ProxyConnection(QTcpSocket *client, const QString &host, quint16 port, const Faults &toServer,
                    const Faults &toClient, quint32 seed, int number, QObject *parent);

    ~ProxyConnection() override;

    ProxyPipe *pipe(Direction direction)
    {
        return direction == Direction::ToServer ? m_toServer : m_toClient;
    }

    //! Resets both ends. After this, nothing else happens.
    void reset();

private:
    ProxyPipe *makePipe(Direction direction, const Faults &faults, quint32 seed, int number);
    void cut();

    QTcpSocket *const m_client; // child, like the next
    QTcpSocket *const m_server;
    ProxyPipe *const m_toServer;
    ProxyPipe *const m_toClient;
    QTimer m_lingering; // bounds how long one end may stay after the other has gone
};

//! Forwards TCP connections to a server. Lives in a thread of its own; see FaultProxy.
class Proxy : public QObject
{
    Q_OBJECT

public:
    //! Listens on a free port. \a observer may be null.
    Proxy(const QString &targetHost, quint16 targetPort, quint32 seed, ProxyObserver *observer);

    quint16 port() const { return m_server.serverPort(); }
    int connectionCount() const { return m_connectionCount; }
    int openConnectionCount() const;
    qint64 bytesForwarded(Direction direction) const { return m_bytes[index(direction)]; }

    Faults &faults(Direction direction) { return m_faults[index(direction)]; }
    void faultsChanged();

    //! Accepts clients that are connected but that the proxy's event loop has not seen yet.
    void acceptWaiting();

    void halfClose(Directions directions);
    void reset();

    //! Resets all open connections, and all that arrive within \a milliseconds.
    void interrupt(int milliseconds);

private:
    static size_t index(Direction direction) { return direction == Direction::ToServer ? 0 : 1; }

    void acceptAll();
    void accept(QTcpSocket *client);

    const QString m_targetHost;
    const quint16 m_targetPort;
    const quint32 m_seed;
    ProxyObserver *const m_observer;
    QTcpServer m_server;
    Faults m_faults[2];
    qint64 m_bytes[2] = {0, 0};
    int m_connectionCount = 0;
    QDeadlineTimer m_interruption; // no client is let in before it has expired
};

} // namespace QRepod
