// SPDX-License-Identifier: MIT
// Heartbeats, dead peers and reconnecting.

#include "support/rawserver.h"
#include "support/recordinglistener.h"

#include <QRepod/Client>
#include <QRepod/Protocol>
#include <QRepod/Server>

#include <QtCore/QElapsedTimer>
#include <QtCore/QRegularExpression>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <memory>

using State = QRepod::ConnectionListener::State;

namespace {

const QByteArray heartbeat = QByteArray::fromHex("0000000180");

}

class tst_Resilience : public QObject
{
    Q_OBJECT

private slots:
    void init() { m_server = std::make_unique<RawServer>(); }
    void cleanup() { m_server.reset(); }

    void heartbeatsAreSentWhenNothingElseIs();
    void heartbeatsCanBeTurnedOff();
    void heartbeatsAreNotDelivered();
    void silentPeerThatSentHeartbeatsIsDead();
    void silentPeerThatNeverDidIsNot();
    void stalledPeerThatNeverDidIsNot();
    void ownHeartbeatsKeepAQuietConnectionAlive();
    void fullInboxIsNotTakenForADeadPeer();
    void serverDropsASilentClient();

    void reconnectIsOffByDefault();
    void reconnectsAfterTheEnd_data();
    void reconnectsAfterTheEnd();
    void reconnectsUntilTheServerIsThere();
    void reconnectGivesUpAfterTheMaximum();
    void reconnectDelaysGrow();
    void closeEndsReconnecting_data();
    void closeEndsReconnecting();
    void closeByTheGameIsNotFollowedByReconnecting_data();
    void closeByTheGameIsNotFollowedByReconnecting();
    void closeInAHandlerEndsReconnecting_data();
    void closeInAHandlerEndsReconnecting();
    void dialogInAHandlerDoesNotHoldUpReconnecting_data();
    void dialogInAHandlerDoesNotHoldUpReconnecting();
    void serverThatOnlyAcceptsIsGivenUp();
    void connectInAHandlerTakesPrecedence();
    void destructorDuringTheDelay();

private:
    std::unique_ptr<RawServer> m_server;
};

void tst_Resilience::heartbeatsAreSentWhenNothingElseIs()
{
    RecordingListener listener;
    QCOMPARE(listener.heartbeatInterval(), 5'000);
    QCOMPARE(listener.idleTimeout(), 15'000);
    listener.setHeartbeatInterval(20);
    QVERIFY(listener.connectAndWait(m_server->port()));
    QTRY_VERIFY(m_server->heartbeats() >= 3);
    QVERIFY(listener.log.size() == 3); // the game is told nothing
}

void tst_Resilience::heartbeatsCanBeTurnedOff()
{
    RecordingListener quiet;
    quiet.setHeartbeatInterval(0);
    QVERIFY(quiet.connectAndWait(m_server->port()));
    RawServer second;
    RecordingListener other;
    other.setHeartbeatInterval(20);
    QVERIFY(other.connectAndWait(second.port()));
    QTRY_VERIFY(second.heartbeats() >= 5); // after this much time
    QCOMPARE(m_server->heartbeats(), 0);
}

void tst_Resilience::heartbeatsAreNotDelivered()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->sendBytes(heartbeat + heartbeat);
    m_server->send({{"action", "end"}});
    QVERIFY(listener.pumpUntil("end"));
    QCOMPARE(listener.actions(), (QStringList{"connected", "socketConnect", "end"}));
}

void tst_Resilience::silentPeerThatSentHeartbeatsIsDead()
{
    RecordingListener listener;
    listener.setIdleTimeout(100);
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->sendBytes(heartbeat);
    QElapsedTimer timer;
    timer.start();
    QVERIFY(listener.pumpUntil("disconnected"));
    qInfo("noticed after %lld ms, with an idle timeout of 100 ms", timer.elapsed());
    QCOMPARE(listener.log.mid(3),
             (QStringList{"errorOccurred()", "error", "disconnected()", "disconnected"}));
    QCOMPARE(listener.error,
             QString("127.0.0.1:%1: nothing received for 100 ms").arg(m_server->port()));
}

void tst_Resilience::silentPeerThatNeverDidIsNot()
{
    RecordingListener listener;
    listener.setIdleTimeout(20);
    QVERIFY(listener.connectAndWait(m_server->port()));

    RawServer second;
    RecordingListener other;
    other.setIdleTimeout(100);
    QVERIFY(other.connectAndWait(second.port()));
    second.sendBytes(heartbeat);
    QVERIFY(other.pumpUntil("disconnected")); // after five times as long

    m_server->send({{"action", "still here"}});
    QVERIFY(listener.pumpUntil("still here"));
    QVERIFY(listener.connection()->isConnected());
}

//! It reads nothing, but its machine answers when asked whether there is room again.
void tst_Resilience::stalledPeerThatNeverDidIsNot()
{
    RecordingListener listener;
    listener.setHeartbeatInterval(20);
    listener.setIdleTimeout(100);
    QVERIFY(listener.connectAndWait(m_server->port()));
    QTRY_VERIFY(m_server->client());
    m_server->setReading(false);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression("waiting to be sent are over the limit"));
    const QByteArray data(1024 * 1024, 'x');
    while (listener.send("x", {{"data", data}}) > 0) { }

    RawServer second;
    RecordingListener clock;
    clock.setIdleTimeout(2'000);
    QVERIFY(clock.connectAndWait(second.port()));
    second.sendBytes(heartbeat);
    QVERIFY(clock.pumpUntil("disconnected")); // leaves time for several questions
    QVERIFY(listener.connection()->isConnected());
}

void tst_Resilience::ownHeartbeatsKeepAQuietConnectionAlive()
{
    QRepod::Server server;
    server.setHeartbeatInterval(20);
    server.setIdleTimeout(2'000);
    QVERIFY(server.listen("127.0.0.1", 0));
    RecordingListener listener;
    listener.setHeartbeatInterval(20);
    listener.setIdleTimeout(2'000);
    QVERIFY(listener.connectAndWait(server.port()));

    RecordingListener clock;
    clock.setIdleTimeout(2'500);
    QVERIFY(clock.connectAndWait(m_server->port()));
    m_server->sendBytes(heartbeat);
    QVERIFY(clock.pumpUntil("disconnected")); // longer than the other idle timeouts
    listener.pump();
    QCOMPARE(listener.log.size(), 3);
    QCOMPARE(server.channels().size(), 1);
}

void tst_Resilience::fullInboxIsNotTakenForADeadPeer()
{
    RecordingListener listener;
    listener.setIdleTimeout(50);
    listener.setMaximumReceiveBacklog(1000);
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->sendBytes(heartbeat);
    m_server->send({{"action", "large"}, {"data", QByteArray(10'000, 'x')}});
    QVERIFY(listener.connection()->isConnected());

    RawServer second;
    RecordingListener clock;
    clock.setIdleTimeout(300);
    QVERIFY(clock.connectAndWait(second.port()));
    second.sendBytes(heartbeat);
    QVERIFY(clock.pumpUntil("disconnected"));
    QVERIFY(listener.connection()->isConnected());
    m_server->send({{"action", "next"}});
    QVERIFY(listener.pumpUntil("large"));
    QVERIFY(listener.pumpUntil("next"));
}

void tst_Resilience::serverDropsASilentClient()
{
    QRepod::Server server;
    server.setIdleTimeout(100);
    QVERIFY(server.listen("127.0.0.1", 0));
    QSignalSpy left(&server, &QRepod::Server::channelDisconnected);
    QString error;
    connect(&server, &QRepod::Server::channelConnected, this, [&](QRepod::Channel *channel) {
        connect(channel, &QRepod::Channel::errorOccurred, this,
                [&](const QString &text) { error = text; });
    });
    QTcpSocket client;
    client.connectToHost("127.0.0.1", server.port());
    QTRY_COMPARE(server.channels().size(), 1);
    client.write(heartbeat);
    QTRY_COMPARE(left.size(), 1);
    QVERIFY2(error.endsWith("nothing received for 100 ms"), qPrintable(error));
}

void tst_Resilience::reconnectIsOffByDefault()
{
    RecordingListener listener;
    QVERIFY(!listener.reconnect());
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->closeClient();
    QVERIFY(listener.pumpUntil("disconnected"));
    QCOMPARE(listener.state(), State::Disconnected);
    QCOMPARE(listener.reconnectAttempt(), 0);
}

void tst_Resilience::reconnectsAfterTheEnd_data()
{
    QTest::addColumn<QString>("end");
    for (const char *end : {"close", "reset", "protocol error"})
        QTest::newRow(end) << end;
}

void tst_Resilience::reconnectsAfterTheEnd()
{
    QFETCH(QString, end);
    RecordingListener listener;
    listener.setReconnect(true);
    listener.setReconnectInterval(10);
    QVERIFY(listener.connectAndWait(m_server->port()));
    QStringList atTheEnd;
    listener.onMessage = [&](const QVariantMap &message) {
        if (message["action"] == "disconnected") {
            QCOMPARE(listener.state(), State::Reconnecting);
            QCOMPARE(listener.reconnectAttempt(), 1);
            QVERIFY(listener.reconnectDelay() >= 7 && listener.reconnectDelay() <= 13);
            QCOMPARE(listener.send({{"action", "x"}}), 0);
        }
    };
    if (end == "close")
        m_server->closeClient();
    else if (end == "reset")
        m_server->resetClient();
    else
        m_server->sendBytes(QByteArray(4, '\0'));
    QVERIFY(listener.pumpUntil("socketConnect", 2));
    QCOMPARE(listener.state(), State::Connected);
    QCOMPARE(listener.reconnectAttempt(), 0);
    QStringList expected{"connected()", "connected", "socketConnect"};
    if (end != "close")
        expected += {"errorOccurred()", "error"};
    expected += {"disconnected()", "disconnected", "connected()", "connected", "socketConnect"};
    QCOMPARE(listener.log, expected);
    QTRY_COMPARE(m_server->clientCount(), 2);
    QVERIFY(listener.send({{"action", "back"}}) > 0);
    QTRY_COMPARE(m_server->received().size(), 1);
}

void tst_Resilience::reconnectsUntilTheServerIsThere()
{
    auto server = std::make_unique<QRepod::Server>();
    QVERIFY(server->listen("127.0.0.1", 0));
    const quint16 port = server->port();
    server.reset();

    RecordingListener listener;
    listener.setReconnect(true);
    listener.setReconnectInterval(10);
    listener.setMaximumReconnectInterval(20);
    listener.connect("127.0.0.1", port);
    QVERIFY(listener.pumpUntil("error", 3));
    QVERIFY(listener.state() == State::Reconnecting);
    server = std::make_unique<QRepod::Server>();
    QVERIFY(server->listen("127.0.0.1", port));
    QVERIFY(listener.pumpUntil("socketConnect"));
    QVERIFY(!listener.log.contains("disconnected"));
}

void tst_Resilience::reconnectGivesUpAfterTheMaximum()
{
    RecordingListener listener;
    listener.setReconnect(true);
    listener.setReconnectInterval(1);
    listener.setMaximumReconnectAttempts(3);
    listener.connect("127.0.0.1", 1);
    QList<int> attempts;
    connect(&listener, &QRepod::ConnectionListener::stateChanged, this,
            [&] { attempts << listener.reconnectAttempt(); });
    QTRY_COMPARE((listener.pump(), listener.state()), State::Disconnected);
    QCOMPARE(listener.actions(), (QStringList{"error", "error", "error", "error"}));
    QCOMPARE(attempts, (QList<int>{1, 2, 3, 3}));
    QCOMPARE(listener.pump(), 0);
}

void tst_Resilience::reconnectDelaysGrow()
{
    RecordingListener listener;
    QCOMPARE(listener.reconnectInterval(), 500);
    QCOMPARE(listener.maximumReconnectInterval(), 30'000);
    QCOMPARE(listener.maximumReconnectAttempts(), 0);
    listener.setReconnect(true);
    listener.setReconnectInterval(4);
    listener.setMaximumReconnectInterval(40);
    QList<int> delays;
    connect(&listener, &QRepod::ConnectionListener::stateChanged, this, [&] {
        if (listener.state() == State::Reconnecting)
            delays << listener.reconnectDelay();
    });
    listener.connect("127.0.0.1", 1);
    QVERIFY(listener.pumpUntil("error", 8));
    const QList<int> exact{4, 8, 16, 32, 40, 40, 40};
    for (int i = 0; i < exact.size(); ++i)
        QVERIFY2(delays[i] >= exact[i] * 3 / 4 && delays[i] <= exact[i] * 5 / 4,
                 qPrintable(QString("delay %1 was %2").arg(i).arg(delays[i])));
}

void tst_Resilience::closeEndsReconnecting_data()
{
    QTest::addColumn<QString>("how");
    QTest::newRow("close()") << "close()";
    QTest::newRow("connection()->close()") << "connection()->close()";
    QTest::newRow("setReconnect(false)") << "setReconnect(false)";
}

void tst_Resilience::closeEndsReconnecting()
{
    QFETCH(QString, how);
    RecordingListener listener;
    listener.setReconnect(true);
    listener.setReconnectInterval(60'000);
    listener.setMaximumReconnectInterval(60'000);
    listener.connect("127.0.0.1", 1);
    QVERIFY(listener.pumpUntil("error"));
    QCOMPARE(listener.state(), State::Reconnecting);
    if (how == "close()")
        listener.close();
    else if (how == "setReconnect(false)")
        listener.setReconnect(false);
    else
        listener.connection()->close();
    QTRY_COMPARE((listener.pump(), listener.state()), State::Disconnected);
    QCOMPARE(listener.log, (QStringList{"errorOccurred()", "error"}));
}

void tst_Resilience::closeByTheGameIsNotFollowedByReconnecting_data()
{
    QTest::addColumn<bool>("byClient");
    QTest::newRow("close()") << false;
    QTest::newRow("connection()->close()") << true;
}

void tst_Resilience::closeByTheGameIsNotFollowedByReconnecting()
{
    QFETCH(bool, byClient);
    RecordingListener listener;
    listener.setReconnect(true);
    listener.setReconnectInterval(1);
    QVERIFY(listener.connectAndWait(m_server->port()));
    if (byClient)
        listener.connection()->close();
    else
        listener.close();
    QVERIFY(listener.pumpUntil("disconnected"));
    QCOMPARE(listener.state(), State::Disconnected);
    QTRY_VERIFY(m_server->clientHasClosed());
    QTRY_COMPARE(m_server->clientCount(), 1);
}

void tst_Resilience::closeInAHandlerEndsReconnecting_data()
{
    QTest::addColumn<QString>("where");
    QTest::addColumn<bool>("isRefused");
    for (const char *where : {"stateChanged()", "errorOccurred()", "error"})
        QTest::addRow("%s, refused", where) << where << true;
    for (const char *where :
         {"stateChanged()", "errorOccurred()", "error", "disconnected()", "disconnected"})
        QTest::addRow("%s, broken", where) << where << false;
}

//! Through the client object, which does not know what the listener is about to do.
void tst_Resilience::closeInAHandlerEndsReconnecting()
{
    QFETCH(QString, where);
    QFETCH(bool, isRefused);
    RecordingListener listener;
    listener.setReconnect(true);
    listener.setReconnectInterval(100); // a handler must run before it
    bool isClosed = false;
    const auto closeAt = [&](const QString &here) {
        if (here == where && listener.state() == State::Reconnecting) {
            listener.connection()->close();
            isClosed = true;
        }
    };
    using QRepod::ConnectionListener;
    connect(&listener, &ConnectionListener::stateChanged, this, [&] { closeAt("stateChanged()"); });
    connect(&listener, &ConnectionListener::errorOccurred, this,
            [&] { closeAt("errorOccurred()"); });
    connect(&listener, &ConnectionListener::disconnected, this, [&] { closeAt("disconnected()"); });
    listener.onMessage = [&](const QVariantMap &message) { closeAt(message["action"].toString()); };
    if (isRefused) {
        listener.connect("127.0.0.1", 1);
    } else {
        QVERIFY(listener.connectAndWait(m_server->port()));
        m_server->sendBytes(QByteArray(4, '\0'));
    }
    QTRY_COMPARE((listener.pump(), isClosed && listener.state() == State::Disconnected), true);
    QCOMPARE(listener.log.count("error"), 1);
    QCOMPARE(listener.log.count("disconnected"), isRefused ? 0 : 1);
    const int count = isRefused ? 0 : 1;
    QVERIFY(!QTest::qWaitFor([&] { return m_server->clientCount() > count; }, 250));
    QCOMPARE(m_server->clientCount(), count);
    QCOMPARE(listener.pump(), 0);
}

void tst_Resilience::dialogInAHandlerDoesNotHoldUpReconnecting_data()
{
    QTest::addColumn<QString>("action");
    QTest::newRow("error") << "error";
    QTest::newRow("disconnected") << "disconnected";
}

void tst_Resilience::dialogInAHandlerDoesNotHoldUpReconnecting()
{
    QFETCH(QString, action);
    RecordingListener listener;
    listener.setReconnect(true);
    listener.setReconnectInterval(1);
    bool isBack = false;
    listener.onMessage = [&](const QVariantMap &message) {
        if (message["action"] == action)
            isBack = QTest::qWaitFor([&] { return listener.connection()->isConnected(); }, 30'000);
    };
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->sendBytes(QByteArray(4, '\0'));
    QVERIFY(listener.pumpUntil("disconnected"));
    QVERIFY(isBack);
    QVERIFY(listener.pumpUntil("socketConnect", 2)); // which was not delivered in the handler
    QCOMPARE(listener.actions().mid(2),
             (QStringList{"error", "disconnected", "connected", "socketConnect"}));
    QTRY_COMPARE(m_server->clientCount(), 2);
}

//! For example one that is full, or that bans the player.
void tst_Resilience::serverThatOnlyAcceptsIsGivenUp()
{
    RecordingListener listener;
    listener.setReconnect(true);
    listener.setReconnectInterval(4);
    listener.setMaximumReconnectAttempts(3);
    QList<int> attempts;
    QList<int> delays;
    connect(&listener, &QRepod::ConnectionListener::stateChanged, this, [&] {
        if (listener.state() == State::Reconnecting) {
            attempts << listener.reconnectAttempt();
            delays << listener.reconnectDelay();
        }
    });
    int connections = 0;
    listener.onMessage = [&](const QVariantMap &message) {
        if (message["action"] != "connected")
            return;
        QCOMPARE(listener.reconnectAttempt(), 0);
        ++connections;
        QTRY_COMPARE(m_server->clientCount(), connections);
        m_server->closeClient();
    };
    listener.connect("127.0.0.1", m_server->port());
    QTRY_COMPARE((listener.pump(), listener.state()), State::Disconnected);
    QCOMPARE(attempts, (QList<int>{1, 2, 3}));
    for (int i = 0; i < 3; ++i)
        QVERIFY(delays[i] >= (4 << i) * 3 / 4 && delays[i] <= (4 << i) * 5 / 4);
    QTRY_COMPARE(m_server->clientCount(), 4);
    QCOMPARE(listener.log.count("disconnected"), 4);

    listener.connect("127.0.0.1", m_server->port()); // starts over
    QVERIFY(listener.pumpUntil("disconnected", 5));
    QCOMPARE(attempts.last(), 1);
}

void tst_Resilience::connectInAHandlerTakesPrecedence()
{
    RawServer second;
    RecordingListener listener;
    listener.setReconnect(true);
    listener.setReconnectInterval(1); // so that the attempt may already have begun
    listener.onMessage = [&](const QVariantMap &message) {
        if (message["action"] == "disconnected")
            listener.connect("127.0.0.1", second.port());
    };
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->closeClient();
    QVERIFY(listener.pumpUntil("socketConnect", 2));
    QTRY_COMPARE(second.clientCount(), 1);
    QTRY_VERIFY(m_server->clientHasClosed());
    second.send({{"action", "end"}});
    QVERIFY(listener.pumpUntil("end"));
    QCOMPARE(listener.actions().mid(listener.actions().indexOf("disconnected")),
             (QStringList{"disconnected", "connected", "socketConnect", "end"}));
}

void tst_Resilience::destructorDuringTheDelay()
{
    auto listener = std::make_unique<RecordingListener>();
    listener->setReconnect(true);
    listener->setReconnectInterval(60'000);
    listener->connect("127.0.0.1", 1);
    QVERIFY(listener->pumpUntil("error"));
    QElapsedTimer timer;
    timer.start();
    listener.reset();
    qInfo("the destructor took %lld ms", timer.elapsed());
    QVERIFY(timer.elapsed() < 5'000);
}

QTEST_GUILESS_MAIN(tst_Resilience)

#include "tst_resilience.moc"
