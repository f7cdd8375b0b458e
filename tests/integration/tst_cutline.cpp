// SPDX-License-Identifier: MIT
// A cable that is pulled: nothing arrives any more, and neither end is told.
//
// The test has a network of its own, which it takes down. It is skipped if the system does not
// permit that. With QREPOD_SLOW_TESTS in the environment, it also tests the default times.

#include "support/recordinglistener.h"

#include <QRepod/Channel>
#include <QRepod/Client>
#include <QRepod/Protocol>
#include <QRepod/Server>

#include <QtCore/QElapsedTimer>
#include <QtCore/QRegularExpression>
#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <memory>

namespace {

constexpr int patience = 120'000; // milliseconds

//! Turns this thread's loopback device on or off.
bool setNetwork(bool isUp)
{
    const int descriptor = ::socket(AF_INET, SOCK_DGRAM, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = isUp ? IFF_UP : 0;
    const bool isDone = ::ioctl(descriptor, SIOCSIFFLAGS, &request) == 0;
    ::close(descriptor);
    return isDone;
}

//! Creates a network for this thread and those that it starts. Root may do so, and on most systems
//! anyone who first becomes root of a namespace.
bool hasOwnNetwork()
{
    const bool isOwn = ::unshare(CLONE_NEWNET) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
    return isOwn && setNetwork(true);
}

//! The other end. A plain one sends no heartbeats, like repod.
class Peer
{
public:
    Peer()
    {
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server,
                         [this] { client = m_server.nextPendingConnection(); });
        m_server.listen(QHostAddress::LocalHost, 0);
    }

    quint16 port() const { return m_server.serverPort(); }

    QTcpSocket *client = nullptr;

private:
    QTcpServer m_server;
};

} // namespace

class tst_CutLine : public QObject
{
    Q_OBJECT

public:
    explicit tst_CutLine(bool hasNetwork)
        : m_hasNetwork(hasNetwork)
    {
    }

private slots:
    void initTestCase();
    void init() { QVERIFY(setNetwork(true)); }

    void clientNotices_data();
    void clientNotices();
    void clientNoticesWhileAStalledPeerHasNotRead();
    void serverNotices_data();
    void serverNotices();
    void reconnectsWhenTheLineIsBack();

private:
    const bool m_hasNetwork;
};

void tst_CutLine::initTestCase()
{
    if (!m_hasNetwork)
        QSKIP("The system grants no network of one's own");
}

void tst_CutLine::clientNotices_data()
{
    QTest::addColumn<bool>("peerBeats");
    QTest::addColumn<int>("heartbeatInterval");
    QTest::addColumn<int>("idleTimeout");
    QTest::addColumn<QString>("reason");
    // A missing heartbeat is noticed at about the time when one of our own is overdue.
    const QString either = "nothing (received|acknowledged) for %1 ms";
    const QString machine = "nothing acknowledged for %1 ms";
    QTest::newRow("peer with heartbeats") << true << 100 << 1'000 << either;
    QTest::newRow("plain peer") << false << 100 << 1'000 << machine;
    if (qEnvironmentVariableIsSet("QREPOD_SLOW_TESTS")) {
        // Without heartbeats of our own, the system probes the peer.
        const QString probed = machine + "|timed out";
        QTest::newRow("peer with heartbeats, defaults") << true << 5'000 << 15'000 << either;
        QTest::newRow("plain peer, defaults") << false << 5'000 << 15'000 << machine;
        QTest::newRow("plain peer, no heartbeats") << false << 0 << 1'000 << probed;
        QTest::newRow("plain peer, no heartbeats, 15 s") << false << 0 << 15'000 << probed;
    }
}

void tst_CutLine::clientNotices()
{
    QFETCH(bool, peerBeats);
    QFETCH(int, heartbeatInterval);
    QFETCH(int, idleTimeout);
    QFETCH(QString, reason);
    Peer peer;
    RecordingListener listener;
    listener.setHeartbeatInterval(heartbeatInterval);
    listener.setIdleTimeout(idleTimeout);
    QVERIFY(listener.connectAndWait(peer.port()));
    QTRY_VERIFY(peer.client);
    peer.client->write((peerBeats ? QByteArray::fromHex("0000000180") : QByteArray())
                       + QRepod::encode({{"action", "last"}}));
    QVERIFY(listener.pumpUntil("last"));

    QVERIFY(setNetwork(false));
    QElapsedTimer timer;
    timer.start();
    QTRY_VERIFY_WITH_TIMEOUT((listener.pump(), listener.actions().contains("disconnected")),
                             patience);
    qInfo("known after %lld ms: %s", timer.elapsed(), qPrintable(listener.error));
    QCOMPARE(listener.log.mid(4),
             (QStringList{"errorOccurred()", "error", "disconnected()", "disconnected"}));
    reason = reason.arg(idleTimeout);
    const QRegularExpression expected(
        QString("^127\\.0\\.0\\.1:%1: .*(%2)").arg(peer.port()).arg(reason));
    QVERIFY2(expected.match(listener.error).hasMatch(), qPrintable(listener.error));
}

//! Then the system does not resend anything, but asks whether there is room again.
void tst_CutLine::clientNoticesWhileAStalledPeerHasNotRead()
{
    Peer peer;
    RecordingListener listener;
    listener.setHeartbeatInterval(100);
    listener.setIdleTimeout(1'000);
    QVERIFY(listener.connectAndWait(peer.port()));
    QTRY_VERIFY(peer.client);
    peer.client->setReadBufferSize(1);
    const QByteArray data(1024 * 1024, 'x');
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression("waiting to be sent are over the limit"));
    while (listener.send("x", {{"data", data}}) > 0) { }
    peer.client->write(QRepod::encode({{"action", "last"}}));
    QVERIFY(listener.pumpUntil("last"));
    QVERIFY(setNetwork(false));
    QElapsedTimer timer;
    timer.start();
    QTRY_VERIFY_WITH_TIMEOUT((listener.pump(), listener.actions().contains("disconnected")),
                             patience);
    qInfo("known after %lld ms: %s", timer.elapsed(), qPrintable(listener.error));
    QVERIFY2(listener.error.contains("nothing acknowledged"), qPrintable(listener.error));
}

void tst_CutLine::serverNotices_data()
{
    QTest::addColumn<bool>("clientBeats");
    QTest::addColumn<QString>("reason");
    QTest::newRow("client with heartbeats")
        << true << "nothing (received|acknowledged) for 1000 ms";
    QTest::newRow("plain client") << false << "nothing acknowledged for 1000 ms";
}

void tst_CutLine::serverNotices()
{
    QFETCH(bool, clientBeats);
    QFETCH(QString, reason);
    QRepod::Server server;
    server.setHeartbeatInterval(100);
    server.setIdleTimeout(1'000);
    QVERIFY(server.listen("127.0.0.1", 0));
    QTcpSocket client;
    client.connectToHost("127.0.0.1", server.port());
    QTRY_COMPARE(server.channels().size(), 1);
    const QString address = server.channels().first()->address();
    QSignalSpy broken(server.channels().first(), &QRepod::Channel::errorOccurred);
    QTRY_VERIFY(client.bytesAvailable() > 0); // the greeting
    if (clientBeats) {
        client.write(QByteArray::fromHex("0000000180"));
        QVERIFY(client.waitForBytesWritten());
    }
    QVERIFY(setNetwork(false));
    QElapsedTimer timer;
    timer.start();
    QTRY_VERIFY_WITH_TIMEOUT(server.channels().isEmpty(), patience);
    qInfo("known after %lld ms", timer.elapsed());
    QCOMPARE(broken.size(), 1);
    const QString error = broken[0][0].toString();
    const QRegularExpression expected("^" + QRegularExpression::escape(address) + ": " + reason);
    QVERIFY2(expected.match(error).hasMatch(), qPrintable(error));
}

void tst_CutLine::reconnectsWhenTheLineIsBack()
{
    QRepod::Server server;
    server.setHeartbeatInterval(100);
    QVERIFY(server.listen("127.0.0.1", 0));
    RecordingListener listener;
    listener.setHeartbeatInterval(100);
    listener.setIdleTimeout(1'000);
    listener.setReconnect(true);
    listener.setReconnectInterval(10);
    listener.setMaximumReconnectInterval(100);
    QVERIFY(listener.connectAndWait(server.port()));
    QVERIFY(setNetwork(false));
    QTRY_VERIFY_WITH_TIMEOUT((listener.pump(), listener.actions().contains("disconnected")),
                             patience);
    QTRY_VERIFY_WITH_TIMEOUT((listener.pump(), listener.reconnectAttempt() > 1), patience);
    QVERIFY(setNetwork(true));
    QVERIFY(listener.pumpUntil("socketConnect", 2));
    QVERIFY(listener.send("back", {}) > 0);
}

int main(int argc, char **argv)
{
    const bool hasNetwork = hasOwnNetwork(); // before there are other threads
    QCoreApplication application(argc, argv);
    tst_CutLine test(hasNetwork);
    return QTest::qExec(&test, argc, argv);
}

#include "tst_cutline.moc"
