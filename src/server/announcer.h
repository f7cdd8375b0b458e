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

//! Answers programs that look for servers on the local network. Lives in the server's working
//! thread.
///
/// It sends nothing unasked. It answers each question once, only if the question is as large as the
/// answer, only to addresses in this machine's networks, and at most maximumRate times a second.
class Announcer : public QObject
{
    Q_OBJECT

public:
    static constexpr int maximumRate = 100;

    //! \a endpoint returns where the server listens; its port is 0 if it does not listen.
    explicit Announcer(std::function<std::pair<QHostAddress, quint16>()> endpoint, QObject *parent);

    //! Announces \a title and \a data from now on, on UDP port \a port; 0: the system picks a port.
    ///
    /// \return why that failed; empty on success.
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

    // The same question arrives by broadcast and by multicast.
    std::array<quint64, 64> m_answered{};
    size_t m_nextAnswered = 0;

    QList<std::pair<QHostAddress, int>> m_networks; // of this machine
    QDeadlineTimer m_networksExpire{0};             // when they are looked up again
};

} // namespace QRepod
