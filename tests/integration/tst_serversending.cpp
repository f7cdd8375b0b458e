// SPDX-License-Identifier: MIT

//! What a server sends, to one client or to all, from its own thread and from others.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/rawclient.h"
#include "support/scriptedserver.h"
#include "support/warnings.h"

#include <QRepod/Channel>
#include <QRepod/Protocol>
#include <QRepod/Room>
#include <QRepod/Server>

#include <QtCore/qfuture.h>
#include <QtCore/qmap.h>
#include <QtCore/qpromise.h>
#include <QtCore/qtimer.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <thread>

using QRepod::Channel;
using QRepod::Server;

namespace {

//! A value that counts how often it is encoded.
struct Counted
{
    Q_GADGET
    Q_PROPERTY(int value READ value)

public:
    int value() const
    {
        ++reads;
        return 7;
    }

    static inline std::atomic<int> reads = 0;
};

//! Answers in every way that is finished soon.
class Answering : public Channel
{
    Q_OBJECT

public:
    Q_INVOKABLE void Network_ask() { send(u"told"_s); }
    Q_INVOKABLE int Network_add(int a, int b) { return a + b; }
    Q_INVOKABLE QFuture<int> Network_ready() { return QtFuture::makeReadyFuture(5); }
    Q_INVOKABLE QFuture<int> Network_soon()
    {
        const auto promise = std::make_shared<QPromise<int>>();
        promise->start();
        QTimer::singleShot(1, server(), [promise] {
            promise->addResult(7);
            promise->finish();
        });
        return promise->future();
    }
};

} // namespace

Q_DECLARE_METATYPE(Counted)

class tst_ServerSending : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void actionsCanBeSentInEveryForm();
    void sendToAllReachesEveryoneInOrder();
    void sendToAllLeavesOneOut();
    void everyoneIsTheRoomOfAllClients();
    void roomWithoutAServerIsEmpty();
    void sendToAllEncodesOnce();
    void sendToAllFromOtherThreads();
    void sendFromOtherThreads();
    void whatCannotBeEncodedIsNotSent();
    void messageWithoutActionIsNotSent();
    void answersReachAClientThatHasClosedItsDirection_data();
    void answersReachAClientThatHasClosedItsDirection();
};

void tst_ServerSending::actionsCanBeSentInEveryForm()
{
    TestServer server;
    JoinedClient client(server);
    Channel *const channel = client.channel;
    QRepod::Room *const room = server->everyone();

    QVERIFY(channel->send("literal") > 0);
    QVERIFY(channel->send("fields", {{"x", 1}}) > 0);
    QVERIFY(channel->send({{"action", "list"}}) > 0);
    server->sendToAll("literal");
    server->sendToAll("fields", {{"x", 1}, {"y", "z"}});
    server->sendToAll({{"action", "list"}});
    server->sendToAll({{"action", "list"}, {"text", "two texts"}});
    room->sendToAll("literal");
    room->sendToAll("fields", {{"x", 1}});
    room->sendToAll({{"action", "list"}});
    room->sendToAll({{"action", "list"}}, nullptr);
    QVERIFY(client->receives(u"list"_s, 5));
    QCOMPARE(client->messages().mid(1), // after the greeting
             (QList<QVariantMap>{{{"action", "literal"}},
                                 {{"action", "fields"}, {"x", 1}},
                                 {{"action", "list"}},
                                 {{"action", "literal"}},
                                 {{"action", "fields"}, {"x", 1}, {"y", "z"}},
                                 {{"action", "list"}},
                                 {{"action", "list"}, {"text", "two texts"}},
                                 {{"action", "literal"}},
                                 {{"action", "fields"}, {"x", 1}},
                                 {{"action", "list"}},
                                 {{"action", "list"}}}));
}

void tst_ServerSending::sendToAllReachesEveryoneInOrder()
{
    constexpr qint64 count = 1'000;
    TestServer server;
    JoinedClient one(server);
    JoinedClient other(server);
    QList<qint64> expected;
    for (qint64 n = 0; n < count; ++n) {
        server->sendToAll(number(n));
        expected << n;
    }
    QVERIFY(one->receives(u"number"_s, count));
    QVERIFY(other->receives(u"number"_s, count));
    QCOMPARE(one->numbers(), expected);
    QCOMPARE(other->numbers(), expected);
}

void tst_ServerSending::sendToAllLeavesOneOut()
{
    TestServer server;
    JoinedClient one(server);
    JoinedClient other(server);
    server->everyone()->sendToAll(message(u"map"_s), one.channel);
    server->everyone()->sendToAll(u"fields"_s, {{u"x"_s, 1}}, one.channel);
    server->sendToAll(message(u"end"_s));
    QVERIFY(one->receives(u"end"_s));
    QVERIFY(other->receives(u"end"_s));
    QCOMPARE(one->actions(), QStringList({u"connected"_s, u"end"_s}));
    QCOMPARE(other->actions(), QStringList({u"connected"_s, u"map"_s, u"fields"_s, u"end"_s}));
}

void tst_ServerSending::everyoneIsTheRoomOfAllClients()
{
    TestServer server;
    QRepod::Room *const everyone = server->everyone();
    QCOMPARE(everyone->server(), server.server);
    QCOMPARE(everyone->name(), QString());
    QVERIFY(everyone->channels().isEmpty());

    JoinedClient clients[] = {JoinedClient(server), JoinedClient(server), JoinedClient(server)};
    const QList<Channel *> all{clients[0].channel, clients[1].channel, clients[2].channel};
    QCOMPARE(everyone->channels(), all); // in the order of joining
    QCOMPARE(server->channels(), all);
    clients[1]->close();
    QVERIFY(server.has(2));
    QCOMPARE(everyone->channels(), QList<Channel *>({all[0], all[2]}));
    delete clients[0].channel;
    QCOMPARE(everyone->channels(), QList<Channel *>({all[2]}));
}

void tst_ServerSending::roomWithoutAServerIsEmpty()
{
    QRepod::Room room;
    QCOMPARE(room.server(), nullptr);
    QVERIFY(room.name().isEmpty());
    QVERIFY(room.channels().isEmpty());
    room.sendToAll("nobody");
}

void tst_ServerSending::sendToAllEncodesOnce()
{
    TestServer server;
    JoinedClient clients[] = {JoinedClient(server), JoinedClient(server), JoinedClient(server)};
    Counted::reads = 0;
    server->sendToAll(message(u"counted"_s, {{u"gadget"_s, QVariant::fromValue(Counted())}}));
    for (JoinedClient &client : clients) {
        QVERIFY(client->receives(u"counted"_s));
        QCOMPARE(client->messages().last()[u"gadget"_s].toMap()[u"value"_s].toInt(), 7);
    }
    QCOMPARE(int(Counted::reads), 1);
}

void tst_ServerSending::sendToAllFromOtherThreads()
{
    constexpr qint64 count = 1'000;
    TestServer server;
    JoinedClient one(server);
    JoinedClient other(server);
    const auto sendAll = [&](qint64 first) {
        for (qint64 n = first; n < first + count; ++n)
            server->sendToAll(number(n));
    };
    std::thread low(sendAll, 0);
    std::thread high(sendAll, count);
    const bool isComplete = one->receives(u"number"_s, 2 * count);
    low.join();
    high.join();
    QVERIFY(isComplete);
    QVERIFY(other->receives(u"number"_s, 2 * count));
    QCOMPARE(one->numbers(), other->numbers()); // the same order for everyone
    qint64 nextLow = 0;
    qint64 nextHigh = count;
    for (const qint64 n : one->numbers())
        QCOMPARE(n, n < count ? nextLow++ : nextHigh++);
}

void tst_ServerSending::sendFromOtherThreads()
{
    constexpr qint64 count = 1'000;
    TestServer server;
    JoinedClient client(server);
    Channel *const channel = client.channel;
    std::atomic<int> failures = 0;
    const auto sendAll = [&](qint64 first) {
        for (qint64 n = first; n < first + count; ++n) {
            if (!channel->isConnected() || channel->send(number(n)) == 0)
                ++failures;
        }
    };
    std::thread low(sendAll, 0);
    std::thread high(sendAll, count);
    const bool isComplete = client->receives(u"number"_s, 2 * count);
    low.join();
    high.join();
    QVERIFY(isComplete);
    QCOMPARE(int(failures), 0);
    qint64 nextLow = 0;
    qint64 nextHigh = count;
    for (const qint64 n : client->numbers())
        QCOMPARE(n, n < count ? nextLow++ : nextHigh++);
}

void tst_ServerSending::whatCannotBeEncodedIsNotSent()
{
    TestServer server;
    JoinedClient client(server);
    const QVariantMap unencodable =
        message(u"bad"_s, {{u"players"_s, QVariantList{1, QVariant::fromValue(this)}}});
    {
        const Warnings warnings;
        QCOMPARE(client.channel->send(unencodable), 0);
        QCOMPARE(Warnings::texts().size(), 1);
        QVERIFY(Warnings::texts().first().contains(u"players[1]"_s));
        QVERIFY(Warnings::texts().first().contains(client->address()));
        server->sendToAll(unencodable);
        QCOMPARE(Warnings::texts().size(), 2);
        QVERIFY(Warnings::texts().last().contains(u"players[1]"_s));
    }
    const QByteArray expected = QRepod::encode(message(u"good"_s));
    QCOMPARE(client.channel->send(message(u"good"_s)), expected.size());
    QVERIFY(client->receives(u"good"_s));
    QCOMPARE(client->actions(), QStringList({u"connected"_s, u"good"_s}));
}

void tst_ServerSending::messageWithoutActionIsNotSent()
{
    TestServer server;
    JoinedClient client(server);
    {
        const Warnings warnings;
        QCOMPARE(client.channel->send({{u"actoin"_s, u"typo"_s}}), 0);
        server->sendToAll({{u"actoin"_s, u"typo"_s}});
        QCOMPARE(Warnings::texts(),
                 QStringList(
                     {u"message to %1 was not sent: message has no action"_s.arg(client->address()),
                      u"message to all clients was not sent: message has no action"_s}));
    }
    QVERIFY(client.channel->send(message(u"good"_s)) > 0);
    QVERIFY(client->receives(u"good"_s));
    QCOMPARE(client->actions(), QStringList({u"connected"_s, u"good"_s}));
}

void tst_ServerSending::answersReachAClientThatHasClosedItsDirection_data()
{
    QTest::addColumn<bool>("isInBackground");
    QTest::addColumn<int>("threads");
    QTest::addColumn<int>("sessionTimeout");
    QTest::newRow("foreground") << false << 0 << 0;
    QTest::newRow("foreground, sessions") << false << 0 << 60'000;
    QTest::newRow("foreground, network threads") << false << 2 << 0;
    QTest::newRow("background") << true << 0 << 0;
    QTest::newRow("background, network threads") << true << 2 << 60'000;
}

//! It sends everything, says that nothing more will come, and reads.
void tst_ServerSending::answersReachAClientThatHasClosedItsDirection()
{
    QFETCH(const bool, isInBackground);
    QFETCH(const int, threads);
    QFETCH(const int, sessionTimeout);
    Server server;
    server.setChannelClass<Answering>();
    server.setThreads(threads);
    server.setSessionTimeout(sessionTimeout);
    server.setCloseTimeout(patience); // for a loaded machine
    if (isInBackground)
        server.startBackground();
    QVERIFY(server.listen(local, 0));
    const auto request = [](const QString &action, int number) {
        return QRepod::encode(message(action, {{u"_request"_s, number}, {u"a"_s, 1}, {u"b"_s, 2}}));
    };
    for (int i = 0; i < 10; ++i) {
        RawClient client(server.port());
        QVERIFY(client.sendBytes(request(u"soon"_s, 1) + QRepod::encode(message(u"ask"_s))
                                 + request(u"add"_s, 2) + request(u"ready"_s, 3)));
        client.shutdownWriting();
        QVERIFY(client.ends());
        QCOMPARE(client.error, 0);
        QMap<int, int> results;
        for (const QVariantMap &reply : client.messages())
            results[reply[u"_request"_s].toInt()] = reply[u"result"_s].toInt();
        QCOMPARE(client.actions().count(u"told"_s), 1);
        QCOMPARE(results.value(1), 7);
        QCOMPARE(results.value(2), 3);
        QCOMPARE(results.value(3), 5);
    }
    QVERIFY(eventually([&] { return server.channels().isEmpty(); }));
}

QTEST_GUILESS_MAIN(tst_ServerSending)
#include "tst_serversending.moc"
