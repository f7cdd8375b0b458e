// SPDX-License-Identifier: MIT
// Messages that no handler takes, and what the developer is told, over real sockets.

#include "support/rawclient.h"

#include <QRepod/ConnectionListener>
#include <QRepod/Room>
#include <QRepod/Server>

#include <QtCore/QRegularExpression>
#include <QtTest/QTest>

#include <memory>

using namespace QRepod;

namespace {

class ChatPlayer : public Channel
{
    Q_OBJECT

public slots:
    void Network_chat() { ++chats; }
    void Network_move(int x, int y)
    {
        Q_UNUSED(x)
        Q_UNUSED(y)
        ++moves;
    }

public:
    int chats = 0;
    int moves = 0;
};

//! Qt sees neither that this is a class of its own, nor its handler.
class Forgetful : public Channel
{
public:
    void Network_chat() { }
};

class Field : public Room
{
    Q_OBJECT

public slots:
    void Network_jump(QRepod::Channel *) { }
};

class Referee : public QObject
{
    Q_OBJECT

public slots:
    void Network_bid() { }
};

class CuriousRoom : public Room
{
    Q_OBJECT

public:
    void network_received(Channel *, const QVariantMap &message) override { seen << message; }

    QList<QVariantMap> seen;
};

void expectWarning(const char *pattern)
{
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(pattern));
}

} // namespace

class tst_Unhandled : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_server = std::make_unique<Server>();
        m_left = 0;
        connect(m_server.get(), &Server::channelDisconnected, this, [this] { ++m_left; });
        QTest::failOnWarning(QRegularExpression(".*"));
    }
    void cleanup() { m_server.reset(); }

    void eachActionIsWarnedOfOnce();
    void warningNamesTheNearestHandler_data();
    void warningNamesTheNearestHandler();
    void handlersOfRoomsAndOfTheServerAreNear();
    void classWithoutMacroIsNamed();
    void namesOfPeersAreShownAsTheyAre();
    void warningsAreBounded();
    void overriddenFallbacksAreNotWarnedOf();
    void observersAreNotWarnedOf();
    void builtInNamesAreNotWarnedOf();
    void listenerIsWarnedToo();
    void otherMismatchOfAHandlerIsWarnedOf();

private:
    //! Sends \a messages as one client, and waits until all are delivered.
    void deliver(const QList<QVariantMap> &messages);

    std::unique_ptr<Server> m_server;
    int m_left = 0; // channels
};

void tst_Unhandled::deliver(const QList<QVariantMap> &messages)
{
    if (!m_server->isListening())
        QVERIFY(m_server->listen("127.0.0.1", 0));
    RawClient client(m_server->port());
    for (const QVariantMap &message : messages)
        QVERIFY(client.send(message));
    client.shutdownWriting();
    const int left = m_left;
    QTRY_COMPARE(m_left, left + 1);
}

void tst_Unhandled::eachActionIsWarnedOfOnce()
{
    m_server->setChannelClass<ChatPlayer>();
    expectWarning("^ChatPlayer: nothing handles \"quit\" from 127.0.0.1:\\d+: a handler is a slot, "
                  "Q_INVOKABLE or signal named Network_quit$");
    expectWarning("^ChatPlayer: nothing handles \"leave\"");
    deliver({{{"action", "quit"}}, {{"action", "quit"}}, {{"action", "leave"}}});
    deliver({{{"action", "quit"}}}); // another client
}

void tst_Unhandled::warningNamesTheNearestHandler_data()
{
    QTest::addColumn<QString>("action");
    QTest::addColumn<QString>("nearest");
    QTest::newRow("letters exchanged") << "caht"
                                       << "a handler is a slot"; // two replaced
    QTest::newRow("letter missing") << "chat_"
                                    << "did you mean ChatPlayer::Network_chat\\?$";
    QTest::newRow("letter too many") << "cha"
                                     << "did you mean ChatPlayer::Network_chat\\?$";
    QTest::newRow("other letter") << "mode"
                                  << "did you mean ChatPlayer::Network_move\\?$";
    QTest::newRow("case") << "CHAT"
                          << "did you mean ChatPlayer::Network_chat\\?$";
    QTest::newRow("something else") << "bid"
                                    << "a handler is a slot";
}

void tst_Unhandled::warningNamesTheNearestHandler()
{
    QFETCH(QString, action);
    QFETCH(QString, nearest);
    m_server->setChannelClass<ChatPlayer>();
    expectWarning(qPrintable("ChatPlayer: nothing handles \"" + action + "\".*" + nearest));
    deliver({{{"action", action}}});
}

void tst_Unhandled::handlersOfRoomsAndOfTheServerAreNear()
{
    Referee referee;
    m_server->addHandler(&referee);
    m_server->setRoomClass<Field>();
    connect(m_server.get(), &Server::channelConnected,
            [](Channel *channel) { channel->join("lobby"); });
    expectWarning("^QRepod::Channel: nothing handles \"jumb\".*did you mean Field::Network_jump");
    expectWarning("^QRepod::Channel: nothing handles \"bis\".*did you mean Referee::Network_bid");
    deliver({{{"action", "jumb"}}, {{"action", "bis"}}, {{"action", "jump"}}, {{"action", "bid"}}});
}

void tst_Unhandled::classWithoutMacroIsNamed()
{
    m_server->setChannelClass<Forgetful>();
    expectWarning("^QRepod::Channel: nothing handles \"chat\".*its class has no Q_OBJECT");
    deliver({{{"action", "chat"}}});
}

//! A peer must not fool a reader of the log on a terminal.
void tst_Unhandled::namesOfPeersAreShownAsTheyAre()
{
    expectWarning("nothing handles \"\\\\u\\{1b\\}\\[2Ja\\\\u\\{a\\}b\\\\u\\{202e\\}é\" from");
    deliver({{{"action", QString::fromUtf8("\x1b[2Ja\nb\u202eé")}}});
}

void tst_Unhandled::warningsAreBounded()
{
    QList<QVariantMap> messages;
    for (int i = 0; i < 100; ++i) {
        messages << QVariantMap{{"action", QString(1000, 'x') + QString::number(i)}};
        messages << QVariantMap{{"action", QString::number(i)}};
    }
    expectWarning("nothing handles \"x{64}\" from"); // those with the same beginning count as one
    for (int i = 0; i < 31; ++i)
        expectWarning("nothing handles \"\\d+\"");
    deliver(messages);
}

void tst_Unhandled::overriddenFallbacksAreNotWarnedOf()
{
    CuriousRoom *room = nullptr;
    m_server->setRoomFactory([&](const QString &) { return room = new CuriousRoom; });
    m_server->openRoom("lobby")->setPersistent(true);
    connect(m_server.get(), &Server::channelConnected,
            [](Channel *channel) { channel->join("lobby"); });
    deliver({{{"action", "chat"}, {"text", "hello"}}});
    QCOMPARE(room->seen, QList({QVariantMap{{"action", "chat"}, {"text", "hello"}}}));
}

void tst_Unhandled::observersAreNotWarnedOf()
{
    QVERIFY(m_server->listen("127.0.0.1", 0));
    ConnectionListener listener;
    listener.setAutoPump(true);
    QStringList seen;
    connect(&listener, &ConnectionListener::messageReceived,
            [&](const QString &action) { seen << action; });
    listener.connect("127.0.0.1", m_server->port());
    QTRY_COMPARE(m_server->channels().size(), 1);
    m_server->sendToAll("chat");
    QTRY_VERIFY(seen.contains("chat"));
}

void tst_Unhandled::builtInNamesAreNotWarnedOf()
{
    deliver({{{"action", "disconnected"}}, {{"action", "_reply"}, {"_request", 7}}});
}

void tst_Unhandled::listenerIsWarnedToo()
{
    QVERIFY(m_server->listen("127.0.0.1", 0));
    ConnectionListener listener;
    listener.setAutoPump(true);
    bool hasEnded = false;
    connect(&listener, &ConnectionListener::disconnected, this, [&] { hasEnded = true; });
    listener.connect("127.0.0.1", m_server->port());
    QTRY_COMPARE(m_server->channels().size(), 1);
    expectWarning("^QRepod::ConnectionListener: nothing handles \"chat\" from 127.0.0.1:\\d+");
    m_server->sendToAll("chat");
    m_server->sendToAll("chat");
    m_server->close();
    QTRY_VERIFY(hasEnded);
}

void tst_Unhandled::otherMismatchOfAHandlerIsWarnedOf()
{
    m_server->setChannelClass<ChatPlayer>();
    expectWarning("^ChatPlayer::Network_move: field \"x\" is number 1.5, the parameter is an int$");
    expectWarning("^ChatPlayer::Network_move: field \"x\" is text, the parameter is an int$");
    expectWarning("^ChatPlayer::Network_move: field \"y\" is missing$");
    deliver({{{"action", "move"}, {"x", 1.5}, {"y", 1}},
             {{"action", "move"}, {"x", 2.5}, {"y", 1}}, // the same again
             {{"action", "move"}, {"x", "1"}, {"y", 1}},
             {{"action", "move"}, {"x", 1}}});
}

QTEST_GUILESS_MAIN(tst_Unhandled)
#include "tst_unhandled.moc"
