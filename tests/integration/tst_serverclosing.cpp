// SPDX-License-Identifier: MIT

//! Channels and servers that are closed or deleted at any time: in handlers, in signals, in nested
//! event loops.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/rawclient.h"
#include "support/scriptedserver.h"

#include <QRepod/Channel>
#include <QRepod/Protocol>
#include <QRepod/Server>

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qpointer.h>
#include <QtCore/qset.h>
#include <QtCore/qthread.h>
#include <QtNetwork/qtcpsocket.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <thread>

using QRepod::Channel;
using QRepod::Server;

class tst_ServerClosing : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void closeInAHandlerSendsWhatWasSent();
    void closeFromAnotherThread();
    void channelDeletedInItsOwnHandler();
    void channelDeletedInTheHandlerOfAnother();
    void channelDeletedInItsSignals_data();
    void channelDeletedInItsSignals();
    void serverDeletedAtAnyTime_data();
    void serverDeletedAtAnyTime();
    void nestedEventLoopKeepsOrderAndLosesNothing();
    void channelDeletedInANestedEventLoop();
    void serverDeletedInANestedEventLoop();
    void closedServerSendsWhatWasSentAndListensAgain();
    void closedServerHasToldEveryChannel_data();
    void closedServerHasToldEveryChannel();
    void closedServerHasDeliveredWhatHadArrived();
    void serverClosedInAHandler();
    void serverListensAgainWhileItCloses();
    void serverDeletedWhileItCloses();
    void channelsDeletedWhileTheServerCloses();
    void channelWhoseDestructorDeletesAnother();
    void destroyedServerSendsWhatWasSentWithinBounds();
};

void tst_ServerClosing::closeInAHandlerSendsWhatWasSent()
{
    TestServer server;
    server->setCloseTimeout(patience);
    server.script.onMessage = [](Channel *channel, const QVariantMap &) {
        channel->send(bulky(4 * mebi));
        channel->send(message(u"last"_s));
        channel->close();
        channel->send(message(u"too late"_s));
    };
    QSignalSpy gone(server.server, &Server::channelDisconnected);
    JoinedClient client(server);
    client->send(message(u"hello"_s));
    QVERIFY(client->ends());
    QCOMPARE(client->actions(), QStringList({u"connected"_s, u"bulky"_s, u"last"_s}));
    QVERIFY(eventually([&] { return !client.channel; }));
    QCOMPARE(gone.count(), 1);
}

void tst_ServerClosing::closeFromAnotherThread()
{
    TestServer server;
    JoinedClient client(server);
    JoinedClient other(server);
    std::thread closer([channel = client.channel.data()] {
        channel->send(message(u"last"_s));
        channel->close();
        channel->close();
    });
    closer.join();
    QVERIFY(client->ends());
    QCOMPARE(client->actions(), QStringList({u"connected"_s, u"last"_s}));
    QVERIFY(eventually([&] { return !client.channel; }));
    QCOMPARE(server->channels(), QList<Channel *>({other.channel}));
}

void tst_ServerClosing::channelDeletedInItsOwnHandler()
{
    TestServer server;
    server.script.onMessage = [](Channel *channel, const QVariantMap &received) {
        if (received[u"action"_s] != u"die"_s)
            return;
        channel->send(message(u"last"_s));
        delete channel;
    };
    JoinedClient client(server);
    JoinedClient other(server);
    client->sendBytes(QRepod::encode(message(u"die"_s)) + QRepod::encode(message(u"behind"_s)));
    QVERIFY(client->ends());
    QCOMPARE(client->actions(), QStringList({u"connected"_s, u"last"_s}));
    QVERIFY(!client.channel);
    QCOMPARE(server->channels(), QList<Channel *>({other.channel}));

    other->send(message(u"hello"_s));
    QVERIFY(server.receives(u"hello"_s));
    QCOMPARE(server.script.log, QStringList({u"die"_s, u"hello"_s}));
    server->sendToAll(number(1));
    QVERIFY(other->receives(u"number"_s));
}

void tst_ServerClosing::channelDeletedInTheHandlerOfAnother()
{
    TestServer server;
    JoinedClient victim(server);
    JoinedClient client(server);
    server.script.onMessage = [&](Channel *channel, const QVariantMap &) {
        if (channel == client.channel)
            delete victim.channel;
    };
    // Both have messages waiting when the handler runs.
    client->send(message(u"hello"_s));
    victim->send(message(u"hello"_s));
    QVERIFY(victim->ends());
    QVERIFY(!victim.channel);
    QCOMPARE(server->channels(), QList<Channel *>({client.channel}));
    client.channel->send(message(u"on"_s));
    QVERIFY(client->receives(u"on"_s));
}

void tst_ServerClosing::channelDeletedInItsSignals_data()
{
    QTest::addColumn<QString>("when");
    for (const QString &when :
         {u"channelConnected"_s, u"errorOccurred"_s, u"disconnected"_s, u"channelDisconnected"_s})
        QTest::newRow(qPrintable(when)) << when;
}

void tst_ServerClosing::channelDeletedInItsSignals()
{
    QFETCH(const QString, when);
    TestServer<AttentiveChannel> server;
    const JoinedClient other(server);
    server.script.log.clear();

    bool isDeleted = false;
    const auto deleteAt = [&](const QString &now, Channel *channel) {
        if (now != when)
            return;
        delete channel;
        isDeleted = true;
    };
    connect(server.server, &Server::channelConnected, this, [&](Channel *channel) {
        connect(channel, &Channel::errorOccurred, this,
                [=] { deleteAt(u"errorOccurred"_s, channel); });
        connect(channel, &Channel::disconnected, this,
                [=] { deleteAt(u"disconnected"_s, channel); });
        deleteAt(u"channelConnected"_s, channel);
    });
    connect(server.server, &Server::channelDisconnected, this,
            [=](Channel *channel) { deleteAt(u"channelDisconnected"_s, channel); });

    RawClient client(server->port());
    client.sendBytes(hex("00000000"));
    QVERIFY(eventually([&] { return isDeleted; }));
    QVERIFY(client.ends());
    QCOMPARE(server->channels(), QList<Channel *>({other.channel}));
    // Nothing was called after the deletion, and everything before it.
    QStringList expected = {u"Network_connected"_s,
                            u"Network_error %1: empty frame"_s.arg(client.address()),
                            u"Network_disconnected"_s};
    if (when == u"channelConnected"_s)
        expected.resize(0);
    else if (when == u"errorOccurred"_s)
        expected.resize(1);
    else if (when == u"disconnected"_s)
        expected.resize(2);
    QCOMPARE(server.script.log, expected);
}

void tst_ServerClosing::serverDeletedAtAnyTime_data()
{
    QTest::addColumn<QString>("when");
    for (const QString &when :
         {u"handler"_s, u"channelConnected"_s, u"errorOccurred"_s, u"disconnected"_s,
          u"channelDisconnected"_s, u"channel destroyed"_s})
        QTest::newRow(qPrintable(when)) << when;
}

void tst_ServerClosing::serverDeletedAtAnyTime()
{
    QFETCH(const QString, when);
    TestServer server;
    JoinedClient other(server);

    const auto deleteAt = [&](const QString &now) {
        if (now == when)
            delete server.server;
    };
    server.script.onMessage = [&](Channel *channel, const QVariantMap &) {
        channel->send(message(u"last"_s));
        deleteAt(u"handler"_s);
    };
    connect(server.server, &Server::channelConnected, this, [&](Channel *channel) {
        connect(channel, &Channel::errorOccurred, this, [=] { deleteAt(u"errorOccurred"_s); });
        connect(channel, &Channel::disconnected, this, [=] { deleteAt(u"disconnected"_s); });
        deleteAt(u"channelConnected"_s);
    });
    connect(server.server, &Server::channelDisconnected, this,
            [=] { deleteAt(u"channelDisconnected"_s); });

    RawClient client(server->port());
    if (when == u"channel destroyed"_s) {
        QVERIFY(server.has(2));
        for (Channel *channel : server->channels()) {
            if (channel != other.channel)
                connect(channel, &QObject::destroyed, this, [=] { deleteAt(when); });
        }
    }
    client.send(message(u"hello"_s));
    if (when != u"handler"_s)
        client.sendBytes(hex("00000000"));
    QVERIFY(eventually([&] { return !server.server; }));
    QVERIFY(client.ends());
    QVERIFY(other->ends());
    QVERIFY(!other.channel);
    QCOMPARE(server.script.log,
             when == u"channelConnected"_s ? QStringList() : QStringList({u"hello"_s}));
    if (when == u"handler"_s)
        QCOMPARE(client.actions(), QStringList({u"connected"_s, u"last"_s}));
}

void tst_ServerClosing::nestedEventLoopKeepsOrderAndLosesNothing()
{
    TestServer server;
    JoinedClient client(server);
    JoinedClient other(server);
    QEventLoop loop;
    server.script.onMessage = [&](Channel *, const QVariantMap &received) {
        if (received[u"action"_s] == u"release"_s)
            return loop.quit();
        if (received[u"n"_s] != 1)
            return;
        // Arrives while the handler is running; the client even leaves.
        client->send(number(3));
        client->send(number(4));
        client->close();
        other->send(message(u"release"_s));
        loop.exec();
        server.script.log << u"returned"_s;
    };
    client->sendBytes(QRepod::encode(number(1)) + QRepod::encode(number(2)));
    QVERIFY(eventually([&] { return !client.channel; }));
    QCOMPARE(server.script.numbers, QList<qint64>({1, 2, 3, 4}));
    // The other channel works meanwhile. This one waits for its handler.
    QCOMPARE(server.script.log,
             QStringList({u"number"_s, u"release"_s, u"returned"_s, u"number"_s, u"number"_s,
                          u"number"_s}));
}

void tst_ServerClosing::channelDeletedInANestedEventLoop()
{
    TestServer server;
    JoinedClient client(server);
    JoinedClient other(server);
    QEventLoop loop;
    server.script.onMessage = [&](Channel *, const QVariantMap &received) {
        if (received[u"action"_s] == u"kill"_s) {
            delete client.channel;
            return loop.quit();
        }
        other->send(message(u"kill"_s));
        loop.exec();
    };
    client->sendBytes(QRepod::encode(number(1)) + QRepod::encode(number(2)));
    QVERIFY(client->ends());
    QCOMPARE(server.script.log, QStringList({u"number"_s, u"kill"_s}));
    QCOMPARE(server->channels(), QList<Channel *>({other.channel}));
}

void tst_ServerClosing::serverDeletedInANestedEventLoop()
{
    TestServer server;
    JoinedClient client(server);
    JoinedClient other(server);
    QEventLoop loop;
    server.script.onMessage = [&](Channel *, const QVariantMap &received) {
        if (received[u"action"_s] == u"kill"_s) {
            delete server.server;
            return loop.quit();
        }
        other->send(message(u"kill"_s));
        loop.exec();
    };
    client->sendBytes(QRepod::encode(number(1)) + QRepod::encode(number(2)));
    QVERIFY(client->ends());
    QVERIFY(other->ends());
    QCOMPARE(server.script.log, QStringList({u"number"_s, u"kill"_s}));
}

void tst_ServerClosing::closedServerSendsWhatWasSentAndListensAgain()
{
    TestServer server;
    server->setCloseTimeout(patience);
    JoinedClient one(server);
    JoinedClient other(server);
    QSignalSpy gone(server.server, &Server::channelDisconnected);
    server->sendToAll(bulky(mebi));
    server->sendToAll(message(u"last"_s));
    const quint16 port = server->port();
    server->close();
    for (JoinedClient *client : {&one, &other}) {
        QVERIFY(client->client.ends());
        QCOMPARE(client->client.actions(), QStringList({u"connected"_s, u"bulky"_s, u"last"_s}));
    }
    QCOMPARE(gone.count(), 2);
    QVERIFY(server->channels().isEmpty());
    QTcpSocket refused;
    refused.connectToHost(QHostAddress::LocalHost, port);
    QVERIFY(!refused.waitForConnected(patience));

    QVERIFY2(server->listen(local, 0), qPrintable(server->errorString()));
    JoinedClient late(server);
    late->send(message(u"hello"_s));
    QVERIFY(server.receives(u"hello"_s));
}

void tst_ServerClosing::closedServerHasToldEveryChannel_data()
{
    QTest::addColumn<bool>("isInBackground");
    QTest::newRow("in this thread") << false;
    QTest::newRow("in the background") << true;
}

//! A game that saves its players in `disconnected` can do so when it ends.
void tst_ServerClosing::closedServerHasToldEveryChannel()
{
    QFETCH(const bool, isInBackground);
    TestServer<AttentiveChannel> server;
    JoinedClient one(server);
    JoinedClient other(server);
    if (isInBackground)
        server->startBackground();
    QStringList gone; // used in the working thread, like the script's log
    connect(
        server.server, &Server::channelDisconnected, this,
        [&](Channel *channel) { gone << channel->address(); }, Qt::DirectConnection);
    server->close();
    QVERIFY(!server->isListening());
    QCOMPARE(server.script.log.count(u"Network_disconnected"_s), 2);
    QCOMPARE(QSet<QString>(gone.cbegin(), gone.cend()),
             QSet<QString>({one->address(), other->address()}));
    QCOMPARE(gone.size(), 2);
    QVERIFY(server->channels().isEmpty());
}

void tst_ServerClosing::closedServerHasDeliveredWhatHadArrived()
{
    TestServer<AttentiveChannel> server;
    server->close();
    server->setThreads(1); // it receives while this thread does something else
    QVERIFY(server->listen(local, 0));
    JoinedClient client(server);
    client->sendBytes(QRepod::encode(number(1)) + QRepod::encode(number(2)));
    while (client.channel->statistics().messagesWaiting < 2)
        QThread::yieldCurrentThread();
    server.script.log.clear();
    server->close();
    QCOMPARE(server.script.log, QStringList({u"number"_s, u"number"_s, u"Network_disconnected"_s}));
    QCOMPARE(server.script.numbers, QList<qint64>({1, 2}));
}

//! The channel whose handler this is cannot be told inside that handler.
void tst_ServerClosing::serverClosedInAHandler()
{
    TestServer<AttentiveChannel> server;
    JoinedClient client(server);
    JoinedClient other(server);
    QStringList atTheEnd;
    server.script.onMessage = [&](Channel *channel, const QVariantMap &) {
        channel->send(message(u"last"_s));
        server->close();
        atTheEnd = server.script.log;
    };
    server.script.log.clear();
    client->send(message(u"shutdown"_s));
    QVERIFY(eventually([&] { return !client.channel && !other.channel; }));
    QCOMPARE(atTheEnd, QStringList({u"shutdown"_s, u"Network_disconnected"_s}));
    QCOMPARE(server.script.log,
             QStringList({u"shutdown"_s, u"Network_disconnected"_s, u"Network_disconnected"_s}));
    QVERIFY(client->ends());
    QCOMPARE(client->actions(), QStringList({u"connected"_s, u"last"_s}));
}

void tst_ServerClosing::serverListensAgainWhileItCloses()
{
    TestServer server;
    JoinedClient client(server);
    connect(server.server, &Server::channelDisconnected, this,
            [&] { QVERIFY2(server->listen(local, 0), qPrintable(server->errorString())); });
    server->close();
    QVERIFY(server->isListening());
    QVERIFY(server->port() != 0);
    JoinedClient late(server);
    QCOMPARE(server->channels(), QList<Channel *>({late.channel}));
}

void tst_ServerClosing::serverDeletedWhileItCloses()
{
    TestServer<AttentiveChannel> server;
    JoinedClient client(server);
    JoinedClient other(server);
    connect(server.server, &Server::channelDisconnected, this, [&] { delete server.server; });
    server->close();
    QVERIFY(!server.server);
    QCOMPARE(server.script.log.count(u"Network_disconnected"_s), 1);
    QVERIFY(client->ends());
    QVERIFY(other->ends());
}

void tst_ServerClosing::channelsDeletedWhileTheServerCloses()
{
    TestServer<AttentiveChannel> server;
    JoinedClient client(server);
    JoinedClient other(server);
    connect(server.server, &Server::channelDisconnected, this, [&] {
        delete client.channel;
        delete other.channel;
    });
    server->close();
    QVERIFY(!client.channel && !other.channel);
    QCOMPARE(server.script.log.count(u"Network_disconnected"_s), 1);
    QVERIFY(client->ends());
    QVERIFY(other->ends());
}

//! As in a game where one player owns others.
void tst_ServerClosing::channelWhoseDestructorDeletesAnother()
{
    class OwningChannel : public Channel
    {
    public:
        ~OwningChannel() override { delete owned; }

        QPointer<Channel> owned;
    };
    TestServer server;
    server->setChannelFactory([] { return new OwningChannel; });
    JoinedClient clients[] = {JoinedClient(server), JoinedClient(server), JoinedClient(server),
                              JoinedClient(server)};
    const auto setOwned = [&](int owner, int owned) {
        static_cast<OwningChannel *>(clients[owner].channel.data())->owned = clients[owned].channel;
    };
    setOwned(0, 1); // the older and the younger: their order is not defined
    setOwned(3, 2);
    delete server.server;
    for (JoinedClient &client : clients) {
        QVERIFY(!client.channel);
        QVERIFY(client->ends());
    }
}

void tst_ServerClosing::destroyedServerSendsWhatWasSentWithinBounds()
{
    TestServer server;
    server->setCloseTimeout(patience);
    JoinedClient stalled(server);
    stalled->stall();
    JoinedClient client(server);
    for (int i = 0; i < 15; ++i)
        QVERIFY(stalled.channel->send(bulky(mebi)) > 0);
    for (int n = 0; n < 1'000; ++n)
        client.channel->send(number(n));

    QElapsedTimer timer;
    timer.start();
    delete server.server;
    QVERIFY2(timer.elapsed() < patience / 2, qPrintable(QString::number(timer.elapsed())));
    QVERIFY(!client.channel);
    QVERIFY(client->ends());
    QCOMPARE(client->numbers().size(), 1'000);
}

QTEST_GUILESS_MAIN(tst_ServerClosing)
#include "tst_serverclosing.moc"
