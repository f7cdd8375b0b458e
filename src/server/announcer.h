// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/announcement.h"
#include "transport/messagebudget.h"

#include <QtCore/qdeadlinetimer.h>
#include <QtNetwork/qhostaddress.h>
#include <QtNetwork/qudpsocket.h>

#include <array>
#include <functional>

namespace QRepod {

//! Answers those who look for servers on the local network. Lives in the server's working thread.
///
/// It says nothing by itself. It answers a question as large as the answer, each once, only to
/// addresses of the networks that this machine is in, and at most maximumRate a second.
class Announcer : public QObject
{
    Q_OBJECT

public:
    static constexpr int maximumRate = 100;

    //! \a endpoint tells where the server listens; its port is 0 while it does not.
    explicit Announcer(std::function<std::pair<QHostAddress, quint16>()> endpoint, QObject *parent);

    //! Announces this from now on, by the UDP port \a port; 0: the system picks one.
    ///
    /// \return why that is not possible; empty if it is.
    QString start(const QString &title, const QVariantMap &data, quint16 port);

    bool isRunning() const { return m_socket.state() == QUdpSocket::BoundState; }
    quint16 port() const { return m_socket.localPort(); }

private:
    QString bind(quint16 port);
    void answerSome();
    void answer(quint64 question, const QHostAddress &asker, quint16 port);
    bool isNew(quint64 question);
    bool isNeighbour(const QHostAddress &address);

    const std::function<std::pair<QHostAddress, quint16>()> m_endpoint;
    QUdpSocket m_socket{this};
    Announcement m_announcement;
    MessageBudget m_budget;

    // The same question comes by broadcast and by multicast.
    std::array<quint64, 64> m_answered{};
    size_t m_nextAnswered = 0;

    QList<std::pair<QHostAddress, int>> m_networks; // of this machine
    QDeadlineTimer m_networksExpire{0};             // they are looked up again then
};

} // namespace QRepod
