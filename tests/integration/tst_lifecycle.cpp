// SPDX-License-Identifier: MIT
// The life of a client's connection, transition by transition of src/client/STATE-MACHINE.md.

#include "support/eventually.h"
#include "support/rawserver.h"
#include "support/recordinglistener.h"

#include <QRepod/Client>
#include <QRepod/Protocol>
#include <QRepod/Server>

#include <QtCore/QDir>
#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QPromise>
#include <QtCore/QRegularExpression>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <memory>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using QRepod::ConnectionListener;
using State = ConnectionListener::State;

namespace {

const QStringList connectedLog{"connected()", "connected", "socketConnect"};

//! A port where connecting neither succeeds nor fails: its backlog is full and nobody accepts.
class SilentPort
{
public:
    SilentPort()
        : m_listening(::socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ::bind(m_listening, reinterpret_cast<sockaddr *>(&address), size);
        ::listen(m_listening, 0);
        ::getsockname(m_listening, reinterpret_cast<sockaddr *>(&address), &size);
        port = ntohs(address.sin_port);
        for (int i = 0; i < 8; ++i) {
            m_waiting.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
            ::connect(m_waiting.back(), reinterpret_cast<sockaddr *>(&address), size);
        }
    }

    ~SilentPort()
    {
        for (const int descriptor : m_waiting)
            ::close(descriptor);
        ::close(m_listening);
    }

    quint16 port = 0;

private:
    Q_DISABLE_COPY_MOVE(SilentPort)
    int m_listening;
    std::vector<int> m_waiting;
};

//! Returns a port that nobody listens on.
quint16 closedPort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost, 0);
    return server.serverPort();
}

// A listener's network threads.
#ifdef QREPOD_NO_THREADS
constexpr qsizetype threadsOfAListener = 0; // its own thread serves the connection
#else
constexpr qsizetype threadsOfAListener = 1;
#endif

//! Counts the network threads by name, because Qt has threads of its own that come and go.
qsizetype threadCount()
{
    qsizetype count = 0;
    const QStringList threads =
        QDir("/proc/self/task").entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString &thread : threads) {
        QFile name("/proc/self/task/" + thread + "/comm");
        count += name.open(QIODevice::ReadOnly) && name.readAll().trimmed() == "QRepod network";
    }
    return count;
}

qsizetype descriptorCount()
{
    return QDir("/proc/self/fd").entryList(QDir::System | QDir::Files).size();
}

//! Answers a request when the test says so.
class Later : public QObject
{
    Q_OBJECT

public:
    Later() { answer.start(); }
    Q_INVOKABLE QFuture<int> Network_later() { return answer.future(); }

    QPromise<int> answer;
};

} // namespace

class tst_Lifecycle : public QObject
{
    Q_OBJECT

private slots:
    void init() { m_server = std::make_unique<RawServer>(); }
    void cleanup() { m_server.reset(); }

    void connectedThenSocketConnectThenMessages();
    void refusedGivesOneErrorAndNothingElse();
    void unknownHostGivesOneErrorAndNothingElse();
    void timeoutGivesOneErrorAndNothingElse();
    void addressThatCannotBeGivesAnError_data();
    void addressThatCannotBeGivesAnError();
    void ipv6AddressMayStandInBrackets();

    void peerClosingDeliversWhatHadArrivedThenDisconnected();
    void answersReachAServerThatHasClosedItsDirection();
    void breakingDeliversWhatHadArrivedThenErrorThenDisconnected();
    void closingInsideAFrameIsABreak();
    void protocolErrorDeliversGoodMessagesThenErrorThenDisconnected_data();
    void protocolErrorDeliversGoodMessagesThenErrorThenDisconnected();

    void closeDeliversWhatHadArrivedThenDisconnectedOnce();
    void closeSendsWhatWasAccepted();
    void closeReachesThePeerThatKeepsSending();
    void closeWhileConnectingEndsSilently();
    void closeByTheClientObject_data();
    void closeByTheClientObject();
    void closeTwiceAndAfterTheEndDoesNothing();

    void connectWhileConnectedEndsTheOldOneFirst();
    void connectWhileConnectingForgetsTheOldAttempt();
    void connectAfterErrorAndAfterDisconnect();
    void connectBeforeTheErrorWasPumped();
    void aHundredReconnectsLeaveNothingBehind();

    void sendOutsideOfAConnectionReturnsZero();
    void greetingIsAbsorbed_data();
    void greetingIsAbsorbed();
    void peerCannotForgeTheState();
    void stateChangesAreAnnounced();

    void destructorEndsInTime_data();
    void destructorEndsInTime();
    void destructorSendsWhatWasAccepted();

private:
    std::unique_ptr<RawServer> m_server;
};

void tst_Lifecycle::connectedThenSocketConnectThenMessages()
{
    RecordingListener listener;
    QCOMPARE(listener.connection(), nullptr);
    QCOMPARE(listener.state(), State::Disconnected);

    listener.connect("127.0.0.1", m_server->port());
    QCOMPARE(listener.state(), State::Connecting);
    QTRY_VERIFY(m_server->client());
    m_server->send({{"action", "first"}});
    QVERIFY(listener.log.isEmpty()); // nothing is delivered outside of pump()

    QVERIFY(listener.pumpUntil("first"));
    QCOMPARE(listener.log, connectedLog + QStringList{"first"});
    QCOMPARE(listener.state(), State::Connected);
    QVERIFY(listener.connection()->isConnected());
    QCOMPARE(listener.connection()->hostName(), "127.0.0.1");
    QCOMPARE(listener.connection()->port(), m_server->port());
    QCOMPARE(listener.connection()->address(), QString("127.0.0.1:%1").arg(m_server->port()));
}

void tst_Lifecycle::refusedGivesOneErrorAndNothingElse()
{
    const quint16 port = closedPort();
    RecordingListener listener;
    listener.connect("127.0.0.1", port);
    QVERIFY(listener.pumpUntil("error"));
    QCOMPARE(listener.log, (QStringList{"errorOccurred()", "error"}));
    QCOMPARE(listener.messages.last()["error"].toString(),
             QString("127.0.0.1:%1: Connection refused").arg(port));
    QCOMPARE(listener.error, listener.messages.last()["error"].toString());
    QCOMPARE(listener.state(), State::Disconnected);
    QVERIFY(!listener.connection()->isConnected());
    QCOMPARE(listener.pump(), 0);
}

void tst_Lifecycle::unknownHostGivesOneErrorAndNothingElse()
{
    RecordingListener listener;
    listener.connect("no-such-host.invalid", 5071);
    QVERIFY(listener.pumpUntil("error"));
    QCOMPARE(listener.log, (QStringList{"errorOccurred()", "error"}));
    QCOMPARE(listener.error, "no-such-host.invalid:5071: Host not found");
    QCOMPARE(listener.state(), State::Disconnected);
}

void tst_Lifecycle::timeoutGivesOneErrorAndNothingElse()
{
    const SilentPort silent;
    RecordingListener listener;
    QCOMPARE(listener.connectTimeout(), 10'000);
    listener.setConnectTimeout(50);
    listener.connect("127.0.0.1", silent.port);
    QVERIFY(listener.pumpUntil("error"));
    QCOMPARE(listener.log, (QStringList{"errorOccurred()", "error"}));
    QCOMPARE(listener.error,
             QString("127.0.0.1:%1: connecting timed out after 50 ms").arg(silent.port));
}

void tst_Lifecycle::addressThatCannotBeGivesAnError_data()
{
    QTest::addColumn<QString>("host");
    QTest::addColumn<int>("port");
    QTest::addColumn<QString>("error");
    const QString range = ": a port is a number from 1 to 65535";
    QTest::newRow("port 0") << "127.0.0.1" << 0 << "127.0.0.1:0" + range;
    QTest::newRow("port 0, IPv6") << "::1" << 0 << "[::1]:0" + range;
    QTest::newRow("port 70000") << "127.0.0.1" << 70'000 << "127.0.0.1:70000" + range;
    QTest::newRow("port -1") << "127.0.0.1" << -1 << "127.0.0.1:-1" + range;
    QTest::newRow("no host") << "" << 5071 << ":5071: no host given";
}

void tst_Lifecycle::addressThatCannotBeGivesAnError()
{
    QFETCH(QString, host);
    QFETCH(int, port);
    QFETCH(QString, error);
    RecordingListener listener;
    listener.setReconnect(true); // which does not help
    listener.connect(host, port);
    QVERIFY(listener.log.isEmpty());
    QVERIFY(listener.pumpUntil("error"));
    QCOMPARE(listener.error, error);
    QCOMPARE(listener.state(), State::Disconnected);
    QCOMPARE(listener.pump(), 0);
    QCOMPARE(listener.log, (QStringList{"errorOccurred()", "error"}));

    QVERIFY(listener.connectAndWait(m_server->port())); // it can try elsewhere
}

void tst_Lifecycle::ipv6AddressMayStandInBrackets()
{
    QRepod::Server server;
    QVERIFY2(server.listen("[::1]", 0), qPrintable(server.errorString()));
    for (const char *host : {"::1", "[::1]"}) {
        RecordingListener listener;
        listener.connect(host, server.port());
        QVERIFY(listener.pumpUntil("connected"));
        QCOMPARE(listener.connection()->hostName(), "::1");
        QCOMPARE(listener.connection()->address(), QString("[::1]:%1").arg(server.port()));
    }
}

void tst_Lifecycle::peerClosingDeliversWhatHadArrivedThenDisconnected()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->send({{"action", "last"}});
    m_server->closeClient();
    QVERIFY(listener.pumpUntil("disconnected"));
    QCOMPARE(listener.log, connectedLog + QStringList({"last", "disconnected()", "disconnected"}));
    QCOMPARE(listener.state(), State::Disconnected);
    QCOMPARE(listener.pump(), 0);
}

//! Including the answer to a request that a handler gives after the end.
void tst_Lifecycle::answersReachAServerThatHasClosedItsDirection()
{
    RecordingListener listener;
    Later later;
    listener.addHandler(&later);
    listener.setCloseTimeout(patience); // for a loaded machine
    listener.onMessage = [&](const QVariantMap &message) {
        if (message["action"] == "ask")
            listener.send("told");
    };
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->send({{"action", "later"}, {"_request", 7}});
    m_server->send({{"action", "ask"}});
    ::shutdown(int(m_server->client()->socketDescriptor()), SHUT_WR);
    QVERIFY(listener.pumpUntil("disconnected"));
    QCOMPARE(listener.send("late"), 0);
    later.answer.addResult(3);
    later.answer.finish();
    QTRY_COMPARE(m_server->received().size(), 2);
    QCOMPARE(m_server->received()[0]["action"], "told");
    QCOMPARE(m_server->received()[1]["action"], "_reply");
    QCOMPARE(m_server->received()[1]["result"], 3);
    QTRY_VERIFY(m_server->clientHasClosed());
    QVERIFY(listener.error.isEmpty());
}

void tst_Lifecycle::breakingDeliversWhatHadArrivedThenErrorThenDisconnected()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->send({{"action", "last"}});
    QVERIFY(listener.pumpUntil("last")); // a reset may overtake what was not received yet
    m_server->resetClient();
    QVERIFY(listener.pumpUntil("disconnected"));
    QCOMPARE(
        listener.log,
        connectedLog
            + QStringList({"last", "errorOccurred()", "error", "disconnected()", "disconnected"}));
    QCOMPARE(listener.error,
             QString("127.0.0.1:%1: Connection reset by peer").arg(m_server->port()));
}

void tst_Lifecycle::closingInsideAFrameIsABreak()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->sendBytes(QRepod::encode({{"action", "whole"}})
                        + QRepod::encode({{"action", "half"}}).first(7));
    m_server->closeClient();
    QVERIFY(listener.pumpUntil("disconnected"));
    QCOMPARE(
        listener.log,
        connectedLog
            + QStringList({"whole", "errorOccurred()", "error", "disconnected()", "disconnected"}));
    QCOMPARE(
        listener.error,
        QString("127.0.0.1:%1: the peer closed after 7 bytes of a frame").arg(m_server->port()));
}

void tst_Lifecycle::protocolErrorDeliversGoodMessagesThenErrorThenDisconnected_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("error");
    QTest::newRow("frame over the limit")
        << QByteArray::fromHex("7fffffff")
        << "frame of 2147483647 bytes is over the limit of 16777216";
    QTest::newRow("empty frame") << QByteArray::fromHex("00000000") << "empty frame";
    QTest::newRow("not MessagePack")
        << QByteArray::fromHex("00000001c1") << "byte 0 of the payload is not MessagePack";
    QTest::newRow("truncated value")
        << QByteArray::fromHex("0000000181") << "payload ends in the middle of a value";
    QTest::newRow("bytes left over")
        << QByteArray::fromHex("000000028080") << "1 bytes left over after the message";
    QTest::newRow("not UTF-8") << QByteArray::fromHex("0000000381a1ff") << "text that is not UTF-8";
}

void tst_Lifecycle::protocolErrorDeliversGoodMessagesThenErrorThenDisconnected()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, error);
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->sendBytes(QRepod::encode({{"action", "good"}}) + bytes
                        + QRepod::encode({{"action", "tooLate"}}));
    QVERIFY(listener.pumpUntil("disconnected"));
    QCOMPARE(
        listener.log,
        connectedLog
            + QStringList({"good", "errorOccurred()", "error", "disconnected()", "disconnected"}));
    QCOMPARE(listener.error, QString("127.0.0.1:%1: %2").arg(m_server->port()).arg(error));
    QTRY_VERIFY(m_server->clientHasClosed());
}

void tst_Lifecycle::closeDeliversWhatHadArrivedThenDisconnectedOnce()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QSignalSpy queued(&listener, &ConnectionListener::messagesQueued);
    m_server->send({{"action", "arrived"}});
    QTRY_COMPARE(queued.size(), 1);

    listener.close();
    QCOMPARE(listener.state(), State::Disconnected);
    QCOMPARE(listener.log, connectedLog); // not yet
    QCOMPARE(listener.send({{"action", "tooLate"}}), 0);
    QCOMPARE(listener.pump(), 2);
    QCOMPARE(listener.log,
             connectedLog + QStringList({"arrived", "disconnected()", "disconnected"}));

    QTRY_VERIFY(m_server->clientHasClosed());
    QCOMPARE(listener.pump(), 0);
    QVERIFY(m_server->received().isEmpty());
}

void tst_Lifecycle::closeSendsWhatWasAccepted()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    const int count = 100;
    const QByteArray megabyte(1024 * 1024 / 4, 'x');
    m_server->setReading(false);
    for (int i = 0; i < count; ++i)
        QVERIFY(listener.send({{"action", "data"}, {"i", i}, {"bytes", megabyte}})
                > megabyte.size());
    listener.close();
    m_server->setReading(true);
    QTRY_COMPARE_WITH_TIMEOUT(m_server->received().size(), count, 30'000);
    for (int i = 0; i < count; ++i)
        QCOMPARE(m_server->received()[i]["i"].toInt(), i);
    QTRY_VERIFY(m_server->clientHasClosed());
}

//! A socket closed with unread data resets the connection, and the peer may lose the last messages.
void tst_Lifecycle::closeReachesThePeerThatKeepsSending()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QSignalSpy resets(m_server->client(), &QTcpSocket::errorOccurred);
    m_server->setReading(false);
    const QByteArray bytes(1024 * 1024, 'x');
    for (int i = 0; i < 8; ++i) {
        m_server->send({{"action", "flood"}, {"bytes", bytes}});
        QVERIFY(listener.send({{"action", "data"}, {"bytes", bytes}}) > 0);
    }
    QVERIFY(listener.send({{"action", "goodbye"}}) > 0);
    listener.close();
    m_server->setReading(true);
    QTRY_COMPARE_WITH_TIMEOUT(m_server->received().size(), 9, 30'000);
    QCOMPARE(m_server->received().last()["action"].toString(), "goodbye");
}

void tst_Lifecycle::closeWhileConnectingEndsSilently()
{
    const SilentPort silent;
    RecordingListener listener;
    listener.connect("127.0.0.1", silent.port);
    listener.close();
    QCOMPARE(listener.state(), State::Disconnected);
    QCOMPARE(listener.pump(), 0);

    // The listener works again, and nothing from the attempt comes later.
    QVERIFY(listener.connectAndWait(m_server->port()));
    QCOMPARE(listener.log, connectedLog);
}

void tst_Lifecycle::closeByTheClientObject_data()
{
    QTest::addColumn<bool>("isConnected");
    QTest::newRow("connected") << true;
    QTest::newRow("connecting") << false;
}

//! Like `self.connection.close()` in Python.
void tst_Lifecycle::closeByTheClientObject()
{
    QFETCH(bool, isConnected);
    const SilentPort silent;
    RecordingListener listener;
    if (isConnected)
        QVERIFY(listener.connectAndWait(m_server->port()));
    else
        listener.connect("127.0.0.1", silent.port);
    listener.log.clear();

    listener.connection()->close();
    QVERIFY(!listener.connection()->isConnected());
    listener.pump();
    QCOMPARE(listener.state(), State::Disconnected);
    QCOMPARE(listener.log,
             isConnected ? QStringList({"disconnected()", "disconnected"}) : QStringList());
}

void tst_Lifecycle::closeTwiceAndAfterTheEndDoesNothing()
{
    RecordingListener listener;
    listener.close(); // before the first connect()
    QVERIFY(listener.connectAndWait(m_server->port()));
    listener.close();
    listener.close();
    listener.connection()->close();
    QCOMPARE(listener.pump(), 1);
    listener.close();
    QCOMPARE(listener.pump(), 0);
    QCOMPARE(listener.log.count("disconnected"), 1);
}

void tst_Lifecycle::connectWhileConnectedEndsTheOldOneFirst()
{
    RawServer second;
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QSignalSpy queued(&listener, &ConnectionListener::messagesQueued);
    m_server->send({{"action", "old"}});
    QTRY_COMPARE(queued.size(), 1);
    QVERIFY(listener.send({{"action", "accepted"}}) > 0);

    listener.connect("127.0.0.1", second.port());
    QCOMPARE(listener.state(), State::Connecting);
    m_server->send({{"action", "tooLate"}});
    QVERIFY(listener.pumpUntil("socketConnect", 2));
    QCOMPARE(listener.log,
             connectedLog + QStringList({"old", "disconnected()", "disconnected"}) + connectedLog);
    QCOMPARE(listener.state(), State::Connected);
    QCOMPARE(listener.connection()->port(), second.port());

    QVERIFY(listener.send({{"action", "new"}}) > 0);
    QTRY_COMPARE(second.received().size(), 1);
    QTRY_COMPARE(m_server->received().size(), 1);
    QCOMPARE(m_server->received()[0]["action"].toString(), "accepted");
    QTRY_VERIFY(m_server->clientHasClosed());
}

void tst_Lifecycle::connectWhileConnectingForgetsTheOldAttempt()
{
    const SilentPort silent;
    RecordingListener listener;
    listener.connect("127.0.0.1", silent.port);
    QVERIFY(listener.connectAndWait(m_server->port()));
    QCOMPARE(listener.log, connectedLog);
}

void tst_Lifecycle::connectAfterErrorAndAfterDisconnect()
{
    RecordingListener listener;
    listener.connect("127.0.0.1", closedPort());
    QVERIFY(listener.pumpUntil("error"));
    listener.log.clear();
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->closeClient();
    QVERIFY(listener.pumpUntil("disconnected"));
    listener.connect("127.0.0.1", m_server->port());
    QVERIFY(listener.pumpUntil("socketConnect", 2));
    QCOMPARE(listener.log,
             connectedLog + QStringList({"disconnected()", "disconnected"}) + connectedLog);
}

void tst_Lifecycle::connectBeforeTheErrorWasPumped()
{
    RecordingListener listener;
    QSignalSpy queued(&listener, &ConnectionListener::messagesQueued);
    listener.connect("127.0.0.1", closedPort());
    QTRY_COMPARE(queued.size(), 1);
    listener.connect("127.0.0.1", m_server->port());
    QVERIFY(listener.pumpUntil("socketConnect"));
    QCOMPARE(listener.log, QStringList({"errorOccurred()", "error"}) + connectedLog);
    QCOMPARE(listener.state(), State::Connected);
}

void tst_Lifecycle::aHundredReconnectsLeaveNothingBehind()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QVERIFY(listener.send({{"action", "hello"}, {"i", 1}}) > 0);
    QTRY_COMPARE(m_server->received().size(), 1); // the server has accepted it
    QTRY_COMPARE(threadCount(), threadsOfAListener);
    const qsizetype descriptors = descriptorCount();
    for (int i = 2; i <= 101; ++i) {
        listener.connect("127.0.0.1", m_server->port());
        QVERIFY(listener.pumpUntil("socketConnect", i));
        QVERIFY(listener.send({{"action", "hello"}, {"i", i}}) > 0);
    }
    QTRY_COMPARE(m_server->received().size(), 101);
    for (int i = 1; i <= 101; ++i)
        QCOMPARE(m_server->received()[i - 1]["i"].toInt(), i);
    QCOMPARE(listener.log.count("disconnected()"), 100);
    QCOMPARE(listener.log.count("errorOccurred()"), 0);
    QCOMPARE(threadCount(), threadsOfAListener);
    QTRY_COMPARE(descriptorCount(), descriptors);
}

void tst_Lifecycle::sendOutsideOfAConnectionReturnsZero()
{
    RecordingListener listener;
    QCOMPARE(listener.send({{"action", "tooEarly"}}), 0);
    listener.connect("127.0.0.1", m_server->port());
    QTRY_VERIFY(listener.connection()->isConnected());
    QCOMPARE(listener.send({{"action", "tooEarly"}}), 0); // `connected` has not been delivered
    QVERIFY(listener.pumpUntil("socketConnect"));

    const QVariantMap message{{"action", "x"}, {"n", 1}};
    QCOMPARE(listener.send(message), QRepod::encode(message).size());
    QCOMPARE(listener.send("x", {{"n", 1}}), QRepod::encode(message).size());
    QTRY_COMPARE(m_server->received(), (QList<QVariantMap>{message, message}));

    m_server->closeClient();
    QTRY_VERIFY(!listener.connection()->isConnected());
    QCOMPARE(listener.send(message), 0);
    QVERIFY(listener.pumpUntil("disconnected"));
    QCOMPARE(listener.send(message), 0);
    QCOMPARE(m_server->received().size(), 2);
}

void tst_Lifecycle::greetingIsAbsorbed_data()
{
    const QVariantMap greeting{{"action", "connected"}};
    const QVariantMap rich{{"action", "connected"}, {"motd", "welcome"}};
    const QVariantMap other{{"action", "other"}};
    QTest::addColumn<QList<QVariantMap>>("sent");
    QTest::addColumn<QStringList>("delivered");
    QTest::newRow("bare") << QList<QVariantMap>{greeting, other} << QStringList{"other"};
    QTest::newRow("none") << QList<QVariantMap>{other} << QStringList{"other"};
    QTest::newRow("more fields") << QList<QVariantMap>{rich, other}
                                 << QStringList{"connected", "other"};
    QTest::newRow("second") << QList<QVariantMap>{greeting, greeting, other}
                            << QStringList{"connected", "other"};
    QTest::newRow("late") << QList<QVariantMap>{other, greeting, other}
                          << QStringList{"other", "connected", "other"};
}

void tst_Lifecycle::greetingIsAbsorbed()
{
    QFETCH(QList<QVariantMap>, sent);
    QFETCH(QStringList, delivered);
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    for (const QVariantMap &message : sent)
        m_server->send(message);
    QVERIFY(listener.pumpUntil("other", int(delivered.count("other"))));
    QCOMPARE(listener.actions(), QStringList({"connected", "socketConnect"}) + delivered);
    QCOMPARE(listener.log.count("connected()"), 1);
}

void tst_Lifecycle::peerCannotForgeTheState()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QSignalSpy stateChanged(&listener, &ConnectionListener::stateChanged);
    m_server->send({{"action", "error"}, {"error", "forged"}});
    m_server->send({{"action", "disconnected"}});
    m_server->send({{"action", "connected"}, {"forged", true}});
    m_server->send({{"action", "socketConnect"}});
    QVERIFY(listener.pumpUntil("socketConnect", 2));
    QCOMPARE(listener.log,
             connectedLog + QStringList({"error", "disconnected", "connected", "socketConnect"}));
    QCOMPARE(listener.state(), State::Connected);
    QCOMPARE(stateChanged.size(), 0);
    QVERIFY(listener.send({{"action", "still"}}) > 0);
}

void tst_Lifecycle::stateChangesAreAnnounced()
{
    RecordingListener listener;
    QList<State> states;
    connect(&listener, &ConnectionListener::stateChanged, this,
            [&] { states << listener.state(); });
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->closeClient();
    QVERIFY(listener.pumpUntil("disconnected"));
    listener.connect("127.0.0.1", closedPort());
    QVERIFY(listener.pumpUntil("error"));
    listener.connect("127.0.0.1", m_server->port());
    listener.close();
    QCOMPARE(
        states,
        (QList<State>{State::Connecting, State::Connected, State::Disconnected, State::Connecting,
                      State::Disconnected, State::Connecting, State::Disconnected}));
}

void tst_Lifecycle::destructorEndsInTime_data()
{
    QTest::addColumn<QString>("when");
    for (const char *when : {"before the first connect", "connecting", "connected", "pumping",
                             "64 MiB unsent to a stalled peer", "the inbox is full", "closing",
                             "looking up a name", "disconnected"})
        QTest::newRow(when) << when;
}

//! The bound is 0.5 s. The time is printed; the test allows for a busy machine, and fails if a
//! thread hangs.
void tst_Lifecycle::destructorEndsInTime()
{
    QFETCH(QString, when);
    const SilentPort silent;
    auto listener = std::make_unique<RecordingListener>();
    if (when == "connecting") {
        listener->connect("127.0.0.1", silent.port);
    } else if (when == "looking up a name") {
        listener->connect("no-such-host.invalid", 5071);
    } else if (when != "before the first connect") {
        listener->setMaximumReceiveBacklog(when == "the inbox is full" ? 1000 : 64 * 1024 * 1024);
        QVERIFY(listener->connectAndWait(m_server->port()));
    }
    if (when == "64 MiB unsent to a stalled peer" || when == "closing") {
        m_server->setReading(false);
        const QByteArray data(1024 * 1024, 'x'); // until the backlog is full
        QTest::ignoreMessage(QtWarningMsg,
                             QRegularExpression("waiting to be sent are over the limit"));
        while (listener->send({{"action", "x"}, {"data", data}}) > 0) { }
    }
    if (when == "the inbox is full") {
        for (int i = 0; i < 100; ++i)
            m_server->send({{"action", "x"}, {"data", QByteArray(1024, 'x')}});
    }
    if (when == "closing")
        listener->close();
    if (when == "disconnected") {
        m_server->closeClient();
        QVERIFY(listener->pumpUntil("disconnected"));
    }

    QElapsedTimer timer;
    if (when == "pumping") {
        listener->onMessage = [&](const QVariantMap &) {
            timer.start();
            listener.reset();
        };
        m_server->send({{"action", "delete"}});
        QTRY_VERIFY(!listener || (listener.get()->pump(), !listener));
    } else {
        timer.start();
        listener.reset();
    }
    const qint64 milliseconds = timer.elapsed();
    qInfo("%s: the destructor took %lld ms", qPrintable(when), milliseconds);
    QVERIFY(milliseconds < 5'000);
    QTRY_COMPARE(threadCount(), 0); // joined, but the system may not have removed it yet
}

void tst_Lifecycle::destructorSendsWhatWasAccepted()
{
    {
        RecordingListener listener;
        QVERIFY(listener.connectAndWait(m_server->port()));
        for (int i = 0; i < 100; ++i)
            QVERIFY(listener.send({{"action", "x"}, {"i", i}}) > 0);
    }
    QTRY_COMPARE(m_server->received().size(), 100);
    QTRY_VERIFY(m_server->clientHasClosed());
}

QTEST_GUILESS_MAIN(tst_Lifecycle)

#include "tst_lifecycle.moc"
