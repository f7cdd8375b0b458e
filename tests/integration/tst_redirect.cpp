// SPDX-License-Identifier: MIT

//! A server that redirects its clients, and clients that go there, or cannot.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/rawclient.h"
#include "support/recordinglistener.h"
#include "support/warnings.h"

#include <QRepod/Channel>
#include <QRepod/Client>
#include <QRepod/Server>

#include <QtTest/QTest>

using QRepod::Channel;
using QRepod::Server;

namespace {

//! Redirects a client that says `go` to where it wants.
class Guide : public Channel
{
    Q_OBJECT

public:
    static inline int handled = 0;

    Q_INVOKABLE void Network_go(const QString &to)
    {
        redirect(to);
        redirect(to);
    }
    void network_received(const QVariantMap &) override { ++handled; }
};

QString addressOf(const Server &server)
{
    return u"127.0.0.1:%1"_s.arg(server.port());
}

QVariantMap go(const QString &to)
{
    return message(u"go"_s, {{u"to"_s, to}});
}

} // namespace

class tst_Redirect : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        Guide::handled = 0;
        for (Server *server : {&first, &second}) {
            server->close();
            server->setChannelClass<Guide>();
            QVERIFY(server->listen(u"127.0.0.1"_s, 0));
        }
    }

    void aClientGoesWhereItIsSent()
    {
        RecordingListener client;
        QVERIFY(client.connectAndWait(first.port()));
        client.send(go(addressOf(second)));
        client.send(u"late"_s, {});
        QVERIFY(client.pumpUntil(u"connected"_s, 2));
        QCOMPARE(client.actions(),
                 (QStringList{u"connected"_s, u"socketConnect"_s, u"disconnected"_s, u"connected"_s,
                              u"socketConnect"_s}));
        QCOMPARE(client.connection()->port(), second.port());
        QCOMPARE(client.state(), QRepod::ConnectionListener::State::Connected);
        QVERIFY(eventually([&] { return first.channels().isEmpty(); }));
        QVERIFY(eventually([&] { return second.channels().size() == 1; }));
        QCOMPARE(Guide::handled, 0);
        client.send(u"there"_s, {});
        QVERIFY(eventually([&] { return Guide::handled == 1; }));
    }

    //! Even with a session this is not an interruption.
    void aClientWithASessionGoesToo()
    {
        first.setSessionTimeout(60'000);
        second.setSessionTimeout(60'000);
        RecordingListener client;
        client.setReconnect(true);
        QVERIFY(client.connectAndWait(first.port()));
        QVERIFY(eventually([&] { return first.channels().size() == 1; }));
        client.send(go(addressOf(second)));
        QVERIFY(client.pumpUntil(u"connected"_s, 2));
        QCOMPARE(client.actions(),
                 (QStringList{u"connected"_s, u"socketConnect"_s, u"disconnected"_s, u"connected"_s,
                              u"socketConnect"_s}));
        QVERIFY(eventually([&] { return first.channels().isEmpty(); }));
        QVERIFY(eventually([&] { return second.channels().size() == 1; }));
        first.setSessionTimeout(0);
        second.setSessionTimeout(0);
    }

    void aClientThatClosesDoesNotGo()
    {
        RecordingListener client;
        client.onMessage = [&](const QVariantMap &message) {
            if (message[u"action"_s] == u"disconnected"_s)
                client.close();
        };
        QVERIFY(client.connectAndWait(first.port()));
        client.send(go(addressOf(second)));
        QVERIFY(client.pumpUntil(u"disconnected"_s));
        QVERIFY(eventually([&] {
            client.pump();
            return client.state() == QRepod::ConnectionListener::State::Disconnected;
        }));
        QCOMPARE(client.actions().count(u"connected"_s), 1);
    }

    void anAddressThatIsNoneIsAnEnd_data()
    {
        QTest::addColumn<QString>("address");
        for (const char *address : {"", "nowhere", ":5071", "host:", "host:0", "host:70000"})
            QTest::newRow(address) << QString::fromLatin1(address);
    }

    void anAddressThatIsNoneIsAnEnd()
    {
        QFETCH(QString, address);
        RecordingListener client;
        QVERIFY(client.connectAndWait(first.port()));
        const Warnings warnings;
        client.send(go(address));
        QVERIFY(client.pumpUntil(u"disconnected"_s));
        QCOMPARE(client.state(), QRepod::ConnectionListener::State::Disconnected);
        const QString warning = Warnings::texts().constFirst();
        QVERIFY2(warning.contains(u" is redirected to %1: "_s.arg(address)), qPrintable(warning));
    }

    void whoSaysNoHelloIsToldTheAddress()
    {
        RawClient client(first.port());
        QVERIFY(client.send(go(addressOf(second))));
        QVERIFY(client.send(message(u"late"_s)));
        QVERIFY(client.ends());
        QCOMPARE(client.actions(), (QStringList{u"connected"_s, u"error"_s}));
        const QString error = client.messages().constLast()[u"error"_s].toString();
        QVERIFY2(error.contains(addressOf(second)), qPrintable(error));
        QCOMPARE(Guide::handled, 0);
    }

    //! The first redirection is followed at once. After that they are as slow as reconnecting.
    void serversThatSendAClientToEachOtherDoNotKeepItBusy()
    {
        RecordingListener client;
        client.setReconnectInterval(100'000);
        client.setMaximumReconnectInterval(100'000);
        client.onMessage = [&](const QVariantMap &message) {
            if (message[u"action"_s] == u"socketConnect"_s)
                client.send(
                    go(addressOf(client.connection()->port() == first.port() ? second : first)));
        };
        QVERIFY(client.connectAndWait(first.port()));
        QVERIFY(client.pumpUntil(u"disconnected"_s, 2));
        QCOMPARE(client.state(), QRepod::ConnectionListener::State::Reconnecting);
        QCOMPARE(client.actions().count(u"connected"_s), 2);
    }

private:
    Server first;
    Server second;
};

QTEST_GUILESS_MAIN(tst_Redirect)
#include "tst_redirect.moc"
