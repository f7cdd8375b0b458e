// SPDX-License-Identifier: MIT

//! Guests: what a client may do before the game admits it, and how it is refused.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/rawclient.h"
#include "support/scriptedserver.h"

#include <QRepod/Channel>
#include <QRepod/Room>
#include <QRepod/Server>

#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <functional>
#include <memory>

using QRepod::Channel;
using QRepod::Server;

namespace {

//! Requires a login, and knows every channel that it has made.
struct LoginServer : TestServer<AttentiveChannel>
{
    LoginServer()
    {
        server->setGuestActions({u"login"_s});
        server->setChannelFactory([this] {
            channel = new AttentiveChannel(script);
            QObject::connect(channel, &Channel::errorOccurred, server,
                             [this](const QString &error) { script.log << u"error "_s + error; });
            QObject::connect(channel, &Channel::disconnected, server,
                             [this] { script.log << u"disconnected"_s; });
            return channel.data();
        });
        QObject::connect(server, &Server::errorOccurred, server,
                         [this](const QString &error) { script.log << u"server: "_s + error; });
        QObject::connect(server, &Server::channelConnected, server,
                         [this] { script.log << u"channelConnected"_s; });
        QObject::connect(server, &Server::channelDisconnected, server,
                         [this] { script.log << u"channelDisconnected"_s; });
    }

    QPointer<Channel> channel; ///< the last client's channel
};

} // namespace

class tst_Guests : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void guestIsInNobodysChannels();
    void admittedGuestIsAnnounced();
    void admitOutsideOfAHandler();
    void otherActionIsAnErrorThatNamesIt();
    void guestMayBeAsked();
    void guestThatIsNotAdmittedInTimeIsDropped();
    void admittedGuestIsNotDropped();
    void refusedGuestIsToldWhy();
    void refusedClientIsToldWhy();
    void guestThatGoesIsNoChannelThatDisconnects();
    void withoutGuestActionsNobodyIsAGuest();
    void userCodeMayDoAnything_data();
    void userCodeMayDoAnything();
};

void tst_Guests::guestIsInNobodysChannels()
{
    LoginServer server;
    RawClient client(server->port());
    QVERIFY(client.receives(u"connected"_s)); // the greeting, which repod's clients may wait for
    QVERIFY(server.channel->isGuest());
    QVERIFY(server.channel->isConnected());
    QVERIFY(server->channels().isEmpty());
    QString error;
    QVERIFY(!server.channel->join(u"a"_s, {}, &error));
    QCOMPARE(error, u"a guest cannot join a room"_s);
    QVERIFY(server->rooms().isEmpty());

    server->sendToAll(u"secret"_s);
    server.channel->send(u"password"_s);
    QVERIFY(client.receives(u"password"_s));
    QCOMPARE(client.actions(), QStringList({u"connected"_s, u"password"_s}));
    QVERIFY(server.script.log.isEmpty());
}

void tst_Guests::admittedGuestIsAnnounced()
{
    LoginServer server;
    server.script.onMessage = [](Channel *channel, const QVariantMap &message) {
        if (message[u"action"_s] == u"login"_s) {
            channel->admit();
            channel->admit();
            channel->join(u"a"_s);
        }
    };
    RawClient client(server->port());
    client.send(message(u"login"_s));
    client.send(message(u"chat"_s)); // in the same batch
    QVERIFY(server.receives(u"chat"_s));
    QCOMPARE(server.script.log,
             QStringList({u"login"_s, u"channelConnected"_s, u"Network_connected"_s, u"chat"_s}));
    QVERIFY(!server.channel->isGuest());
    QCOMPARE(server->channels(), QList<Channel *>({server.channel}));
    server->sendToAll(u"all"_s);
    QVERIFY(client.receives(u"all"_s));
    QCOMPARE(server.channel->rooms().size(), 1);

    client.close();
    QVERIFY(eventually([&] { return !server.channel; }));
    QCOMPARE(server.script.log.mid(4),
             QStringList({u"disconnected"_s, u"Network_disconnected"_s, u"channelDisconnected"_s}));
}

//! For example after a database query.
void tst_Guests::admitOutsideOfAHandler()
{
    LoginServer server;
    RawClient client(server->port());
    client.send(message(u"login"_s));
    QVERIFY(server.receives(u"login"_s));
    server.channel->admit();
    QCOMPARE(server.script.log,
             QStringList({u"login"_s, u"channelConnected"_s, u"Network_connected"_s}));
}

void tst_Guests::otherActionIsAnErrorThatNamesIt()
{
    LoginServer server;
    RawClient client(server->port());
    client.send(message(u"login"_s));
    client.send(message(u"buy"_s));
    client.send(message(u"login"_s));
    QVERIFY(client.receives(u"error"_s));
    QCOMPARE(client.messages().last()[u"error"_s].toString(), u"a guest may not send \"buy\""_s);
    QVERIFY(client.ends());
    QVERIFY(eventually([&] { return !server.channel; }));
    const QString error = client.address() + u": a guest may not send \"buy\""_s;
    QCOMPARE(
        server.script.log,
        QStringList({u"login"_s, u"error "_s + error, u"server: "_s + error, u"disconnected"_s}));
}

//! Its answer is not an action that needs permission. An answer that nobody waits for is.
void tst_Guests::guestMayBeAsked()
{
    LoginServer server;
    RawClient client(server->port());
    QVERIFY(client.receives(u"connected"_s));
    const QFuture<QVariant> word = server.channel->request(u"password"_s);
    QVERIFY(client.receives(u"password"_s));
    const QVariantMap reply = message(
        u"_reply"_s,
        {{u"_request"_s, client.messages().last()[u"_request"_s]}, {u"result"_s, u"swordfish"_s}});
    client.send(reply);
    QVERIFY(eventually([&] { return word.isFinished(); }));
    QCOMPARE(word.result().toString(), u"swordfish"_s);
    QVERIFY(server.channel->isGuest());
    client.send(reply);
    QVERIFY(client.ends());
    QCOMPARE(client.messages().last()[u"error"_s].toString(), u"a guest may not send \"_reply\""_s);
}

void tst_Guests::guestThatIsNotAdmittedInTimeIsDropped()
{
    LoginServer server;
    server->setHandshakeTimeout(20);
    RawClient client(server->port());
    QVERIFY(client.ends());
    QCOMPARE(client.actions(), QStringList({u"connected"_s, u"error"_s}));
    QCOMPARE(client.messages().last()[u"error"_s].toString(), u"not admitted within 20 ms"_s);
    QVERIFY(eventually([&] { return !server.channel; }));
    QCOMPARE(server.script.log.first(),
             u"error %1: not admitted within 20 ms"_s.arg(client.address()));
}

void tst_Guests::admittedGuestIsNotDropped()
{
    LoginServer server;
    server->setHandshakeTimeout(20);
    // The channel exists, as a guest, once its greeting has come.
    std::unique_ptr<RawClient> first(new RawClient(server->port()));
    QPointer<Channel> admitted;
    server.script.onMessage = [&](Channel *channel, const QVariantMap &) {
        admitted = channel;
        channel->admit();
    };
    first->send(message(u"login"_s));
    QVERIFY(server.receives(u"Network_connected"_s));
    RawClient second(server->port()); // its time ends after the first one's
    QVERIFY(second.ends());
    QVERIFY(admitted && admitted->isConnected());
}

void tst_Guests::refusedGuestIsToldWhy()
{
    LoginServer server;
    server.script.onMessage = [](Channel *channel, const QVariantMap &) {
        channel->refuse(u"the password is wrong"_s);
        channel->refuse(u"and again"_s);
        channel->admit(); // too late
    };
    RawClient client(server->port());
    client.send(message(u"login"_s));
    client.send(message(u"login"_s));
    QVERIFY(client.ends());
    QCOMPARE(client.actions(), QStringList({u"connected"_s, u"error"_s}));
    QCOMPARE(client.messages().last()[u"error"_s].toString(), u"the password is wrong"_s);
    QVERIFY(eventually([&] { return !server.channel; }));
    QCOMPARE(server.script.log, QStringList({u"login"_s, u"disconnected"_s}));
}

//! A client that was admitted, and then cheats.
void tst_Guests::refusedClientIsToldWhy()
{
    TestServer server;
    server.logSignals();
    server.script.onMessage = [](Channel *channel, const QVariantMap &) {
        channel->refuse(u"nobody is that fast"_s);
    };
    JoinedClient client(server);
    server.script.log.clear();
    client->send(message(u"move"_s));
    client->send(message(u"move"_s));
    QVERIFY(client->ends());
    QCOMPARE(client->messages().last()[u"error"_s].toString(), u"nobody is that fast"_s);
    QVERIFY(eventually([&] { return !client.channel; }));
    QCOMPARE(server.script.log,
             QStringList(
                 {u"move"_s, u"disconnected, none of 0"_s, u"channelDisconnected, none of 0"_s}));
}

void tst_Guests::guestThatGoesIsNoChannelThatDisconnects()
{
    LoginServer server;
    RawClient client(server->port());
    client.send(message(u"login"_s));
    QVERIFY(server.receives(u"login"_s));
    client.close();
    QVERIFY(eventually([&] { return !server.channel; }));
    QCOMPARE(server.script.log, QStringList({u"login"_s, u"disconnected"_s}));
}

void tst_Guests::withoutGuestActionsNobodyIsAGuest()
{
    LoginServer server;
    QCOMPARE(server->guestActions(), QStringList{u"login"_s});
    server->setGuestActions({});
    QCOMPARE(server->guestActions(), QStringList());
    RawClient client(server->port());
    client.send(message(u"chat"_s));
    QVERIFY(server.receives(u"chat"_s));
    QVERIFY(!server.channel->isGuest());
    server.channel->admit();
    QCOMPARE(server.script.log.count(u"channelConnected"_s), 1);
}

void tst_Guests::userCodeMayDoAnything_data()
{
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("what");
    for (const char *where : {"message", "channelConnected", "channelJoined", "errorOccurred",
                              "error of the server", "disconnected"}) {
        for (const char *what : {"admit", "refuse", "close", "delete channel", "delete server"}) {
            QTest::addRow("%s in %s", what, where)
                << QString::fromLatin1(where) << QString::fromLatin1(what);
        }
    }
}

void tst_Guests::userCodeMayDoAnything()
{
    QFETCH(const QString, where);
    QFETCH(const QString, what);
    LoginServer server;
    int runs = 0;
    const auto act = [&](const QString &here) {
        if (here != where || runs++ > 0 || !server.channel)
            return;
        if (what == u"admit"_s)
            server.channel->admit();
        else if (what == u"refuse"_s)
            server.channel->refuse(u"no"_s);
        else if (what == u"close"_s)
            server.channel->close();
        else if (what == u"delete channel"_s)
            delete server.channel;
        else
            delete server.server;
    };
    server.script.onMessage = [&](Channel *channel, const QVariantMap &) {
        act(u"message"_s);
        if (where.startsWith(u"channel"_s))
            channel->admit();
    };
    connect(server.server, &Server::channelConnected, this, [&] { act(u"channelConnected"_s); });
    connect(server->everyone(), &QRepod::Room::channelJoined, this,
            [&] { act(u"channelJoined"_s); });
    connect(server.server, &Server::errorOccurred, this, [&] { act(u"error of the server"_s); });

    RawClient client(server->port());
    QVERIFY(client.receives(u"connected"_s));
    connect(server.channel, &Channel::errorOccurred, this, [&] { act(u"errorOccurred"_s); });
    connect(server.channel, &Channel::disconnected, this, [&] { act(u"disconnected"_s); });
    client.send(message(u"login"_s));
    if (where.contains(u"error"_s))
        client.send(message(u"forbidden"_s));
    if (where == u"disconnected"_s)
        client.close();
    QVERIFY(eventually([&] { return runs > 0; }));
    if (!server.server)
        return;

    server.script.onMessage = [](Channel *channel, const QVariantMap &) { channel->admit(); };
    RawClient next(server->port()); // the server still works
    next.send(message(u"login"_s));
    const qsizetype before = server.script.log.count(u"channelConnected"_s);
    QVERIFY(server.receives(u"channelConnected"_s, before + 1));
}

QTEST_GUILESS_MAIN(tst_Guests)
#include "tst_guests.moc"
