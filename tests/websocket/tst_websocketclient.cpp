// SPDX-License-Identifier: MIT

//! Listeners that connect to a url, by WebSocket and without.

#include "rawwebsocket.h"
#include "scriptedgate.h"

#include "support/eventually.h"
#include "support/literals.h"
#include "support/recordinglistener.h"
#include "support/tlsconfiguration.h"

#include <QRepod/Client>
#include <QRepod/Server>
#include <QRepod/WebSocketGate>

#include <QtNetwork/QSslSocket>
#include <QtTest/QTest>

#include <memory>

namespace {

class EchoChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    void network_received(const QVariantMap &message) override { send(message); }

public slots:
    int Network_add(int a, int b) { return a + b; }
};

} // namespace

class tst_WebSocketClient : public QObject
{
    Q_OBJECT

private slots:
    void connectsByEveryScheme_data();
    void connectsByEveryScheme();
    void schemeDecidesAboutTls();
    void clientRefusedForItsCertificateIsTold();
    void saysWhatIsWrongWithAUrl_data();
    void saysWhatIsWrongWithAUrl();
    void asksForPathAndQuery();
    void sendsNameAndPassword();
    void refusesWrongAnswers_data();
    void refusesWrongAnswers();
    void refusesWrongFrames_data();
    void refusesWrongFrames();
    void masksWhatItSends();
    void readsTextAsJson();
    void reconnectsToTheUrl();
    void isSentElsewhereByTheSameScheme();
    void closesInOrder();
    void forgetsTheUrl();
    void largeMessagesBothWays();
};

void tst_WebSocketClient::connectsByEveryScheme_data()
{
    QTest::addColumn<QString>("scheme");
    for (const char *scheme : {"repod", "repods", "ws", "wss"})
        QTest::newRow(scheme) << QString(scheme);
}

void tst_WebSocketClient::connectsByEveryScheme()
{
    QFETCH(const QString, scheme);
    QRepod::Server server;
    server.setChannelClass<EchoChannel>();
    if (scheme.endsWith('s') && scheme != "ws")
        server.setSslConfiguration(serverConfiguration());
    QRepod::WebSocketGate gate(&server);
    QVERIFY(gate.listen("127.0.0.1", 0) && server.listen("127.0.0.1", 0));
    const int port = scheme.startsWith("ws") ? gate.port() : server.port();

    RecordingListener client;
    client.setSslConfiguration(clientConfiguration());
    client.connect(QUrl(u"%1://127.0.0.1:%2"_s.arg(scheme).arg(port)));
    QVERIFY2(client.pumpUntil("connected"), qPrintable(client.error));
    QCOMPARE(client.connection()->address(), u"127.0.0.1:%1"_s.arg(port));
    for (int i = 0; i < 50; ++i)
        client.send("hello", {{"n", i}});
    QVERIFY(client.pumpUntil("hello", 50));
    QCOMPARE(client.messages.last(), QVariantMap({{"action", "hello"}, {"n", 49}}));
    QFuture<QVariant> sum = client.request("add", {{"a", 2}, {"b", 3}});
    QVERIFY(eventually([&] {
        client.pump();
        return sum.isFinished();
    }));
    QCOMPARE(sum.result(), QVariant(5));
    server.close();
    QVERIFY(client.pumpUntil("disconnected"));
    QCOMPARE(client.error, QString());
}

void tst_WebSocketClient::schemeDecidesAboutTls()
{
    QRepod::Server server;
    QVERIFY(server.listen("127.0.0.1", 0));
    RecordingListener client;
    client.setSslConfiguration(clientConfiguration());
    client.connect(QUrl(u"repod://127.0.0.1:%1"_s.arg(server.port())));
    QVERIFY(client.pumpUntil("connected"));
    client.connect(QUrl(u"repods://127.0.0.1:%1"_s.arg(server.port())));
    QVERIFY(client.pumpUntil("error"));
    QVERIFY(client.error.contains("TLS: "));
}

void tst_WebSocketClient::clientRefusedForItsCertificateIsTold()
{
    QRepod::Server server;
    QSslConfiguration configuration = serverConfiguration();
    configuration.setPeerVerifyMode(QSslSocket::VerifyPeer);
    server.setSslConfiguration(configuration);
    QRepod::WebSocketGate gate(&server);
    QVERIFY(gate.listen("127.0.0.1", 0));
    RecordingListener client;
    client.setSslConfiguration(clientConfiguration());
    client.connect(QUrl(u"wss://127.0.0.1:%1"_s.arg(gate.port())));
    QVERIFY(client.pumpUntil("error"));
    QVERIFY2(client.error.contains("certificate"), qPrintable(client.error));
}

void tst_WebSocketClient::saysWhatIsWrongWithAUrl_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("error");
    QTest::newRow("another scheme") << "http://localhost"
                                    << "unknown scheme \"http\"";
    QTest::newRow("no scheme") << "localhost"
                               << "unknown scheme \"\"";
    QTest::newRow("no host") << "ws:///path"
                             << "no host given";
    QTest::newRow("port 0") << "repod://localhost:0"
                            << "a port is a number from 1 to 65535";
    QTest::newRow("port that is none") << "repod://localhost:70000"
                                       << "invalid URL: ";
}

void tst_WebSocketClient::saysWhatIsWrongWithAUrl()
{
    QFETCH(const QString, url);
    QFETCH(const QString, error);
    RecordingListener client;
    client.connect(QUrl(url));
    QVERIFY(client.pumpUntil("error"));
    QVERIFY2(client.error.contains(error), qPrintable(client.error));
    QCOMPARE(client.state(), QRepod::ConnectionListener::State::Disconnected);
}

void tst_WebSocketClient::asksForPathAndQuery()
{
    ScriptedGate gate;
    RecordingListener client;
    client.connect(gate.url("/play/a%20b?token=x%26y#part"));
    QVERIFY(client.pumpUntil("connected"));
    QVERIFY2(gate.request.startsWith("GET /play/a%20b?token=x%26y HTTP/1.1\r\n"), gate.request);
    QVERIFY(gate.request.contains("\r\nHost: 127.0.0.1:"));
    QVERIFY(!gate.request.contains("Origin"));
    QCOMPARE(QByteArray::fromBase64(ScriptedGate::keyOf(gate.request)).size(), 16);
}

void tst_WebSocketClient::sendsNameAndPassword()
{
    ScriptedGate gate;
    QUrl url = gate.url();
    url.setUserInfo("ada:s3cret");
    RecordingListener client;
    client.connect(url);
    QVERIFY(client.pumpUntil("connected"));
    QVERIFY(gate.request.contains("\r\nAuthorization: Basic YWRhOnMzY3JldA==\r\n"));
}

void tst_WebSocketClient::refusesWrongAnswers_data()
{
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    QTest::addColumn<QString>("error");
    const QByteArray line = "HTTP/1.1 101 Switching Protocols";
    QTest::newRow("another status") << line << "HTTP/1.1 403 Forbidden"_ba
                                    << "the server answered 403 Forbidden";
    QTest::newRow("redirection") << line << "HTTP/1.1 302 Found"_ba
                                 << "the server answered 302 Found";
    QTest::newRow("no HTTP") << line << "\0\0\0\x01\x80"_ba
                             << "does not answer in HTTP/1.1";
    QTest::newRow("HTTP/1.0") << line << "HTTP/1.0 101 X"_ba
                              << "does not answer in HTTP/1.1";
    QTest::newRow("no upgrade") << "Upgrade: websocket"_ba
                                << "Upgrade: h2c"_ba
                                << "does not upgrade";
    QTest::newRow("no upgrade of the connection") << "Connection: Upgrade"_ba
                                                  << "Connection: close"_ba
                                                  << "does not upgrade";
    QTest::newRow("wrong accept") << "Accept: "_ba
                                  << "Accept: x"_ba
                                  << "Sec-WebSocket-Accept is wrong";
    QTest::newRow("no accept") << "-Accept"_ba
                               << "-Except"_ba
                               << "Sec-WebSocket-Accept is wrong";
    QTest::newRow("extension nobody asked for") << "Upgrade: "_ba
                                                << "Sec-WebSocket-Extensions: x\r\nUpgrade: "_ba
                                                << "was not requested";
    QTest::newRow("subprotocol nobody asked for") << "Upgrade: "_ba
                                                  << "Sec-WebSocket-Protocol: x\r\nUpgrade: "_ba
                                                  << "was not requested";
    QTest::newRow("folded") << "Upgrade: "_ba
                            << "X: a\r\n b\r\nUpgrade: "_ba
                            << "invalid header field";
    QTest::newRow("large") << "Upgrade: "_ba
                           << "X: " + QByteArray(9'000, 'x') << "over the limit";
}

void tst_WebSocketClient::refusesWrongAnswers()
{
    QFETCH(const QByteArray, from);
    QFETCH(const QByteArray, to);
    QFETCH(const QString, error);
    ScriptedGate gate;
    gate.answer = [&](const QByteArray &key) { return ScriptedGate::good(key).replace(from, to); };
    RecordingListener client;
    client.connect(gate.url());
    QVERIFY(client.pumpUntil("error"));
    QVERIFY2(client.error.contains(error), qPrintable(client.error));
    QCOMPARE(client.actions(), QStringList("error"));
}

void tst_WebSocketClient::refusesWrongFrames_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("error");
    const auto add = [](const char *name, RawFrame frame, const char *error) {
        frame.mask = {};
        QTest::newRow(name) << frame.bytes() << QString(error);
    };
    QTest::newRow("masked") << RawFrame{.payload = "{}"}.bytes() << "masked frame from a server";
    add("reserved bit", {.payload = "{}", .reserved = 1}, "a reserved bit is set");
    add("opcode", {.opcode = 3}, "opcode 3 is reserved");
    add("continuation", {.opcode = 0}, "continuation frame outside a message");
    add("ping in pieces", {.opcode = 9, .isFinal = false}, "fragmented control frame");
    add("no UTF-8", {.payload = "\xff"}, "text that is not UTF-8");
    add("no JSON", {.payload = "hello"}, "JSON at byte 0");
    add("length", {.payload = "{}", .lengthForm = 64}, "invalid frame length");
    add("too large", {.opcode = 2, .payload = "x", .lengthForm = 64, .length = 1 << 30},
        "is over the limit");
    add("no MessagePack", {.opcode = 2, .payload = "\xc1"}, "is not MessagePack");
    add("close with a wrong code", {.opcode = 8, .payload = "\x03\xed"}, "invalid close code 1005");
    add("close for a fault", {.opcode = 8, .payload = "\x03\xeaoops"},
        "the peer closed with code 1002: oops");
}

void tst_WebSocketClient::refusesWrongFrames()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QString, error);
    ScriptedGate gate;
    RecordingListener client;
    client.connect(gate.url());
    QVERIFY(client.pumpUntil("connected"));
    gate.client->write(bytes);
    QVERIFY(client.pumpUntil("disconnected"));
    QVERIFY2(client.error.contains(error), qPrintable(client.error));
}

void tst_WebSocketClient::masksWhatItSends()
{
    ScriptedGate gate;
    RecordingListener client;
    client.setHeartbeatInterval(0);
    client.connect(gate.url());
    QVERIFY(client.pumpUntil("connected"));
    client.send("a", {});
    // Frames of fewer than 126 bytes: two bytes of header, four of the mask.
    QVERIFY(eventually([&] {
        qsizetype end = 0;
        while (end + 2 <= gate.received.size())
            end += 6 + (uchar(gate.received[end + 1]) & 0x7f);
        return !gate.received.isEmpty() && end == gate.received.size();
    }));
    for (qsizetype at = 0; at < gate.received.size();) {
        QCOMPARE(uchar(gate.received[at]), 0x82);
        const uchar length = uchar(gate.received[at + 1]);
        QVERIFY(length >= 0x80);
        QVERIFY((length & 0x7f) < 126);
        at += 6 + (length & 0x7f);
    }
}

void tst_WebSocketClient::readsTextAsJson()
{
    ScriptedGate gate;
    RecordingListener client;
    client.connect(gate.url());
    QVERIFY(client.pumpUntil("connected"));
    RawFrame text{.payload = R"({"action":"a","b":{"$bytes":"AA=="}})", .mask = {}};
    gate.client->write(text.bytes());
    QVERIFY(client.pumpUntil("a"));
    QCOMPARE(client.messages.last().value("b"), QVariant("\0"_ba));
}

void tst_WebSocketClient::reconnectsToTheUrl()
{
    auto server = std::make_unique<QRepod::Server>();
    auto gate = std::make_unique<QRepod::WebSocketGate>(server.get());
    QVERIFY(gate->listen("127.0.0.1", 0));
    const quint16 port = gate->port();
    RecordingListener client;
    client.setReconnect(true);
    client.setReconnectInterval(1);
    client.connect(QUrl(u"ws://127.0.0.1:%1/room?n=1"_s.arg(port)));
    QVERIFY(client.pumpUntil("connected"));
    server->close();
    QVERIFY(client.pumpUntil("disconnected"));
    QVERIFY(gate->listen("127.0.0.1", port));
    QVERIFY(client.pumpUntil("connected", 2));
    QVERIFY(eventually([&] { return server->channels().size() == 1; }));
    QCOMPARE(server->channels().first()->requestUrl().query(), u"n=1"_s);
}

void tst_WebSocketClient::isSentElsewhereByTheSameScheme()
{
    QRepod::Server first;
    QRepod::Server second;
    QRepod::WebSocketGate firstGate(&first);
    QRepod::WebSocketGate secondGate(&second);
    QVERIFY(firstGate.listen("127.0.0.1", 0) && secondGate.listen("127.0.0.1", 0));
    RecordingListener client;
    client.connect(QUrl(u"ws://127.0.0.1:%1/play?n=1"_s.arg(firstGate.port())));
    QVERIFY(client.pumpUntil("connected"));
    QVERIFY(eventually([&] { return first.channels().size() == 1; }));
    const QString address = u"127.0.0.1:%1"_s.arg(secondGate.port());
    first.channels().first()->redirect(address);
    QVERIFY2(client.pumpUntil("connected", 2), qPrintable(client.error));
    QVERIFY(eventually([&] { return second.channels().size() == 1; }));
    QCOMPARE(second.channels().first()->requestUrl(), QUrl(u"ws://"_s + address + u"/play?n=1"_s));
}

void tst_WebSocketClient::closesInOrder()
{
    QRepod::Server server;
    QRepod::WebSocketGate gate(&server);
    QVERIFY(gate.listen("127.0.0.1", 0));
    QStringList errors;
    QObject::connect(&server, &QRepod::Server::channelConnected, &server,
                     [&](QRepod::Channel *channel) {
                         QObject::connect(channel, &QRepod::Channel::errorOccurred, &server,
                                          [&](const QString &error) { errors += error; });
                     });
    RecordingListener client;
    client.connect(QUrl(u"ws://localhost:%1"_s.arg(gate.port())));
    QVERIFY(client.pumpUntil("connected"));
    QVERIFY(eventually([&] { return server.channels().size() == 1; }));
    client.close();
    QVERIFY(eventually([&] { return server.channels().isEmpty(); }));
    QCOMPARE(errors, QStringList());
}

void tst_WebSocketClient::forgetsTheUrl()
{
    QRepod::Server server;
    QRepod::WebSocketGate gate(&server);
    QVERIFY(gate.listen("127.0.0.1", 0) && server.listen("127.0.0.1", 0));
    RecordingListener client;
    client.connect(QUrl(u"ws://127.0.0.1:%1"_s.arg(gate.port())));
    QVERIFY(client.pumpUntil("connected"));
    client.connect("127.0.0.1", server.port());
    QVERIFY2(client.pumpUntil("connected", 2), qPrintable(client.error));
}

void tst_WebSocketClient::largeMessagesBothWays()
{
    QRepod::Server server;
    server.setChannelClass<EchoChannel>();
    QRepod::WebSocketGate gate(&server);
    QVERIFY(gate.listen("127.0.0.1", 0));
    RecordingListener client;
    client.connect(QUrl(u"ws://127.0.0.1:%1"_s.arg(gate.port())));
    QVERIFY(client.pumpUntil("connected"));
    const QVariantMap message = {{"action", "large"}, {"data", QByteArray(4 << 20, 'x')}};
    for (int i = 0; i < 3; ++i)
        QVERIFY(client.send(message) > 0);
    QVERIFY(client.pumpUntil("large", 3));
    QVERIFY(client.messages.last() == message);
}

QTEST_GUILESS_MAIN(tst_WebSocketClient)
#include "tst_websocketclient.moc"
