// SPDX-License-Identifier: MIT

//! SendMode::Latest: a client that keeps up gets everything, one that does not gets the newest.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/rawserver.h"
#include "support/recordinglistener.h"
#include "support/scriptedserver.h"

#include <QRepod/Channel>
#include <QRepod/Client>
#include <QRepod/Room>
#include <QRepod/SendMode>
#include <QRepod/Server>

#include <QtTest/qtest.h>

#include <numeric>

using QRepod::Channel;
using QRepod::SendMode;

namespace {

QList<qint64> numbersFrom(qint64 first, qint64 count)
{
    QList<qint64> numbers(count);
    std::iota(numbers.begin(), numbers.end(), first);
    return numbers;
}

QVariantMap position(const QString &action, qint64 n)
{
    return message(action, {{u"n"_s, n}});
}

//! A client that reads nothing, so that its system takes no more.
struct Stalled : JoinedClient
{
    template <class C>
    explicit Stalled(const TestServer<C> &server)
        : JoinedClient(server)
    {
        const auto isBlocked = [this] {
            const qint64 before = unsent();
            QCoreApplication::processEvents();
            return before > 0 && unsent() == before;
        };
        while (!isBlocked())
            channel->send(bulky(256 * kibi));
    }

    qint64 unsent() const { return channel->statistics().bytesUnsent; }
};

} // namespace

class tst_SendMode : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingIsLeftOutOnALineThatKeepsUp_data();
    void nothingIsLeftOutOnALineThatKeepsUp();
    void stalledClientGetsTheNewest();
    void newestComesInThePlaceOfTheOlder();
    void neverCountsAgainstTheBacklog();
    void roomAndServerSendIt();
    void listenerSendsIt();
};

void tst_SendMode::nothingIsLeftOutOnALineThatKeepsUp_data()
{
    QTest::addColumn<int>("threads");
    QTest::newRow("in the server's thread") << 0;
    QTest::newRow("in a network thread") << 1;
}

void tst_SendMode::nothingIsLeftOutOnALineThatKeepsUp()
{
    QFETCH(int, threads);
    constexpr int count = 1'000;
    TestServer server;
    server->close();
    server->setThreads(threads);
    QVERIFY(server->listen(local, 0));
    JoinedClient client(server);
    for (int n = 0; n < count; ++n)
        QVERIFY(client.channel->send(position(u"state"_s, n), SendMode::Latest) > 0);
    QVERIFY(client->receives(u"state"_s, count));
    QCOMPARE(client->numbers(), numbersFrom(0, count));
}

void tst_SendMode::stalledClientGetsTheNewest()
{
    constexpr int count = 1'000;
    TestServer server;
    Stalled client(server);
    const qint64 before = client.unsent();
    const qint64 messages = client.channel->statistics().messagesSent;
    for (int n = 0; n < count; ++n)
        QVERIFY(client.channel->send(position(u"state"_s, n), SendMode::Latest) > 0);
    QVERIFY(client.unsent() < before + 100); // bytes: one message
    QCOMPARE(client.channel->statistics().messagesSent, messages + 1);
    QVERIFY(client.channel->send(message(u"end"_s)) > 0);
    QVERIFY(client->receives(u"end"_s));
    QCOMPARE(client->numbers(), QList<qint64>({count - 1}));

    QVERIFY(eventually([&] { return client.unsent() == 0; })); // it keeps up again
    for (int n = 0; n < 10; ++n)
        client.channel->send(position(u"state"_s, n), SendMode::Latest);
    client.channel->send(message(u"again"_s));
    QVERIFY(client->receives(u"again"_s));
    QCOMPARE(client->numbers().mid(1), numbersFrom(0, 10));
}

void tst_SendMode::newestComesInThePlaceOfTheOlder()
{
    TestServer server;
    Stalled client(server);
    client.channel->send(position(u"a"_s, 1), SendMode::Latest);
    client.channel->send(position(u"event"_s, 2));
    client.channel->send(position(u"b"_s, 3), SendMode::Latest);
    client.channel->send(position(u"a"_s, 4)); // the other message of this action stays
    client.channel->send(position(u"b"_s, 1'000'005), SendMode::Latest);
    client.channel->send(position(u"a"_s, 6), SendMode::Latest);
    client.channel->send(message(u"end"_s));
    QVERIFY(client->receives(u"end"_s));
    QCOMPARE(client->numbers(), QList<qint64>({6, 2, 1'000'005, 4}));
}

void tst_SendMode::neverCountsAgainstTheBacklog()
{
    TestServer server;
    server->setMaximumSendBacklog(mebi);
    Stalled client(server);
    QString error;
    connect(client.channel, &Channel::errorOccurred, this,
            [&](const QString &text) { error = text; });
    for (int n = 0; n < 16; ++n) // each with its own action, so that none replaces another
        QVERIFY(client.channel->send(bulky(mebi, QString::number(n)), SendMode::Latest) > 0);
    QVERIFY(client.channel->send(message(u"end"_s)) > 0);
    QVERIFY(client->receives(u"end"_s));
    QCOMPARE(error, QString());
    QVERIFY(client.channel);
}

void tst_SendMode::roomAndServerSendIt()
{
    TestServer server;
    Stalled slow(server);
    JoinedClient quick(server);
    QVERIFY(slow.channel->join(u"match"_s));
    QVERIFY(quick.channel->join(u"match"_s));
    QRepod::Room *const room = server->room(u"match"_s);
    for (int n = 0; n < 5; ++n) {
        room->sendToAll(position(u"room"_s, n), nullptr, SendMode::Latest);
        room->sendToAll(u"fields"_s, {{u"n"_s, 10 + n}}, nullptr, SendMode::Latest);
        server->sendToAll(position(u"server"_s, 20 + n), SendMode::Latest);
        server->sendToAll(u"serverFields"_s, {{u"n"_s, 30 + n}}, SendMode::Latest);
        for (Channel *const channel : {slow.channel.data(), quick.channel.data()})
            channel->send(u"channelFields"_s, {{u"n"_s, 40 + n}}, SendMode::Latest);
    }
    room->sendToAll(message(u"end"_s));
    QVERIFY(quick->receives(u"end"_s));
    QCOMPARE(quick->numbers().size(), 25);
    QVERIFY(slow->receives(u"end"_s));
    QCOMPARE(slow->numbers(), QList<qint64>({4, 14, 24, 34, 44}));
}

void tst_SendMode::listenerSendsIt()
{
    RawServer server;
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(server.port()));
    QVERIFY(eventually([&] { return server.client(); }));
    server.setReading(false);
    const auto unsent = [&] { return listener.connection()->statistics().bytesUnsent; };
    const auto isStalled = [&] {
        listener.send(bulky(mebi));
        const qint64 before = unsent();
        QTest::qWait(20); // the network thread writes what it can meanwhile
        return before > 8 * mebi && unsent() == before;
    };
    QVERIFY(eventually(isStalled));
    for (int n = 0; n < 100; ++n) {
        QVERIFY(listener.send(position(u"state"_s, n), SendMode::Latest) > 0);
        QVERIFY(listener.connection()->send(position(u"client"_s, 100 + n), SendMode::Latest) > 0);
        QVERIFY(listener.send(u"fields"_s, {{u"n"_s, 200 + n}}, SendMode::Latest) > 0);
    }
    QVERIFY(listener.send(u"end"_s) > 0);
    server.setReading(true);
    QVERIFY(eventually([&] {
        return !server.received().isEmpty() && server.received().last()[u"action"_s] == u"end"_s;
    }));
    QList<qint64> numbers;
    for (const QVariantMap &received : server.received()) {
        if (received.contains(u"n"_s))
            numbers << received[u"n"_s].toLongLong();
    }
    QCOMPARE(numbers, QList<qint64>({99, 199, 299}));
}

QTEST_GUILESS_MAIN(tst_SendMode)
#include "tst_sendmode.moc"
