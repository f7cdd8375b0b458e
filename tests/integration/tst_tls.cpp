// SPDX-License-Identifier: MIT
// TLS on both sides: what is accepted, what is refused, and what the error says.

#include "support/rawserver.h"
#include "support/recordinglistener.h"

#include <QRepod/Client>
#include <QRepod/Protocol>
#include <QRepod/Server>

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QPointer>
#include <QtCore/QRegularExpression>
#include <QtNetwork/QSslCertificate>
#include <QtNetwork/QSslConfiguration>
#include <QtNetwork/QSslKey>
#include <QtNetwork/QSslSocket>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <memory>

namespace {

class EchoChannel : public QRepod::Channel
{
    Q_OBJECT

public:
    void network_received(const QVariantMap &message) override { send(message); }
};

QByteArray file(const char *name)
{
    QFile file(QFINDTESTDATA(QString("tls/") + name));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read tls/%s", name);
    return file.readAll();
}

QSslCertificate certificate(const char *name)
{
    return QSslCertificate(file(name), QSsl::Pem);
}

QSslConfiguration serverConfiguration(const char *certificateName)
{
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificate(certificate(certificateName));
    configuration.setPrivateKey(QSslKey(file("server.key"), QSsl::Ec, QSsl::Pem));
    return configuration;
}

//! Trusts the tests' authority, and no other.
QSslConfiguration clientConfiguration()
{
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setCaCertificates({certificate("ca.pem")});
    return configuration;
}

} // namespace

class tst_Tls : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { QVERIFY2(QSslSocket::supportsSsl(), "Qt finds no TLS library"); }
    void init();
    void cleanup() { m_server.reset(); }

    void messagesGoBothWays();
    void largeMessagesInOrder();
    void lastMessagesBeforeTheEndArrive();
    void backPressureLosesNothing();
    void endIsSeenAfterBackPressure();
    void badCertificateIsRefusedAndNamed_data();
    void badCertificateIsRefusedAndNamed();
    void selfSignedIsAcceptedWhenConfigured_data();
    void selfSignedIsAcceptedWhenConfigured();
    void plainClientOnTlsServer();
    void tlsClientOnPlainServer();
    void silentClientIsDroppedByTheHandshakeTimeout();
    void destructorDuringTheHandshake();
    void serverClosedDuringTheHandshake();

private:
    std::unique_ptr<QRepod::Server> m_server;
};

void tst_Tls::init()
{
    m_server = std::make_unique<QRepod::Server>();
    m_server->setChannelClass<EchoChannel>();
    m_server->setSslConfiguration(serverConfiguration("server.pem"));
    QVERIFY(m_server->listen("127.0.0.1", 0));
}

void tst_Tls::messagesGoBothWays()
{
    RecordingListener listener;
    QVERIFY(listener.sslConfiguration().isNull());
    listener.setSslConfiguration(clientConfiguration());
    QVERIFY(listener.connectAndWait(m_server->port()));
    QVERIFY(listener.send("hello", {{"n", 1}}) > 0);
    QVERIFY(listener.pumpUntil("hello"));
    QCOMPARE(listener.log, (QStringList{"connected()", "connected", "socketConnect", "hello"}));
    m_server->channels().first()->close();
    QVERIFY(listener.pumpUntil("disconnected"));
    QCOMPARE(listener.log.last(), "disconnected");
    QVERIFY(!listener.log.contains("error"));
}

void tst_Tls::largeMessagesInOrder()
{
    RecordingListener listener;
    listener.setSslConfiguration(clientConfiguration());
    QVERIFY(listener.connectAndWait(m_server->port()));
    const QByteArray data(1024 * 1024, 'x');
    for (int i = 0; i < 20; ++i)
        QVERIFY(listener.send("data", {{"i", i}, {"data", data}}) > data.size());
    QVERIFY(listener.pumpUntil("data", 20));
    for (int i = 0; i < 20; ++i) {
        QCOMPARE(listener.messages[i + 2]["i"].toInt(), i);
        QCOMPARE(listener.messages[i + 2]["data"].toByteArray(), data);
    }
}

void tst_Tls::lastMessagesBeforeTheEndArrive()
{
    RecordingListener listener;
    listener.setSslConfiguration(clientConfiguration());
    QVERIFY(listener.connectAndWait(m_server->port()));
    QTRY_COMPARE(m_server->channels().size(), 1);
    QRepod::Channel *channel = m_server->channels().first();
    for (int i = 0; i < 1000; ++i)
        QVERIFY(channel->send({{"action", "n"}, {"i", i}, {"data", QByteArray(1000, 'x')}}) > 0);
    channel->close();
    QVERIFY(listener.pumpUntil("disconnected"));
    QCOMPARE(listener.actions().count("n"), 1000);
    QCOMPARE(listener.messages[1001]["i"].toInt(), 999);
}

void tst_Tls::backPressureLosesNothing()
{
    RecordingListener listener;
    listener.setMaximumReceiveBacklog(100'000);
    listener.setSslConfiguration(clientConfiguration());
    QVERIFY(listener.connectAndWait(m_server->port()));
    QTRY_COMPARE(m_server->channels().size(), 1);
    QRepod::Channel *channel = m_server->channels().first();
    for (int i = 0; i < 1000; ++i)
        QVERIFY(channel->send({{"action", "n"}, {"i", i}, {"data", QByteArray(10'000, 'x')}}) > 0);
    QVERIFY(listener.pumpUntil("n", 1000));
    for (int i = 0; i < 1000; ++i)
        QCOMPARE(listener.messages[i + 2]["i"].toInt(), i);
}

//! What the socket has taken in while nobody read it is delivered before its end.
void tst_Tls::endIsSeenAfterBackPressure()
{
    RecordingListener listener;
    listener.setMaximumReceiveBacklog(1'000);
    listener.setSslConfiguration(clientConfiguration());
    QVERIFY(listener.connectAndWait(m_server->port()));
    QVERIFY(listener.send("hello", {}) > 0);
    QVERIFY(listener.pumpUntil("hello")); // and so the greeting, which comes before, has been too
    QRepod::Channel *channel = m_server->channels().first();
    QSignalSpy queued(&listener, &QRepod::ConnectionListener::messagesQueued);
    for (int i = 0; i < 4; ++i) {
        QVERIFY(channel->send({{"action", "n"}, {"i", i}, {"data", QByteArray(10'000, 'x')}}) > 0);
        if (i == 0)
            QTRY_COMPARE(queued.size(), 1); // it does not read any more
    }
    QSignalSpy gone(channel, &QObject::destroyed);
    channel->close();
    QTRY_COMPARE(gone.size(), 1);
    QVERIFY(listener.pumpUntil("disconnected"));
    QCOMPARE(listener.actions().mid(3), (QStringList{"n", "n", "n", "n", "disconnected"}));
    QCOMPARE(listener.messages[6]["i"].toInt(), 3);
}

void tst_Tls::badCertificateIsRefusedAndNamed_data()
{
    QTest::addColumn<QByteArray>("certificateName");
    QTest::addColumn<QString>("reason");
    QTest::newRow("expired") << QByteArray("expired.pem") << "expired";
    QTest::newRow("wrong host") << QByteArray("otherhost.pem") << "host name did not match";
    QTest::newRow("self-signed") << QByteArray("selfsigned.pem") << "self-signed";
}

void tst_Tls::badCertificateIsRefusedAndNamed()
{
    QFETCH(QByteArray, certificateName);
    QFETCH(QString, reason);
    m_server->setSslConfiguration(serverConfiguration(certificateName));
    QSignalSpy failed(m_server.get(), &QRepod::Server::errorOccurred);
    RecordingListener listener;
    listener.setSslConfiguration(clientConfiguration());
    listener.connect("127.0.0.1", m_server->port());
    QVERIFY(listener.pumpUntil("error"));
    QCOMPARE(listener.log, (QStringList{"errorOccurred()", "error"}));
    QVERIFY2(listener.error.startsWith(QString("127.0.0.1:%1: TLS: ").arg(m_server->port()))
                 && listener.error.contains(reason),
             qPrintable(listener.error));
    qInfo("%s", qPrintable(listener.error));
    QTRY_COMPARE(failed.size(), 1);
    QVERIFY(m_server->channels().isEmpty());
}

void tst_Tls::selfSignedIsAcceptedWhenConfigured_data()
{
    QTest::addColumn<bool>("asAuthority");
    QTest::newRow("added to the authorities") << true;
    QTest::newRow("without verification") << false;
}

void tst_Tls::selfSignedIsAcceptedWhenConfigured()
{
    QFETCH(bool, asAuthority);
    m_server->setSslConfiguration(serverConfiguration("selfsigned.pem"));
    QSslConfiguration configuration = clientConfiguration();
    if (asAuthority)
        configuration.setCaCertificates({certificate("selfsigned.pem")});
    else
        configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    RecordingListener listener;
    listener.setSslConfiguration(configuration);
    QVERIFY(listener.connectAndWait(m_server->port()));
    QVERIFY(listener.send("hello", {}) > 0);
    QVERIFY(listener.pumpUntil("hello"));
}

void tst_Tls::plainClientOnTlsServer()
{
    QSignalSpy failed(m_server.get(), &QRepod::Server::errorOccurred);
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QVERIFY(listener.send("hello", {}) > 0);
    QVERIFY(listener.pumpUntil("disconnected"));
    // To the client it is a message, and then the peer closes.
    QCOMPARE(listener.actions(),
             (QStringList{"connected", "socketConnect", "error", "disconnected"}));
    QCOMPARE(listener.messages[2]["error"], "this server speaks TLS");
    QTRY_COMPARE(failed.size(), 1);
    const QString error = failed[0][0].toString();
    QVERIFY2(error.startsWith("127.0.0.1:") && error.contains("TLS: ")
                 && error.contains("does the peer speak TLS?"),
             qPrintable(error));
    qInfo("server: %s", qPrintable(error));
}

void tst_Tls::tlsClientOnPlainServer()
{
    QVERIFY(!m_server->sslConfiguration().isNull());
    m_server->setSslConfiguration(QSslConfiguration());
    QVERIFY(m_server->sslConfiguration().isNull());
    std::unique_ptr<QSignalSpy> broken;
    connect(m_server.get(), &QRepod::Server::channelConnected, this, [&](QRepod::Channel *channel) {
        broken = std::make_unique<QSignalSpy>(channel, &QRepod::Channel::errorOccurred);
    });
    RecordingListener listener;
    listener.setSslConfiguration(clientConfiguration());
    listener.connect("127.0.0.1", m_server->port());
    QVERIFY(listener.pumpUntil("error"));
    QVERIFY2(listener.error.contains("TLS: ")
                 && listener.error.contains("does the peer speak TLS?"),
             qPrintable(listener.error));
    QTRY_VERIFY(broken && broken->size() == 1);
    const QString error = broken->first().first().toString();
    QVERIFY2(error.contains("does the peer speak TLS?"), qPrintable(error));
    qInfo("client: %s; server: %s", qPrintable(listener.error), qPrintable(error));
}

void tst_Tls::silentClientIsDroppedByTheHandshakeTimeout()
{
    QCOMPARE(m_server->handshakeTimeout(), 10'000);
    m_server->setHandshakeTimeout(50);
    QCOMPARE(m_server->handshakeTimeout(), 50);
    QSignalSpy failed(m_server.get(), &QRepod::Server::errorOccurred);
    QTcpSocket silent;
    silent.connectToHost("127.0.0.1", m_server->port());
    QTRY_COMPARE(failed.size(), 1);
    QVERIFY(failed[0][0].toString().contains("timed out after 50 ms"));
    QTRY_COMPARE(silent.state(), QAbstractSocket::UnconnectedState);
}

void tst_Tls::destructorDuringTheHandshake()
{
    RawServer silent; // accepts, and says nothing
    auto listener = std::make_unique<RecordingListener>();
    listener->setSslConfiguration(clientConfiguration());
    listener->connect("127.0.0.1", silent.port());
    QTRY_VERIFY(silent.client());
    QElapsedTimer timer;
    timer.start();
    listener.reset();
    qInfo("the destructor took %lld ms", timer.elapsed());
    QVERIFY(timer.elapsed() < 5'000);
}

//! A client that has not joined goes without a word, as one that never came.
void tst_Tls::serverClosedDuringTheHandshake()
{
    QPointer<QRepod::Channel> channel;
    m_server->setChannelFactory([&] { return channel = new EchoChannel; });
    QSignalSpy failed(m_server.get(), &QRepod::Server::errorOccurred);
    QSignalSpy left(m_server.get(), &QRepod::Server::channelDisconnected);
    QTcpSocket silent;
    silent.connectToHost("127.0.0.1", m_server->port());
    QTRY_VERIFY(channel);
    m_server->close();
    QTRY_COMPARE(silent.state(), QAbstractSocket::UnconnectedState);
    QTRY_VERIFY(!channel);
    QCOMPARE(failed.size(), 0);
    QCOMPARE(left.size(), 0);
}

QTEST_GUILESS_MAIN(tst_Tls)

#include "tst_tls.moc"
