// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbasictimer.h>
#include <QtCore/qsocketnotifier.h>
#include <QtNetwork/qtcpserver.h>

#include <functional>
#include <memory>

namespace QRepod {

//! Listens, and passes on the clients that connect. Lives in the thread that it accepts in.
///
/// Qt's own accepting takes every waiting client before it returns, which may be thousands, and
/// spins when the process has no descriptors left. This accepts a few clients per turn, and pauses
/// when it has none.
class Acceptor : public QObject
{
    Q_OBJECT

public:
    //! \a accept gets a connected descriptor, which it then owns, and the peer as `"host:port"`.
    explicit Acceptor(std::function<void(qintptr descriptor, const QString &peer)> accept,
                      QObject *parent = nullptr);

    bool listen(const QHostAddress &address, quint16 port);
    void close();
    bool isListening() const { return m_server.isListening(); }
    quint16 port() const { return m_server.serverPort(); }
    QHostAddress address() const { return m_server.serverAddress(); }
    QString errorString() const { return m_server.errorString(); }

Q_SIGNALS:
    //! Waiting clients cannot be accepted, usually because the process has no descriptors left. The
    //! acceptor keeps trying, and emits this once.
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
    bool m_hasFailed = false; // since it began to listen, or last accepted a client
};

} // namespace QRepod
