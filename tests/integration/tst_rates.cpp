// SPDX-License-Identifier: MIT

//! How many messages per second a client may send: one that sends more is slowed down, and loses
//! nothing.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/rawclient.h"
#include "support/scriptedserver.h"

#include <QRepod/Channel>
#include <QRepod/Protocol>
#include <QRepod/Server>

#include <QtTest/qtest.h>

#include <numeric>

using QRepod::Channel;

namespace {

QList<qint64> firstNumbers(int count)
{
    QList<qint64> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
}

void sendNumbers(const RawClient &client, int count)
{
    QByteArray bytes;
    for (int n = 0; n < count; ++n)
        bytes += QRepod::encode(number(n));
    QVERIFY(client.sendBytes(bytes));
}

} // namespace

class tst_Rates : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void secondsWorthComesAtOnceAndTheRestFollows();
    void nothingIsLost();
    void channelHasARateOfItsOwn();
    void framesWithoutActionCount();
    void otherClientsAreNotSlowedDown();
};

void tst_Rates::secondsWorthComesAtOnceAndTheRestFollows()
{
    constexpr int rate = 5;
    TestServer server;
    server->setMaximumMessageRate(rate);
    JoinedClient client(server);
    sendNumbers(client.client, 3 * rate);
    QVERIFY(eventually([&] { return server.script.numbers.size() >= rate; }));
    // One more would have needed 0.2 s.
    QVERIFY(server.script.numbers.size() <= rate + 1);
    const qint64 received = client.channel->statistics().messagesReceived;
    QVERIFY(received <= rate + 1);

    client.channel->setMaximumMessageRate(0);
    QVERIFY(eventually([&] { return server.script.numbers.size() == 3 * rate; }));
    QCOMPARE(server.script.numbers, firstNumbers(3 * rate));
}

void tst_Rates::nothingIsLost()
{
    constexpr int rate = 1'000;
    TestServer server;
    server->setMaximumMessageRate(rate);
    JoinedClient client(server);
    sendNumbers(client.client, 3 * rate / 2);
    client->shutdownWriting();
    QVERIFY(eventually([&] { return !client.channel; }));
    QCOMPARE(server.script.numbers, firstNumbers(3 * rate / 2));
}

void tst_Rates::channelHasARateOfItsOwn()
{
    TestServer server;
    server->setMaximumMessageRate(1);
    JoinedClient spectator(server);
    JoinedClient admin(server);
    admin.channel->setMaximumMessageRate(0);
    sendNumbers(admin.client, 1'000);
    QVERIFY(eventually([&] { return server.script.numbers.size() == 1'000; }));
    QCOMPARE(server.script.numbers, firstNumbers(1'000));
}

void tst_Rates::framesWithoutActionCount()
{
    constexpr int rate = 5;
    TestServer server;
    server->setMaximumMessageRate(rate);
    JoinedClient client(server);
    QVERIFY(client.client.sendBytes(QByteArray::fromHex("0000000180").repeated(10'000)));
    const auto skipped = [&] { return client.channel->statistics().framesSkipped; };
    QVERIFY(eventually([&] { return skipped() >= rate; }));
    QVERIFY(skipped() < 10 * rate);
    client->send(number(0));
    client.channel->setMaximumMessageRate(0);
    QVERIFY(eventually([&] { return server.script.numbers.size() == 1; }));
    QCOMPARE(skipped(), 10'000);
}

void tst_Rates::otherClientsAreNotSlowedDown()
{
    TestServer server;
    JoinedClient flooder(server);
    flooder.channel->setMaximumMessageRate(1);
    JoinedClient client(server);
    sendNumbers(flooder.client, 1'000);
    client->send(message(u"hello"_s));
    QVERIFY(server.receives(u"hello"_s));
    QVERIFY(server.script.numbers.size() < 1'000);
}

QTEST_GUILESS_MAIN(tst_Rates)
#include "tst_rates.moc"
