// SPDX-License-Identifier: MIT
// The proxy that an application has set, as with QNetworkProxy::setApplicationProxy().

#include "support/rawserver.h"
#include "support/recordinglistener.h"

#include <QtNetwork/QNetworkProxy>
#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>
#include <QtTest/QTest>

#include <memory>

namespace {

//! An HTTP proxy that connects clients that ask with CONNECT, if it is willing.
class ConnectProxy : public QObject
{
public:
    ConnectProxy()
    {
        connect(&m_server, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *client = m_server.nextPendingConnection())
                connect(client, &QTcpSocket::readyRead, this, [this, client] { read(client); });
        });
        m_server.listen(QHostAddress::LocalHost, 0);
    }

    QNetworkProxy proxy() const
    {
        return QNetworkProxy(QNetworkProxy::HttpProxy, "127.0.0.1", m_server.serverPort());
    }

    QStringList requests; ///< the targets, as "host:port"
    bool isWilling = true;

private:
    void read(QTcpSocket *client)
    {
        if (!client->peek(4096).contains("\r\n\r\n"))
            return;
        const QString target = QString::fromUtf8(client->readAll().split(' ').value(1));
        requests.append(target);
        client->disconnect(this);
        if (!isWilling) {
            client->write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
            return;
        }
        auto *server = new QTcpSocket(client);
        server->setProxy(QNetworkProxy::NoProxy);
        connect(server, &QTcpSocket::connected, client,
                [client] { client->write("HTTP/1.1 200 Connection established\r\n\r\n"); });
        pass(client, server);
        pass(server, client);
        server->connectToHost(target.section(':', 0, 0), target.section(':', 1).toUShort());
    }

    static void pass(QTcpSocket *from, QTcpSocket *to)
    {
        connect(from, &QTcpSocket::readyRead, to, [from, to] { to->write(from->readAll()); });
        connect(from, &QTcpSocket::disconnected, to, &QTcpSocket::disconnectFromHost);
    }

    QTcpServer m_server;
};

} // namespace

class tst_Proxy : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void cleanup() { QNetworkProxy::setApplicationProxy(QNetworkProxy::NoProxy); }

    void messagesGoThroughIt();
    void itsRefusalIsAnError();
    void noneIsUsedUnlessSet_data();
    void noneIsUsedUnlessSet();

private:
    std::unique_ptr<RawServer> m_server;
    std::unique_ptr<ConnectProxy> m_proxy;
};

void tst_Proxy::init()
{
    m_server = std::make_unique<RawServer>();
    m_proxy = std::make_unique<ConnectProxy>();
    QNetworkProxy::setApplicationProxy(m_proxy->proxy());
}

void tst_Proxy::messagesGoThroughIt()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QCOMPARE(m_proxy->requests, QStringList(QString("127.0.0.1:%1").arg(m_server->port())));
    const QByteArray data(1'000'000, 'x');
    QVERIFY(listener.send("there", {{"data", data}}) > 0);
    QTRY_COMPARE(m_server->received().size(), 1);
    QCOMPARE(m_server->received().first()["data"].toByteArray(), data);
    m_server->send({{"action", "back"}, {"data", data}});
    QVERIFY(listener.pumpUntil("back"));
    QCOMPARE(listener.messages.last()["data"].toByteArray(), data);
    m_server->closeClient();
    QVERIFY(listener.pumpUntil("disconnected"));
    QCOMPARE(listener.error, QString());
}

void tst_Proxy::itsRefusalIsAnError()
{
    m_proxy->isWilling = false;
    RecordingListener listener;
    listener.connect("127.0.0.1", m_server->port());
    QVERIFY(listener.pumpUntil("error"));
    QCOMPARE(listener.log, (QStringList{"errorOccurred()", "error"}));
    QVERIFY2(listener.error.startsWith(QString("127.0.0.1:%1: ").arg(m_server->port()))
                 && listener.error.contains("proxy", Qt::CaseInsensitive),
             qPrintable(listener.error));
    QCOMPARE(m_server->clientCount(), 0);
}

void tst_Proxy::noneIsUsedUnlessSet_data()
{
    QTest::addColumn<QNetworkProxy>("proxy");
    QTest::newRow("none") << QNetworkProxy(QNetworkProxy::NoProxy);
    QTest::newRow("the default") << QNetworkProxy(QNetworkProxy::DefaultProxy);
}

void tst_Proxy::noneIsUsedUnlessSet()
{
    QFETCH(const QNetworkProxy, proxy);
    QNetworkProxy::setApplicationProxy(proxy);
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QCOMPARE(m_proxy->requests, QStringList());
}

QTEST_GUILESS_MAIN(tst_Proxy)

#include "tst_proxy.moc"
