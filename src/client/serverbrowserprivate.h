// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/announcement.h"

#include <QRepod/serverbrowser.h>

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qtimer.h>
#include <QtNetwork/qhostaddress.h>
#include <QtNetwork/qudpsocket.h>

#include <memory>
#include <vector>

namespace QRepod {

//! Asks once per interval, and keeps the servers that answer. In the browser's thread.
class Q_DECL_HIDDEN ServerBrowser::Private
{
public:
    explicit Private(ServerBrowser *browser);

    struct Found
    {
        quint64 id;
        QString title;
        QString address;
        QVariantMap data;
        qint64 roundTripTime; // microseconds
        int misses; // questions since the last one it answered; 0: it has answered the latest
    };

    void start();
    void stop();

    ServerBrowser *const q;
    int port = defaultLanPort;
    QTimer timer;
    std::vector<Found> servers;

private:
    void ask();
    void readSome();
    void handleAnswer(const Announcement &found, const QHostAddress &sender);
    void removeSilent();

    std::unique_ptr<QUdpSocket> m_socket; // while it is running
    quint64 m_question = 0; // the latest; an answer must repeat it, so nobody can guess an answer
    QElapsedTimer m_asked;  // since the latest question
};

} // namespace QRepod
