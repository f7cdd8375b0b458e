// SPDX-License-Identifier: MIT
// TLS on both sides: what is accepted, what is refused, and what the error says.

#include "support/pythonpeer.h"
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

//! Trusts only the tests' authority.
QSslConfiguration clientConfiguration()
{
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setCaCertificates({certificate("ca.pem")});
    return configuration;
}

//! The same, and shows the certificate of this name, unless that is empty.
QSslConfiguration showing(const QByteArray &certificateName)
{
    QSslConfiguration configuration = clientConfiguration();
    if (certificateName.isEmpty())
        return configuration;
    configuration.setLocalCertificate(certificate(certificateName.constData()));
    configuration.setPrivateKey(QSslKey(file("server.key"), QSsl::Ec, QSsl::Pem));
    return configuration;
}

} // namespace

class tst_Tls : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { QVERIFY2(QSslSocket::supportsSsl(), "Qt cannot find a TLS library"); }
    void init();
    void cleanup() { m_server.reset(); }

    void messagesGoBothWays();
    void largeMessagesInOrder();
    void lastMessagesBeforeTheEndArrive();
    void backPressureLosesNothing();
    void endIsSeenAfterBackPressure();
    void answersReachAClientThatHasClosedItsDirection();
    void badCertificateIsRefusedAndNamed_data();
    void badCertificateIsRefusedAndNamed();
    void selfSignedIsAcceptedWhenConfigured_data();
    void selfSignedIsAcceptedWhenConfigured();
    void certificateOfAClientIsKnown_data();
    void certificateOfAClientIsKnown();
    void plainClientHasNoCertificate();
    void clientRefusedForItsCertificateIsTold_data();
    void clientRefusedForItsCertificateIsTold();
    void certificateMayBeForAnotherName();
    void nameOfTheCertificateOutlivesReconnectsAndRedirects();
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

//! What the socket has received while nobody read it is delivered before the end.
void tst_Tls::endIsSeenAfterBackPressure()
{
    RecordingListener listener;
    listener.setMaximumReceiveBacklog(1'000);
    listener.setSslConfiguration(clientConfiguration());
    QVERIFY(listener.connectAndWait(m_server->port()));
    QVERIFY(listener.send("hello", {}) > 0);
    QVERIFY(listener.pumpUntil("hello")); // so the greeting before it has been delivered too
    QRepod::Channel *channel = m_server->channels().first();
    QSignalSpy queued(&listener, &QRepod::ConnectionListener::messagesQueued);
    for (int i = 0; i < 4; ++i) {
        QVERIFY(channel->send({{"action", "n"}, {"i", i}, {"data", QByteArray(10'000, 'x')}}) > 0);
        if (i == 0)
            QTRY_COMPARE(queued.size(), 1); // it no longer reads
    }
    QSignalSpy gone(channel, &QObject::destroyed);
    channel->close();
    QTRY_COMPARE(gone.size(), 1);
    QVERIFY(listener.pumpUntil("disconnected"));
    QCOMPARE(listener.actions().mid(3), (QStringList{"n", "n", "n", "n", "disconnected"}));
    QCOMPARE(listener.messages[6]["i"].toInt(), 3);
}

void tst_Tls::answersReachAClientThatHasClosedItsDirection()
{
    m_server->setCloseTimeout(60'000); // for a loaded machine
    PythonPeer client("halfclosed.py",
                      {QString::number(m_server->port()), QFINDTESTDATA("tls/ca.pem")});
    QVERIFY(client.hasSaid("echoed"));
    QCOMPARE(client.complaint(), QString());
    QTRY_VERIFY(m_server->channels().isEmpty());
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

void tst_Tls::certificateOfAClientIsKnown_data()
{
    QTest::addColumn<bool>("isVerified");
    QTest::addColumn<QByteArray>("certificateName");
    QTest::newRow("asked for, none") << false << QByteArray();
    QTest::newRow("asked for, self-signed") << false << QByteArray("selfsigned.pem");
    QTest::newRow("verified") << true << QByteArray("otherhost.pem");
}

void tst_Tls::certificateOfAClientIsKnown()
{
    QFETCH(bool, isVerified);
    QFETCH(QByteArray, certificateName);
    QSslConfiguration configuration = serverConfiguration("server.pem");
    if (isVerified)
        configuration.setPeerVerifyMode(QSslSocket::VerifyPeer);
    configuration.setCaCertificates({certificate("ca.pem")});
    m_server->setSslConfiguration(configuration);
    RecordingListener listener;
    listener.setSslConfiguration(showing(certificateName));
    QVERIFY(listener.connectAndWait(m_server->port()));
    QTRY_COMPARE(m_server->channels().size(), 1);
    QRepod::Channel *channel = m_server->channels().first();
    if (certificateName.isEmpty())
        QVERIFY(channel->peerCertificate().isNull());
    else
        QCOMPARE(channel->peerCertificate(), certificate(certificateName.constData()));
    QVERIFY(QRepod::Channel().peerCertificate().isNull());
}

void tst_Tls::plainClientHasNoCertificate()
{
    m_server->setSslConfiguration(QSslConfiguration());
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QTRY_COMPARE(m_server->channels().size(), 1);
    QVERIFY(m_server->channels().first()->peerCertificate().isNull());
}

void tst_Tls::clientRefusedForItsCertificateIsTold_data()
{
    QTest::addColumn<QSsl::SslProtocol>("protocol");
    QTest::addColumn<QByteArray>("certificateName");
    for (const auto protocol : {QSsl::TlsV1_2, QSsl::TlsV1_3}) {
        const QByteArray version = protocol == QSsl::TlsV1_2 ? "TLS 1.2, " : "TLS 1.3, ";
        QTest::newRow(version + "none") << protocol << QByteArray();
        QTest::newRow(version + "self-signed") << protocol << QByteArray("selfsigned.pem");
        QTest::newRow(version + "expired") << protocol << QByteArray("expired.pem");
    }
}

//! With TLS 1.3 the client's handshake is over by then, and it may believe that it has joined.
void tst_Tls::clientRefusedForItsCertificateIsTold()
{
    QFETCH(QSsl::SslProtocol, protocol);
    QFETCH(QByteArray, certificateName);
    QSslConfiguration configuration = serverConfiguration("server.pem");
    configuration.setCaCertificates({certificate("ca.pem")});
    configuration.setPeerVerifyMode(QSslSocket::VerifyPeer);
    configuration.setProtocol(protocol);
    m_server->setSslConfiguration(configuration);
    QSignalSpy failed(m_server.get(), &QRepod::Server::errorOccurred);
    RecordingListener listener;
    listener.setSslConfiguration(showing(certificateName));
    listener.connect("127.0.0.1", m_server->port());
    QVERIFY(listener.pumpUntil("error"));
    qInfo("client: %s", qPrintable(listener.error));
    QVERIFY2(listener.error.startsWith(QString("127.0.0.1:%1: TLS: ").arg(m_server->port()))
                 && listener.error.contains("certificate"),
             qPrintable(listener.error));
    QTRY_COMPARE(failed.size(), 1);
    qInfo("server: %s", qPrintable(failed[0][0].toString()));
    QVERIFY(failed[0][0].toString().contains("certificate"));
    QVERIFY(m_server->channels().isEmpty());
}

void tst_Tls::certificateMayBeForAnotherName()
{
    m_server->setSslConfiguration(serverConfiguration("otherhost.pem"));
    RecordingListener listener;
    listener.setSslConfiguration(clientConfiguration());
    QSignalSpy changed(&listener, &QRepod::ConnectionListener::settingsChanged);
    QVERIFY(listener.peerVerifyName().isEmpty());
    QVERIFY(listener.setProperty("peerVerifyName", "game.example"));
    QCOMPARE(listener.peerVerifyName(), "game.example");
    QCOMPARE(changed.size(), 1);
    QVERIFY(listener.connectAndWait(m_server->port()));

    listener.setPeerVerifyName("another.example");
    listener.connect("127.0.0.1", m_server->port());
    QVERIFY(listener.pumpUntil("error"));
    QVERIFY2(listener.error.contains("host name did not match"), qPrintable(listener.error));
}

void tst_Tls::nameOfTheCertificateOutlivesReconnectsAndRedirects()
{
    QRepod::Server other;
    for (QRepod::Server *server : {m_server.get(), &other})
        server->setSslConfiguration(serverConfiguration("otherhost.pem"));
    QVERIFY(other.listen("127.0.0.1", 0));
    RecordingListener listener;
    listener.setSslConfiguration(clientConfiguration());
    listener.setPeerVerifyName("game.example");
    listener.setReconnect(true);
    listener.setReconnectInterval(1);
    QVERIFY(listener.connectAndWait(m_server->port()));
    QTRY_COMPARE(m_server->channels().size(), 1);
    m_server->channels().first()->close();
    QVERIFY(listener.pumpUntil("socketConnect", 2));
    QTRY_COMPARE(m_server->channels().size(), 1);
    m_server->channels().first()->redirect(QString("localhost:%1").arg(other.port()));
    QVERIFY(listener.pumpUntil("socketConnect", 3));
    QVERIFY2(listener.error.isEmpty(), qPrintable(listener.error));
    QTRY_COMPARE(other.channels().size(), 1);
}

void tst_Tls::plainClientOnTlsServer()
{
    QSignalSpy failed(m_server.get(), &QRepod::Server::errorOccurred);
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QVERIFY(listener.send("hello", {}) > 0);
    QVERIFY(listener.pumpUntil("disconnected"));
    // For the client this is a message, after which the peer closes.
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
    RawServer silent; // accepts, but sends nothing
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

//! A client that has not joined goes silently, like one that never came.
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
