// SPDX-License-Identifier: MIT

//! Server and Channel as a game uses them, with clients that do exactly what a test says.
///
/// Unless a test says otherwise, server and clients share the event loop of the test's thread.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/rawclient.h"
#include "support/scriptedserver.h"
#include "support/warnings.h"

#include <QRepod/Channel>
#include <QRepod/Protocol>
#include <QRepod/Server>

#include <QtCore/qdir.h>
#include <QtCore/qpointer.h>
#include <QtCore/qset.h>
#include <QtNetwork/qtcpserver.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <vector>

using QRepod::Channel;
using QRepod::Server;

namespace {

struct Place
{
    Q_GADGET
    Q_PROPERTY(int x MEMBER x)
    Q_PROPERTY(int y MEMBER y)

public:
    int x = 0;
    int y = 0;
};

//! One handler of each kind.
class HandlerChannel : public ScriptedChannel
{
    Q_OBJECT

public:
    using ScriptedChannel::ScriptedChannel;

    Q_INVOKABLE void Network_nothing() { m_script.log << u"nothing()"_s; }
    Q_INVOKABLE void Network_whole(const QVariantMap &message)
    {
        m_script.log << u"whole(%1)"_s.arg(message.keys().join(u','));
    }
    Q_INVOKABLE void Network_fields(const QString &name, int count = 1)
    {
        m_script.log << u"fields(%1, %2)"_s.arg(name).arg(count);
    }
    Q_INVOKABLE void Network_place(const Place &place)
    {
        m_script.log << u"place(%1, %2)"_s.arg(place.x).arg(place.y);
    }
};

qsizetype descriptorCount()
{
    return QDir(u"/proc/self/fd"_s).entryList(QDir::Files | QDir::System).size();
}

} // namespace

class tst_Server : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void listensOnAPortThatTheSystemPicks();
    void listensOnAName();
    void listensOnEveryAddress();
    void reportsAPortThatIsTaken();
    void reportsAnAddressThatCannotBe();
    void listeningTwiceChangesNothing();
    void announcesWhoComesAndGoes();
    void channelKnowsItsServerAndItsClient();
    void greetingIsTheFirstThingOnTheWire();
    void channelClassCountsForLaterClients();
    void channelFactoryMakesChannelsOfAnyClass();
    void channelFactoryMayRefuse();
    void handlersFollowTheSameRules();
    void builtInMessagesReachTheirHandlers();
    void builtInMessagesReachNothingElse();
    void builtInNamesFromAClientReachNoHandler();
    void skipsFramesThatAreNoMessages();
    void twoServersInOneThread();
    void fiveHundredClientsJoinAndLeave();
};

//! The clients of these tests need descriptors too.
void tst_Server::initTestCase()
{
    rlimit limit = {};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, std::min<rlim_t>(limit.rlim_max, 4096));
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &limit), 0);
}

void tst_Server::listensOnAPortThatTheSystemPicks()
{
    Server server;
    QSignalSpy changes(&server, &Server::listeningChanged);
    QVERIFY(!server.isListening());
    QCOMPARE(server.port(), 0);

    QVERIFY(server.listen(local, 0));
    QVERIFY(server.isListening());
    QVERIFY(server.port() != 0);
    QCOMPARE(server.property("port").toInt(), server.port());
    QVERIFY(server.property("listening").toBool());
    QVERIFY(server.errorString().isEmpty());
    QCOMPARE(changes.count(), 1);

    server.close();
    QVERIFY(!server.isListening());
    QCOMPARE(server.port(), 0);
    QCOMPARE(changes.count(), 2);
    server.close();
    QCOMPARE(changes.count(), 2);
}

void tst_Server::listensOnAName()
{
    Server server;
    QVERIFY2(server.listen(u"localhost"_s, 0), qPrintable(server.errorString()));
    RawClient client(server.port());
    QVERIFY(client.receives(u"connected"_s));
}

//! A client has the address that it knows for itself, whatever kind the server's socket is.
void tst_Server::listensOnEveryAddress()
{
    Server server;
    QVERIFY2(server.listen(QString(), 0), qPrintable(server.errorString()));
    RawClient client(server.port()); // over IPv4
    QVERIFY(client.receives(u"connected"_s));
    QVERIFY(eventually([&] { return server.channels().size() == 1; }));
    QCOMPARE(server.channels().first()->address(), client.address());
    client.close();
    QVERIFY(eventually([&] { return server.channels().isEmpty(); }));

    QTcpSocket socket;
    socket.connectToHost(QHostAddress(QHostAddress::LocalHostIPv6), server.port());
    QVERIFY(eventually([&] { return server.channels().size() == 1; }));
    QCOMPARE(server.channels().first()->address(), u"[::1]:%1"_s.arg(socket.localPort()));
}

void tst_Server::reportsAPortThatIsTaken()
{
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));

    Server server;
    QSignalSpy changes(&server, &Server::listeningChanged);
    QVERIFY(!server.listen(local, other.serverPort()));
    QVERIFY(!server.isListening());
    QCOMPARE(server.port(), 0);
    QCOMPARE(server.errorString(),
             u"127.0.0.1:%1: The bound address is already in use"_s.arg(other.serverPort()));
    QCOMPARE(changes.count(), 0);

    QVERIFY(server.listen(local, 0)); // it can try again
    QVERIFY(server.errorString().isEmpty());
    QCOMPARE(changes.count(), 1);
}

void tst_Server::reportsAnAddressThatCannotBe()
{
    Server server;
    QVERIFY(!server.listen(u"no-such-host.invalid"_s, 5071));
    QVERIFY(!server.isListening());
    QCOMPARE(server.errorString(), u"no-such-host.invalid:5071: host not found"_s);
    QVERIFY(!server.listen(local, 70'000)); // which would be 4464 in 16 bits
    QCOMPARE(server.errorString(), u"127.0.0.1:70000: a port is a number from 0 to 65535"_s);
    QVERIFY(!server.listen(local, -1));
    QCOMPARE(server.errorString(), u"127.0.0.1:-1: a port is a number from 0 to 65535"_s);
    QVERIFY(!server.isListening());
}

void tst_Server::listeningTwiceChangesNothing()
{
    TestServer server;
    const quint16 port = server->port();
    QSignalSpy changes(server.server, &Server::listeningChanged);
    QVERIFY(!server->listen(local, 0));
    QCOMPARE(server->errorString(), u"the server is already listening"_s);
    QVERIFY(server->isListening());
    QCOMPARE(server->port(), port);
    QCOMPARE(changes.count(), 0);
    const JoinedClient client(server);
}

void tst_Server::announcesWhoComesAndGoes()
{
    TestServer<AttentiveChannel> server;
    server.logSignals();
    JoinedClient stays(server);
    server.script.log.clear();

    RawClient client(server->port());
    client.send(message(u"hello"_s));
    client.close();
    QVERIFY(eventually(
        [&] { return server.script.log.contains(u"channelDisconnected, none of 1"_s); }));
    QCOMPARE(server.script.log,
             QStringList({u"channelConnected, one of 2"_s, u"Network_connected"_s, u"hello"_s,
                          u"disconnected, none of 1"_s, u"Network_disconnected"_s,
                          u"channelDisconnected, none of 1"_s}));
    QCOMPARE(server->channels(), QList<Channel *>({stays.channel}));
}

void tst_Server::channelKnowsItsServerAndItsClient()
{
    Channel unattached;
    QCOMPARE(unattached.server(), nullptr);
    QVERIFY(unattached.address().isEmpty());
    QVERIFY(!unattached.isConnected());
    QCOMPARE(unattached.send(number(1)), 0);
    unattached.close();

    TestServer server;
    RawClient client(server->port());
    QVERIFY(server.has(1));
    const QPointer<Channel> channel = server->channels().first();
    QCOMPARE(channel->server(), server.server);
    QCOMPARE(channel->address(), client.address());
    QVERIFY(channel->isConnected());

    bool wasConnected = true;
    QString address;
    qint64 sent = -1;
    connect(channel, &Channel::disconnected, this, [&] {
        wasConnected = channel->isConnected();
        address = channel->address();
        sent = channel->send(number(1));
    });
    client.close();
    QVERIFY(eventually([&] { return !channel; })); // the server has deleted it
    QVERIFY(!wasConnected);
    QCOMPARE(address, client.address());
    QCOMPARE(sent, 0);
}

void tst_Server::greetingIsTheFirstThingOnTheWire()
{
    TestServer server;
    connect(server.server, &Server::channelConnected, this, [&](Channel *channel) {
        QVERIFY(channel->send(number(1)) > 0);
        server->sendToAll(number(2)); // including this channel
    });
    RawClient client(server->port());
    QVERIFY(client.receives(u"number"_s, 2));
    const QByteArray greeting = hex("00000012"
                                    "81a6616374696f6ea9636f6e6e6563746564");
    const QByteArray expected = greeting + QRepod::encode(number(1)) + QRepod::encode(number(2));
    QCOMPARE(client.received.first(expected.size()), expected);
}

void tst_Server::channelClassCountsForLaterClients()
{
    class OwnChannel : public Channel
    {
    public:
        void network_received(const QVariantMap &) override { send(message(u"own"_s)); }
    };

    Server server;
    QVERIFY(server.listen(local, 0));
    RawClient early(server.port());
    QVERIFY(early.receives(u"connected"_s));
    server.setChannelClass<OwnChannel>();
    RawClient late(server.port());
    QVERIFY(late.receives(u"connected"_s));

    early.send(number(1));
    late.send(number(1));
    QVERIFY(late.receives(u"own"_s));
    server.sendToAll(message(u"end"_s));
    QVERIFY(early.receives(u"end"_s));
    QCOMPARE(early.actions(), QStringList({u"connected"_s, u"end"_s}));
}

void tst_Server::channelFactoryMakesChannelsOfAnyClass()
{
    TestServer server;
    QList<Channel *> made;
    server->setChannelFactory([&]() -> Channel * {
        if (made.size() % 2 == 0)
            made << new HandlerChannel(server.script);
        else
            made << new ScriptedChannel(server.script);
        return made.last();
    });
    std::vector<std::unique_ptr<RawClient>> clients;
    QStringList expected;
    for (int i = 0; i < 4; ++i) {
        clients.push_back(std::make_unique<RawClient>(server->port()));
        QVERIFY(server.has(i + 1));
        clients.back()->send(message(u"nothing"_s));
        expected << (i % 2 == 0 ? u"nothing()"_s : u"nothing"_s);
        QVERIFY(eventually([&] { return server.script.log.size() == expected.size(); }));
    }
    QCOMPARE(server.script.log, expected);
    QCOMPARE(server->channels(), made);
}

void tst_Server::channelFactoryMayRefuse()
{
    TestServer server;
    bool isWelcome = false;
    server->setChannelFactory(
        [&]() -> Channel * { return isWelcome ? new ScriptedChannel(server.script) : nullptr; });
    QSignalSpy joined(server.server, &Server::channelConnected);
    RawClient refused(server->port());
    QVERIFY(refused.ends());
    QCOMPARE(refused.messages(),
             QList<QVariantMap>(
                 {message(u"error"_s, {{u"error"_s, u"the server rejects this client"_s}})}));
    QCOMPARE(joined.count(), 0);
    isWelcome = true;
    const JoinedClient client(server);
    QCOMPARE(joined.count(), 1);
}

void tst_Server::handlersFollowTheSameRules()
{
    const Warnings warnings;
    TestServer<HandlerChannel> server;
    RawClient client(server->port());
    client.send(message(u"nothing"_s, {{u"x"_s, 1}}));
    client.send(message(u"whole"_s, {{u"x"_s, 1}}));
    client.send(message(u"fields"_s, {{u"name"_s, u"Ada"_s}, {u"count"_s, 2.0}}));
    client.send(message(u"fields"_s, {{u"name"_s, u"Ada"_s}}));
    client.send(message(u"place"_s, {{u"x"_s, 3}, {u"y"_s, 4}}));
    client.send(message(u"unknown"_s));
    client.send(message(u"close"_s)); // a function, but no handler
    QVERIFY(server.receives(u"close"_s));
    QVERIFY(Warnings::texts().isEmpty());

    client.send(message(u"fields"_s, {{u"name"_s, 5}}));
    client.send(message(u"fields"_s, {{u"name"_s, 5}}));
    QVERIFY(server.receives(u"fields"_s, 2)); // in network_received()
    QCOMPARE(Warnings::texts().size(), 1);
    QVERIFY2(Warnings::texts().first().contains(u"name"_s), qPrintable(Warnings::texts().first()));
    QCOMPARE(
        server.script.log,
        QStringList({u"nothing()"_s, u"whole(action,x)"_s, u"fields(Ada, 2)"_s, u"fields(Ada, 1)"_s,
                     u"place(3, 4)"_s, u"unknown"_s, u"close"_s, u"fields"_s, u"fields"_s}));
}

void tst_Server::builtInMessagesReachTheirHandlers()
{
    TestServer<AttentiveChannel> server;
    server.logSignals();
    RawClient client(server->port());
    client.sendBytes(QRepod::encode(message(u"hello"_s)) + hex("00000000"));
    QVERIFY(client.ends());
    QVERIFY(eventually(
        [&] { return server.script.log.contains(u"channelDisconnected, none of 0"_s); }));
    const QString error = client.address() + u": empty frame"_s;
    QCOMPARE(server.script.log,
             QStringList({u"channelConnected, one of 1"_s, u"Network_connected"_s, u"hello"_s,
                          u"errorOccurred %1"_s.arg(error), u"Network_error %1"_s.arg(error),
                          u"disconnected, none of 0"_s, u"Network_disconnected"_s,
                          u"channelDisconnected, none of 0"_s}));
}

void tst_Server::builtInMessagesReachNothingElse()
{
    TestServer server;
    QSignalSpy gone(server.server, &Server::channelDisconnected);
    RawClient client(server->port());
    client.sendBytes(QRepod::encode(message(u"hello"_s)) + hex("00000000"));
    QVERIFY(eventually([&] { return gone.count() == 1; }));
    QCOMPARE(server.script.log, QStringList({u"hello"_s}));
}

void tst_Server::builtInNamesFromAClientReachNoHandler()
{
    TestServer<AttentiveChannel> server;
    server.logSignals();
    const JoinedClient other(server);
    RawClient client(server->port());
    QVERIFY(server.has(2));
    server.script.log.clear();
    client.send(message(u"disconnected"_s));
    client.send(message(u"error"_s, {{u"error"_s, u"forged"_s}}));
    client.send(message(u"hello"_s));
    QVERIFY(server.receives(u"hello"_s));
    QCOMPARE(server.script.log,
             QStringList({u"disconnected"_s, u"error"_s, u"hello"_s})); // in network_received()
    QCOMPARE(server->channels().size(), 2);
}

void tst_Server::skipsFramesThatAreNoMessages()
{
    TestServer server;
    RawClient client(server->port());
    for (const char *payload : {"80", "c0", "01", "c2", "90", "81a161a162"})
        client.sendBytes(frame(hex(payload)));
    client.send(message(u"hello"_s));
    QVERIFY(server.receives(u"hello"_s));
    QCOMPARE(server.script.log, QStringList({u"hello"_s}));
}

void tst_Server::twoServersInOneThread()
{
    TestServer one;
    TestServer other;
    QVERIFY(one->port() != other->port());
    JoinedClient ofOne(one);
    JoinedClient ofOther(other);
    ofOne->send(message(u"to one"_s));
    ofOther->send(message(u"to other"_s));
    QVERIFY(one.receives(u"to one"_s));
    QVERIFY(other.receives(u"to other"_s));
    one->sendToAll(message(u"from one"_s));
    QVERIFY(ofOne->receives(u"from one"_s));

    delete one.server;
    QVERIFY(ofOne->ends());
    other->sendToAll(message(u"from other"_s));
    QVERIFY(ofOther->receives(u"from other"_s));
    QCOMPARE(ofOther->actions(), QStringList({u"connected"_s, u"from other"_s}));
    QCOMPARE(other.script.log, QStringList({u"to other"_s}));
}

void tst_Server::fiveHundredClientsJoinAndLeave()
{
    constexpr qsizetype count = 500;
    TestServer server;
    {
        JoinedClient first(server); // so that Qt has opened whatever it keeps
        first->close();
        QVERIFY(server.has(0));
        QVERIFY(first->ends());
    }
    QVERIFY(eventually([&] { return server->findChildren<Channel *>().isEmpty(); }));
    const qsizetype before = descriptorCount();
    QSignalSpy joined(server.server, &Server::channelConnected);
    QSignalSpy left(server.server, &Server::channelDisconnected);

    std::vector<std::unique_ptr<RawClient>> clients;
    for (qsizetype i = 0; i < count; ++i)
        clients.push_back(std::make_unique<RawClient>(server->port()));
    QVERIFY(server.has(count));
    QCOMPARE(joined.count(), count);
    server->sendToAll(message(u"all"_s));
    for (qsizetype i = 0; i < count; ++i) {
        clients[size_t(i)]->send(number(i));
        QVERIFY(clients[size_t(i)]->receives(u"all"_s));
    }
    QVERIFY(server.receives(u"number"_s, count));
    QCOMPARE(QSet<qint64>(server.script.numbers.cbegin(), server.script.numbers.cend()).size(),
             count);

    for (const auto &client : clients)
        client->close();
    QVERIFY(server.has(0));
    QCOMPARE(left.count(), count);
    clients.clear();
    QVERIFY(eventually([&] { return descriptorCount() == before; }));
}

QTEST_GUILESS_MAIN(tst_Server)
#include "tst_server.moc"
