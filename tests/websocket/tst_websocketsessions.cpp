// SPDX-License-Identifier: MIT

//! Sessions over WebSocket: a lost line is an interruption, wherever it is cut; a broken protocol
//! is an end. The situations are those of the table in PROTOCOL.md.

#include "rawwebsocket.h"
#include "scriptedgate.h"

#include "support/eventually.h"
#include "support/literals.h"
#include "support/recordinglistener.h"
#include "support/tlsconfiguration.h"

#include <QRepod/Protocol>
#include <QRepod/Server>
#include <QRepod/Test/FaultProxy>
#include <QRepod/WebSocket>

#include <QtCore/QDeadlineTimer>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <memory>
#include <thread>

using QRepod::Direction;

namespace {

//! As eventually(), for what is waited for hundreds of times: without a pause in between.
template <class Condition>
bool promptly(Condition condition)
{
    const QDeadlineTimer deadline(patience);
    while (!condition() && !deadline.hasExpired()) {
        QCoreApplication::processEvents();
        std::this_thread::yield();
    }
    return condition();
}

//! Tells each number back, and knows which is due.
class CountingChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    Q_INVOKABLE void Network_count(int n)
    {
        if (n != due)
            ++wrong;
        due = n + 1;
        send("counted", {{"n", n}});
    }

    int due = 0;
    int wrong = 0;
};

//! A server with sessions, a gate, and a network in front of it.
class Game
{
public:
    explicit Game(bool isEncrypted = false)
    {
        server.setChannelClass<CountingChannel>();
        server.setSessionTimeout(patience);
        if (isEncrypted)
            server.setSslConfiguration(serverConfiguration());
        if (!gate.listen("127.0.0.1", 0))
            qFatal("%s", qPrintable(gate.errorString()));
        network = std::make_unique<QRepod::FaultProxy>(gate.port());
    }

    CountingChannel *channel()
    {
        const auto channels = server.channels();
        return channels.isEmpty() ? nullptr : static_cast<CountingChannel *>(channels.last());
    }

    QRepod::Server server;
    QRepod::WebSocketGate gate{&server};
    std::unique_ptr<QRepod::FaultProxy> network;
};

//! A client that numbers what it sends.
class Player : public RecordingListener
{
    Q_OBJECT

public:
    explicit Player(const Game &game, bool isEncrypted = false)
    {
        setReconnect(true);
        setReconnectInterval(1);
        setMaximumReconnectInterval(1);
        setSslConfiguration(clientConfiguration());
        connect(QUrl(u"%1://127.0.0.1:%2"_s.arg(isEncrypted ? u"wss"_s : u"ws"_s)
                         .arg(game.network->port())));
    }

    bool count(int times)
    {
        for (int i = 0; i < times; ++i) {
            if (send("count", {{"n", m_sent}}) == 0)
                return false;
            ++m_sent;
        }
        return true;
    }

    //! Whether all comes back that was sent, once and in order.
    bool isComplete()
    {
        return promptly([this] {
                   pump();
                   return counted >= m_sent;
               })
            && counted == m_sent && wrong == 0;
    }

    Q_INVOKABLE void Network_counted(int n)
    {
        if (n != counted)
            ++wrong;
        counted = n + 1;
    }

    int counted = 0;
    int wrong = 0;

private:
    int m_sent = 0;
};

QByteArray payloadOf(const QVariantMap &message)
{
    return QRepod::encode(message).sliced(4);
}

RawFrame binary(const QVariantMap &message)
{
    return {.opcode = 2, .payload = payloadOf(message)};
}

} // namespace

class tst_WebSocketSessions : public QObject
{
    Q_OBJECT

private slots:
    void resumeThatIsCutAtAnyByte_data();
    void resumeThatIsCutAtAnyByte();
    void busyLineThatIsLostAgainAndAgain_data();
    void busyLineThatIsLostAgainAndAgain();
    void endOfAClient_data();
    void endOfAClient();
    void endOfAServer_data();
    void endOfAServer();
};

void tst_WebSocketSessions::resumeThatIsCutAtAnyByte_data()
{
    QTest::addColumn<Direction>("direction");
    QTest::newRow("to the server") << Direction::ToServer;
    QTest::newRow("to the client") << Direction::ToClient;
}

void tst_WebSocketSessions::resumeThatIsCutAtAnyByte()
{
    QFETCH(const Direction, direction);
    Game game;
    Player player(game);
    QVERIFY(player.pumpUntil("connected"));
    QVERIFY(player.count(1) && player.isComplete());

    const qint64 before = game.network->bytesForwarded(direction);
    game.network->reset();
    QVERIFY(player.pumpUntil("resumed"));
    QVERIFY(player.count(1) && player.isComplete());
    const qint64 whole = game.network->bytesForwarded(direction) - before;

    const qint64 handshake = whole - 100; // behind it, one byte at a time
    for (qint64 bytes = 1; bytes < whole; bytes = bytes < handshake ? bytes + 60 : bytes + 1) {
        const int connections = game.network->connectionCount();
        game.network->cutAfter(bytes, direction);
        game.network->reset();
        QVERIFY(player.count(2));
        QVERIFY(promptly([&] {
            player.pump();
            return game.network->connectionCount() >= connections + 2;
        }));
        QVERIFY(player.count(1));
        game.network->clearFaults();
        QVERIFY2(player.isComplete(), qPrintable(u"cut after %1 bytes"_s.arg(bytes)));
    }
    QCOMPARE(game.channel()->wrong, 0);
    QVERIFY2(player.error.isEmpty(), qPrintable(player.error));
    QCOMPARE(player.actions().count("disconnected"), 0);
    QCOMPARE(game.server.channels().size(), 1);
}

void tst_WebSocketSessions::busyLineThatIsLostAgainAndAgain_data()
{
    QTest::addColumn<bool>("isEncrypted");
    QTest::newRow("plain") << false;
    QTest::newRow("TLS") << true;
}

void tst_WebSocketSessions::busyLineThatIsLostAgainAndAgain()
{
    QFETCH(const bool, isEncrypted);
    Game game(isEncrypted);
    Player player(game, isEncrypted);
    QVERIFY(player.pumpUntil("connected"));
    QVERIFY(player.count(1) && player.isComplete());
    for (int round = 1; round <= 20; ++round) {
        QVERIFY(player.count(50));
        game.network->cutAfter(600 + 150 * round);
        QVERIFY(player.count(50));
        QVERIFY(promptly([&] {
            player.pump();
            return player.actions().count("interrupted") >= round;
        }));
        game.network->clearFaults();
        QVERIFY(player.isComplete());
    }
    QVERIFY(player.isComplete());
    QCOMPARE(game.channel()->wrong, 0);
    QVERIFY2(player.error.isEmpty(), qPrintable(player.error));
}

void tst_WebSocketSessions::endOfAClient_data()
{
    QTest::addColumn<QByteArray>("bytes"); // the last that the client sends
    QTest::addColumn<QString>("error");    // of the end; "interrupted" if it is none
    const auto close = [](int code) {
        const char payload[] = {char(code >> 8), char(code)};
        return RawFrame{.opcode = 8, .payload = QByteArray(payload, 2)}.bytes();
    };
    const QString interrupted = "interrupted";
    const QByteArray message = binary({{"action", "count"}, {"n", 0}}).bytes();
    const QByteArray text = RawFrame{.payload = R"({"action":"é"})"}.bytes();

    QTest::newRow("cut between messages") << message << interrupted;
    QTest::newRow("cut inside a frame's header") << message.first(1) << interrupted;
    QTest::newRow("cut inside a mask") << message.first(4) << interrupted;
    QTest::newRow("cut inside a payload") << message.chopped(1) << interrupted;
    QTest::newRow("cut inside a character") << text.chopped(3) << interrupted;
    QTest::newRow("cut between fragments")
        << RawFrame{.opcode = 2, .payload = "\x81", .isFinal = false}.bytes() << interrupted;
    QTest::newRow("cut inside a ping")
        << RawFrame{.opcode = 9, .payload = "abc"}.bytes().chopped(1) << interrupted;
    QTest::newRow("cut inside a close") << close(1000).chopped(1) << interrupted;
    for (const int code : {1000, 1001, 1008, 1011, 1012, 1013, 3000, 4001})
        QTest::addRow("close with code %d", code) << close(code) << interrupted;

    for (const int code : {1002, 1003, 1007, 1009, 4000}) {
        QTest::addRow("close with code %d", code)
            << close(code) << u"the peer closed with code %1"_s.arg(code);
    }
    const QByteArray bye = binary({{"_bye", 1}}).bytes();
    QTest::newRow("bye, then a close") << bye + close(1000) << QString();
    QTest::newRow("bye, then a cut") << bye << QString();
    QTest::newRow("opcode") << RawFrame{.opcode = 5}.bytes() << u"opcode 5 is reserved"_s;
    QTest::newRow("no mask") << RawFrame{.payload = "{}", .mask = {}}.bytes()
                             << u"unmasked frame"_s;
    QTest::newRow("reserved bit") << RawFrame{.payload = "{}", .reserved = 4}.bytes()
                                  << u"a reserved bit is set"_s;
    QTest::newRow("continuation of nothing")
        << RawFrame{.opcode = 0}.bytes() << u"continuation frame outside a message"_s;
    QTest::newRow("text that is no UTF-8")
        << RawFrame{.payload = "\xff"}.bytes() << u"text that is not UTF-8"_s;
    QTest::newRow("no MessagePack")
        << RawFrame{.opcode = 2, .payload = "\xc1"}.bytes() << u"is not MessagePack"_s;
    QTest::newRow("fault, then a cut inside a frame")
        << RawFrame{.opcode = 5}.bytes() + message.first(3) << u"opcode 5 is reserved"_s;
}

void tst_WebSocketSessions::endOfAClient()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QString, error);
    Game game;
    RawWebSocket client;
    QVERIFY(client.open(game.gate.port()));
    client.write(binary({{"_hello", 1}}));
    QVERIFY(client.receives(2)); // the greeting, and the answer
    QVERIFY(eventually([&] { return game.channel() != nullptr; }));
    QSignalSpy interruptions(game.channel(), &QRepod::Channel::interrupted);
    QSignalSpy errors(game.channel(), &QRepod::Channel::errorOccurred);
    QSignalSpy ends(&game.server, &QRepod::Server::channelDisconnected);
    client.write(bytes);
    client.socket.disconnectFromHost();
    QVERIFY(eventually([&] { return !interruptions.isEmpty() || !ends.isEmpty(); }));
    QCOMPARE(interruptions.size(), error == "interrupted" ? 1 : 0);
    if (error == "interrupted") {
        QVERIFY(errors.isEmpty());
        return;
    }
    QCOMPARE(errors.size(), error.isEmpty() ? 0 : 1);
    QVERIFY2(error.isEmpty() || errors.first().first().toString().contains(error),
             qPrintable(errors.value(0).value(0).toString()));
}

void tst_WebSocketSessions::endOfAServer_data()
{
    QTest::addColumn<QByteArray>("bytes"); // the last that the server sends
    QTest::addColumn<QString>("error");    // of the end; "interrupted" if it is none
    const auto frame = [](RawFrame frame) {
        frame.mask = {};
        return frame.bytes();
    };
    const QString interrupted = "interrupted";
    const QByteArray message = frame(binary({{"action", "x"}}));
    QTest::newRow("cut between messages") << message << interrupted;
    QTest::newRow("cut inside a frame's header") << message.first(1) << interrupted;
    QTest::newRow("cut inside a payload") << message.chopped(1) << interrupted;
    QTest::newRow("going away") << frame({.opcode = 8, .payload = "\x03\xe9"}) << interrupted;
    QTest::newRow("slow") << frame({.opcode = 8, .payload = "\x03\xf0"}) << interrupted;
    QTest::newRow("opcode") << frame({.opcode = 5}) << u"opcode 5 is reserved"_s;
    QTest::newRow("mask") << RawFrame{.payload = "{}"}.bytes() << u"masked frame from a server"_s;
    QTest::newRow("no MessagePack")
        << frame({.opcode = 2, .payload = "\xc1"}) << u"is not MessagePack"_s;
    QTest::newRow("fault") << frame({.opcode = 8, .payload = "\x03\xea"})
                           << u"the peer closed with code 1002"_s;
    QTest::newRow("bye, then a cut") << frame(binary({{"_bye", 1}})) << QString();
}

void tst_WebSocketSessions::endOfAServer()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QString, error);
    ScriptedGate gate;
    RecordingListener client;
    client.setReconnect(true);
    client.setReconnectInterval(patience); // the end alone is looked at
    client.connect(gate.url());
    QVERIFY(client.pumpUntil("connected"));
    const auto send = [&](const QVariantMap &message) {
        RawFrame frame = binary(message);
        frame.mask = {};
        gate.client->write(frame.bytes());
    };
    send({{"action", "connected"}, {"_session", "token"}});
    send({{"_hello", 1}});
    send({{"action", "welcome"}});
    QVERIFY(client.pumpUntil("welcome"));
    gate.client->write(bytes);
    gate.client->disconnectFromHost();
    if (error == "interrupted") {
        QVERIFY(client.pumpUntil("interrupted"));
        QVERIFY2(client.error.isEmpty(), qPrintable(client.error));
        return;
    }
    QVERIFY(client.pumpUntil("disconnected"));
    QCOMPARE(client.actions().count("interrupted"), 0);
    QCOMPARE(client.error.isEmpty(), error.isEmpty());
    QVERIFY2(client.error.contains(error), qPrintable(client.error));
}

QTEST_GUILESS_MAIN(tst_WebSocketSessions)
#include "tst_websocketsessions.moc"
