// SPDX-License-Identifier: MIT

//! Clients that are too many, too slow or faulty, and a system without free descriptors: none of
//! them harms the others.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/rawclient.h"
#include "support/scriptedserver.h"

#include <QRepod/Channel>
#include <QRepod/Protocol>
#include <QRepod/Server>

#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <memory>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

using QRepod::Channel;
using QRepod::Server;

class tst_ServerLimits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusesClientsPastTheMaximum();
    void stalledClientIsClosedAndHoldsNobodyUp();
    void burstOfAHandlerReachesAHealthyClient();
    void oneMessageOfAnySizeIsAccepted();
    void clientThatTakesNothingIsClosed();
    void frameThatIsNeverFinishedBreaksTheProtocol();
    void clientsThatHoldTheMostMemoryAreClosed_data();
    void clientsThatHoldTheMostMemoryAreClosed();
    void protocolBreakerIsClosedAndHarmsNobody_data();
    void protocolBreakerIsClosedAndHarmsNobody();
    void clientThatResetsIsAnError();
    void clientThatResetBeforeItWasAcceptedHarmsNobody();
    void clientsAreAcceptedOnceThereAreDescriptorsAgain();
};

void tst_ServerLimits::refusesClientsPastTheMaximum()
{
    TestServer server;
    server->setMaximumConnections(2);
    JoinedClient one(server);
    JoinedClient other(server);
    QSignalSpy joined(server.server, &Server::channelConnected);

    RawClient extra(server->port());
    extra.send(message(u"hello"_s));
    QVERIFY(extra.ends());
    QCOMPARE(extra.actions(), QStringList({u"error"_s}));
    QCOMPARE(extra.messages().first()[u"error"_s].toString(), u"the server is full: 2 clients"_s);
    QCOMPARE(joined.count(), 0);
    QVERIFY(server.script.log.isEmpty());

    server->sendToAll(message(u"on"_s));
    QVERIFY(one->receives(u"on"_s));
    QVERIFY(other->receives(u"on"_s));

    other->close();
    QVERIFY(eventually([&] { return !other.channel; }));
    const JoinedClient next(server); // takes the place that is free again
    QCOMPARE(server->channels(), QList<Channel *>({one.channel, next.channel}));
}

void tst_ServerLimits::stalledClientIsClosedAndHoldsNobodyUp()
{
    constexpr qint64 limit = 512 * kibi;
    TestServer server;
    server->setMaximumSendBacklog(limit);
    JoinedClient stalled(server);
    stalled->stall();
    JoinedClient healthy(server);
    QStringList events;
    QString error;
    connect(stalled.channel, &Channel::errorOccurred, this, [&](const QString &text) {
        events << u"error"_s;
        error = text;
    });
    connect(stalled.channel, &Channel::disconnected, this, [&] { events << u"disconnected"_s; });

    qsizetype sent = 0;
    while (events.isEmpty() && sent < 1'000) { // the system takes fewer than 1,000
        server->sendToAll(bulky(64 * kibi));
        QVERIFY(healthy->receives(u"bulky"_s, ++sent));
    }
    QVERIFY(eventually([&] { return !stalled.channel; }));
    QCOMPARE(events, QStringList({u"error"_s, u"disconnected"_s}));
    QVERIFY2(error.startsWith(stalled->address() + u": "_s), qPrintable(error));
    QVERIFY2(error.contains(u"over the limit of %1"_s.arg(4 * limit)), qPrintable(error));
    QCOMPARE(server->channels(), QList<Channel *>({healthy.channel}));

    server->sendToAll(message(u"on"_s));
    QVERIFY(healthy->receives(u"on"_s));
}

void tst_ServerLimits::burstOfAHandlerReachesAHealthyClient()
{
    constexpr int count = 30;
    TestServer server;
    server->setMaximumSendBacklog(10 * mebi);
    JoinedClient client(server);
    server.script.onMessage = [&](Channel *channel, const QVariantMap &) {
        for (int i = 0; i < count; ++i)
            QVERIFY(channel->send(bulky(mebi)) > 0);
    };
    client->send(message(u"go"_s));
    QVERIFY(client->receives(u"bulky"_s, count));
    QVERIFY(client.channel);
}

void tst_ServerLimits::oneMessageOfAnySizeIsAccepted()
{
    TestServer server;
    server->setMaximumSendBacklog(1);
    JoinedClient client(server);
    QVERIFY(client.channel->send(bulky(8 * mebi)) > 0);
    QVERIFY(client->receives(u"bulky"_s));
    QVERIFY(client.channel);
}

void tst_ServerLimits::clientThatTakesNothingIsClosed()
{
    TestServer server;
    server->setStallTimeout(100);
    JoinedClient stalled(server);
    stalled->stall();
    JoinedClient healthy(server);
    QString error;
    connect(stalled.channel, &Channel::errorOccurred, this,
            [&](const QString &text) { error = text; });
    for (int i = 0; i < 16; ++i) // more than the system takes
        stalled.channel->send(bulky(512 * kibi));
    QVERIFY(eventually([&] { return !stalled.channel; }));
    QVERIFY2(error.contains(u"was taken for 100 ms"_s), qPrintable(error));
    server->sendToAll(message(u"on"_s));
    QVERIFY(healthy->receives(u"on"_s));
}

void tst_ServerLimits::frameThatIsNeverFinishedBreaksTheProtocol()
{
    TestServer server;
    server->setFrameTimeout(100);
    JoinedClient slow(server);
    JoinedClient healthy(server);
    QString error;
    connect(slow.channel, &Channel::errorOccurred, this,
            [&](const QString &text) { error = text; });
    slow->sendBytes(hex("00000010"));
    QVERIFY(slow->ends());
    QVERIFY(eventually([&] { return !slow.channel; }));
    QVERIFY2(error.contains(u"frame not finished after 100 ms: only 4 bytes have arrived"_s),
             qPrintable(error));
    healthy->send(number(1)); // a complete frame after a longer silence
    QVERIFY(eventually([&] { return server.script.log.contains(u"number"_s); }));
}

void tst_ServerLimits::clientsThatHoldTheMostMemoryAreClosed_data()
{
    QTest::addColumn<bool>("isSending");
    QTest::newRow("frames without an end") << true;
    QTest::newRow("nothing is taken") << false;
}

void tst_ServerLimits::clientsThatHoldTheMostMemoryAreClosed()
{
    QFETCH(const bool, isSending);
    TestServer server;
    server->setMaximumMemory(8 * mebi);
    JoinedClient small(server);
    std::vector<std::unique_ptr<JoinedClient>> large;
    QStringList errors;
    for (int i = 0; i < 3; ++i) { // each stays below its own limits
        auto client = std::make_unique<JoinedClient>(server);
        connect(client->channel, &Channel::errorOccurred, this,
                [&](const QString &text) { errors << text; });
        large.push_back(std::move(client));
    }
    for (const auto &client : large) {
        if (isSending) {
            (*client)->sendBytes(hex("00800000")); // announces 8 MiB, of which this much comes:
            (*client)->sendBytes(QByteArray(3 * mebi, 'x'));
        } else {
            (*client)->stall();
            for (int n = 0; n < 7; ++n)
                client->channel->send(bulky(mebi));
        }
    }
    const auto isFair = [&] {
        return !errors.isEmpty() && server->channels().contains(small.channel);
    };
    QVERIFY(eventually(isFair));
    for (const QString &error : std::as_const(errors))
        QVERIFY2(error.contains(u"bytes held for all clients are over the limit of 8388608"_s),
                 qPrintable(error));
    QVERIFY(eventually([&] { return server->channels().size() < 4; }));
    QVERIFY(server->channels().size() >= 2); // no more are closed than necessary
    small->send(number(1));
    QVERIFY(eventually([&] { return server.script.log.contains(u"number"_s); }));
}

void tst_ServerLimits::protocolBreakerIsClosedAndHarmsNobody_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("closes");
    QTest::addColumn<QString>("reason");
    QTest::newRow("oversized header")
        << hex("7fffffff") << false << u"frame of 2147483647 bytes is over the limit of 16777216"_s;
    QTest::newRow("garbage") << QByteArray("GET / HTTP/1.1\r\n\r\n") << false
                             << u"over the limit of 16777216; does the peer speak HTTP?"_s;
    QTest::newRow("empty frame") << hex("00000000") << false << u"empty frame"_s;
    QTest::newRow("truncated, then closed")
        << hex("0000001081a6") << true << u"the peer closed after 6 bytes of a frame"_s;
    QTest::newRow("half a header, then closed")
        << hex("0000") << true << u"the peer closed after 2 bytes of a frame"_s;
    QTest::newRow("text that is not UTF-8")
        << frame(hex("81a6616374696f6ea1ff")) << false << u"UTF-8"_s;
    QTest::newRow("a byte that means nothing") << frame(hex("c1")) << false << u""_s;
    QTest::newRow("a value that is cut off") << frame(hex("82a161")) << false << u""_s;
    QTest::newRow("bytes left over") << frame(hex("8080")) << false << u""_s;
    QTest::newRow("nested too deep")
        << frame(hex("82a6616374696f6ea164a164") + QByteArray(64, '\x91') + hex("90")) << false
        << u"64"_s;
}

void tst_ServerLimits::protocolBreakerIsClosedAndHarmsNobody()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const bool, closes);
    QFETCH(const QString, reason);
    TestServer server;
    JoinedClient other(server);
    server.logSignals();
    JoinedClient breaker(server);
    QString error;
    connect(breaker.channel, &Channel::errorOccurred, this,
            [&](const QString &text) { error = text; });
    server.script.log.clear();

    breaker->sendBytes(QRepod::encode(message(u"good"_s)) + bytes);
    if (closes)
        breaker->close();
    QVERIFY(breaker->ends());
    QVERIFY(eventually([&] { return !breaker.channel; }));
    QVERIFY2(error.startsWith(breaker->address() + u": "_s), qPrintable(error));
    QVERIFY2(error.size() > breaker->address().size() + 2, qPrintable(error));
    QVERIFY2(error.contains(reason), qPrintable(error));
    QCOMPARE(server.script.log,
             QStringList({u"good"_s, u"errorOccurred %1"_s.arg(error), u"disconnected, none of 1"_s,
                          u"channelDisconnected, none of 1"_s}));

    other->send(message(u"hello"_s));
    QVERIFY(server.receives(u"hello"_s));
    other.channel->send(message(u"on"_s));
    QVERIFY(other->receives(u"on"_s));
}

void tst_ServerLimits::clientThatResetsIsAnError()
{
    TestServer server;
    JoinedClient other(server);
    server.logSignals();
    JoinedClient client(server);
    server.script.log.clear();
    client->send(message(u"hello"_s));
    QVERIFY(server.receives(u"hello"_s));
    client->reset();
    QVERIFY(eventually([&] { return !client.channel; }));
    QCOMPARE(server.script.log,
             QStringList({u"hello"_s,
                          u"errorOccurred %1: Connection reset by peer"_s.arg(client->address()),
                          u"disconnected, none of 1"_s, u"channelDisconnected, none of 1"_s}));
    server->sendToAll(message(u"on"_s));
    QVERIFY(other->receives(u"on"_s));
}

void tst_ServerLimits::clientThatResetBeforeItWasAcceptedHarmsNobody()
{
    TestServer server;
    server.logSignals();
    RawClient client(server->port()); // accepted only by the system; the server has not run yet
    client.reset();
    const JoinedClient other(server);
    server->sendToAll(message(u"on"_s));
    QVERIFY(server.has(1));
    // Either there was no channel, or one that names its client and came and went in order.
    const QStringList log = server.script.log;
    for (const QString &entry : log) {
        if (entry.startsWith(u"errorOccurred "_s))
            QVERIFY2(entry.contains(client.address()), qPrintable(entry));
    }
    QCOMPARE(log.filter(u"channelConnected"_s).size() - 1,
             log.filter(u"channelDisconnected"_s).size());
}

void tst_ServerLimits::clientsAreAcceptedOnceThereAreDescriptorsAgain()
{
    TestServer server;
    RawClient client(server->port()); // accepted only by the system; the server has not run yet
    rlimit limit = {};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    const int next = ::dup(0); // what the server would get
    ::close(next);
    const rlimit none = {rlim_t(next), limit.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &none), 0);
    for (int turn = 0; turn < 20; ++turn)
        QCoreApplication::processEvents();
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    QVERIFY(server->channels().isEmpty());
    QVERIFY(server.has(1));
    server->sendToAll(message(u"on"_s));
    QVERIFY(client.receives(u"on"_s));
}

QTEST_GUILESS_MAIN(tst_ServerLimits)
#include "tst_serverlimits.moc"
