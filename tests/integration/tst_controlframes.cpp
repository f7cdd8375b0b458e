// SPDX-License-Identifier: MIT

//! What QRepod peers exchange outside of messages, and that nobody else gets it.

#include "support/eventually.h"
#include "support/rawclient.h"
#include "support/rawserver.h"
#include "support/recordinglistener.h"
#include "support/scriptedserver.h"

#include <QRepod/Channel>
#include <QRepod/Client>
#include <QRepod/Protocol>
#include <QRepod/Server>

#include <QtCore/qelapsedtimer.h>
#include <QtTest/qtest.h>

using QRepod::Channel;
using QRepod::ConnectionListener;

namespace {

const QByteArray hello = QRepod::encode({{u"_hello"_s, 1}});

} // namespace

class tst_ControlFrames : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void clientSaysHelloFirst();
    void serverAnswersHelloOnce();
    void serverSaysNothingToOthers();
    void unknownControlFramesAreSkipped();
    void controlFramesCountAsNoMessages();
    void frameOfAMessageIsNeverOne();
    void roundTripIsThatOfPingAndPong();
    void clientMeasuresTheRoundTripToo();
    void pingsAreAnsweredByTheNetworkThread();
    void withoutHeartbeatsNobodyIsAsked();
    void refusedClientDoesNotReconnect();
    void clientRefusedAtOnceDoesNotReconnect();
    void plainClientRefusedAtOnceIsClosed();
    void refusedClientMayConnectAgain();
    void refusalIsForThoseWhoSaidHello();
};

void tst_ControlFrames::clientSaysHelloFirst()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    RecordingListener listener;
    QObject::connect(&listener, &ConnectionListener::connected, &listener,
                     [&] { listener.send(u"login"_s); });
    QVERIFY(listener.connectAndWait(server.serverPort()));
    QVERIFY(eventually([&] { return server.hasPendingConnections(); }));
    QTcpSocket *const socket = server.nextPendingConnection();
    const QByteArray expected = hello + QRepod::encode(message(u"login"_s));
    QVERIFY(eventually([&] { return socket->bytesAvailable() >= expected.size(); }));
    QCOMPARE(socket->readAll(), expected);
    QCOMPARE(expected.first(hello.size()).toHex(), "0000000981a65f68656c6c6f01");
}

void tst_ControlFrames::serverAnswersHelloOnce()
{
    TestServer server;
    RawClient client(server->port());
    QVERIFY(client.receives(u"connected"_s));
    client.sendBytes(hello);
    QVERIFY(eventually([&] { return client.messages().size() == 2; }));
    QCOMPARE(client.messages().last(), QVariantMap({{u"_hello"_s, 1}}));
    client.sendBytes(hello);
    client.send(message(u"answer me"_s));
    server.script.onMessage = [](Channel *channel, const QVariantMap &) {
        channel->send(u"answer"_s);
    };
    QVERIFY(client.receives(u"answer"_s));
    QCOMPARE(client.messages().size(), 3);
}

void tst_ControlFrames::serverSaysNothingToOthers()
{
    TestServer server;
    server.script.onMessage = [](Channel *channel, const QVariantMap &) {
        channel->refuse(u"no"_s);
    };
    RawClient client(server->port());
    client.send(message(u"login"_s));
    QVERIFY(client.ends());
    QCOMPARE(client.actions(), QStringList({u"connected"_s, u"error"_s}));
}

void tst_ControlFrames::unknownControlFramesAreSkipped()
{
    const QByteArray unknown = QRepod::encode({{u"_from_the_future"_s, QVariantList{1, 2}}});
    TestServer server;
    RawClient client(server->port());
    client.sendBytes(unknown + QRepod::encode(number(1)));
    QVERIFY(eventually([&] { return server.script.numbers == QList<qint64>{1}; }));

    RawServer raw;
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(raw.port()));
    raw.sendBytes(unknown + QRepod::encode(number(1)));
    QVERIFY(listener.pumpUntil(u"number"_s));
    QCOMPARE(listener.connection()->statistics().framesSkipped, 1);
    QCOMPARE(listener.actions(), QStringList({u"connected"_s, u"socketConnect"_s, u"number"_s}));
}

void tst_ControlFrames::controlFramesCountAsNoMessages()
{
    RawServer server;
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(server.port()));
    server.sendBytes(hello + QRepod::encode({{u"_pong"_s, 1}}) + QRepod::encode(number(1)));
    QVERIFY(eventually([&] { return listener.connection()->statistics().messagesWaiting > 0; }));
    QCOMPARE(listener.connection()->statistics().messagesReceived, 1);
    QCOMPARE(listener.connection()->statistics().messagesWaiting, 1);
    QCOMPARE(listener.pump(), 1);
    QCOMPARE(listener.connection()->statistics().messagesWaiting, 0);
    QCOMPARE(listener.connection()->statistics().messagesSent, 0);
}

//! With an `action` it is a message, whatever else it contains. A frame that is too long is
//! neither.
void tst_ControlFrames::frameOfAMessageIsNeverOne()
{
    TestServer server;
    RawClient client(server->port());
    client.send(message(u"a"_s, {{u"_hello"_s, 1}}));
    client.sendBytes(QRepod::encode({{u"_hello"_s, 1}, {u"padding"_s, QByteArray(8 * kibi, 'x')}}));
    client.send(message(u"b"_s));
    QVERIFY(eventually([&] { return server.script.log.size() == 2; }));
    server->sendToAll(u"last"_s);
    QVERIFY(client.receives(u"last"_s));
    QCOMPARE(client.actions(), QStringList({u"connected"_s, u"last"_s}));
}

//! TCP would measure a much shorter time, because the machine acknowledges at once.
void tst_ControlFrames::roundTripIsThatOfPingAndPong()
{
    TestServer server;
    RawClient client(server->port());
    client.sendBytes(hello);
    QVERIFY(server.has(1));
    const Channel *const channel = server->channels().first();
    const auto ping = [&] {
        const QList<QVariantMap> messages = client.messages();
        return messages.isEmpty() ? QVariant() : messages.last().value(u"_ping"_s);
    };
    QVERIFY(eventually([&] { return ping().isValid(); }));
    QElapsedTimer timer;
    timer.start();
    client.sendBytes(QRepod::encode({{u"_pong"_s, ping().toLongLong() + 1}})); // to no ping
    client.sendBytes(QRepod::encode({{u"_pong"_s, u"x"_s}}));
    QVERIFY(QTest::qWaitFor([&] { return timer.elapsed() >= 50; }));
    client.sendBytes(QRepod::encode({{u"_pong"_s, ping()}}));
    QVERIFY(eventually([&] { return channel->statistics().roundTripTime >= 50'000; }));
}

void tst_ControlFrames::clientMeasuresTheRoundTripToo()
{
    RawServer server;
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(server.port()));
    server.sendBytes(hello);
    const auto ping = [&] {
        for (const QVariantMap &control : server.controls()) {
            if (control.contains(u"_ping"_s))
                return control[u"_ping"_s];
        }
        return QVariant();
    };
    QVERIFY(eventually([&] { return ping().isValid(); }));
    QElapsedTimer timer;
    timer.start();
    QVERIFY(QTest::qWaitFor([&] { return timer.elapsed() >= 50; }));
    server.sendBytes(QRepod::encode({{u"_pong"_s, ping()}}));
    QVERIFY(
        eventually([&] { return listener.connection()->statistics().roundTripTime >= 50'000; }));
    QVERIFY(!listener.actions().contains(u"_pong"_s));
}

//! On both sides, and not by the reader, which may be busy with something else.
void tst_ControlFrames::pingsAreAnsweredByTheNetworkThread()
{
    RawServer server;
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(server.port()));
    server.sendBytes(hello + QRepod::encode({{u"_ping"_s, 7}})
                     + QRepod::encode({{u"_ping"_s, u"text"_s}})
                     + QRepod::encode({{u"_ping"_s, 8}}));
    const auto pongs = [&] {
        QVariantList values;
        for (const QVariantMap &control : server.controls()) {
            if (control.contains(u"_pong"_s))
                values << control[u"_pong"_s];
        }
        return values;
    };
    QVERIFY(eventually([&] { return pongs().size() == 2; })); // even though it does not pump
    QCOMPARE(pongs(), QVariantList({7, 8}));
}

void tst_ControlFrames::withoutHeartbeatsNobodyIsAsked()
{
    TestServer server;
    server->setHeartbeatInterval(0);
    RawClient client(server->port());
    client.sendBytes(hello);
    QVERIFY(server.has(1));
    const Channel *const channel = server->channels().first();
    QElapsedTimer timer;
    timer.start();
    QVERIFY(QTest::qWaitFor([&] { return timer.elapsed() >= 600; }));
    client.send(number(1));
    QVERIFY(server.receives(u"number"_s));
    server->sendToAll(u"last"_s);
    QVERIFY(client.receives(u"last"_s));
    QCOMPARE(client.messages().size(), 3); // the greeting, hello and this
    QVERIFY(channel->statistics().roundTripTime != 0);
}

void tst_ControlFrames::refusedClientDoesNotReconnect()
{
    TestServer server;
    server.script.onMessage = [](Channel *channel, const QVariantMap &) {
        channel->refuse(u"you are banned"_s);
    };
    RecordingListener listener;
    listener.setReconnect(true);
    listener.setReconnectInterval(1);
    QVERIFY(listener.connectAndWait(server->port()));
    listener.send(u"login"_s);
    QVERIFY(listener.pumpUntil(u"disconnected"_s));
    QCOMPARE(listener.state(), ConnectionListener::State::Disconnected);
    QCOMPARE(listener.actions(),
             QStringList({u"connected"_s, u"socketConnect"_s, u"error"_s, u"disconnected"_s}));
    QCOMPARE(listener.messages[2][u"error"_s].toString(), u"you are banned"_s);
}

void tst_ControlFrames::clientRefusedAtOnceDoesNotReconnect()
{
    TestServer server;
    int connections = 0;
    connect(server.server, &QRepod::Server::channelConnected, this, [&](Channel *channel) {
        ++connections;
        channel->refuse(u"you are banned"_s);
    });
    RecordingListener listener;
    listener.setReconnect(true);
    listener.setReconnectInterval(1);
    listener.connect(local, server->port());
    QVERIFY(listener.pumpUntil(u"disconnected"_s));
    QCOMPARE(listener.state(), ConnectionListener::State::Disconnected);
    QVERIFY(listener.actions().contains(u"error"_s));
    QCOMPARE(connections, 1);
}

void tst_ControlFrames::plainClientRefusedAtOnceIsClosed()
{
    TestServer server;
    connect(server.server, &QRepod::Server::channelConnected, this,
            [&](Channel *channel) { channel->refuse(u"you are banned"_s); });
    RawClient client(server->port());
    QVERIFY(client.ends());
    QCOMPARE(client.actions(), QStringList({u"connected"_s, u"error"_s}));
}

void tst_ControlFrames::refusedClientMayConnectAgain()
{
    TestServer server;
    bool isOpen = false;
    server.script.onMessage = [&](Channel *channel, const QVariantMap &) {
        if (!isOpen)
            channel->refuse(u"come back later"_s);
        else
            channel->close();
    };
    RecordingListener listener;
    listener.setReconnect(true);
    listener.setReconnectInterval(1);
    QVERIFY(listener.connectAndWait(server->port()));
    listener.send(u"login"_s);
    QVERIFY(listener.pumpUntil(u"disconnected"_s));
    isOpen = true;
    listener.connect(local, server->port());
    QVERIFY(listener.pumpUntil(u"socketConnect"_s, 2));
    listener.send(u"login"_s);
    QVERIFY(listener.pumpUntil(u"socketConnect"_s, 3)); // by itself, because this was not a refusal
}

void tst_ControlFrames::refusalIsForThoseWhoSaidHello()
{
    TestServer server;
    server.script.onMessage = [](Channel *channel, const QVariantMap &) {
        channel->refuse(u"no"_s);
    };
    RawClient client(server->port());
    client.sendBytes(hello);
    client.send(message(u"login"_s));
    QVERIFY(client.ends());
    QVERIFY(client.messages().contains(QVariantMap({{u"_refused"_s, u"no"_s}})));
}

QTEST_GUILESS_MAIN(tst_ControlFrames)
#include "tst_controlframes.moc"
