// SPDX-License-Identifier: MIT
// What a connection tells about itself: its statistics and its log.

#include "support/rawserver.h"
#include "support/recordinglistener.h"

#include <QRepod/Channel>
#include <QRepod/Client>
#include <QRepod/Protocol>
#include <QRepod/Server>

#include <QtCore/QLoggingCategory>
#include <QtCore/QRegularExpression>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <mutex>
#include <set>

using QRepod::Statistics;

namespace {

const QByteArray heartbeat = QByteArray::fromHex("0000000180");
const QByteArray hello = QRepod::encode({{"_hello", 1}}); // the first frame of each client

std::mutex loggedMutex; // guards loggedCategories: every thread may log
std::set<QByteArray> loggedCategories;

void noteCategory(QtMsgType, const QMessageLogContext &context, const QString &)
{
    const std::lock_guard lock(loggedMutex);
    loggedCategories.insert(context.category);
}

std::set<QByteArray> takeLoggedCategories()
{
    const std::lock_guard lock(loggedMutex);
    return std::exchange(loggedCategories, {});
}

} // namespace

class tst_Observability : public QObject
{
    Q_OBJECT

private slots:
    void receivedIsCountedByFrameAndByte();
    void sentIsCountedWhenAcceptedAndWhenWritten();
    void waitingIsWhatWasNotPumped();
    void unsentIsWhatThePeerDoesNotTake();
    void newConnectionStartsWithZeros();
    void figuresStayAfterTheEnd();
    void figuresStayUntilTheListenerIsBack();
    void channelHasItsOwn();
    void roundTripIsMeasured();
    void propertiesAreReadable();

    void logIsSilentUntilAsked();
    void logTellsWhenTheNextAttemptFollows();
};

void tst_Observability::receivedIsCountedByFrameAndByte()
{
    RawServer server;
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(server.port()));
    const Statistics before = listener.connection()->statistics();
    QCOMPARE(before.messagesReceived, 0);
    QCOMPARE(before.bytesReceived, 0);

    const QByteArray frame = QRepod::encode({{"action", "tick"}, {"n", 1}});
    server.sendBytes(frame + heartbeat + frame);
    QVERIFY(listener.pumpUntil("tick", 2));
    const Statistics after = listener.connection()->statistics();
    QCOMPARE(after.messagesReceived, 2);
    QCOMPARE(after.framesSkipped, 1);
    QCOMPARE(after.bytesReceived, 2 * frame.size() + heartbeat.size());
}

void tst_Observability::sentIsCountedWhenAcceptedAndWhenWritten()
{
    RawServer server;
    RecordingListener listener;
    listener.setHeartbeatInterval(0);
    QVERIFY(listener.connectAndWait(server.port()));
    qint64 bytes = 0;
    for (int i = 0; i < 10; ++i)
        bytes += listener.send("move", {{"i", i}});
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression("was not sent"));
    QCOMPARE(listener.send("bad", {{"value", QVariant::fromValue<QObject *>(this)}}), 0);
    QCOMPARE(listener.connection()->statistics().messagesSent, 10);
    QTRY_COMPARE(listener.connection()->statistics().bytesSent, hello.size() + bytes);
    QCOMPARE(listener.connection()->statistics().bytesUnsent, 0);
}

void tst_Observability::waitingIsWhatWasNotPumped()
{
    RawServer server;
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(server.port()));
    for (int i = 0; i < 5; ++i)
        server.send({{"action", "tick"}});
    QTRY_COMPARE(listener.connection()->statistics().messagesWaiting, 5);
    QCOMPARE(listener.pump(), 5);
    QCOMPARE(listener.connection()->statistics().messagesWaiting, 0);
    QCOMPARE(listener.connection()->statistics().messagesReceived, 5);
}

void tst_Observability::unsentIsWhatThePeerDoesNotTake()
{
    RawServer server;
    RecordingListener listener;
    listener.setHeartbeatInterval(0);
    QVERIFY(listener.connectAndWait(server.port()));
    server.setReading(false);
    const QByteArray data(1024 * 1024, 'x');
    qint64 sent = 0;
    for (int i = 0; i < 30; ++i)
        sent += listener.send("x", {{"data", data}});
    const Statistics stalled = listener.connection()->statistics();
    QVERIFY(stalled.bytesUnsent > 0);
    QCOMPARE(stalled.bytesUnsent + stalled.bytesSent, hello.size() + sent);
    server.setReading(true);
    QTRY_COMPARE_WITH_TIMEOUT(listener.connection()->statistics().bytesUnsent, 0, 30'000);
}

void tst_Observability::newConnectionStartsWithZeros()
{
    RawServer server;
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(server.port()));
    listener.send("x", {});
    QCOMPARE(listener.connection()->statistics().messagesSent, 1);
    listener.connect("127.0.0.1", server.port());
    QVERIFY(listener.pumpUntil("socketConnect", 2));
    QCOMPARE(listener.connection()->statistics().messagesSent, 0);
}

void tst_Observability::figuresStayAfterTheEnd()
{
    RawServer server;
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(server.port()));
    server.send({{"action", "tick"}});
    QVERIFY(listener.pumpUntil("tick"));
    server.closeClient();
    QVERIFY(listener.pumpUntil("disconnected"));
    QCOMPARE(listener.connection()->statistics().messagesReceived, 1);
}

//! An attempt is not a connection yet.
void tst_Observability::figuresStayUntilTheListenerIsBack()
{
    RawServer server;
    RecordingListener listener;
    listener.setReconnect(true);
    listener.setReconnectInterval(1);
    QVERIFY(listener.connectAndWait(server.port()));
    server.send({{"action", "tick"}});
    QVERIFY(listener.pumpUntil("tick"));
    qint64 atTheEnd = -1;
    listener.onMessage = [&](const QVariantMap &message) {
        if (message["action"] == "disconnected")
            atTheEnd = listener.connection()->statistics().messagesReceived;
    };
    server.closeClient();
    QVERIFY(listener.pumpUntil("socketConnect", 2));
    QCOMPARE(atTheEnd, 1);
    QCOMPARE(listener.connection()->statistics().messagesReceived, 0);
}

void tst_Observability::channelHasItsOwn()
{
    QRepod::Server server;
    QVERIFY(server.listen("127.0.0.1", 0));
    RecordingListener first;
    RecordingListener second;
    QVERIFY(first.connectAndWait(server.port()));
    QTRY_COMPARE(server.channels().size(), 1);
    QVERIFY(second.connectAndWait(server.port()));
    QTRY_COMPARE(server.channels().size(), 2);
    const qint64 bytes = first.send("move", {{"x", 1}}) + first.send("move", {{"x", 2}});
    const auto statistics = [&](int i) { return server.channels().at(i)->statistics(); };
    QTRY_COMPARE(statistics(0).messagesReceived, 2);
    QCOMPARE(statistics(0).bytesReceived, hello.size() + bytes);
    QCOMPARE(statistics(0).messagesSent, 1); // the greeting
    QCOMPARE(statistics(1).messagesReceived, 0);
    QCOMPARE(QRepod::Channel().statistics().messagesSent, 0);
}

void tst_Observability::roundTripIsMeasured()
{
    RawServer server;
    RecordingListener listener;
    listener.setHeartbeatInterval(10);
    QVERIFY(listener.connectAndWait(server.port()));
    QTRY_VERIFY(server.heartbeats() > 1);
    const qint64 roundTrip = listener.connection()->statistics().roundTripTime;
#ifdef Q_OS_LINUX
    QVERIFY2(roundTrip > 0 && roundTrip < 10'000'000, qPrintable(QString::number(roundTrip)));
#else
    QCOMPARE(roundTrip, -1);
#endif
}

void tst_Observability::propertiesAreReadable()
{
    RawServer server;
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(server.port()));
    listener.send("x", {});
    const Statistics statistics = listener.connection()->statistics();
    const QMetaObject &type = Statistics::staticMetaObject;
    QCOMPARE(type.propertyCount(), 8);
    QCOMPARE(type.property(type.indexOfProperty("messagesSent")).readOnGadget(&statistics), 1);
}

void tst_Observability::logIsSilentUntilAsked()
{
    const auto connectAndLeave = [] {
        QRepod::Server server;
        QVERIFY(server.listen("127.0.0.1", 0));
        RecordingListener listener;
        QVERIFY(listener.connectAndWait(server.port()));
        QTRY_COMPARE(server.channels().size(), 1);
        listener.send("disconnected", {}); // a built-in name: no handler is no mistake
        listener.close();
        QVERIFY(listener.pumpUntil("disconnected"));
        QTRY_COMPARE(server.channels().size(), 0);
    };
    const QtMessageHandler handler = qInstallMessageHandler(noteCategory);
    connectAndLeave();
    const std::set<QByteArray> byDefault = takeLoggedCategories();
    QLoggingCategory::setFilterRules("qrepod.*=true");
    connectAndLeave();
    QLoggingCategory::setFilterRules({});
    qInstallMessageHandler(handler);
    QCOMPARE(byDefault, std::set<QByteArray>());
    QCOMPARE(takeLoggedCategories(),
             (std::set<QByteArray>{"qrepod.client", "qrepod.dispatch", "qrepod.server",
                                   "qrepod.transport"}));
}

void tst_Observability::logTellsWhenTheNextAttemptFollows()
{
    const quint16 port = RawServer().port(); // nobody is there now
    RecordingListener listener;
    listener.setReconnect(true);
    listener.connect("127.0.0.1", port);
    QLoggingCategory::setFilterRules("qrepod.client=true");
    QTest::ignoreMessage(QtDebugMsg, QRegularExpression("127.0.0.1:\\d+ attempt 1 in \\d+ ms"));
    QVERIFY(listener.pumpUntil("error"));
    QLoggingCategory::setFilterRules({});
}

QTEST_GUILESS_MAIN(tst_Observability)
#include "tst_observability.moc"
