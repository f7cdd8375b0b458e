// SPDX-License-Identifier: MIT

//! A gate behind haproxy, which ends TLS.

#include "rawwebsocket.h"

#include "support/eventually.h"
#include "support/literals.h"
#include "support/recordinglistener.h"
#include "support/tlsconfiguration.h"

#include <QRepod/Server>
#include <QRepod/WebSocket>

#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>
#include <QtNetwork/QTcpServer>
#include <QtTest/QTest>

#include <unistd.h>

namespace {

class EchoChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    void network_received(const QVariantMap &message) override { send(message); }
};

//! haproxy in front of a gate. It is given a socket that listens already, so that it has a port of
//! its own, and nobody need wait until it is there.
class ReverseProxy
{
public:
    explicit ReverseProxy(quint16 gatePort)
    {
        if (!m_socket.listen(QHostAddress(u"127.0.0.1"_s)))
            qFatal("no port for haproxy");
        m_socket.pauseAccepting(); // haproxy does
        write("game.pem", tlsFile("server.pem") + tlsFile("server.key"));
        write("haproxy.cfg",
              "defaults\n  mode http\n  option forwardfor\n  timeout connect 60s\n"
              "  timeout client 60s\n  timeout server 60s\n  timeout tunnel 60s\n"
              "frontend games\n  bind fd@3 ssl crt "
                  + m_folder.filePath("game.pem").toLocal8Bit()
                  + "\n  default_backend gate\n"
                    "backend gate\n  server one 127.0.0.1:"
                  + QByteArray::number(gatePort) + "\n");
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.setChildProcessModifier([descriptor = int(m_socket.socketDescriptor())] {
            ::dup2(descriptor, 3); // a copy that is not closed when the program starts
        });
    }

    ~ReverseProxy() { kill(); }

    bool start()
    {
        m_process.start(QREPOD_HAPROXY, {"-db", "-q", "-f", m_folder.filePath("haproxy.cfg")});
        return m_process.waitForStarted();
    }

    void kill()
    {
        m_process.kill();
        m_process.waitForFinished();
    }

    quint16 port() const { return m_socket.serverPort(); }

private:
    void write(const QString &name, const QByteArray &text)
    {
        QFile file(m_folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("cannot write %s", qPrintable(file.fileName()));
    }

    QTemporaryDir m_folder;
    QTcpServer m_socket;
    QProcess m_process;
};

} // namespace

class tst_ReverseProxy : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void cleanup();

    void endsTls();
    void namesTheClient_data();
    void namesTheClient();
    void admitsPagesOfItsHost();
    void isReplacedWithoutTheGameNoticing();

private:
    QUrl url() const { return QUrl(u"wss://127.0.0.1:%1/play?n=1"_s.arg(m_proxy->port())); }

    std::unique_ptr<QRepod::Server> m_server;
    std::unique_ptr<QRepod::WebSocketGate> m_gate;
    std::unique_ptr<ReverseProxy> m_proxy;
};

void tst_ReverseProxy::init()
{
    m_server = std::make_unique<QRepod::Server>();
    m_server->setChannelClass<EchoChannel>();
    m_gate = std::make_unique<QRepod::WebSocketGate>(m_server.get());
    QVERIFY(m_gate->listen("127.0.0.1", 0));
    m_proxy = std::make_unique<ReverseProxy>(m_gate->port());
    QVERIFY(m_proxy->start());
}

void tst_ReverseProxy::cleanup()
{
    m_proxy.reset();
    m_gate.reset();
    m_server.reset();
}

void tst_ReverseProxy::endsTls()
{
    RecordingListener client;
    client.setSslConfiguration(clientConfiguration());
    client.connect(url());
    QVERIFY2(client.pumpUntil("connected"), qPrintable(client.error));
    for (int n = 0; n < 100; ++n)
        client.send("number", {{"n", n}});
    QVERIFY(client.pumpUntil("number", 100));
    QCOMPARE(client.messages.last().value("n"), QVariant(99));
    QCOMPARE(m_server->channels().first()->requestUrl().path(), u"/play"_s);
    client.close();
    QVERIFY(eventually([&] { return m_server->channels().isEmpty(); }));
}

void tst_ReverseProxy::namesTheClient_data()
{
    QTest::addColumn<QStringList>("trusted");
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<bool>("isNamed");
    const QByteArray lie = "X-Forwarded-For: 203.0.113.9\r\n";
    QTest::newRow("a proxy that is trusted") << QStringList("127.0.0.1") << ""_ba << true;
    QTest::newRow("whose client lies") << QStringList("127.0.0.1") << lie << true;
    QTest::newRow("a proxy that is not") << QStringList("10.0.0.0/8") << ""_ba << false;
    QTest::newRow("no proxy is") << QStringList() << lie << false;
}

//! Of a client with the address 127.0.0.2; the proxy has 127.0.0.1.
void tst_ReverseProxy::namesTheClient()
{
    QFETCH(const QStringList, trusted);
    QFETCH(const QByteArray, fields);
    QFETCH(const bool, isNamed);
    m_gate->setTrustedProxies(trusted);
    RawWebSocket client;
    client.socket.bind(QHostAddress(u"127.0.0.2"_s));
    QVERIFY(client.open(m_proxy->port(), true, fields));
    QVERIFY(eventually([&] { return m_server->channels().size() == 1; }));
    const QString address = m_server->channels().first()->address();
    if (isNamed)
        QCOMPARE(address, u"127.0.0.2:0"_s);
    else
        QVERIFY2(address.startsWith(u"127.0.0.1:"_s) && !address.endsWith(u":0"_s),
                 qPrintable(address));

    // Who comes past the proxy names itself in vain.
    RawWebSocket direct;
    direct.socket.bind(QHostAddress(u"127.0.0.2"_s));
    QVERIFY(direct.open(m_gate->port(), false, "X-Forwarded-For: 203.0.113.9\r\n"));
    QVERIFY(eventually([&] { return m_server->channels().size() == 2; }));
    QVERIFY(m_server->channels().last()->address().startsWith(u"127.0.0.2:"_s));
}

void tst_ReverseProxy::admitsPagesOfItsHost()
{
    RawWebSocket own;
    QVERIFY(own.open(m_proxy->port(), true, "Origin: https://localhost\r\n"));
    RawWebSocket other;
    QVERIFY(!other.open(m_proxy->port(), true, "Origin: https://evil.example\r\n"));
    QVERIFY2(other.head().startsWith("HTTP/1.1 403 "), other.head());
}

void tst_ReverseProxy::isReplacedWithoutTheGameNoticing()
{
    m_server->setSessionTimeout(patience);
    RecordingListener client;
    client.setReconnect(true);
    client.setReconnectInterval(1);
    client.setMaximumReconnectInterval(1);
    client.setSslConfiguration(clientConfiguration());
    client.connect(url());
    QVERIFY(client.pumpUntil("connected"));
    client.send("before", {});
    QVERIFY(client.pumpUntil("before"));
    m_proxy->kill();
    QVERIFY(client.pumpUntil("interrupted"));
    QVERIFY(client.send("meanwhile", {}) > 0);
    QVERIFY(m_proxy->start());
    QVERIFY(client.pumpUntil("meanwhile"));
    QCOMPARE(client.actions(),
             (QStringList{"connected", "socketConnect", "before", "interrupted", "resumed",
                          "meanwhile"}));
}

QTEST_GUILESS_MAIN(tst_ReverseProxy)
#include "tst_reverseproxy.moc"
