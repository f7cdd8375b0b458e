// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbasictimer.h>
#include <QtCore/qsocketnotifier.h>
#include <QtNetwork/qtcpserver.h>

#include <functional>
#include <memory>

namespace QRepod {

//! Listens, and hands over the clients that connect. Lives in the thread that it accepts in.
///
/// Qt's own accepting takes everybody who waits before it returns, which may be thousands, and
/// spins once the process has no descriptor left. This accepts a few at a turn, and pauses then.
class Acceptor : public QObject
{
    Q_OBJECT

public:
    //! \a accept gets a connected descriptor, which it owns, and the peer as `"host:port"`.
    explicit Acceptor(std::function<void(qintptr descriptor, const QString &peer)> accept,
                      QObject *parent = nullptr);

    bool listen(const QHostAddress &address, quint16 port);
    void close();
    bool isListening() const { return m_server.isListening(); }
    quint16 port() const { return m_server.serverPort(); }
    QHostAddress address() const { return m_server.serverAddress(); }
    QString errorString() const { return m_server.errorString(); }

Q_SIGNALS:
    //! Clients wait that cannot be accepted, most often because the process has no descriptors
    //! left. It is tried again and again, and told once.
    void failed(const QString &reason);

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    void acceptSome();
    void pause(int error);

    const std::function<void(qintptr, const QString &)> m_accept;
    QTcpServer m_server{this};
    std::unique_ptr<QSocketNotifier> m_notifier; // while it listens
    QBasicTimer m_retry;
    bool m_hasFailed = false; // since it began to listen, or accepted a client
};

} // namespace QRepod
