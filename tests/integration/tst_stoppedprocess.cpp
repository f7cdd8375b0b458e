// SPDX-License-Identifier: MIT

//! A process that was stopped for longer than its idle timeout, by a debugger, a laptop's lid or a
//! busy machine, keeps the clients that went on sending meanwhile.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/rawclient.h"

#include <QRepod/Protocol>

#include <QtCore/QDeadlineTimer>
#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtTest/QTest>

#include <algorithm>
#include <csignal>
#include <memory>
#include <vector>

namespace {

constexpr int heartbeatInterval = 100; // milliseconds
constexpr int idleTimeout = 300;
constexpr int stopDuration = 1'000;
constexpr int clientCount = 300; // more than are read between two checks of the clock

} // namespace

class tst_StoppedProcess : public QObject
{
    Q_OBJECT

private slots:
    void keepsClientsWhoseHeartbeatsLieInTheirSockets();

private:
    void send(const QByteArray &bytes) const
    {
        for (const auto &client : m_clients)
            client->write(bytes);
    }

    //! Whether each client gets \a action back; the clients send heartbeats until then.
    bool allReceive(const QString &action)
    {
        bool hasLost = false;
        const bool hasCome = eventually([&] {
            send(hex("0000000180"));
            bool haveAll = true;
            for (const auto &client : m_clients) {
                haveAll = client->actions().contains(action) && haveAll;
                hasLost = client->hasEnded || client->error || hasLost;
            }
            return haveAll || hasLost;
        });
        return hasCome && !hasLost;
    }

    std::vector<std::unique_ptr<RawClient>> m_clients;
};

void tst_StoppedProcess::keepsClientsWhoseHeartbeatsLieInTheirSockets()
{
    QProcess server;
    server.start(QREPOD_ECHOSERVER,
                 {QString::number(heartbeatInterval), QString::number(idleTimeout)});
    QVERIFY(eventually([&] { return server.canReadLine(); }));
    const auto port = quint16(server.readLine().trimmed().toUInt());
    for (int i = 0; i < clientCount; ++i)
        m_clients.push_back(std::make_unique<RawClient>(port));
    send(QRepod::encode(message(u"before"_s)));
    QVERIFY(allReceive(u"before"_s));

    ::kill(pid_t(server.processId()), SIGSTOP);
    const QDeadlineTimer end(stopDuration);
    send(hex("0000000180"));
    QVERIFY(eventually([&] { return end.hasExpired(); }));
    send(QRepod::encode(message(u"after"_s)));
    ::kill(pid_t(server.processId()), SIGCONT);
    QVERIFY(allReceive(u"after"_s));
    m_clients.clear();
    server.kill();
    QVERIFY(server.waitForFinished());
}

QTEST_GUILESS_MAIN(tst_StoppedProcess)
#include "tst_stoppedprocess.moc"
