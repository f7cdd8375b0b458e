// SPDX-License-Identifier: MIT
#include "support/rawclient.h"
#include "support/rawserver.h"
#include "support/recordinglistener.h"

#include <QRepod/Protocol>
#include <QRepod/Test/FaultProxy>
#include <QRepod/Test/PumpUntil>
#include <QRepod/Test/TestServer>

#include <QtCore/QElapsedTimer>
#include <QtCore/QRandomGenerator>
#include <QtTest/QTest>

#include <memory>

using QRepod::Direction;
using QRepod::FaultProxy;
using QRepod::TestServer;

namespace {

//! Bytes without a pattern that a fault could leave as it is.
QByteArray randomBytes(qsizetype size)
{
    QRandomGenerator generator(1);
    QByteArray bytes(size, '\0');
    for (char &byte : bytes)
        byte = char(generator.bounded(256));
    return bytes;
}

//! A server that writes down the bytes it gets.
class Sink : public QObject
{
public:
    Sink()
    {
        connect(&m_server, &QTcpServer::newConnection, this, [this] {
            QTcpSocket *socket = m_server.nextPendingConnection();
            ++connectionCount;
            connect(socket, &QTcpSocket::readyRead, this,
                    [this, socket] { received += socket->readAll(); });
            connect(socket, &QTcpSocket::disconnected, this, [this] { ++closedCount; });
        });
        m_server.listen(QHostAddress::LocalHost, 0);
    }

    quint16 port() const { return m_server.serverPort(); }

    QByteArray received;
    int connectionCount = 0;
    int closedCount = 0;

private:
    QTcpServer m_server;
};

} // namespace

class tst_FaultProxy : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_server = std::make_unique<TestServer>();
        m_server->setGreeting(false);
        m_proxy = std::make_unique<FaultProxy>(m_server->port());
    }
    void cleanup()
    {
        m_proxy.reset();
        m_server.reset();
    }

    void passesEverythingUnchanged_data();
    void passesEverythingUnchanged();
    void countsConnectionsAndBytes();
    void closePassesBehindTheLastByte();
    void serverThatIsNotThereResetsTheClient();

    void latencyDelaysEachWay();
    void jitterKeepsTheOrder();
    void bandwidthSlowsDown();
    void chunkSizeCutsIntoPieces();
    void listenerReadsThroughChunksOfOneByte();

    void stallHoldsOneWayUntilResume();
    void stallMakesTheSenderWait();

    void corruptChangesOneByte();
    void corruptBreaksTheProtocol();
    void cutAfterPassesExactlyThatMany_data();
    void cutAfterPassesExactlyThatMany();
    void cutAfterOfWhatHasPassedCutsAtOnce();
    void cutWithinCutsAtRandomAndAlikeForASeed();
    void interruptLetsNobodyInForAWhile();
    void clearFaultsTakesEverythingBack();

    void halfCloseEndsOneWay();
    void resetResetsBothEnds();
    void resetReachesAClientWhoHasJustConnected();
    void halfCloseReachesAServerThatIsJustBeingConnected();
    void resetReachesTheListenerAsAnError();
    void nextConnectionWorksAfterReset();
    void destructionWithOpenConnections();

private:
    std::unique_ptr<TestServer> m_server;
    std::unique_ptr<FaultProxy> m_proxy;
};

void tst_FaultProxy::passesEverythingUnchanged_data()
{
    QTest::addColumn<int>("chunkSize");
    QTest::addColumn<int>("latency");
    QTest::addColumn<int>("size");
    QTest::newRow("as it comes") << 0 << 0 << 8'000'000;
    QTest::newRow("chunks") << 1000 << 0 << 2'000'000;
    QTest::newRow("single bytes") << 1 << 0 << 20'000;
    QTest::newRow("late") << 0 << 20 << 4'000'000;
}

void tst_FaultProxy::passesEverythingUnchanged()
{
    QFETCH(int, chunkSize);
    QFETCH(int, latency);
    QFETCH(int, size);
    Sink sink;
    FaultProxy proxy(sink.port());
    proxy.setChunkSize(chunkSize);
    proxy.setLatency(latency);
    proxy.setJitter(latency);
    const QByteArray sent = randomBytes(size);
    QTcpSocket client;
    client.connectToHost("127.0.0.1", proxy.port());
    client.write(sent);
    QTRY_COMPARE_WITH_TIMEOUT(sink.received.size(), sent.size(), 30'000);
    QVERIFY(sink.received == sent);

    RawClient other(m_proxy->port());
    m_proxy->setChunkSize(chunkSize);
    m_proxy->setLatency(latency);
    QTRY_COMPARE(m_server->clientCount(), 1); // the client's connect() was answered by the proxy
    m_server->sendRaw(sent);
    QVERIFY(other.receive(sent.size()) == sent);
}

void tst_FaultProxy::countsConnectionsAndBytes()
{
    QCOMPARE(m_proxy->seed(), 1u);
    QCOMPARE(m_proxy->connectionCount(), 0);
    {
        RawClient a(m_proxy->port());
        RawClient b(m_proxy->port());
        const QByteArray ping = QRepod::encode({{"action", "ping"}});
        QVERIFY(m_server->waitForClients(2));
        QCOMPARE(m_proxy->connectionCount(), 2);
        QCOMPARE(m_proxy->openConnectionCount(), 2);
        QVERIFY(a.sendBytes(ping));
        QVERIFY(!m_server->waitForMessage("ping").isEmpty());
        m_server->sendRaw("12345");
        QCOMPARE(a.receive(5), "12345");
        QCOMPARE(b.receive(5), "12345");
        QCOMPARE(m_proxy->bytesForwarded(Direction::ToServer), ping.size());
        QCOMPARE(m_proxy->bytesForwarded(Direction::ToClient), 10);
        QCOMPARE(m_proxy->bytesForwarded(), ping.size() + 10);
    }
    QTRY_COMPARE(m_proxy->openConnectionCount(), 0);
    QCOMPARE(m_proxy->connectionCount(), 2);
}

void tst_FaultProxy::closePassesBehindTheLastByte()
{
    Sink sink;
    FaultProxy proxy(sink.port());
    proxy.setLatency(20);
    proxy.setChunkSize(3000);
    const QByteArray sent = randomBytes(500'000);
    {
        RawClient client(proxy.port());
        QVERIFY(client.sendBytes(sent));
    }
    QTRY_COMPARE(sink.closedCount, 1);
    QVERIFY(sink.received == sent);
    QTRY_COMPARE(proxy.openConnectionCount(), 0);
}

void tst_FaultProxy::serverThatIsNotThereResetsTheClient()
{
    m_server.reset();
    RawClient client(m_proxy->port());
    QCOMPARE(client.endOfStream(), ECONNRESET);
}

void tst_FaultProxy::latencyDelaysEachWay()
{
    m_server->onMessage("ping", {{"action", "pong"}});
    RecordingListener client;
    QVERIFY(client.connectAndWait(m_proxy->port()));
    QVERIFY(QRepod::pumpUntil(&client, [&] { return m_server->clientCount() == 1; }));
    m_proxy->setLatency(30, Direction::ToServer);
    m_proxy->setLatency(60, Direction::ToClient);

    QElapsedTimer clock;
    clock.start();
    QVERIFY(client.send("ping", {}) > 0);
    QVERIFY(QRepod::pumpUntil(&client, [&] { return !m_server->received().isEmpty(); }));
    const qint64 there = clock.elapsed();
    QVERIFY(client.pumpUntil("pong"));
    const qint64 thereAndBack = clock.elapsed();
    QVERIFY2(there >= 30, qPrintable(QString::number(there)));
    QVERIFY2(thereAndBack >= 90, qPrintable(QString::number(thereAndBack)));
}

void tst_FaultProxy::jitterKeepsTheOrder()
{
    m_proxy->setJitter(15);
    RecordingListener client;
    QVERIFY(client.connectAndWait(m_proxy->port()));
    for (int i = 0; i < 100; ++i) {
        QVERIFY(client.send("step", {{"n", i}}) > 0);
        client.pump();
        QTest::qWait(i % 3); // in pieces, each with a delay of its own
    }
    for (int i = 0; i < 100; ++i)
        QCOMPARE(m_server->waitForMessage("step")["n"], i);
}

void tst_FaultProxy::bandwidthSlowsDown()
{
    m_proxy->setBandwidth(100'000, Direction::ToClient);
    RawClient client(m_proxy->port());
    QVERIFY(m_server->waitForClients(1));
    const QByteArray sent = randomBytes(30'000);
    QElapsedTimer clock;
    clock.start();
    m_server->sendRaw(sent);
    QVERIFY(client.receive(sent.size()) == sent);
    QVERIFY2(clock.elapsed() >= 270, qPrintable(QString::number(clock.elapsed())));

    m_proxy->setBandwidth(0, Direction::ToClient);
    const QByteArray more = randomBytes(30'000'000); // would take 5 minutes
    clock.start();
    m_server->sendRaw(more);
    for (qsizetype received = 0; received < more.size();) {
        const QByteArray piece = client.receive(1'000'000);
        QVERIFY(!piece.isEmpty());
        received += piece.size();
    }
    QVERIFY(clock.elapsed() < 60'000);
}

void tst_FaultProxy::chunkSizeCutsIntoPieces()
{
    RawClient client(m_proxy->port());
    QVERIFY(m_server->waitForClients(1));
    const QByteArray sent = randomBytes(400);
    m_server->sendRaw(sent);
    QCOMPARE(client.receive(sent.size()), sent);
#ifdef Q_OS_LINUX
    const quint32 before = client.segments();
    QVERIFY2(before <= 4, qPrintable(QString::number(before)));
#endif

    m_proxy->setChunkSize(1, Direction::ToClient);
    m_server->sendRaw(sent);
    QCOMPARE(client.receive(sent.size()), sent);
#ifdef Q_OS_LINUX
    const quint32 pieces = client.segments() - before;
    // As many as TCP sends before it waits for the receiver; then it puts some together.
    QVERIFY2(pieces >= 10, qPrintable(QString::number(pieces)));
#endif
}

void tst_FaultProxy::listenerReadsThroughChunksOfOneByte()
{
    m_server->setGreeting(true);
    m_proxy->setChunkSize(1);
    RecordingListener client;
    QVERIFY(client.connectAndWait(m_proxy->port()));
    QVERIFY(client.send("text", {{"text", QString(2000, 'x')}}) > 0);
    QCOMPARE(m_server->waitForMessage("text")["text"].toString().size(), 2000);
    m_server->sendToAll({{"action", "text"}, {"text", QString(2000, 'y')}});
    QVERIFY(client.pumpUntil("text"));
    QCOMPARE(client.messages.last()["text"].toString(), QString(2000, 'y'));
}

void tst_FaultProxy::stallHoldsOneWayUntilResume()
{
    RawClient client(m_proxy->port());
    QVERIFY(m_server->waitForClients(1));
    m_proxy->stall(Direction::ToServer);
    QVERIFY(client.sendBytes(QRepod::encode({{"action", "held"}})));
    for (int i = 0; i < 50; ++i) { // the other way goes on, with time enough for the held message
        m_server->sendRaw("tick");
        QCOMPARE(client.receive(4), "tick");
    }
    QVERIFY(m_server->waitForMessage("held", 50).isEmpty());
    QCOMPARE(m_proxy->bytesForwarded(Direction::ToServer), 0);
    m_proxy->resume();
    QVERIFY(!m_server->waitForMessage("held").isEmpty());
}

void tst_FaultProxy::stallMakesTheSenderWait()
{
    Sink sink;
    FaultProxy proxy(sink.port());
    proxy.stall();
    QTcpSocket client;
    client.connectToHost("127.0.0.1", proxy.port());
    QVERIFY(client.waitForConnected());
    const QByteArray sent = randomBytes(32'000'000); // more than the system buffers
    client.write(sent);
    QVERIFY(!QTest::qWaitFor([&] { return client.bytesToWrite() == 0; }, 300));
    QCOMPARE(sink.received.size(), 0);
    proxy.resume();
    QTRY_COMPARE_WITH_TIMEOUT(sink.received.size(), sent.size(), 30'000);
    QVERIFY(sink.received == sent);
}

void tst_FaultProxy::corruptChangesOneByte()
{
    m_proxy->corrupt(3, Direction::ToClient);
    m_proxy->corrupt(500, Direction::ToClient, 0x01);
    m_proxy->setChunkSize(7);
    QByteArray expected = randomBytes(1000);
    const QByteArray sent = expected;
    expected[3] = char(quint8(expected[3]) ^ 0xff);
    expected[500] = char(quint8(expected[500]) ^ 0x01);
    for (int i = 0; i < 2; ++i) { // on every connection
        RawClient client(m_proxy->port());
        QVERIFY(m_server->waitForClients(1));
        m_server->sendRaw(sent);
        QCOMPARE(client.receive(sent.size()), expected);
        m_server->sendRaw(sent); // offsets count from the connection's beginning
        QCOMPARE(client.receive(sent.size()), sent);
        m_server->disconnectAll();
        QCOMPARE(client.endOfStream(), 0);
    }
}

void tst_FaultProxy::corruptBreaksTheProtocol()
{
    m_proxy->corrupt(0, Direction::ToClient, 0x80);
    m_server->setGreeting(true);
    RecordingListener client;
    client.connect("127.0.0.1", m_proxy->port());
    QVERIFY(client.pumpUntil("disconnected"));
    QVERIFY2(client.error.contains("is over the limit of"), qPrintable(client.error));
}

void tst_FaultProxy::cutAfterPassesExactlyThatMany_data()
{
    QTest::addColumn<int>("bytes");
    QTest::addColumn<int>("chunkSize");
    QTest::newRow("nothing") << 0 << 0;
    QTest::newRow("one byte") << 1 << 0;
    QTest::newRow("some") << 1234 << 0;
    QTest::newRow("some in chunks") << 1234 << 100;
}

void tst_FaultProxy::cutAfterPassesExactlyThatMany()
{
    QFETCH(int, bytes);
    QFETCH(int, chunkSize);
    Sink sink;
    FaultProxy proxy(sink.port());
    proxy.cutAfter(bytes, Direction::ToServer);
    proxy.setChunkSize(chunkSize);
    const QByteArray sent = randomBytes(5000);
    RawClient client(proxy.port());
    QVERIFY(client.sendBytes(sent));
    QTRY_COMPARE(sink.closedCount, 1);
    QCOMPARE(sink.received, sent.first(bytes));
    QCOMPARE(client.endOfStream(), 0);
}

void tst_FaultProxy::cutAfterOfWhatHasPassedCutsAtOnce()
{
    RawClient client(m_proxy->port());
    QVERIFY(m_server->waitForClients(1));
    m_server->sendRaw("12345");
    QCOMPARE(client.receive(5), "12345");
    m_proxy->cutAfter(5, Direction::ToClient);
    QCOMPARE(client.endOfStream(), 0);
    QVERIFY(m_server->waitForClients(0));
}

void tst_FaultProxy::clearFaultsTakesEverythingBack()
{
    m_proxy->setLatency(100'000);
    m_proxy->setJitter(1000);
    m_proxy->setBandwidth(1);
    m_proxy->setChunkSize(1);
    m_proxy->stall();
    m_proxy->corrupt(0);
    m_proxy->cutAfter(1);
    m_proxy->clearFaults();
    RawClient client(m_proxy->port());
    QVERIFY(m_server->waitForClients(1));
    const QByteArray sent = randomBytes(100'000);
    m_server->sendRaw(sent);
    QVERIFY(client.receive(sent.size()) == sent);
}

void tst_FaultProxy::halfCloseEndsOneWay()
{
    RawClient client(m_proxy->port());
    QVERIFY(m_server->waitForClients(1));
    m_proxy->halfClose(Direction::ToClient);
    QCOMPARE(client.endOfStream(), 0);
    QVERIFY(client.sendBytes(QRepod::encode({{"action", "still"}})));
    QVERIFY(!m_server->waitForMessage("still").isEmpty());
    QCOMPARE(m_server->clientCount(), 1);
}

void tst_FaultProxy::resetResetsBothEnds()
{
    RawServer server;
    FaultProxy proxy(server.port());
    RawClient client(proxy.port());
    QTRY_VERIFY(server.client());
    proxy.reset();
    QCOMPARE(client.endOfStream(), ECONNRESET);
    QTRY_VERIFY(server.clientHasClosed());
    QCOMPARE(proxy.openConnectionCount(), 0);
}

void tst_FaultProxy::interruptLetsNobodyInForAWhile()
{
    RawClient before(m_proxy->port());
    QVERIFY(m_server->waitForClients(1));
    m_proxy->interrupt(60'000);
    QCOMPARE(before.endOfStream(), ECONNRESET);
    RawClient meanwhile(m_proxy->port());
    QCOMPARE(meanwhile.endOfStream(), ECONNRESET);
    m_proxy->interrupt(0);
    RawClient after(m_proxy->port());
    QVERIFY(m_server->waitForClients(1));
}

void tst_FaultProxy::cutWithinCutsAtRandomAndAlikeForASeed()
{
    const QByteArray bytes = randomBytes(100);
    QList<QList<qint64>> runs;
    for (int run = 0; run < 2; ++run) {
        FaultProxy proxy(m_server->port(), 7);
        proxy.cutWithin(100, Direction::ToServer);
        QList<qint64> passed;
        for (int i = 0; i < 10; ++i) {
            RawClient client(proxy.port());
            client.write(bytes);
            QVERIFY(client.ends());
            passed << proxy.bytesForwarded(Direction::ToServer);
        }
        runs << passed;
        QVERIFY(passed.last() > 0 && passed.last() < 10 * bytes.size());
    }
    QCOMPARE(runs[0], runs[1]);
}

void tst_FaultProxy::resetReachesAClientWhoHasJustConnected()
{
    for (int i = 0; i < 100; ++i) { // each time the proxy may have accepted it already, or not
        RawClient client(m_proxy->port());
        m_proxy->reset();
        QCOMPARE(client.endOfStream(), ECONNRESET);
        QCOMPARE(m_proxy->connectionCount(), i + 1);
        QCOMPARE(m_proxy->openConnectionCount(), 0);
    }
}

void tst_FaultProxy::halfCloseReachesAServerThatIsJustBeingConnected()
{
    const RawClient client(m_proxy->port());
    m_proxy->halfClose(Direction::ToServer);
    QTRY_COMPARE(m_server->connectionCount(), 1);
    QVERIFY(m_server->waitForClients(0));
    QCOMPARE(m_server->receivedFrom(0).size(), 0);
}

void tst_FaultProxy::resetReachesTheListenerAsAnError()
{
    RecordingListener client;
    QVERIFY(client.connectAndWait(m_proxy->port()));
    QVERIFY(m_server->waitForClients(1));
    m_proxy->reset();
    QVERIFY(client.pumpUntil("disconnected"));
    QVERIFY2(client.error.endsWith("Connection reset by peer"), qPrintable(client.error));
    QVERIFY(m_server->waitForClients(0));
}

void tst_FaultProxy::nextConnectionWorksAfterReset()
{
    m_server->setGreeting(true);
    RecordingListener client;
    for (int i = 0; i < 20; ++i) {
        client.messages.clear();
        QVERIFY(client.connectAndWait(m_proxy->port()));
        QVERIFY(m_server->waitForClients(1));
        m_server->sendToAll({{"action", "here"}});
        QVERIFY(client.pumpUntil("here"));
        m_proxy->reset();
        QVERIFY(client.pumpUntil("disconnected"));
        QVERIFY(m_server->waitForClients(0));
    }
    QCOMPARE(m_proxy->connectionCount(), 20);
}

void tst_FaultProxy::destructionWithOpenConnections()
{
    RecordingListener client;
    QVERIFY(client.connectAndWait(m_proxy->port()));
    QVERIFY(m_server->waitForClients(1));
    m_proxy->setLatency(1000);
    m_server->sendRaw(randomBytes(100'000));
    m_proxy.reset();
    QVERIFY(client.pumpUntil("disconnected"));
    QVERIFY(m_server->waitForClients(0));
}

QTEST_GUILESS_MAIN(tst_FaultProxy)
#include "tst_faultproxy.moc"
