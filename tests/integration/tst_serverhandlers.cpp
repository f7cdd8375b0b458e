// SPDX-License-Identifier: MIT
// Handlers of a server for all its channels, over real sockets.

#include "support/recordinglistener.h"

#include <QRepod/Server>

#include <QtCore/QRegularExpression>
#include <QtCore/QThread>
#include <QtTest/QTest>

#include <memory>

using QRepod::Channel;
using QRepod::Server;

namespace {

struct Move
{
    Q_GADGET
    Q_PROPERTY(int x MEMBER x)
    Q_PROPERTY(int y MEMBER y)

public:
    int x = 0;
    int y = 0;
};

//! Has handlers of its own for `own`, and keeps what nobody took.
class Player : public Channel
{
    Q_OBJECT

public:
    void network_received(const QVariantMap &message) override { unhandled << message; }

    QList<QVariantMap> unhandled;
    int own = 0;

public slots:
    void Network_own() { ++own; }
};

class Room : public QObject
{
    Q_OBJECT

public:
    QVariantList calls;
    QList<Channel *> channels;
    QThread *thread = nullptr;

public slots:
    void Network_own(Channel *channel) { note(channel, QStringLiteral("own")); }
    void Network_nothing() { note(nullptr, QStringLiteral("nothing")); }
    void Network_channel(QRepod::Channel *channel) { note(channel, QStringLiteral("channel")); }
    void Network_map(QObject *channel, const QVariantMap &message) { note(channel, message); }
    void Network_variant(const QVariant &channel, const QVariant &message)
    {
        note(channel.value<QObject *>(), message);
    }
    void Network_fields(Player *player, int x, const QString &name)
    {
        note(player, QVariantList{x, name});
    }
    void Network_optional(Channel *channel, int x, int y = 7) { note(channel, QVariantList{x, y}); }
    void Network_gadget(Channel *channel, const Move &move)
    {
        note(channel, QVariantList{move.x, move.y});
    }
    void Network_stranger(Room *room) { note(room, QStringLiteral("stranger")); }
    void Network_connected(Channel *channel) { note(channel, QStringLiteral("connected")); }
    void Network_disconnected(Channel *channel) { note(channel, QStringLiteral("disconnected")); }

signals:
    void called();

private:
    void note(QObject *channel, const QVariant &call)
    {
        channels << static_cast<Channel *>(channel);
        calls << call;
        thread = QThread::currentThread();
        Q_EMIT called();
    }
};

class Unusable : public QObject
{
    Q_OBJECT

public slots:
    void Network_number(int, int) { }
};

QVariantMap message(const char *action, QVariantMap fields = {})
{
    fields.insert(QStringLiteral("action"), QString::fromLatin1(action));
    return fields;
}

} // namespace

class tst_ServerHandlers : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void cleanup();

    void handlersGetTheChannelFirst_data();
    void handlersGetTheChannelFirst();
    void channelAndServersObjectsBothGetIt();
    void mismatchGoesToTheChannelWithOneWarning_data();
    void mismatchGoesToTheChannelWithOneWarning();
    void methodWithoutRoomForTheChannelIsRefused();
    void builtInsReachHandlers();
    void destroyedHandlerIsForgotten();
    void removedHandlerIsNotAsked();
    void handlersRunInTheBackgroundThread();
    void startBackgroundInUserCodeIsRefused_data();
    void startBackgroundInUserCodeIsRefused();

private:
    Player *player() const { return static_cast<Player *>(m_server->channels().value(0)); }
    bool sendAndWait(const QVariantMap &message, int calls);

    std::unique_ptr<Server> m_server;
    std::unique_ptr<Room> m_room;
    std::unique_ptr<RecordingListener> m_client;
};

void tst_ServerHandlers::init()
{
    m_server = std::make_unique<Server>();
    m_room = std::make_unique<Room>();
    m_server->setChannelClass<Player>();
    m_server->addHandler(m_room.get());
    QVERIFY(m_server->listen(QStringLiteral("127.0.0.1"), 0));
    m_client = std::make_unique<RecordingListener>();
    QVERIFY(m_client->connectAndWait(m_server->port()));
    QTRY_COMPARE(m_room->calls.size(), 1); // connected
    m_room->calls.clear();
    m_room->channels.clear();
}

void tst_ServerHandlers::cleanup()
{
    m_client.reset();
    m_server.reset();
    m_room.reset();
}

bool tst_ServerHandlers::sendAndWait(const QVariantMap &message, int calls)
{
    return m_client->send(message) > 0
        && QTest::qWaitFor([&] { return m_room->calls.size() == calls; });
}

void tst_ServerHandlers::handlersGetTheChannelFirst_data()
{
    QTest::addColumn<QVariantMap>("sent");
    QTest::addColumn<bool>("getsChannel");
    QTest::addColumn<QVariant>("expected");

    const QVariantMap point{{QStringLiteral("x"), 3}, {QStringLiteral("y"), 4}};
    const QVariantMap named{{QStringLiteral("x"), 3},
                            {QStringLiteral("name"), QStringLiteral("n")}};
    QTest::newRow("nothing") << message("nothing") << false << QVariant(QStringLiteral("nothing"));
    QTest::newRow("the channel alone")
        << message("channel") << true << QVariant(QStringLiteral("channel"));
    QTest::newRow("a map") << message("map", point) << true << QVariant(message("map", point));
    QTest::newRow("a variant") << message("variant", point) << true
                               << QVariant(message("variant", point));
    QTest::newRow("a subclass and fields")
        << message("fields", named) << true << QVariant(QVariantList{3, QStringLiteral("n")});
    QTest::newRow("all fields") << message("optional", point) << true
                                << QVariant(QVariantList{3, 4});
    QTest::newRow("a default argument")
        << message("optional", {{QStringLiteral("x"), 3}}) << true << QVariant(QVariantList{3, 7});
    QTest::newRow("a gadget") << message("gadget", point) << true << QVariant(QVariantList{3, 4});
}

void tst_ServerHandlers::handlersGetTheChannelFirst()
{
    QFETCH(const QVariantMap, sent);
    QFETCH(const bool, getsChannel);
    QFETCH(const QVariant, expected);
    QVERIFY(sendAndWait(sent, 1));
    QCOMPARE(m_room->calls.first(), expected);
    QCOMPARE(m_room->channels.first(), getsChannel ? player() : nullptr);
}

void tst_ServerHandlers::channelAndServersObjectsBothGetIt()
{
    QVERIFY(sendAndWait(message("own"), 1));
    QCOMPARE(player()->own, 1);
    QCOMPARE(m_room->calls, QVariantList{QStringLiteral("own")});
    QVERIFY(player()->unhandled.isEmpty());
}

void tst_ServerHandlers::mismatchGoesToTheChannelWithOneWarning_data()
{
    QTest::addColumn<QVariantMap>("sent");
    QTest::addColumn<QString>("warning");
    QTest::newRow("a field that is missing")
        << message("fields", {{QStringLiteral("x"), 3}})
        << QStringLiteral("Network_fields: field \"name\" is missing");
    QTest::newRow("a channel of another class")
        << message("stranger")
        << QStringLiteral("Network_stranger: the channel is a .*Player, the parameter is a .*Room");
}

void tst_ServerHandlers::mismatchGoesToTheChannelWithOneWarning()
{
    QFETCH(const QVariantMap, sent);
    QFETCH(const QString, warning);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(warning));
    m_client->send(sent);
    m_client->send(sent);
    QTRY_COMPARE(player()->unhandled.size(), 2);
    QCOMPARE(player()->unhandled.first(), sent);
    QVERIFY(m_room->calls.isEmpty());
}

void tst_ServerHandlers::methodWithoutRoomForTheChannelIsRefused()
{
    Unusable unusable;
    m_server->addHandler(&unusable);
    QTest::ignoreMessage(QtWarningMsg,
                         QRegularExpression(QStringLiteral(
                             "Network_number can never be called: its first parameter is an int, "
                             "not a pointer to the channel")));
    QVERIFY(sendAndWait(message("nothing"), 1));
}

void tst_ServerHandlers::builtInsReachHandlers()
{
    Channel *const channel = player();
    m_client->close();
    QTRY_COMPARE(m_room->calls, QVariantList{QStringLiteral("disconnected")});
    QCOMPARE(m_room->channels.first(), channel);
}

void tst_ServerHandlers::destroyedHandlerIsForgotten()
{
    m_room.reset();
    m_client->send(message("channel"));
    QTRY_COMPARE(player()->unhandled.size(), 1);
}

void tst_ServerHandlers::removedHandlerIsNotAsked()
{
    m_server->removeHandler(m_room.get());
    m_client->send(message("channel"));
    QTRY_COMPARE(player()->unhandled.size(), 1);
    QVERIFY(m_room->calls.isEmpty());
}

void tst_ServerHandlers::handlersRunInTheBackgroundThread()
{
    Server server;
    server.startBackground();
    Room room; // in C++ the author decides in which thread an object is used
    server.addHandler(&room);
    QVERIFY(server.listen(QStringLiteral("127.0.0.1"), 0));
    RecordingListener client;
    QVERIFY(client.connectAndWait(server.port()));
    client.close();
    server.close();
    QTRY_VERIFY(server.channels().isEmpty());
    server.removeHandler(&room); // in its thread, so what the handlers wrote is visible here
    QVERIFY(room.thread && room.thread != QThread::currentThread());
}

void tst_ServerHandlers::startBackgroundInUserCodeIsRefused_data()
{
    QTest::addColumn<QString>("where");
    for (const char *where : {"handler", "channelConnected", "channel factory"})
        QTest::newRow(where) << where;
}

//! The calling code would go on in this thread, with a channel that has moved to the other.
void tst_ServerHandlers::startBackgroundInUserCodeIsRefused()
{
    QFETCH(QString, where);
    Server server;
    QTest::failOnWarning(QRegularExpression(QStringLiteral(".*")));
    const auto startBackground = [&](const char *here) {
        if (where == QLatin1String(here)) {
            QTest::ignoreMessage(QtWarningMsg, "startBackground() inside a handler has no effect");
            server.startBackground();
        }
    };
    Player *player = nullptr;
    server.setChannelFactory([&] {
        startBackground("channel factory");
        return player = new Player;
    });
    connect(&server, &Server::channelConnected, &server,
            [&] { startBackground("channelConnected"); });
    Room room;
    connect(&room, &Room::called, &room, [&] { startBackground("handler"); });
    server.addHandler(&room);
    QVERIFY(server.listen(QStringLiteral("127.0.0.1"), 0));
    RecordingListener client;
    QVERIFY(client.connectAndWait(server.port()));
    client.send(message("channel"));
    QTRY_VERIFY(room.calls.contains(QStringLiteral("channel")));
    QCOMPARE(room.thread, QThread::currentThread());
    QCOMPARE(player->thread(), QThread::currentThread());
    client.send(message("own"));
    QTRY_COMPARE(player->own, 1); // the server still works
}

QTEST_GUILESS_MAIN(tst_ServerHandlers)
#include "tst_serverhandlers.moc"
