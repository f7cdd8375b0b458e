// SPDX-License-Identifier: MIT
// What a message, a peer and a queue may cost. Each limit is a property of both sides, and the
// error names the limit, the value and the peer.

#include "support/rawserver.h"
#include "support/recordinglistener.h"

#include <QRepod/Channel>
#include <QRepod/Client>
#include <QRepod/Protocol>
#include <QRepod/Server>

#include <QtCore/QRegularExpression>
#include <QtNetwork/QTcpSocket>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <functional>
#include <utility>

namespace {

//! Returns a message with the field \a value.
QVariantMap withField(const QVariant &value)
{
    return {{"action", "x"}, {"v", value}};
}

//! Returns \a levels nested lists.
QVariant nested(int levels)
{
    QVariantList list;
    for (int i = 1; i < levels; ++i)
        list = QVariantList{QVariant(list)};
    return list;
}

//! Passes everything to a function.
class RecordingChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    std::function<void()> onMessage = [] {};
    QList<QVariantMap> messages;

    void network_received(const QVariantMap &message) override
    {
        messages << message;
        onMessage();
    }
};

//! A server with one client, a bare socket.
class OneClient
{
public:
    explicit OneClient(const QVariantMap &properties = {})
    {
        for (auto it = properties.begin(); it != properties.end(); ++it)
            server.setProperty(qPrintable(it.key()), it.value());
        server.setChannelClass<RecordingChannel>();
        QObject::connect(&server, &QRepod::Server::channelConnected, &server,
                         [this](QRepod::Channel *joined) {
                             channel = static_cast<RecordingChannel *>(joined);
                             address = channel->address();
                             QObject::connect(channel, &QRepod::Channel::errorOccurred, &server,
                                              [this](const QString &text) { error = text; });
                         });
        server.listen("127.0.0.1", 0);
        client.connectToHost("127.0.0.1", server.port());
    }

    bool joins()
    {
        return QTest::qWaitFor([this] { return channel != nullptr; }, 30'000);
    }

    QRepod::Server server;
    QTcpSocket client;
    RecordingChannel *channel = nullptr;
    QString address;
    QString error;
};

} // namespace

class tst_Limits : public QObject
{
    Q_OBJECT

private slots:
    void limitsAreProperties_data();
    void limitsAreProperties();
    void frameSizeHasABound();
    void peerPastALimitIsAnError_data();
    void peerPastALimitIsAnError();
    void depthHasABound();
    void clientPastALimitIsAnError_data() { peerPastALimitIsAnError_data(); }
    void clientPastALimitIsAnError();
    void whatIsSentKeepsTheLimits_data();
    void whatIsSentKeepsTheLimits();
    void fullReceiveBacklogOfAChannelStopsReadingAndLosesNothing();
    void floodingClientLeavesTheOthersTheirTurn();
};

void tst_Limits::limitsAreProperties_data()
{
    QTest::addColumn<bool>("ofServer");
    QTest::addColumn<qint64>("value");
    QTest::addColumn<qint64>("least");
    const auto row = [](const char *name, bool ofServer, qint64 value, qint64 least = 1) {
        QTest::newRow(qPrintable(QString("%1 %2").arg(ofServer ? "server" : "client", name)))
            << ofServer << value << least;
    };
    constexpr qint64 mebi = 1024 * 1024;
    for (const bool ofServer : {false, true}) {
        row("maximumFrameSize", ofServer, 16 * mebi);
        row("maximumDepth", ofServer, 64);
        row("maximumValues", ofServer, 100'000);
        row("maximumReceiveBacklog", ofServer, 64 * mebi);
        row("maximumSendBacklog", ofServer, (ofServer ? 16 : 64) * mebi);
        row("heartbeatInterval", ofServer, 5'000, 0);
        row("idleTimeout", ofServer, 15'000, 0);
        row("closeTimeout", ofServer, 3'000, 0);
        row("frameTimeout", ofServer, 30'000, 0);
    }
    row("connectTimeout", false, 10'000);
    row("maximumConnections", true, 0, 0);
    row("maximumMemory", true, 512 * mebi, 0);
    row("maximumMessageRate", true, 0, 0);
    row("sessionTimeout", true, 0, 0);
    row("stallTimeout", true, 30'000, 0);
}

void tst_Limits::limitsAreProperties()
{
    QFETCH(bool, ofServer);
    QFETCH(qint64, value);
    QFETCH(qint64, least);
    const QByteArray name = QByteArray(QTest::currentDataTag()).split(' ').last();
    QRepod::Server server;
    QRepod::ConnectionListener listener;
    QObject *const object = ofServer ? static_cast<QObject *>(&server) : &listener;
    const QSignalSpy changes(object, SIGNAL(settingsChanged()));
    QCOMPARE(object->property(name), QVariant(value));
    QVERIFY(object->setProperty(name, 123));
    QCOMPARE(object->property(name).toLongLong(), 123);
    QCOMPARE(changes.size(), 1);
    QVERIFY(object->setProperty(name, 123));
    QCOMPARE(changes.size(), 1);
    object->setProperty(name, -5);
    QCOMPARE(object->property(name).toLongLong(), least);
    QCOMPARE(changes.size(), 2);
    object->setProperty(name, -6);
    QCOMPARE(changes.size(), 2); // it is the same as before
}

//! A header cannot announce a larger one.
void tst_Limits::frameSizeHasABound()
{
    QRepod::Server server;
    QRepod::ConnectionListener listener;
    for (QObject *object : {static_cast<QObject *>(&server), static_cast<QObject *>(&listener)}) {
        QVERIFY(object->setProperty("maximumFrameSize", qint64(1) << 40));
        QCOMPARE(object->property("maximumFrameSize").toLongLong(),
                 std::min<qint64>(0xffff'ffff, std::numeric_limits<qsizetype>::max() - 4));
    }
}

void tst_Limits::peerPastALimitIsAnError_data()
{
    QTest::addColumn<QByteArray>("limit");
    QTest::addColumn<int>("value");
    QTest::addColumn<QVariantMap>("good");
    QTest::addColumn<QVariantMap>("bad");
    QTest::addColumn<QString>("reason");
    // {"action": "x", "v": …} takes 12 bytes and those of v; 2 are for the header of some bytes.
    QTest::newRow("frame size") << QByteArray("maximumFrameSize") << 64
                                << withField(QByteArray(50, 'x')) << withField(QByteArray(51, 'x'))
                                << "frame of 65 bytes is over the limit of 64";
    QTest::newRow("depth") << QByteArray("maximumDepth") << 4 << withField(nested(3))
                           << withField(nested(4)) << "nesting of 5 levels is over the limit of 4";
    QTest::newRow("values") << QByteArray("maximumValues") << 10 << withField(QVariantList(8, 1))
                            << withField(QVariantList(9, 1))
                            << "message of 11 values is over the limit of 10";
}

void tst_Limits::peerPastALimitIsAnError()
{
    QFETCH(QByteArray, limit);
    QFETCH(int, value);
    QFETCH(QVariantMap, good);
    QFETCH(QVariantMap, bad);
    QFETCH(QString, reason);
    RawServer server;
    RecordingListener listener;
    QVERIFY(listener.setProperty(limit, value));
    QVERIFY(listener.connectAndWait(server.port()));
    server.send(good);
    server.send(bad);
    QVERIFY(listener.pumpUntil("disconnected"));
    QCOMPARE(listener.actions(),
             (QStringList{"connected", "socketConnect", "x", "error", "disconnected"}));
    QCOMPARE(listener.messages[2], good);
    QCOMPARE(listener.error, QString("127.0.0.1:%1: %2").arg(server.port()).arg(reason));
    QTRY_VERIFY(server.clientHasClosed());
}

void tst_Limits::depthHasABound()
{
    QRepod::Server server;
    server.setMaximumDepth(1'000'000);
    QCOMPARE(server.maximumDepth(), 1024);
    QVERIFY(server.listen("127.0.0.1", 0));
    RecordingListener listener;
    listener.setMaximumDepth(1'000'000);
    QCOMPARE(listener.maximumDepth(), 1024);
    QVERIFY(listener.connectAndWait(server.port()));

    QTRY_COMPARE(server.channels().size(), 1);
    server.sendToAll(withField(nested(1023)));
    QVERIFY(listener.pumpUntil("x"));
    QTest::ignoreMessage(QtWarningMsg,
                         QRegularExpression("nesting of 1025 levels is over the limit"));
    server.sendToAll(withField(nested(1024)));
}

void tst_Limits::clientPastALimitIsAnError()
{
    QFETCH(QByteArray, limit);
    QFETCH(int, value);
    QFETCH(QVariantMap, good);
    QFETCH(QVariantMap, bad);
    QFETCH(QString, reason);
    OneClient one({{limit, value}});
    QVERIFY(one.joins());
    QList<QVariantMap> received;
    QSignalSpy left(&one.server, &QRepod::Server::channelDisconnected);
    one.channel->onMessage = [&] { received = one.channel->messages; };
    one.client.write(QRepod::encode(good) + QRepod::encode(bad));
    QTRY_COMPARE(left.size(), 1);
    QCOMPARE(received, QList<QVariantMap>{good});
    QCOMPARE(one.error, one.address + ": " + reason);
    QTRY_COMPARE(one.client.state(), QAbstractSocket::UnconnectedState);
}

void tst_Limits::whatIsSentKeepsTheLimits_data()
{
    peerPastALimitIsAnError_data();
}

void tst_Limits::whatIsSentKeepsTheLimits()
{
    QFETCH(QByteArray, limit);
    QFETCH(int, value);
    QFETCH(QVariantMap, good);
    QFETCH(QVariantMap, bad);
    QFETCH(QString, reason);
    const auto expectWarning = [&](const QString &whom) {
        const QString text = "message \"x\" to " + whom + " was not sent: ";
        const QString pattern =
            QRegularExpression::escape(text) + "(v.*: )?" + QRegularExpression::escape(reason);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(pattern));
    };
    QTest::failOnWarning(QRegularExpression(".*"));

    RawServer server;
    RecordingListener listener;
    QVERIFY(listener.setProperty(limit, value));
    QVERIFY(listener.connectAndWait(server.port()));
    QVERIFY(listener.send(good) > 0);
    expectWarning(QString("127.0.0.1:%1").arg(server.port()));
    QCOMPARE(listener.send(bad), 0);
    QVERIFY(listener.send(good) > 0);
    QTRY_COMPARE(server.received(), (QList<QVariantMap>{good, good}));

    OneClient one({{limit, value}});
    QVERIFY(one.joins());
    QVERIFY(one.channel->send(good) > 0);
    expectWarning(one.address);
    QCOMPARE(one.channel->send(bad), 0);
    expectWarning("all clients");
    one.server.sendToAll(bad);
    QCOMPARE(one.server.channels().size(), 1);
}

//! A handler that runs an event loop of its own stops its own channel, but no other.
void tst_Limits::fullReceiveBacklogOfAChannelStopsReadingAndLosesNothing()
{
    constexpr int count = 400;
    OneClient one({{"maximumReceiveBacklog", 1024 * 1024}});
    QVERIFY(one.joins());
    RecordingChannel *const flooded = one.channel;
    qint64 waiting = -1;
    bool othersAreServed = false;
    bool hasStopped = false;
    flooded->onMessage = [&] {
        if (flooded->messages.size() > 1)
            return;
        QTcpSocket other;
        other.connectToHost("127.0.0.1", one.server.port());
        othersAreServed = QTest::qWaitFor([&] { return other.bytesAvailable() > 0; }, 30'000);
        hasStopped = QTest::qWaitFor(
            [&] {
                const qint64 before = std::exchange(waiting, one.client.bytesToWrite());
                return before == waiting && waiting > 0;
            },
            30'000);
    };
    // 40 MB are more than the backlog and the system's buffers hold; the rest stays with the
    // client.
    for (int i = 0; i < count; ++i)
        one.client.write(
            QRepod::encode({{"action", "x"}, {"i", i}, {"v", QByteArray(100'000, 'x')}}));
    QTRY_COMPARE_WITH_TIMEOUT(flooded->messages.size(), count, 60'000);
    QVERIFY(othersAreServed);
    QVERIFY(hasStopped);
    QVERIFY2(waiting > 10 * 1024 * 1024, qPrintable(QString::number(waiting)));
    for (int i = 0; i < count; ++i)
        QCOMPARE(flooded->messages[i]["i"].toInt(), i);
}

//! Each channel handles one read at a time, so the one that sends most is not served alone.
void tst_Limits::floodingClientLeavesTheOthersTheirTurn()
{
    constexpr int count = 20'000;
    OneClient one;
    QVERIFY(one.joins());
    RecordingChannel *const flooded = one.channel;
    QTcpSocket other;
    other.connectToHost("127.0.0.1", one.server.port());
    QTRY_VERIFY(one.channel != flooded);
    qsizetype handledBefore = -1;
    one.channel->onMessage = [&] { handledBefore = flooded->messages.size(); };

    // The system has all of it before the server sees any.
    const QByteArray flood = QRepod::encode(withField(1)).repeated(count);
    one.client.write(flood);
    while (one.client.bytesToWrite() > 0)
        QVERIFY(one.client.waitForBytesWritten());
    other.write(QRepod::encode(withField(2)));
    QVERIFY(other.waitForBytesWritten());

    QTRY_COMPARE_WITH_TIMEOUT(flooded->messages.size(), count, 60'000);
    QTRY_VERIFY(handledBefore >= 0);
    QVERIFY2(handledBefore < count / 2, qPrintable(QString::number(handledBefore)));
}

QTEST_GUILESS_MAIN(tst_Limits)

#include "tst_limits.moc"
