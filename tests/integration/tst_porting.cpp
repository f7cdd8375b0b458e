// SPDX-License-Identifier: MIT

//! What a game that comes from repod must know: tests QRepod's side of each row of the table "What
//! differs" in PORTING.md.

#include "support/eventually.h"
#include "support/rawclient.h"
#include "support/rawserver.h"
#include "support/recordinglistener.h"
#include "support/scriptedserver.h"

#include <QRepod/Client>
#include <QRepod/Protocol>

#include <QtCore/QFile>
#include <QtCore/QRegularExpression>
#include <QtCore/QThread>
#include <QtTest/QTest>

#include <limits>
#include <memory>

using QRepod::Channel;
using QRepod::Server;

namespace {

//! The rows of the table, with the test that shows each.
const QHash<QString, QByteArray> testsOfRows = {
    {u"`Network_connected` runs twice: for the socket, and for the server's greeting"_s,
     "connectedComesOnce"},
    {u"a broken connection looks like one that was closed"_s, "breakIsToldFromAClose"},
    {u"`send()` works once the socket is connected, whether you have pumped or not"_s,
     "sendWaitsForConnected"},
    {u"`pump()` inside a handler delivers the next messages there and then"_s,
     "pumpInAHandlerDeliversNothing"},
    {u"`connect()` while connected leaves the old connection open, and says nothing"_s,
     "connectClosesTheOldConnection"},
    {u"`close()` drops what was sent a moment ago"_s, "closeSendsWhatWasAccepted"},
    {u"`self.server` works in the constructor of a channel"_s, "constructorHasNoServer"},
    {u"a channel's `on_connect` runs before that of the server"_s, "serverIsToldFirst"},
    {u"`start_background()` listens, too"_s, "startBackgroundDoesNotListen"},
    {u"a message may be of any size"_s, "sizeHasALimit"},
    {u"`data[\"x\"]` raises `KeyError` when there is no such field"_s, "missingFieldIsNull"},
    {u"a handler is given whatever was sent"_s, "parametersCheckTypes"},
    {u"`{\"pos\": [1, 2]}`"_s, "listsAreNamed"},
    {u"`None`"_s, "noneIsANullVariant"},
    {u"`bytes` and `str`"_s, "bytesAreNoText"},
    {u"a tuple"_s, "tuplesAreLists"},
    {u"keys of a map are of any kind, and stay what they are"_s, "keysBecomeText"},
    {u"an integer past 64 bits raises `OverflowError` in `send()`"_s, "integersHave64Bits"},
};

//! A client with handlers, and the fallback of RecordingListener.
class Game : public RecordingListener
{
    Q_OBJECT

public:
    QStringList handled;
    int pumped = -1;

public Q_SLOTS:
    void Network_connected() { handled << u"connected"_s; }
    void Network_first()
    {
        pumped = pump();
        handled << u"first"_s;
    }
    void Network_second() { handled << u"second"_s; }
    void Network_move(int x) { handled << u"move %1"_s.arg(x); }
    void Network_say(const QString &text) { handled << u"say "_s + text; }
    void Network_any(const QVariant &value, int n)
    {
        handled << u"any %1 %2"_s.arg(value.isNull()).arg(n);
    }
};

} // namespace

class tst_Porting : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyRowHasATest();

    void connectedComesOnce();
    void breakIsToldFromAClose();
    void sendWaitsForConnected();
    void pumpInAHandlerDeliversNothing();
    void connectClosesTheOldConnection();
    void closeSendsWhatWasAccepted();
    void constructorHasNoServer();
    void serverIsToldFirst();
    void startBackgroundDoesNotListen();
    void sizeHasALimit();
    void missingFieldIsNull();
    void parametersCheckTypes();
    void listsAreNamed();
    void noneIsANullVariant();
    void bytesAreNoText();
    void tuplesAreLists();
    void keysBecomeText();
    void integersHave64Bits();
};

void tst_Porting::everyRowHasATest()
{
    QFile file(QFINDTESTDATA("../../src/doc/PORTING.md"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QString guide = QString::fromUtf8(file.readAll());
    const QString table = guide.section(u"## What differs"_s, 1).section(u"\n## "_s, 0, 0);
    static const QRegularExpression row(u"^\\| (?!with repod)([^|]+) \\| [^|]+ \\|$"_s,
                                        QRegularExpression::MultilineOption);
    int count = 0;
    for (auto rows = row.globalMatch(table); rows.hasNext(); ++count) {
        const QString left = rows.next().captured(1);
        const QByteArray test = testsOfRows.value(left);
        QVERIFY2(metaObject()->indexOfMethod(test + "()") >= 0, qPrintable(left));
    }
    QCOMPARE(count, testsOfRows.size());
}

void tst_Porting::connectedComesOnce()
{
    RawServer server;
    Game game;
    game.connect(local, server.port());
    server.send(message(u"connected"_s)); // like the greeting of repod's server
    server.send(message(u"second"_s));
    QVERIFY(eventually([&] {
        game.pump();
        return game.handled.contains(u"second"_s);
    }));
    QCOMPARE(game.handled, QStringList({u"connected"_s, u"second"_s}));
}

void tst_Porting::breakIsToldFromAClose()
{
    RawServer server;
    RecordingListener broken;
    QVERIFY(broken.connectAndWait(server.port()));
    server.resetClient();
    QVERIFY(broken.pumpUntil(u"disconnected"_s));
    QCOMPARE(broken.actions().mid(2), QStringList({u"error"_s, u"disconnected"_s}));

    RecordingListener closed;
    QVERIFY(closed.connectAndWait(server.port()));
    server.closeClient();
    QVERIFY(closed.pumpUntil(u"disconnected"_s));
    QCOMPARE(closed.actions().mid(2), QStringList({u"disconnected"_s}));
}

void tst_Porting::sendWaitsForConnected()
{
    RawServer server;
    RecordingListener game;
    game.connect(local, server.port());
    QVERIFY(eventually([&] { return game.connection()->isConnected(); }));
    QCOMPARE(game.send(number(1)), 0);
    QVERIFY(game.pumpUntil(u"socketConnect"_s));
    QVERIFY(game.send(number(2)) > 0);
    QVERIFY(eventually([&] { return !server.received().isEmpty(); }));
    QCOMPARE(server.received().first()[u"n"_s], 2);
}

void tst_Porting::pumpInAHandlerDeliversNothing()
{
    RawServer server;
    Game game;
    game.connect(local, server.port());
    server.sendBytes(QRepod::encode(message(u"first"_s)) + QRepod::encode(message(u"second"_s)));
    QVERIFY(eventually([&] {
        game.pump();
        return game.handled.contains(u"second"_s);
    }));
    QCOMPARE(game.pumped, 0);
    QCOMPARE(game.handled, QStringList({u"connected"_s, u"first"_s, u"second"_s}));
}

void tst_Porting::connectClosesTheOldConnection()
{
    RawServer first;
    RawServer second;
    RecordingListener game;
    QVERIFY(game.connectAndWait(first.port()));
    game.connect(local, second.port());
    QVERIFY(game.pumpUntil(u"socketConnect"_s, 2));
    QCOMPARE(game.actions(),
             QStringList({u"connected"_s, u"socketConnect"_s, u"disconnected"_s, u"connected"_s,
                          u"socketConnect"_s}));
    QVERIFY(eventually([&] { return first.clientHasClosed(); }));
}

void tst_Porting::closeSendsWhatWasAccepted()
{
    RawServer server;
    RecordingListener game;
    QVERIFY(game.connectAndWait(server.port()));
    for (int n = 0; n < 100; ++n)
        QVERIFY(game.send(number(n)) > 0);
    game.close();
    QVERIFY(eventually([&] { return server.received().size() == 100; }));
}

void tst_Porting::constructorHasNoServer()
{
    class Player : public Channel
    {
    public:
        Player()
            : inConstructor(server())
        {
        }

        Server *const inConstructor;
    };

    Server server;
    server.setChannelClass<Player>();
    QVERIFY(server.listen(local, 0));
    RawClient client(server.port());
    QVERIFY(eventually([&] { return server.channels().size() == 1; }));
    const auto *const player = static_cast<Player *>(server.channels().first());
    QVERIFY(!player->inConstructor);
    QCOMPARE(player->server(), &server);
}

void tst_Porting::serverIsToldFirst()
{
    TestServer<AttentiveChannel> server;
    server.logSignals();
    RawClient client(server->port());
    QVERIFY(eventually([&] { return server.script.log.contains(u"Network_connected"_s); }));
    QCOMPARE(server.script.log,
             QStringList({u"channelConnected, one of 1"_s, u"Network_connected"_s}));
}

void tst_Porting::startBackgroundDoesNotListen()
{
    Server server;
    server.startBackground();
    QVERIFY(!server.isListening());
    QVERIFY(server.listen(local, 0));
    RawClient client(server.port());
    QVERIFY(client.receives(u"connected"_s));
}

void tst_Porting::sizeHasALimit()
{
    RawServer server;
    RecordingListener game;
    QCOMPARE(game.maximumFrameSize(), 16 * mebi);
    QVERIFY(game.connectAndWait(server.port()));
    server.sendBytes(hex("01000001")); // the header of a frame that is one byte larger
    QVERIFY(game.pumpUntil(u"disconnected"_s));
    QVERIFY2(game.error.contains(u"over the limit of 16777216"_s), qPrintable(game.error));
}

void tst_Porting::missingFieldIsNull()
{
    const QVariantMap data = message(u"move"_s);
    QVERIFY(data[u"x"_s].isNull());
    QCOMPARE(data[u"x"_s].toInt(), 0);
    QCOMPARE(data[u"x"_s].toString(), QString());

    RawServer server;
    Game game;
    QVERIFY(game.connectAndWait(server.port()));
    server.send(data);
    QVERIFY(game.pumpUntil(u"move"_s)); // in network_received()
    QVERIFY(!game.handled.contains(u"move 0"_s));
}

void tst_Porting::parametersCheckTypes()
{
    RawServer server;
    Game game;
    QVERIFY(game.connectAndWait(server.port()));
    server.send(message(u"move"_s, {{u"x"_s, 2.0}}));
    server.send(message(u"move"_s, {{u"x"_s, 1.5}}));
    server.send(message(u"move"_s, {{u"x"_s, u"3"_s}}));
    QVERIFY(game.pumpUntil(u"move"_s, 2)); // in network_received()
    QCOMPARE(game.handled, QStringList({u"connected"_s, u"move 2"_s}));
}

void tst_Porting::listsAreNamed()
{
    const QByteArray frame =
        QRepod::encode({{u"action"_s, u"move"_s}, {u"pos"_s, QVariantList{1, 2}}});
    const auto message = QRepod::decode(QByteArrayView(frame).sliced(4));
    QVERIFY(message);
    QCOMPARE(message->value(u"pos"_s).toList(), QVariantList({1, 2}));
}

void tst_Porting::noneIsANullVariant()
{
    RawServer server;
    Game game;
    QVERIFY(game.connectAndWait(server.port()));
    server.send(message(u"any"_s, {{u"n"_s, 1}, {u"value"_s, QVariant::fromValue(nullptr)}}));
    server.send(message(u"move"_s, {{u"x"_s, QVariant::fromValue(nullptr)}}));
    QVERIFY(game.pumpUntil(u"move"_s)); // in network_received()
    QCOMPARE(game.handled, QStringList({u"connected"_s, u"any 1 1"_s}));
}

void tst_Porting::bytesAreNoText()
{
    RawServer server;
    Game game;
    QVERIFY(game.connectAndWait(server.port()));
    server.send(message(u"say"_s, {{u"text"_s, u"text"_s}}));
    server.send(message(u"say"_s, {{u"text"_s, "bytes"_ba}}));
    QVERIFY(game.pumpUntil(u"say"_s)); // in network_received()
    QCOMPARE(game.handled, QStringList({u"connected"_s, u"say text"_s}));
    QCOMPARE(game.messages.last()[u"text"_s].metaType(), QMetaType::fromType<QByteArray>());
}

//! Python packs tuples like lists: here an array of two.
void tst_Porting::tuplesAreLists()
{
    const auto message = QRepod::decode(hex("82a6616374696f6ea16da170920102"));
    QVERIFY(message);
    QCOMPARE(message->value(u"p"_s), QVariant(QVariantList({1, 2})));
}

void tst_Porting::keysBecomeText()
{
    const auto message = QRepod::decode(hex("83a6616374696f6ea16d0701cb3ff800000000000002"));
    QVERIFY(message);
    QCOMPARE(message->value(u"7"_s), 1);
    QCOMPARE(message->value(u"1.5"_s), 2);
}

void tst_Porting::integersHave64Bits()
{
    for (const QVariant &number : {QVariant(std::numeric_limits<quint64>::max()),
                                   QVariant(std::numeric_limits<qint64>::min())}) {
        const QByteArray frame = QRepod::encode({{u"action"_s, u"n"_s}, {u"n"_s, number}});
        const auto message = QRepod::decode(QByteArrayView(frame).sliced(4));
        QVERIFY(message);
        QCOMPARE(message->value(u"n"_s), number);
    }
}

QTEST_GUILESS_MAIN(tst_Porting)
#include "tst_porting.moc"
