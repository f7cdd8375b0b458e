// SPDX-License-Identifier: MIT
// TestServer and pumpUntil, as the tests of a game use them.

#include "support/rawclient.h"
#include "support/recordinglistener.h"

#include <QRepod/Protocol>
#include <QRepod/RequestError>
#include <QRepod/Test/PumpUntil>
#include <QRepod/Test/TestServer>

#include <QtCore/QDeadlineTimer>
#include <QtCore/QElapsedTimer>
#include <QtCore/QLine>
#include <QtCore/QPointer>
#include <QtCore/QRegularExpression>
#include <QtTest/QTest>

#include <memory>

using QRepod::TestServer;

namespace {

//! Says its name as soon as it is connected, as most games do.
class Player : public RecordingListener
{
    Q_OBJECT

public slots:
    void Network_connected() { send("login", {{"name", "alice"}}); }
};

} // namespace

class tst_TestServer : public QObject
{
    Q_OBJECT

private slots:
    void greetsLikeRepod();
    void greetsNobodyIfToldSo();

    void sendToAllReachesWhoeverHasConnected();
    void sendToReachesOneClient();
    void whatCannotBeEncodedIsNotSentWithAWarning();
    void sendRawSendsBytesAsTheyAre();

    void answersWithAMessage();
    void answersWithAFunctionOfTheMessage();
    void answersRequests();
    void lastAnswerReplacesTheOneBefore();
    void answersWithoutAnEventLoop();
    void functionMaySendToAll();

    void recordsMessagesInOrderAndByClient();
    void waitForMessageGivesEachMessageOnce();
    void waitForMessageGivesUp();
    void waitForMessagePumpsTheListener();
    void clearForgets();

    void countsClients();
    void waitForClientsWaitsBothWays();
    void disconnectAllSendsWhatWasSaidBefore();
    void destructionDisconnects();
    void brokenClientIsAnErrorAndDisconnected_data();
    void brokenClientIsAnErrorAndDisconnected();
    void heartbeatIsNoMessage();

    void pumpUntilReturnsAsSoonAsItIsTrue();
    void pumpUntilGivesUp();
    void pumpUntilAsksOnceEvenWithoutTime();
    void pumpUntilPumpsSeveralListeners();
    void pumpUntilSurvivesTheListener();
    void pumpUntilLeavesAutoPumpAlone();
};

void tst_TestServer::greetsLikeRepod()
{
    TestServer server;
    QVERIFY(server.isGreeting());
    RawClient client(server.port());
    const QByteArray greeting = QRepod::encode({{"action", "connected"}});
    QCOMPARE(client.receive(greeting.size()), greeting);
}

void tst_TestServer::greetsNobodyIfToldSo()
{
    TestServer server;
    server.setGreeting(false);
    QVERIFY(!server.isGreeting());
    RawClient client(server.port());
    server.sendRaw("first");
    QCOMPARE(client.receive(5), "first");
}

void tst_TestServer::sendToAllReachesWhoeverHasConnected()
{
    for (int i = 0; i < 50; ++i) { // the server's thread would lose this race now and then
        TestServer server;
        RecordingListener a;
        RecordingListener b;
        QVERIFY(a.connectAndWait(server.port()));
        QVERIFY(b.connectAndWait(server.port()));
        server.sendToAll({{"action", "start"}});
        QVERIFY(a.pumpUntil("start"));
        QVERIFY(b.pumpUntil("start"));
    }
}

void tst_TestServer::sendToReachesOneClient()
{
    TestServer server;
    RecordingListener first;
    RecordingListener second;
    QVERIFY(first.connectAndWait(server.port()));
    QVERIFY(second.connectAndWait(server.port()));
    QVERIFY(server.sendTo(1, {{"action", "secret"}}));
    server.sendToAll({{"action", "end"}});
    QVERIFY(first.pumpUntil("end"));
    QVERIFY(second.pumpUntil("end"));
    QVERIFY(!first.actions().contains("secret"));
    QVERIFY(second.actions().contains("secret"));

    QVERIFY(!server.sendTo(2, {{"action", "secret"}}));
    first.close();
    QVERIFY(server.waitForClients(1));
    QVERIFY(!server.sendTo(0, {{"action", "secret"}})); // numbers are not used again
    QVERIFY(server.sendTo(1, {{"action", "secret"}}));
}

void tst_TestServer::whatCannotBeEncodedIsNotSentWithAWarning()
{
    TestServer server;
    RecordingListener client;
    QVERIFY(client.connectAndWait(server.port()));
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression("TestServer::sendToAll: line: QLine.*"));
    server.sendToAll({{"action", "bad"}, {"line", QLine(1, 2, 3, 4)}});
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression("TestServer::sendTo: line: QLine.*"));
    QVERIFY(!server.sendTo(0, {{"action", "bad"}, {"line", QLine(1, 2, 3, 4)}}));
    QVERIFY(server.sendTo(0, {{"action", "good"}}));
    QVERIFY(client.pumpUntil("good"));
    QVERIFY(!client.actions().contains("bad"));
}

void tst_TestServer::sendRawSendsBytesAsTheyAre()
{
    TestServer server;
    RecordingListener client;
    QVERIFY(client.connectAndWait(server.port()));
    const QByteArray frame = QRepod::encode({{"action", "halves"}});
    server.sendRaw(frame.first(7));
    server.sendRaw(frame.sliced(7) + QByteArray("\0\0\0\1\xc1", 5));
    QVERIFY(client.pumpUntil("disconnected"));
    QVERIFY(client.actions().contains("halves"));
    QVERIFY(client.error.endsWith("byte 0 of the payload is not MessagePack"));
}

void tst_TestServer::answersWithAMessage()
{
    TestServer server;
    server.onMessage("login", {{"action", "welcome"}, {"players", 3}});
    Player player;
    QVERIFY(player.connectAndWait(server.port()));
    QVERIFY(player.pumpUntil("welcome"));
    QCOMPARE(player.messages.last()["players"], 3);
}

void tst_TestServer::answersWithAFunctionOfTheMessage()
{
    TestServer server;
    server.onMessage("add", [](const QVariantMap &message) -> QVariantMap {
        const int sum = message["a"].toInt() + message["b"].toInt();
        if (sum == 0)
            return {}; // no answer
        return {{"action", "sum"}, {"value", sum}};
    });
    RecordingListener client;
    QVERIFY(client.connectAndWait(server.port()));
    QVERIFY(client.send("add", {{"a", -1}, {"b", 1}}) > 0);
    QVERIFY(client.send("add", {{"a", 2}, {"b", 3}}) > 0);
    QVERIFY(client.pumpUntil("sum"));
    QCOMPARE(client.messages.last()["value"], 5);
}

void tst_TestServer::answersRequests()
{
    TestServer server;
    server.onRequest("price", 12);
    server.onRequest("shield", QVariantMap{{"price", 20}});
    server.onRequest("buy", [](const QVariantMap &message) -> QVariant {
        if (message["item"] == 3)
            throw QRepod::RequestError("sold out");
        return message["item"];
    });
    RecordingListener client;
    QVERIFY(client.connectAndWait(server.port()));
    QVERIFY(client.send("price", {}) > 0); // which is no request
    const QFuture<QVariant> price = client.request("price");
    const QFuture<QVariant> shield = client.request("shield");
    const QFuture<QVariant> sword = client.request("buy", {{"item", 7}});
    QFuture<QVariant> bow = client.request("buy", {{"item", 3}});
    QVERIFY(QRepod::pumpUntil(&client, [&] { return bow.isFinished(); }));
    QCOMPARE(price.result(), QVariant(12));
    QCOMPARE(sword.result(), QVariant(7));
    QCOMPARE(shield.result().toMap(), (QVariantMap{{"price", 20}}));
    QString error;
    try {
        bow.waitForFinished();
    } catch (const QRepod::RequestError &thrown) {
        error = thrown.error();
    }
    QCOMPARE(error, QString("buy: sold out"));
    QVERIFY(!client.actions().contains("_reply"));
}

void tst_TestServer::lastAnswerReplacesTheOneBefore()
{
    TestServer server;
    RecordingListener client;
    QVERIFY(client.connectAndWait(server.port()));
    server.onMessage("ask", {{"action", "first"}});
    server.onMessage("ask", {{"action", "second"}});
    QVERIFY(client.send("ask", {}) > 0);
    QVERIFY(client.pumpUntil("second"));

    server.onMessage("ask", QVariantMap());
    server.onMessage("end", {{"action", "ended"}});
    QVERIFY(client.send("ask", {}) > 0);
    QVERIFY(client.send("end", {}) > 0);
    QVERIFY(client.pumpUntil("ended"));
    QCOMPARE(client.actions().count("second"), 1);
    QVERIFY(!client.actions().contains("first"));
}

void tst_TestServer::answersWithoutAnEventLoop()
{
    TestServer server;
    server.onMessage("login", {{"action", "welcome"}});
    Player player;
    player.connect("127.0.0.1", server.port());
    const QDeadlineTimer deadline(10'000);
    while (!player.actions().contains("welcome") && !deadline.hasExpired())
        player.pump(); // and nothing else: events of this thread are not processed
    QVERIFY(player.actions().contains("welcome"));
}

void tst_TestServer::functionMaySendToAll()
{
    TestServer server;
    server.onMessage("say", [&server](const QVariantMap &message) -> QVariantMap {
        server.sendToAll({{"action", "said"}, {"text", message["text"]}});
        return {{"action", "ok"}, {"count", server.received("say").size()}};
    });
    RecordingListener speaker;
    RecordingListener other;
    QVERIFY(speaker.connectAndWait(server.port()));
    QVERIFY(other.connectAndWait(server.port()));
    QVERIFY(speaker.send("say", {{"text", "hello"}}) > 0);
    QVERIFY(speaker.pumpUntil("ok"));
    QCOMPARE(speaker.messages.last()["count"], 1);
    QCOMPARE(speaker.actions().mid(2), QStringList({"said", "ok"}));
    QVERIFY(other.pumpUntil("said"));
    QCOMPARE(other.messages.last()["text"], "hello");
}

void tst_TestServer::recordsMessagesInOrderAndByClient()
{
    TestServer server;
    RecordingListener a;
    RecordingListener b;
    QVERIFY(a.connectAndWait(server.port()));
    QVERIFY(b.connectAndWait(server.port()));
    QVERIFY(a.send("move", {{"x", 1}}) > 0);
    QVERIFY(a.send("jump", {}) > 0);
    QVERIFY(a.send("move", {{"x", 2}}) > 0);
    QVERIFY(!server.waitForMessage("jump").isEmpty());
    QVERIFY(QRepod::pumpUntil(&a, [&] { return server.received("move").size() == 2; }));
    QVERIFY(b.send("move", {{"x", 3}}) > 0);
    QVERIFY(QRepod::pumpUntil(&b, [&] { return server.received().size() == 4; }));

    QStringList all;
    for (const QVariantMap &message : server.received())
        all << message["action"].toString() + message["x"].toString();
    QCOMPARE(all, QStringList({"move1", "jump", "move2", "move3"}));
    QCOMPARE(server.received("move").size(), 3);
    QCOMPARE(server.receivedFrom(0, "move").size(), 2);
    QCOMPARE(server.receivedFrom(0).size(), 3);
    QCOMPARE(server.receivedFrom(1).size(), 1);
    QCOMPARE(server.receivedFrom(1).first()["x"], 3);
}

void tst_TestServer::waitForMessageGivesEachMessageOnce()
{
    TestServer server;
    RecordingListener client;
    QVERIFY(client.connectAndWait(server.port()));
    for (int x = 0; x < 3; ++x)
        QVERIFY(client.send("move", {{"x", x}}) > 0);
    QVERIFY(client.send("end", {}) > 0);
    QVERIFY(!server.waitForMessage("end").isEmpty()); // the moves have arrived before
    for (int x = 0; x < 3; ++x)
        QCOMPARE(server.waitForMessage("move")["x"], x);
    QVERIFY(server.waitForMessage("move", 0).isEmpty());
    QVERIFY(client.send("move", {{"x", 3}}) > 0);
    QCOMPARE(server.waitForMessage("move")["x"], 3);
}

void tst_TestServer::waitForMessageGivesUp()
{
    TestServer server;
    QElapsedTimer clock;
    clock.start();
    QVERIFY(server.waitForMessage("never", 30).isEmpty());
    QVERIFY(clock.elapsed() >= 29);
}

void tst_TestServer::waitForMessagePumpsTheListener()
{
    TestServer server;
    auto player = std::make_unique<Player>();
    player->connect("127.0.0.1", server.port());
    QVERIFY(server.waitForMessage("login", 50).isEmpty()); // nobody pumps, so nobody has said it
    server.pumpWhileWaiting(player.get());
    QCOMPARE(server.waitForMessage("login")["name"], "alice");
    player.reset();
    QVERIFY(server.waitForClients(0));
}

void tst_TestServer::clearForgets()
{
    TestServer server;
    RecordingListener client;
    QVERIFY(client.connectAndWait(server.port()));
    QVERIFY(client.send("move", {{"x", 1}}) > 0);
    QCOMPARE(server.waitForMessage("move")["x"], 1);
    server.clear();
    QVERIFY(server.received().isEmpty());
    QVERIFY(client.send("move", {{"x", 2}}) > 0);
    QCOMPARE(server.waitForMessage("move")["x"], 2);
}

void tst_TestServer::countsClients()
{
    TestServer server;
    QCOMPARE(server.clientCount(), 0);
    RecordingListener a;
    auto b = std::make_unique<RecordingListener>();
    QVERIFY(a.connectAndWait(server.port()));
    QCOMPARE(server.clientCount(), 1);
    QVERIFY(b->connectAndWait(server.port()));
    QCOMPARE(server.clientCount(), 2);
    b.reset();
    QVERIFY(server.waitForClients(1));
    QCOMPARE(server.connectionCount(), 2);
}

void tst_TestServer::waitForClientsWaitsBothWays()
{
    TestServer server;
    RecordingListener client;
    QVERIFY(!server.waitForClients(1, 20));
    client.connect("127.0.0.1", server.port());
    QVERIFY(server.waitForClients(1));
    QVERIFY(!server.waitForClients(0, 20));
    client.close();
    QVERIFY(server.waitForClients(0));
}

void tst_TestServer::disconnectAllSendsWhatWasSaidBefore()
{
    TestServer server;
    RecordingListener a;
    RecordingListener b;
    QVERIFY(a.connectAndWait(server.port()));
    QVERIFY(b.connectAndWait(server.port()));
    const QString text(5'000'000, 'x');
    server.sendToAll({{"action", "last"}, {"text", text}});
    server.disconnectAll();
    QCOMPARE(server.clientCount(), 0);
    for (RecordingListener *client : {&a, &b}) {
        QVERIFY(client->pumpUntil("disconnected"));
        QCOMPARE(client->actions().mid(2), QStringList({"last", "disconnected"}));
    }
    RecordingListener c;
    QVERIFY(c.connectAndWait(server.port())); // it goes on listening
}

void tst_TestServer::destructionDisconnects()
{
    auto server = std::make_unique<TestServer>();
    RecordingListener client;
    QVERIFY(client.connectAndWait(server->port()));
    server.reset();
    QVERIFY(client.pumpUntil("disconnected"));
}

void tst_TestServer::brokenClientIsAnErrorAndDisconnected_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("error");
    QTest::newRow("not MessagePack") << QByteArray("\0\0\0\1\xc1", 5) << "client 0: ";
    QTest::newRow("4 GiB") << QByteArray("\xff\xff\xff\xff")
                           << "client 0: frame is larger than 64 MiB";
}

void tst_TestServer::brokenClientIsAnErrorAndDisconnected()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, error);
    TestServer server;
    server.setGreeting(false);
    RawClient client(server.port());
    QVERIFY(client.sendBytes(QRepod::encode({{"action", "good"}}) + bytes
                             + QRepod::encode({{"action", "after"}})));
    QVERIFY(client.endOfStream() >= 0); // closed or reset: it had not read everything
    QCOMPARE(server.received().size(), 1);
    QCOMPARE(server.errors().size(), 1);
    QVERIFY(server.errors().first().startsWith(error));
    QVERIFY(server.waitForClients(0));
    server.clear();
    QVERIFY(server.errors().isEmpty());
}

void tst_TestServer::heartbeatIsNoMessage()
{
    TestServer server;
    RawClient client(server.port());
    QVERIFY(
        client.sendBytes(QByteArray("\0\0\0\1\x80", 5) + QRepod::encode({{"action", "after"}})));
    QVERIFY(!server.waitForMessage("after").isEmpty());
    QCOMPARE(server.received().size(), 1);
    QVERIFY(server.errors().isEmpty());
    QCOMPARE(server.clientCount(), 1);
}

void tst_TestServer::pumpUntilReturnsAsSoonAsItIsTrue()
{
    TestServer server;
    RecordingListener client;
    client.connect("127.0.0.1", server.port());
    QElapsedTimer clock;
    clock.start();
    QVERIFY(QRepod::pumpUntil(
        &client, [&] { return client.actions().contains("socketConnect"); }, 60'000));
    QVERIFY(clock.elapsed() < 30'000);
}

void tst_TestServer::pumpUntilGivesUp()
{
    RecordingListener client;
    QElapsedTimer clock;
    clock.start();
    int asked = 0;
    QVERIFY(!QRepod::pumpUntil(
        &client, [&] { return ++asked < 0; }, 40));
    QVERIFY(clock.elapsed() >= 40);
    QVERIFY(asked >= 2);
}

void tst_TestServer::pumpUntilAsksOnceEvenWithoutTime()
{
    RecordingListener client;
    QVERIFY(QRepod::pumpUntil(
        &client, [] { return true; }, 0));
    QVERIFY(!QRepod::pumpUntil(
        &client, [] { return false; }, 0));
}

void tst_TestServer::pumpUntilPumpsSeveralListeners()
{
    TestServer server;
    RecordingListener a;
    RecordingListener b;
    a.connect("127.0.0.1", server.port());
    b.connect("127.0.0.1", server.port());
    QVERIFY(QRepod::pumpUntil({&a, &b}, [&] {
        return a.state() == RecordingListener::State::Connected
            && b.state() == RecordingListener::State::Connected;
    }));
}

void tst_TestServer::pumpUntilSurvivesTheListener()
{
    TestServer server;
    auto *client = new RecordingListener;
    QPointer<RecordingListener> alive(client);
    client->onMessage = [client](const QVariantMap &) { client->deleteLater(); };
    client->connect("127.0.0.1", server.port());
    QVERIFY(QRepod::pumpUntil(client, [&] { return alive.isNull(); }));
}

void tst_TestServer::pumpUntilLeavesAutoPumpAlone()
{
    TestServer server;
    RecordingListener client;
    client.setAutoPump(true);
    client.connect("127.0.0.1", server.port());
    QVERIFY(QRepod::pumpUntil(&client, [&] { return client.actions().contains("socketConnect"); }));
    server.sendToAll({{"action", "event"}});
    QVERIFY(QRepod::pumpUntil(&client, [&] { return client.actions().contains("event"); }));
}

QTEST_GUILESS_MAIN(tst_TestServer)
#include "tst_testserver.moc"
