// SPDX-License-Identifier: MIT

//! WebSocketGate: who is let in, what a channel knows of its client, and the two kinds of clients.

#include "rawwebsocket.h"

#include "support/eventually.h"
#include "support/literals.h"
#include "support/rawclient.h"
#include "support/tlsconfiguration.h"
#include "support/warnings.h"

#include <QRepod/Protocol>
#include <QRepod/Room>
#include <QRepod/Server>
#include <QRepod/WebSocket>

#include <QtCore/QDateTime>
#include <QtCore/QPointer>
#include <QtCore/QThread>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <memory>

namespace {

class RecordingChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    void network_received(const QVariantMap &message) override { received.append(message); }

    QList<QVariantMap> received;
};

QString hexOf(const QVariantMap &message)
{
    return "binary " + QRepod::encode(message).sliced(4).toHex();
}

} // namespace

class tst_WebSocketGate : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void cleanup();

    void listensAndCloses();
    void saysWhyItCannotListen();
    void closesWithItsServer();
    void mayOutliveItsServer();
    void severalGatesAndThePort();
    void worksWithoutThePort();

    void answersRequests_data();
    void answersRequests();
    void admitsOrigins_data();
    void admitsOrigins();
    void entryThatIsNoOriginAdmitsNobodyWithAWarning_data();
    void entryThatIsNoOriginAdmitsNobodyWithAWarning();
    void proxyThatIsNoAddressIsWarnedOf();
    void choosesTheSubprotocol_data();
    void choosesTheSubprotocol();
    void boundsTheHead();
    void slowHandshakeIsDropped();
    void requestBehindTheRequestIsAFault();
    void requestAtTheServersPortIsAFault_data();
    void requestAtTheServersPortIsAFault();
    void peersOfOtherProtocolsAreTold_data();
    void peersOfOtherProtocolsAreTold();

    void channelKnowsTheRequest();
    void trustedProxyNamesTheClient_data();
    void trustedProxyNamesTheClient();
    void jsonClientsGetText();
    void firstTextMakesAJsonClient();
    void sendToAllReachesEveryKind();
    void jsonValues();
    void closeSaysGoodbye();
    void faultIsNamedToBothEnds();
    void fullServerSaysSo();
    void unreadMessagesHoldThePeerUp();
    void whatIsNotFinishedIsTooSlow_data();
    void whatIsNotFinishedIsTooSlow();
    void largeMessagesBothWays();
    void worksInTheBackgroundAndInThreads_data();
    void worksInTheBackgroundAndInThreads();

private:
    //! The latest channel.
    RecordingChannel *channel() const
    {
        const auto channels = m_server->channels();
        return channels.isEmpty() ? nullptr : static_cast<RecordingChannel *>(channels.last());
    }

    std::unique_ptr<QRepod::Server> m_server;
    std::unique_ptr<QRepod::WebSocketGate> m_gate;
};

void tst_WebSocketGate::init()
{
    m_server = std::make_unique<QRepod::Server>();
    m_server->setChannelClass<RecordingChannel>();
    m_gate = std::make_unique<QRepod::WebSocketGate>(m_server.get());
    QVERIFY(m_gate->listen("127.0.0.1", 0));
}

void tst_WebSocketGate::cleanup()
{
    m_gate.reset();
    m_server.reset();
}

void tst_WebSocketGate::listensAndCloses()
{
    QSignalSpy changes(m_gate.get(), &QRepod::WebSocketGate::listeningChanged);
    QVERIFY(m_gate->isListening());
    const quint16 port = m_gate->port();
    RawWebSocket client;
    QVERIFY(client.open(port));
    m_gate->close();
    QVERIFY(!m_gate->isListening());
    QCOMPARE(m_gate->port(), 0);
    QCOMPARE(changes.size(), 1);
    client.write(RawFrame{.opcode = 9, .payload = "p"});
    QVERIFY(client.receives(2)); // who has come in stays
    QVERIFY(m_gate->listen("127.0.0.1", 0));
    QCOMPARE(changes.size(), 2);
}

void tst_WebSocketGate::saysWhyItCannotListen()
{
    QVERIFY(!m_gate->listen("127.0.0.1", 0));
    QCOMPARE(m_gate->errorString(), u"it is already listening"_s);
    QVERIFY(m_gate->isListening());
    QRepod::WebSocketGate other(m_server.get());
    QVERIFY(!other.listen("127.0.0.1", m_gate->port()));
    QVERIFY(other.errorString().startsWith(u"127.0.0.1:%1: "_s.arg(m_gate->port())));
    QVERIFY(!other.listen("127.0.0.1", 70'000));
    QCOMPARE(other.errorString(), u"127.0.0.1:70000: a port is a number from 0 to 65535"_s);
    QVERIFY(other.listen("127.0.0.1", 0));
    QCOMPARE(other.errorString(), QString());
}

void tst_WebSocketGate::closesWithItsServer()
{
    QSignalSpy changes(m_gate.get(), &QRepod::WebSocketGate::listeningChanged);
    RawWebSocket client;
    QVERIFY(client.open(m_gate->port()));
    QVERIFY(client.receives(1));
    m_server->close();
    QVERIFY(!m_gate->isListening());
    QCOMPARE(changes.size(), 1);
    QVERIFY(client.receives(2));
    QCOMPARE(client.log().last(), u"close 1000"_s);
}

void tst_WebSocketGate::mayOutliveItsServer()
{
    m_server.reset();
    QVERIFY(!m_gate->isListening());
    QVERIFY(!m_gate->listen("127.0.0.1", 0));
    QCOMPARE(m_gate->errorString(), u"the server is gone"_s);
}

void tst_WebSocketGate::severalGatesAndThePort()
{
    QRepod::WebSocketGate other(m_server.get());
    QVERIFY(other.listen("127.0.0.1", 0));
    QVERIFY(m_server->listen("127.0.0.1", 0));
    RawWebSocket a;
    RawWebSocket b;
    RawClient c(m_server->port());
    QVERIFY(a.open(m_gate->port()));
    QVERIFY(b.open(other.port()));
    QVERIFY(eventually([&] { return m_server->channels().size() == 3; }));
    m_server->sendToAll("hello", {});
    QVERIFY(a.receives(2) && b.receives(2) && c.receives("hello"));
    QCOMPARE(a.log().last(), hexOf({{"action", "hello"}}));
    QCOMPARE(b.log().last(), a.log().last());
}

void tst_WebSocketGate::worksWithoutThePort()
{
    RawWebSocket client;
    QVERIFY(client.open(m_gate->port()));
    QVERIFY(client.receives(1));
    QVERIFY(!m_server->isListening());
    m_server->close(); // closes gate and channels all the same
    QVERIFY(client.ends());
    QVERIFY(m_server->channels().isEmpty());
}

void tst_WebSocketGate::answersRequests_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<QByteArray>("holds");
    const QByteArray good = RawWebSocket::request();
    const auto with = [&](const char *name, const char *from, const QByteArray &to,
                          const char *status, const char *holds = "") {
        QByteArray request = good;
        QVERIFY(request.contains(from));
        QTest::newRow(name) << request.replace(from, to) << QByteArray(status) << QByteArray(holds);
    };
    with("good", "GET", "GET", "101", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
    with("names in lower case", "Sec-WebSocket-Key", "sec-websocket-key", "101");
    with("values in other cases", "Upgrade: websocket", "Upgrade: WebSocket", "101");
    with("with a path and a query", "GET / ", "GET /play?room=1&x=%20 ", "101");
    with("extensions are left out",
         "Host:", "Sec-WebSocket-Extensions: permessage-deflate\r\nHost:", "101");
    with("no body, said so", "Host:", "Content-Length: 0\r\nHost:", "101");
    with("page for people", "Upgrade: websocket\r\n", "", "426",
         "this port is for WebSocket clients");
    with("no upgrade of the connection", "keep-alive, Upgrade", "keep-alive", "426");
    with("upgrade to something else", "Upgrade: websocket", "Upgrade: h2c", "426");
    with("old version", "Version: 13", "Version: 8", "426", "Sec-WebSocket-Version: 13\r\n");
    with("no version", "Sec-WebSocket-Version: 13\r\n", "", "426");
    with("two versions", "Host:", "Sec-WebSocket-Version: 13\r\nHost:", "426");
    with("no key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", "400");
    with("short key", "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZQ==", "400");
    with("key that is no base64", "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZ!==", "400");
    with("two keys", "Host:", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nHost:", "400");
    with("no host", "Host: localhost\r\n", "", "400");
    with("empty host", "Host: localhost", "Host:", "400");
    with("two hosts", "Host:", "Host: other\r\nHost:", "400");
    with("POST", "GET", "POST", "405", "Allow: GET\r\n");
    for (const char *verb :
         {"HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "QREPOD"})
        with(verb, "GET", verb, "405", "Allow: GET\r\n");
    with("beginning of HTTP/2", "GET / HTTP/1.1", "PRI * HTTP/2.0", "400");
    with("HTTP/1.0", "HTTP/1.1", "HTTP/1.0", "505");
    with("HTTP/2.0", "HTTP/1.1", "HTTP/2.0", "505");
    with("no version of HTTP", " HTTP/1.1", "", "400");
    with("two spaces", "GET /", "GET  /", "400");
    with("absolute target", "GET /", "GET http://localhost/", "400");
    with("target with a fragment", "GET /", "GET /#a", "400");
    with("target with a byte past ASCII", "GET /", "GET /\xe4", "400");
    with("body", "Host:", "Content-Length: 5\r\nHost:", "400", "the request must not have a body");
    with("body whose length is said twice",
         "Host:", "Content-Length: 0\r\nContent-Length: 5\r\nHost:", "400",
         "the request must not have a body");
    with("body with a length and in chunks",
         "Host:", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\nHost:", "400");
    with("body in chunks", "Host:", "Transfer-Encoding: chunked\r\nHost:", "400");
    with("field without a name", "Host:", ": x\r\nHost:", "400");
    with("field without a colon", "Host:", "nothing\r\nHost:", "400");
    with("space before the colon", "Host:", "Host :", "400");
    with("folded field", "Host:", "X-A: a\r\n b\r\nHost:", "400");
    with("line feed alone", "Host:", "X-A: a\nX-B: b\r\nHost:", "400", "a control character");
    with("carriage return alone", "Host:", "X-A: a\rb\r\nHost:", "400");
    with("zero byte", "Host:", QByteArray("X-A: \0\r\nHost:", 13), "400");
    with("two origins", "Host:", "Origin: http://localhost\r\nOrigin: http://x\r\nHost:", "400");
    with("many fields", "Host:", QByteArray("X-A: a\r\n").repeated(70) + "Host:", "400",
         "more than 64 header fields");
    with("small letters", "GET", "get", "405");
}

void tst_WebSocketGate::answersRequests()
{
    QFETCH(const QByteArray, request);
    QFETCH(const QByteArray, status);
    QFETCH(const QByteArray, holds);
    QSignalSpy errors(m_server.get(), &QRepod::Server::errorOccurred);
    RawWebSocket client;
    QVERIFY(client.connectTo(m_gate->port()));
    client.write(request);
    const QByteArray head = client.head();
    QVERIFY2(head.startsWith("HTTP/1.1 " + status + ' '), head);
    if (status == "101") {
        QVERIFY2(head.contains(holds), head);
        QVERIFY(client.receives(1));
        return;
    }
    QVERIFY(client.ends());
    QVERIFY2((head + client.received).contains(holds), client.received);
    QVERIFY(head.contains("Connection: close\r\n"));
    QTRY_COMPARE(errors.size(), 1);
    QVERIFY(errors.first().first().toString().contains(": " + QString::fromLatin1(status) + ' '));
    QVERIFY(m_server->channels().isEmpty());
}

void tst_WebSocketGate::admitsOrigins_data()
{
    QTest::addColumn<QByteArray>("origin");
    QTest::addColumn<QStringList>("allowed");
    QTest::addColumn<bool>("isAdmitted");
    const QStringList none;
    const QStringList some = {"https://game.example", "http://10.0.0.1:8080", "null"};
    QTest::newRow("own host") << "http://localhost"_ba << none << true;
    QTest::newRow("own host, another port") << "https://localhost:8443"_ba << none << true;
    QTest::newRow("own host in capitals") << "http://LOCALHOST"_ba << none << true;
    QTest::newRow("other host") << "http://evil.example"_ba << none << false;
    QTest::newRow("host that begins so") << "http://localhost.evil.example"_ba << none << false;
    QTest::newRow("host that ends so") << "http://notlocalhost"_ba << none << false;
    QTest::newRow("own host as a name") << "http://localhost@evil.example"_ba << none << false;
    QTest::newRow("file") << "null"_ba << none << false;
    QTest::newRow("nothing") << ""_ba << none << false;
    QTest::newRow("listed") << "https://game.example"_ba << some << true;
    QTest::newRow("listed with a port") << "http://10.0.0.1:8080"_ba << some << true;
    QTest::newRow("listed with another port") << "http://10.0.0.1:8081"_ba << some << false;
    QTest::newRow("listed with another scheme") << "http://game.example"_ba << some << false;
    QTest::newRow("listed file") << "null"_ba << some << true;
    const auto one = [](const char *entry) { return QStringList(QString::fromUtf8(entry)); };
    const QByteArray page = "https://game.example";
    QTest::newRow("the scheme's port") << page << one("https://game.example:443") << true;
    QTest::newRow("the scheme's port, http")
        << "http://game.example"_ba << one("http://game.example:80") << true;
    QTest::newRow("the other scheme's port") << page << one("https://game.example:80") << false;
    QTest::newRow("slash") << page << one("https://game.example/") << true;
    QTest::newRow("capitals") << page << one("HTTPS://Game.EXAMPLE") << true;
    QTest::newRow("port, slash and capitals")
        << "https://game.example:8443"_ba << one("https://GAME.example:8443/") << true;
    QTest::newRow("international name")
        << "https://xn--bcher-kva.example"_ba << one("https://b\u00fccher.example") << true;
    QTest::newRow("IPv6") << "http://[::1]:8080"_ba << one("http://[0:0::1]:8080") << true;
    QTest::newRow("name with an underscore")
        << "http://my_game:81"_ba << one("http://my_game:81") << true;
    QTest::newRow("scheme of an app") << "capacitor://app"_ba << one("capacitor://app") << true;
    QTest::newRow("page that says the port")
        << "https://game.example:443"_ba << one("https://game.example") << true;
    QTest::newRow("everyone") << "http://evil.example"_ba << QStringList("*") << true;
}

void tst_WebSocketGate::admitsOrigins()
{
    QFETCH(const QByteArray, origin);
    QFETCH(const QStringList, allowed);
    QFETCH(const bool, isAdmitted);
    m_gate->setAllowedOrigins(allowed);
    QCOMPARE(m_gate->allowedOrigins(), allowed);
    RawWebSocket client;
    QCOMPARE(client.open(m_gate->port(), false, "Origin: " + origin + "\r\n"), isAdmitted);
    if (!isAdmitted)
        QVERIFY2(client.head().startsWith("HTTP/1.1 403 "), client.head());
}

void tst_WebSocketGate::entryThatIsNoOriginAdmitsNobodyWithAWarning_data()
{
    QTest::addColumn<QString>("entry");
    for (const char *const entry :
         {"", "game.example", "game.example:443", "https://", "https://game.example/play",
          "https://game.example?x", "https://game.example#x", "https://me@game.example",
          "https://*.game.example", "https:game.example", "https://game.example:x"})
        QTest::newRow(entry) << QString(entry);
}

void tst_WebSocketGate::entryThatIsNoOriginAdmitsNobodyWithAWarning()
{
    QFETCH(const QString, entry);
    {
        const Warnings warnings;
        m_gate->setAllowedOrigins({entry, "https://other.example"});
        QCOMPARE(Warnings::texts().size(), 1);
        QCOMPARE(Warnings::texts().first(),
                 u'"' + entry
                     + "\" is no origin, so it admits no page: an origin is a scheme, a host and "
                       "maybe a port, such as \"https://game.example\"");
    }
    QCOMPARE(m_gate->allowedOrigins(), QStringList({entry, "https://other.example"}));
    RawWebSocket client;
    QVERIFY(!client.open(m_gate->port(), false, "Origin: https://game.example\r\n"));
    RawWebSocket other;
    QVERIFY(other.open(m_gate->port(), false, "Origin: https://other.example\r\n"));
}

void tst_WebSocketGate::proxyThatIsNoAddressIsWarnedOf()
{
    const Warnings warnings;
    const QStringList proxies = {"10.0.0.0/8", "proxy.example", "::1", "127.0.0.1"};
    m_gate->setTrustedProxies(proxies);
    QCOMPARE(m_gate->trustedProxies(), proxies);
    QCOMPARE(
        Warnings::texts(),
        QStringList("\"proxy.example\" is no address, so it stands for no proxy: a proxy is an "
                    "address or a subnet, such as \"10.0.0.0/8\""));
}

void tst_WebSocketGate::choosesTheSubprotocol_data()
{
    QTest::addColumn<QByteArray>("asked");
    QTest::addColumn<QByteArray>("chosen");
    QTest::newRow("JSON") << "qrepod.json"_ba
                          << "qrepod.json"_ba;
    QTest::newRow("MessagePack") << "qrepod"_ba
                                 << "qrepod"_ba;
    QTest::newRow("the first that is known") << "chat, qrepod, qrepod.json"_ba
                                             << "qrepod"_ba;
    QTest::newRow("none that is known") << "chat"_ba
                                        << ""_ba;
}

void tst_WebSocketGate::choosesTheSubprotocol()
{
    QFETCH(const QByteArray, asked);
    QFETCH(const QByteArray, chosen);
    RawWebSocket client;
    QVERIFY(client.open(m_gate->port(), false, "Sec-WebSocket-Protocol: " + asked + "\r\n"));
    const QByteArray line = "Sec-WebSocket-Protocol: " + chosen + "\r\n";
    QCOMPARE(client.head().contains("Sec-WebSocket-Protocol"), !chosen.isEmpty());
    QVERIFY(chosen.isEmpty() || client.head().contains(line));
}

void tst_WebSocketGate::boundsTheHead()
{
    RawWebSocket client;
    QVERIFY(client.connectTo(m_gate->port()));
    client.write("GET / HTTP/1.1\r\nX: " + QByteArray(10'000, 'x'));
    QVERIFY2(client.head().startsWith("HTTP/1.1 431 "), client.head());
    QVERIFY(client.ends());
}

void tst_WebSocketGate::slowHandshakeIsDropped()
{
    m_server->setHandshakeTimeout(1);
    QSignalSpy errors(m_server.get(), &QRepod::Server::errorOccurred);
    RawWebSocket client;
    QVERIFY(client.connectTo(m_gate->port()));
    client.write("GET / HT");
    QVERIFY(client.ends());
    QVERIFY(errors.first().first().toString().endsWith(u"timed out after 1 ms"_s));
}

//! As a proxy would forward it that has not understood that this is a WebSocket now.
void tst_WebSocketGate::requestBehindTheRequestIsAFault()
{
    RawWebSocket client;
    QVERIFY(client.connectTo(m_gate->port()));
    client.write(RawWebSocket::request() + RawWebSocket::request({}, "/secret"));
    QVERIFY(client.ends());
    QVERIFY(client.head().startsWith("HTTP/1.1 101 "));
    QCOMPARE(client.log().last(), u"close 1002"_s);
    QCOMPARE(client.log().filter("HTTP"), QStringList());
    QVERIFY(eventually([&] { return m_server->channels().isEmpty(); }));
}

void tst_WebSocketGate::requestAtTheServersPortIsAFault_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("WebSocket") << RawWebSocket::request();
    QTest::newRow("POST") << "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"_ba;
    QTest::newRow("PUT") << "PUT /a HTTP/1.1\r\n\r\n"_ba;
}

//! A page can have its browser send what it likes behind a head that no server of ours reads.
void tst_WebSocketGate::requestAtTheServersPortIsAFault()
{
    QFETCH(const QByteArray, bytes);
    QSignalSpy ends(m_server.get(), &QRepod::Server::channelDisconnected);
    QVERIFY(m_server->listen("127.0.0.1", 0));
    RawClient client(m_server->port());
    QVERIFY(eventually([&] { return channel() != nullptr; }));
    QString error;
    connect(channel(), &QRepod::Channel::errorOccurred, this,
            [&](const QString &text) { error = text; });
    QVERIFY(client.sendBytes(bytes + QRepod::encode({{"action", "smuggled"}})));
    QVERIFY(client.ends());
    QVERIFY(eventually([&] { return ends.size() == 1; }));
    QVERIFY2(error.endsWith(u"does the peer speak HTTP? Browsers need a WebSocketGate"_s),
             qPrintable(error));
    QCOMPARE(client.received, QRepod::encode({{"action", "connected"}}));
}

void tst_WebSocketGate::peersOfOtherProtocolsAreTold_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QString>("error");
    QTest::newRow("a frame of repod's")
        << QRepod::encode({{"action", "hello"}}) << "this port is for WebSocket clients"_ba
        << u"not HTTP; this port is"_s;
    QTest::newRow("TLS") << "\x16\x03\x01\x02\x00\x01"_ba
                         << ""_ba << u"does the peer speak TLS?"_s;
    QTest::newRow("something else") << "{\"action\":1}"_ba
                                    << "400 Bad Request"_ba << u"not HTTP"_s;
}

void tst_WebSocketGate::peersOfOtherProtocolsAreTold()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QByteArray, answer);
    QFETCH(const QString, error);
    QSignalSpy errors(m_server.get(), &QRepod::Server::errorOccurred);
    RawClient client(m_gate->port());
    QVERIFY(client.sendBytes(bytes));
    QVERIFY(client.ends());
    QVERIFY2(client.received.contains(answer), client.received);
    QTRY_COMPARE(errors.size(), 1);
    QVERIFY2(errors.first().first().toString().contains(error),
             qPrintable(errors.first().first().toString()));
}

void tst_WebSocketGate::channelKnowsTheRequest()
{
    RawWebSocket client;
    QVERIFY(client.connectTo(m_gate->port()));
    client.write(
        RawWebSocket::request("X-Token: a b\r\nCookie: secret=1\r\nX-List: 1\r\nX-list: 2\r\n",
                              "/play/now?token=x%2Fy&n=1"));
    QVERIFY(client.receives(1));
    QVERIFY(channel());
    QCOMPARE(channel()->requestUrl().toString(), u"ws://localhost/play/now?token=x%2Fy&n=1"_s);
    QCOMPARE(channel()->requestUrl().path(), u"/play/now"_s);
    QCOMPARE(channel()->requestHeader("x-token"), u"a b"_s);
    QCOMPARE(channel()->requestHeader(u"X-List"_s), u"1, 2"_s);
    QCOMPARE(channel()->requestHeader("X-Tok"), QString());
    QCOMPARE(channel()->requestHeader("Cookie"), QString());
    QVERIFY(channel()->address().startsWith(u"127.0.0.1:"_s));

    QVERIFY(m_server->listen("127.0.0.1", 0));
    RawClient other(m_server->port());
    QVERIFY(eventually([&] { return m_server->channels().size() == 2; }));
    QVERIFY(channel()->requestUrl().isEmpty());
    QCOMPARE(channel()->requestHeader("Host"), QString());
}

void tst_WebSocketGate::trustedProxyNamesTheClient_data()
{
    QTest::addColumn<QStringList>("proxies");
    QTest::addColumn<QByteArray>("forwarded");
    QTest::addColumn<QString>("address");
    const QStringList local = {"127.0.0.1"};
    QTest::newRow("not trusted") << QStringList() << "203.0.113.7"_ba << u"127.0.0.1:"_s;
    QTest::newRow("others are trusted")
        << QStringList("10.0.0.0/8") << "203.0.113.7"_ba << u"127.0.0.1:"_s;
    QTest::newRow("trusted") << local << "203.0.113.7"_ba << u"203.0.113.7:0"_s;
    QTest::newRow("trusted subnet")
        << QStringList("127.0.0.0/8") << "203.0.113.7"_ba << u"203.0.113.7:0"_s;
    QTest::newRow("IPv6") << local << "2001:db8::1"_ba << u"[2001:db8::1]:0"_s;
    QTest::newRow("invention in front")
        << local << "198.51.100.1, 203.0.113.7"_ba << u"203.0.113.7:0"_s;
    QTest::newRow("two proxies") << QStringList{"127.0.0.1", "10.0.0.0/8"}
                                 << "203.0.113.7, 10.1.2.3"_ba << u"203.0.113.7:0"_s;
    QTest::newRow("no address") << local << "nobody"_ba << u"127.0.0.1:"_s;
}

void tst_WebSocketGate::trustedProxyNamesTheClient()
{
    QFETCH(const QStringList, proxies);
    QFETCH(const QByteArray, forwarded);
    QFETCH(const QString, address);
    m_gate->setTrustedProxies(proxies);
    QCOMPARE(m_gate->trustedProxies(), proxies);
    RawWebSocket client;
    QVERIFY(client.open(m_gate->port(), false, "X-Forwarded-For: " + forwarded + "\r\n"));
    QVERIFY(client.receives(1));
    QVERIFY2(channel()->address().startsWith(address), qPrintable(channel()->address()));
}

void tst_WebSocketGate::jsonClientsGetText()
{
    RawWebSocket client;
    QVERIFY(client.open(m_gate->port(), false, "Sec-WebSocket-Protocol: qrepod.json\r\n"));
    QVERIFY(client.receives(1));
    QCOMPARE(client.log().first(), u"text {\"action\":\"connected\"}"_s);
    client.sendText(R"({"action":"say","n":1})");
    QVERIFY(eventually([&] { return channel() && !channel()->received.isEmpty(); }));
    QCOMPARE(channel()->received.first(), QVariantMap({{"action", "say"}, {"n", 1}}));
}

void tst_WebSocketGate::firstTextMakesAJsonClient()
{
    RawWebSocket json;
    RawWebSocket binary;
    QVERIFY(json.open(m_gate->port()) && binary.open(m_gate->port()));
    QVERIFY(json.receives(1) && binary.receives(1));
    QCOMPARE(json.log().first(), hexOf({{"action", "connected"}})); // before it is known
    json.sendText(R"({"action":"a"})");
    binary.write(RawFrame{.opcode = 2, .payload = QRepod::encode({{"action", "b"}}).sliced(4)});
    const auto hasSpoken = [](QRepod::Channel *channel) {
        return !static_cast<RecordingChannel *>(channel)->received.isEmpty();
    };
    QVERIFY(eventually([&] {
        const auto all = m_server->channels();
        return all.size() == 2 && hasSpoken(all[0]) && hasSpoken(all[1]);
    }));
    m_server->sendToAll("c", {});
    QVERIFY(json.receives(2) && binary.receives(2));
    QCOMPARE(json.log().last(), u"text {\"action\":\"c\"}"_s);
    QCOMPARE(binary.log().last(), hexOf({{"action", "c"}}));
}

void tst_WebSocketGate::sendToAllReachesEveryKind()
{
    std::vector<std::unique_ptr<RawWebSocket>> clients;
    for (int i = 0; i < 10; ++i) {
        clients.push_back(std::make_unique<RawWebSocket>());
        QVERIFY(clients.back()->open(m_gate->port(), false,
                                     i % 2 ? "Sec-WebSocket-Protocol: qrepod.json\r\n"_ba
                                           : QByteArray()));
        QVERIFY(clients.back()->receives(1));
    }
    const QVariantMap message = {{"action", "x"}, {"data", "\xff"_ba}};
    for (int i = 0; i < 3; ++i)
        m_server->sendToAll(message);
    for (size_t i = 0; i < clients.size(); ++i) {
        QVERIFY(clients[i]->receives(4));
        QCOMPARE(clients[i]->log()[3],
                 i % 2 ? u"text {\"action\":\"x\",\"data\":{\"$bytes\":\"/w==\"}}"_s
                       : hexOf(message));
    }
}

void tst_WebSocketGate::jsonValues()
{
    RawWebSocket client;
    QVERIFY(client.open(m_gate->port(), false, "Sec-WebSocket-Protocol: qrepod.json\r\n"));
    client.sendText(R"({"action":"a","b":{"$bytes":"AP8="},"i":{"$int":"9007199254740993"},)"
                    R"("t":{"$time":"2024-01-02T03:04:05.678Z"},"n":null,"r":1.5})");
    QVERIFY(eventually([&] { return channel() && !channel()->received.isEmpty(); }));
    const QVariantMap message = channel()->received.first();
    QCOMPARE(message.value("b"), QVariant("\x00\xff"_ba));
    QCOMPARE(message.value("i"), QVariant(qint64(9'007'199'254'740'993)));
    QCOMPARE(message.value("t").toDateTime(),
             QDateTime(QDate(2024, 1, 2), QTime(3, 4, 5, 678), Qt::UTC));
    QCOMPARE(message.value("r"), QVariant(1.5));
    channel()->send(message);
    QVERIFY(client.receives(2));
    QCOMPARE(
        client.log().last(),
        u"text {\"action\":\"a\",\"b\":{\"$bytes\":\"AP8=\"},\"i\":{\"$int\":\"9007199254740993\"},"
        "\"n\":null,\"r\":1.5,\"t\":{\"$time\":\"2024-01-02T03:04:05.678Z\"}}"_s);
}

void tst_WebSocketGate::closeSaysGoodbye()
{
    RawWebSocket client;
    QVERIFY(client.open(m_gate->port()));
    QVERIFY(client.receives(1));
    channel()->send("last", {});
    channel()->close();
    QVERIFY(client.receives(3));
    QCOMPARE(client.log()[1], hexOf({{"action", "last"}}));
    QCOMPARE(client.log()[2], u"close 1000"_s);
    client.write(RawFrame{.opcode = 8, .payload = "\x03\xe8"});
    QVERIFY(client.ends());
}

void tst_WebSocketGate::faultIsNamedToBothEnds()
{
    RawWebSocket client;
    QVERIFY(client.open(m_gate->port()));
    QVERIFY(client.receives(1));
    QSignalSpy errors(channel(), &QRepod::Channel::errorOccurred);
    QSignalSpy ends(m_server.get(), &QRepod::Server::channelDisconnected);
    client.write(RawFrame{.payload = "{\"action\":\"good\"}"});
    client.write(RawFrame{.opcode = 5});
    const QPointer<RecordingChannel> told = channel();
    QVERIFY(client.ends());
    QCOMPARE(client.log().last(), u"close 1002"_s);
    QVERIFY(eventually([&] { return ends.size() == 1; }));
    QVERIFY(errors.first().first().toString().endsWith(u": WebSocket: opcode 5 is reserved"_s));
}

void tst_WebSocketGate::fullServerSaysSo()
{
    m_server->setMaximumConnections(1);
    RawWebSocket first;
    QVERIFY(first.open(m_gate->port()));
    RawWebSocket second;
    QVERIFY(second.open(m_gate->port()));
    QVERIFY(second.receives(2));
    QVERIFY(second.log().first().contains(QString::fromLatin1("the server is full"_ba.toHex())));
    QCOMPARE(second.log()[1], u"close 1000"_s);
}

void tst_WebSocketGate::unreadMessagesHoldThePeerUp()
{
    m_server->startBackground();
    m_server->setMaximumMessageRate(10);
    RawClient client(m_gate->port(), 16 * kibi);
    QVERIFY(client.sendBytes(RawWebSocket::request()));
    const QByteArray message =
        RawFrame{.payload = R"({"action":"a","x":")" + QByteArray(kibi, 'x') + "\"}"}.bytes();
    QVERIFY(eventually([&] { return client.write(message.repeated(64)) < 64 * message.size(); }));
}

void tst_WebSocketGate::whatIsNotFinishedIsTooSlow_data()
{
    QTest::addColumn<QByteArray>("begun");
    QTest::newRow("fragments") << RawFrame{.payload = "{\"action\":", .isFinal = false}.bytes();
    const QByteArray binary = RawFrame{.opcode = 2, .payload = QByteArray(200, 'x')}.bytes();
    QTest::newRow("a byte") << binary.first(1);
    QTest::newRow("half a header") << binary.first(5);
    QTest::newRow("a header") << binary.first(8);
    QTest::newRow("a header and a byte") << binary.first(9);
    const QByteArray ping = RawFrame{.opcode = 9, .payload = "hello"}.bytes();
    QTest::newRow("a ping's header") << ping.first(6);
    QTest::newRow("half a ping") << ping.first(8);
    const QByteArray large = RawFrame{.opcode = 2, .length = qint64(1) << 20}.bytes();
    QTest::newRow("a large header") << large.first(14);
}

void tst_WebSocketGate::whatIsNotFinishedIsTooSlow()
{
    QFETCH(const QByteArray, begun);
    m_server->setFrameTimeout(1);
    RawWebSocket client;
    QVERIFY(client.open(m_gate->port()));
    QVERIFY(client.receives(1));
    QSignalSpy errors(channel(), &QRepod::Channel::errorOccurred);
    client.write(begun);
    QVERIFY(client.ends());
    QCOMPARE(client.log().last(), u"close 1008"_s);
    const QString error = errors.first().first().toString();
    QVERIFY2(error.contains(u"frame not finished"_s), qPrintable(error));
}

void tst_WebSocketGate::largeMessagesBothWays()
{
    RawWebSocket client;
    QVERIFY(client.open(m_gate->port()));
    QVERIFY(client.receives(1));
    const QVariantMap message = {{"action", "a"}, {"data", QByteArray(3 * mebi, 'x')}};
    client.write(RawFrame{.opcode = 2, .payload = QRepod::encode(message).sliced(4)});
    QVERIFY(eventually([&] { return channel() && !channel()->received.isEmpty(); }));
    QVERIFY(channel()->received.first() == message);
    channel()->send(message);
    client.write(RawFrame{.opcode = 9, .payload = "in between"});
    QVERIFY(client.receives(3));
    QStringList lines = client.log().mid(1);
    lines.sort();
    QVERIFY(lines[0] == hexOf(message));
    QCOMPARE(lines[1], u"pong in between"_s);
}

void tst_WebSocketGate::worksInTheBackgroundAndInThreads_data()
{
    QTest::addColumn<bool>("isInBackground");
    QTest::addColumn<int>("threads");
    QTest::newRow("background") << true << 0;
    QTest::newRow("threads") << false << 2;
    QTest::newRow("both") << true << 2;
}

void tst_WebSocketGate::worksInTheBackgroundAndInThreads()
{
    QFETCH(const bool, isInBackground);
    QFETCH(const int, threads);
    m_gate->close();
    m_server->setThreads(threads);
    if (isInBackground)
        m_server->startBackground();
    QVERIFY(m_gate->listen("127.0.0.1", 0));
    std::vector<std::unique_ptr<RawWebSocket>> clients;
    for (int i = 0; i < 6; ++i) {
        clients.push_back(std::make_unique<RawWebSocket>());
        QVERIFY(clients.back()->open(m_gate->port(), false,
                                     i % 2 ? "Sec-WebSocket-Protocol: qrepod.json\r\n"_ba
                                           : QByteArray()));
        QVERIFY(clients.back()->receives(1));
    }
    QVERIFY(eventually([&] { return m_server->channels().size() == 6; }));
    for (int i = 0; i < 100; ++i)
        m_server->sendToAll("n", {{"n", i}});
    for (size_t i = 0; i < clients.size(); ++i) {
        QVERIFY(clients[i]->receives(101));
        QCOMPARE(clients[i]->log().last(),
                 i % 2 ? u"text {\"action\":\"n\",\"n\":99}"_s
                       : hexOf({{"action", "n"}, {"n", 99}}));
    }
}

QTEST_GUILESS_MAIN(tst_WebSocketGate)
#include "tst_websocketgate.moc"
