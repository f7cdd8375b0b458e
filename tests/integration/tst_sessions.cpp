// SPDX-License-Identifier: MIT

//! Sessions, seen from a server whose clients do exactly what a test says.

#include "support/scriptedserver.h"

#include <QRepod/Protocol>
#include <QRepod/Room>

#include <QtCore/qregularexpression.h>
#include <QtTest/qtest.h>

#include <algorithm>

using QRepod::Channel;
using QRepod::Server;

namespace {

QByteArray control(const QString &key, const QVariant &value)
{
    return QRepod::encode({{key, value}});
}

QByteArray resumeFrame(const QString &token, qint64 received)
{
    return QRepod::encode({{u"_resume"_s, token}, {u"_received"_s, received}});
}

const QByteArray hello = control(u"_hello"_s, 1);

//! Also logs what it is told about its client's connection.
class SessionChannel : public AttentiveChannel
{
    Q_OBJECT

public:
    using AttentiveChannel::AttentiveChannel;

    Q_INVOKABLE void Network_interrupted() { m_script.log << u"Network_interrupted"_s; }
    Q_INVOKABLE void Network_resumed() { m_script.log << u"Network_resumed"_s; }
};

struct SessionServer : TestServer<SessionChannel>
{
    explicit SessionServer(int timeout = patience)
    {
        server->setSessionTimeout(timeout);
        server->setChannelFactory([this] {
            auto *channel = new SessionChannel(script);
            made << channel;
            QObject::connect(channel, &Channel::interrupted, server,
                             [this] { script.log << u"interrupted()"_s; });
            QObject::connect(channel, &Channel::resumed, server,
                             [this] { script.log << u"resumed()"_s; });
            QObject::connect(channel, &Channel::disconnected, server,
                             [this] { script.log << u"disconnected()"_s; });
            return channel;
        });
    }

    bool has(const QString &entry) const
    {
        return eventually([&] { return script.log.contains(entry); });
    }

    QList<QPointer<Channel>> made;
};

//! A client that controls its frames itself, but speaks like QRepod's.
class SessionClient : public RawClient
{
public:
    //! \a first is its first frame.
    explicit SessionClient(quint16 port, const QByteArray &first = hello)
        : RawClient(port)
    {
        sendBytes(first);
        if (!receives(u"connected"_s))
            qFatal("a client of the test has not been greeted");
    }

    QString token() { return messages().first()[u"_session"_s].toString(); }

    //! Waits for the control frame \a key, and returns its value.
    QVariant awaitControl(const QString &key)
    {
        QVariant value;
        eventually([&] {
            for (const QVariantMap &message : messages()) {
                if (message.contains(key))
                    value = message[key];
            }
            return value.isValid();
        });
        return value;
    }
};

} // namespace

class tst_Sessions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void greetingHasAToken();
    void withoutATimeoutThereIsNothingOfIt();
    void plainPeerIsGreetedAtOnceAndMadeKnownLater();
    void clientIsMadeKnownWithItsFirstFrame();
    void clientThatGoesWithoutAWordWasNeverThere();
    void lostClientIsInterrupted();
    void clientThatIsBackGetsWhatItHasMissed();
    void acknowledgedIsForgotten();
    void serverAcknowledges();
    void serverAcknowledgesWhatCameWithTheHello();
    void serverAcknowledgesTheEndOfAStream();
    void sessionIsResumedAgainAndAgain();
    void plainPeerThatIsLostHasGone();
    void byeEndsTheSession();
    void closeSaysBye();
    void closeOfAClientThatIsAway();
    void whoIsSentAwayHearsItWhenItComesBack_data();
    void whoIsSentAwayHearsItWhenItComesBack();
    void brokenProtocolIsTheEnd();
    void clientThatStaysAwayHasGone();
    void unknownTokenIsLost();
    void wrongNumberIsLost_data();
    void wrongNumberIsLost();
    void tokenIsVoidOnceTheNextHasArrived();
    void lateReceiptVoidsNoToken();
    void secondConnectionTakesOver();
    void attemptThatWasGivenUpComesTooLate();
    void clientThatResumesLate();
    void clientThatResumesLateInVain();
    void sessionThatKeepsTooMuchEnds();
    void whatIsKeptCountsToTheMemoryOfAll();
    void longestAwayGoesFirst();
    void fullOfClientsThatAreThere();
    void channelIsFoundByItsSession();
    void roomsAndRateStay();
    void requestIsAnsweredAfterwards();
    void statisticsGoOn();
    void serverClosesSessionsThatAreAway();
};

void tst_Sessions::greetingHasAToken()
{
    SessionServer server;
    SessionClient first(server->port());
    SessionClient second(server->port());
    QCOMPARE(first.messages().first().size(), 2);
    static const QRegularExpression form(u"^[A-Za-z0-9_-]{22}$"_s);
    QVERIFY(form.match(first.token()).hasMatch());
    QVERIFY(first.token() != second.token());
}

void tst_Sessions::withoutATimeoutThereIsNothingOfIt()
{
    SessionServer server(0);
    SessionClient client(server->port());
    QCOMPARE(client.messages().first(), message(u"connected"_s));
    QVERIFY(server.has(u"Network_connected"_s));
    server.made.first()->send(u"last"_s);
    server.made.first()->close();
    QVERIFY(client.ends());
    QCOMPARE(client.messages().size(), 3);
    QVERIFY(client.messages().contains(QVariantMap({{u"_hello"_s, 1}})));

    SessionClient hopeful(server->port(), resumeFrame(u"token"_s, 0));
    QCOMPARE(hopeful.awaitControl(u"_lost"_s).toString(), u"the server does not keep sessions"_s);
}

void tst_Sessions::plainPeerIsGreetedAtOnceAndMadeKnownLater()
{
    SessionServer server;
    RawClient client(server->port());
    QVERIFY(client.receives(u"connected"_s));
    QVERIFY(server.made.isEmpty());
    QVERIFY(server.has(u"Network_connected"_s));
    QCOMPARE(server->channels().size(), 1);
    QVERIFY(server->channels().first()->isConnected());
    client.send(number(1));
    QVERIFY(eventually([&] { return server.script.numbers.size() == 1; }));
}

void tst_Sessions::clientIsMadeKnownWithItsFirstFrame()
{
    SessionServer server;
    RawClient client(server->port());
    client.send(number(1));
    QVERIFY(eventually([&] { return server.script.numbers.size() == 1; }));
    QCOMPARE(server.script.log, QStringList({u"Network_connected"_s, u"number"_s}));
    QCOMPARE(client.messages().size(), 1); // the greeting is sent only once
}

void tst_Sessions::clientThatGoesWithoutAWordWasNeverThere()
{
    SessionServer server;
    RawClient client(server->port());
    QVERIFY(client.receives(u"connected"_s));
    client.close();
    SessionClient next(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    QCOMPARE(server.made.size(), 1);
}

void tst_Sessions::lostClientIsInterrupted()
{
    for (const bool isReset : {true, false}) {
        SessionServer server;
        SessionClient client(server->port());
        QVERIFY(server.has(u"Network_connected"_s));
        Channel *const channel = server.made.first();
        isReset ? client.reset() : client.close();
        QVERIFY(server.has(u"Network_interrupted"_s));
        QCOMPARE(
            server.script.log,
            QStringList({u"Network_connected"_s, u"interrupted()"_s, u"Network_interrupted"_s}));
        QVERIFY(!channel->isConnected());
        QVERIFY(channel->isInterrupted());
        QCOMPARE(server->channels(), QList<Channel *>{channel});
        QVERIFY(channel->send(number(1)) > 0);
    }
}

void tst_Sessions::clientThatIsBackGetsWhatItHasMissed()
{
    SessionServer server;
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    Channel *const channel = server.made.first();
    for (qint64 n = 1; n <= 3; ++n)
        channel->send(number(n));
    QVERIFY(client.receives(u"number"_s, 3));
    client.send(number(1));
    client.send(number(2));
    QVERIFY(eventually([&] { return server.script.numbers.size() == 2; }));
    client.reset();
    QVERIFY(server.has(u"Network_interrupted"_s));
    channel->send(number(4));

    SessionClient back(server->port(), resumeFrame(client.token(), 2)); // the third is lost
    QVERIFY(back.receives(u"number"_s, 2));
    QCOMPARE(back.numbers(), QList<qint64>({3, 4}));
    QCOMPARE(back.messages()[1], QVariantMap({{u"_resumed"_s, 2}}));
    QVERIFY(server.has(u"Network_resumed"_s));
    QVERIFY(channel->isConnected());
    QVERIFY(!channel->isInterrupted());
    QCOMPARE(channel->address(), back.address());
    back.send(number(3));
    QVERIFY(eventually([&] { return server.script.numbers == QList<qint64>({1, 2, 3}); }));
    channel->send(number(5));
    QVERIFY(back.receives(u"number"_s, 3));
    QCOMPARE(
        server.script.log,
        QStringList({u"Network_connected"_s, u"number"_s, u"number"_s, u"interrupted()"_s,
                     u"Network_interrupted"_s, u"resumed()"_s, u"Network_resumed"_s, u"number"_s}));
    QCOMPARE(server.made.size(), 1);
}

void tst_Sessions::acknowledgedIsForgotten()
{
    SessionServer server;
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    for (qint64 n = 1; n <= 3; ++n)
        server.made.first()->send(number(n));
    client.sendBytes(control(u"_ack"_s, 2) + control(u"_ack"_s, 77) + control(u"_ack"_s, -1)
                     + control(u"_ack"_s, u"2"_s));
    client.reset();
    QVERIFY(server.has(u"Network_interrupted"_s));
    SessionClient early(server->port(), resumeFrame(client.token(), 1));
    QCOMPARE(early.awaitControl(u"_lost"_s).toString(), u"the message counts do not match"_s);
    SessionClient back(server->port(), resumeFrame(client.token(), 2));
    QVERIFY(back.receives(u"number"_s));
    QCOMPARE(back.numbers(), QList<qint64>{3});
}

void tst_Sessions::serverAcknowledges()
{
    SessionServer server;
    SessionClient client(server->port());
    for (qint64 n = 1; n <= 200; ++n)
        client.send(number(n));
    QVERIFY(eventually([&] { return client.awaitControl(u"_ack"_s).toLongLong() > 100; }));
}

//! They are read before the server has begun the session.
void tst_Sessions::serverAcknowledgesWhatCameWithTheHello()
{
    SessionServer server;
    server->setHeartbeatInterval(0); // a heartbeat would bring it, too
    server->setIdleTimeout(0);
    QByteArray frames = hello;
    for (qint64 n = 1; n <= 100; ++n)
        frames += QRepod::encode(number(n));
    SessionClient client(server->port(), frames);
    QVERIFY(eventually([&] { return client.awaitControl(u"_ack"_s) == 100; }));
}

//! What follows an acknowledgement at once is acknowledged slightly later, even if nothing comes
//! after it.
void tst_Sessions::serverAcknowledgesTheEndOfAStream()
{
    SessionServer server;
    server->setHeartbeatInterval(0); // a heartbeat would send one too,
    server->setIdleTimeout(0);       // and so would any other check of the connection
    SessionClient client(server->port());
    for (const qint64 last : {64, 128, 192, 256}) {
        QByteArray frames;
        for (qint64 n = last - 63; n <= last; ++n)
            frames += QRepod::encode(number(n));
        client.sendBytes(frames);
        QVERIFY(eventually([&] { return client.awaitControl(u"_ack"_s) == last; }));
    }
}

void tst_Sessions::sessionIsResumedAgainAndAgain()
{
    SessionServer server;
    auto client = std::make_unique<SessionClient>(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    for (qint64 n = 1; n <= 5; ++n) {
        QString token = client->token();
        client->reset();
        QVERIFY(eventually([&] { return server.script.log.count(u"interrupted()"_s) == n; }));
        server.made.first()->send(number(n));
        client = std::make_unique<SessionClient>(server->port(), resumeFrame(token, n - 1));
        QVERIFY(client->receives(u"number"_s));
        QCOMPARE(client->numbers(), QList<qint64>{n});
        QVERIFY(eventually([&] { return server.script.log.count(u"resumed()"_s) == n; }));
    }
}

void tst_Sessions::plainPeerThatIsLostHasGone()
{
    SessionServer server;
    RawClient client(server->port());
    client.send(number(1));
    QVERIFY(server.has(u"number"_s));
    client.reset();
    QVERIFY(server.has(u"Network_disconnected"_s));
    QVERIFY(!server.script.log.contains(u"interrupted()"_s));
}

void tst_Sessions::byeEndsTheSession()
{
    SessionServer server;
    SessionClient client(server->port());
    client.send(number(1));
    client.sendBytes(control(u"_bye"_s, 1));
    client.close();
    QVERIFY(server.has(u"Network_disconnected"_s));
    QCOMPARE(server.script.log,
             QStringList({u"Network_connected"_s, u"number"_s, u"disconnected()"_s,
                          u"Network_disconnected"_s}));
    SessionClient back(server->port(), resumeFrame(client.token(), 0));
    QCOMPARE(back.awaitControl(u"_lost"_s).toString(), u"the server does not know the session"_s);
}

void tst_Sessions::closeSaysBye()
{
    SessionServer server;
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    server.made.first()->send(number(1));
    server.made.first()->close();
    QCOMPARE(server.made.first()->send(number(2)), 0);
    QVERIFY(client.ends());
    QCOMPARE(client.numbers(), QList<qint64>{1});
    QCOMPARE(client.messages().last(), QVariantMap({{u"_bye"_s, 1}}));
    QVERIFY(server.has(u"Network_disconnected"_s));
}

void tst_Sessions::closeOfAClientThatIsAway()
{
    SessionServer server;
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    client.reset();
    QVERIFY(server.has(u"Network_interrupted"_s));
    server.made.first()->close();
    QCOMPARE(server.made.first()->send(number(1)), 0);
    QVERIFY(server.has(u"Network_disconnected"_s));
    QVERIFY(!server.script.log.contains(u"resumed()"_s));
    QVERIFY(eventually([&] { return !server.made.first(); }));
}

void tst_Sessions::whoIsSentAwayHearsItWhenItComesBack_data()
{
    QTest::addColumn<bool>("isAway");
    QTest::addColumn<bool>("isLate");
    QTest::addColumn<QString>("key");
    QTest::newRow("refused while away") << true << false << u"_refused"_s;
    QTest::newRow("redirected while away") << true << false << u"_redirect"_s;
    QTest::newRow("refused while away, comes late") << true << true << u"_refused"_s;
    QTest::newRow("refused, and lost before it heard") << false << false << u"_refused"_s;
    QTest::newRow("redirected, and lost before it heard") << false << false << u"_redirect"_s;
}

void tst_Sessions::whoIsSentAwayHearsItWhenItComesBack()
{
    QFETCH(const bool, isAway);
    QFETCH(const bool, isLate);
    QFETCH(const QString, key);
    const QString value = u"127.0.0.1:5071"_s; // a reason is any text
    SessionServer server;
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    if (isAway) {
        client.reset();
        QVERIFY(server.has(u"Network_interrupted"_s));
    }
    if (key == u"_refused"_s)
        server.made.first()->refuse(value);
    else
        server.made.first()->redirect(value);
    QVERIFY(server.has(u"Network_disconnected"_s));
    QVERIFY(eventually([&] { return !server.made.first(); }));

    for (int time = 1; time <= 2; ++time) { // it may be lost again before it has read the answer
        SessionClient back(server->port(), isLate ? QByteArray() : resumeFrame(client.token(), 0));
        if (isLate) {
            QVERIFY(eventually([&] { return server.made.size() == 1 + time; }));
            back.sendBytes(resumeFrame(client.token(), 0));
        }
        QVERIFY(back.ends());
        QCOMPARE(back.messages().size(), 3);
        QCOMPARE(back.messages()[1], QVariantMap({{key, value}}));
        QCOMPARE(back.messages()[2], QVariantMap({{u"_bye"_s, 1}}));
        QVERIFY(eventually([&] { return server->channels().isEmpty(); }));
    }
    QVERIFY(!server.script.log.contains(u"resumed()"_s));
    SessionClient other(server->port(), resumeFrame(u"unknown"_s, 0));
    QVERIFY(other.awaitControl(u"_lost"_s).isValid());
}

void tst_Sessions::brokenProtocolIsTheEnd()
{
    SessionServer server;
    SessionClient client(server->port());
    client.sendBytes(hex("00000000"));
    QVERIFY(server.has(u"Network_disconnected"_s));
    QVERIFY(!server.script.log.contains(u"interrupted()"_s));
}

void tst_Sessions::clientThatStaysAwayHasGone()
{
    SessionServer server(20);
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    client.reset();
    QVERIFY(server.has(u"Network_disconnected"_s));
    QCOMPARE(server.script.log,
             QStringList({u"Network_connected"_s, u"interrupted()"_s, u"Network_interrupted"_s,
                          u"disconnected()"_s, u"Network_disconnected"_s}));
    QVERIFY(server->channels().isEmpty());
}

void tst_Sessions::unknownTokenIsLost()
{
    SessionServer server;
    SessionClient client(server->port(), resumeFrame(u"0123456789012345678901"_s, 0));
    QCOMPARE(client.awaitControl(u"_lost"_s).toString(), u"the server does not know the session"_s);
    client.send(number(1)); // it goes on as a new client
    QVERIFY(server.has(u"number"_s));
    QCOMPARE(server.script.log, QStringList({u"Network_connected"_s, u"number"_s}));
    client.reset();
    QVERIFY(server.has(u"Network_interrupted"_s));
    SessionClient back(server->port(), resumeFrame(client.token(), 0));
    QCOMPARE(back.awaitControl(u"_resumed"_s), QVariant(1));
}

void tst_Sessions::wrongNumberIsLost_data()
{
    QTest::addColumn<QVariant>("number");
    QTest::newRow("too many") << QVariant(2);
    QTest::newRow("negative") << QVariant(-1);
    QTest::newRow("none") << QVariant();
    QTest::newRow("text") << QVariant(u"1"_s);
    QTest::newRow("huge") << QVariant(std::numeric_limits<quint64>::max());
}

void tst_Sessions::wrongNumberIsLost()
{
    QFETCH(const QVariant, number);
    SessionServer server;
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    server.made.first()->send(u"one"_s);
    client.reset();
    QVERIFY(server.has(u"Network_interrupted"_s));
    SessionClient liar(server->port(),
                       QRepod::encode({{u"_resume"_s, client.token()}, {u"_received"_s, number}}));
    QCOMPARE(liar.awaitControl(u"_lost"_s).toString(), u"the message counts do not match"_s);
    SessionClient back(server->port(), resumeFrame(client.token(), 0)); // nothing has changed
    QVERIFY(back.receives(u"one"_s));
}

//! A client that is lost again before it has the next token comes back with the first one.
void tst_Sessions::tokenIsVoidOnceTheNextHasArrived()
{
    SessionServer server;
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    client.reset();
    SessionClient second(server->port(), resumeFrame(client.token(), 0));
    QVERIFY(second.awaitControl(u"_resumed"_s).isValid());
    second.reset();
    SessionClient third(server->port(), resumeFrame(client.token(), 0));
    QVERIFY(third.awaitControl(u"_resumed"_s).isValid());
    third.sendBytes(control(u"_ack"_s, 0));
    third.send(number(1));
    QVERIFY(server.has(u"number"_s));
    for (const QString &token : {client.token(), second.token()}) {
        SessionClient thief(server->port(), resumeFrame(token, 0));
        QCOMPARE(thief.awaitControl(u"_lost"_s).toString(),
                 u"the server does not know the session"_s);
    }
    QVERIFY(server.made.first()->isConnected());
}

//! It belongs to the previous connection, and says nothing of what the client received on this one.
void tst_Sessions::lateReceiptVoidsNoToken()
{
    SessionServer server;
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    client.reset();
    SessionClient second(server->port(), resumeFrame(client.token(), 0));
    QVERIFY(second.awaitControl(u"_resumed"_s).isValid());
    SessionClient third(server->port(), QByteArray());
    third.sendBytes(resumeFrame(second.token(), 0));
    second.sendBytes(control(u"_ack"_s, 0)); // read after that, but delivered before it
    QVERIFY(third.awaitControl(u"_resumed"_s).isValid());
    third.reset(); // before it has read the answer, as far as the server knows
    SessionClient back(server->port(), resumeFrame(second.token(), 0));
    QVERIFY(back.awaitControl(u"_resumed"_s).isValid());
}

void tst_Sessions::secondConnectionTakesOver()
{
    SessionServer server;
    SessionClient client(server->port());
    client.send(number(1));
    QVERIFY(server.has(u"number"_s));
    server.made.first()->send(number(1));
    QVERIFY(client.receives(u"number"_s));

    SessionClient second(server->port(), resumeFrame(client.token(), 0));
    QVERIFY(second.receives(u"number"_s));
    QCOMPARE(second.awaitControl(u"_resumed"_s), QVariant(1));
    QVERIFY(client.ends());
    const QString reason = u"another connection has resumed the session"_s;
    QVERIFY(client.messages().contains(message(u"error"_s, {{u"error"_s, reason}})));
    QCOMPARE(client.awaitControl(u"_refused"_s).toString(), reason);
    QVERIFY(server.has(u"Network_resumed"_s));
    QCOMPARE(server.script.log,
             QStringList({u"Network_connected"_s, u"number"_s, u"interrupted()"_s,
                          u"Network_interrupted"_s, u"resumed()"_s, u"Network_resumed"_s}));
    second.send(number(2));
    QVERIFY(eventually([&] { return server.script.numbers == QList<qint64>({1, 2}); }));
}

//! The line was lost again before `_resume` arrived, and the client has come on another line since.
void tst_Sessions::attemptThatWasGivenUpComesTooLate()
{
    SessionServer server;
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    client.reset();
    QVERIFY(server.has(u"Network_interrupted"_s));
    SessionClient attempt(server->port(), QByteArray());
    SessionClient next(server->port(), resumeFrame(client.token(), 0));
    QVERIFY(next.awaitControl(u"_resumed"_s).isValid());
    attempt.sendBytes(resumeFrame(client.token(), 0));
    QVERIFY(eventually([&] { // closed, or told if it counted as a new client
        const QList<QVariantMap> messages = attempt.messages();
        return attempt.hasEnded || attempt.error
            || std::any_of(messages.begin(), messages.end(),
                           [](const QVariantMap &told) { return told.contains(u"_lost"_s); });
    }));
    server.made.first()->send(number(1));
    QVERIFY(next.receives(u"number"_s));
    QCOMPARE(server.script.log.count(u"Network_interrupted"_s), 1);
    next.reset();
    SessionClient back(server->port(), resumeFrame(next.token(), 0)); // that token is still valid
    QVERIFY(back.awaitControl(u"_resumed"_s).isValid());
}

//! So late that it counts as a new client.
void tst_Sessions::clientThatResumesLate()
{
    SessionServer server;
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    client.reset();
    QVERIFY(server.has(u"Network_interrupted"_s));
    server.made.first()->send(number(1));
    SessionClient late(server->port(), QByteArray());
    QVERIFY(eventually([&] { return server.made.size() == 2; }));
    server.made.last()->send(u"to nobody"_s);
    late.sendBytes(resumeFrame(client.token(), 0));
    QVERIFY(late.receives(u"number"_s));
    QVERIFY(server.has(u"Network_disconnected"_s));
    QVERIFY(eventually([&] { return !server.made.last(); }));
    QVERIFY(server.made.first()->isConnected());
    late.send(number(1));
    QVERIFY(server.has(u"number"_s));
    late.reset(); // the token of this connection is the next one
    QVERIFY(eventually([&] { return server.script.log.count(u"interrupted()"_s) == 2; }));
    SessionClient back(server->port(), resumeFrame(late.token(), 1));
    QCOMPARE(back.awaitControl(u"_resumed"_s), QVariant(1));
}

void tst_Sessions::clientThatResumesLateInVain()
{
    SessionServer server;
    SessionClient late(server->port(), QByteArray());
    QVERIFY(server.has(u"Network_connected"_s));
    late.sendBytes(resumeFrame(u"unknown"_s, 0));
    QCOMPARE(late.awaitControl(u"_lost"_s).toString(), u"the server does not know the session"_s);
    late.send(number(1));
    QVERIFY(server.has(u"number"_s));
    QCOMPARE(server.made.size(), 1);
}

void tst_Sessions::sessionThatKeepsTooMuchEnds()
{
    SessionServer server;
    server->setMaximumSendBacklog(1'000);
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    QString error;
    connect(server.made.first(), &Channel::errorOccurred, this,
            [&](const QString &text) { error = text; });
    client.reset();
    QVERIFY(server.has(u"Network_interrupted"_s));
    QVERIFY(server.made.first()->send(bulky(600)) > 0);
    QCOMPARE(server.made.first()->send(bulky(600)), 0);
    QVERIFY(server.has(u"Network_disconnected"_s));
    QVERIFY(error.endsWith(u"bytes kept for the peer are over the limit of 1000"_s));
}

void tst_Sessions::whatIsKeptCountsToTheMemoryOfAll()
{
    SessionServer server;
    server->setMaximumMemory(10'000);
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    QString error;
    connect(server.made.first(), &Channel::errorOccurred, this,
            [&](const QString &text) { error = text; });
    client.reset();
    QVERIFY(server.has(u"Network_interrupted"_s));
    QVERIFY(server.made.first()->send(bulky(12'000)) > 0);
    QVERIFY(server.has(u"Network_disconnected"_s));
    QVERIFY2(error.contains(u"held for all clients are over the limit of 10000"_s),
             qPrintable(error));
    SessionClient back(server->port(), resumeFrame(client.token(), 0));
    QVERIFY(back.awaitControl(u"_lost"_s).isValid());
}

void tst_Sessions::longestAwayGoesFirst()
{
    SessionServer server;
    server->setMaximumConnections(2);
    SessionClient first(server->port());
    QVERIFY(eventually([&] { return server.made.size() == 1; }));
    SessionClient second(server->port());
    QVERIFY(eventually([&] { return server.made.size() == 2; }));
    for (SessionClient *client : {&second, &first}) {
        const qsizetype before = server.script.log.count(u"interrupted()"_s);
        client->reset();
        QVERIFY(
            eventually([&] { return server.script.log.count(u"interrupted()"_s) == before + 1; }));
    }
    SessionClient third(server->port());
    QVERIFY(server.has(u"Network_disconnected"_s));
    QVERIFY(eventually([&] { return !server.made[1]; }));
    QVERIFY(server.made[0]);
    SessionClient back(server->port(), resumeFrame(first.token(), 0)); // still has its place
    QVERIFY(back.awaitControl(u"_resumed"_s).isValid());
    SessionClient lost(server->port(), resumeFrame(second.token(), 0));
    QVERIFY(lost.awaitControl(u"_lost"_s).isValid());
}

void tst_Sessions::fullOfClientsThatAreThere()
{
    SessionServer server;
    server->setMaximumConnections(1);
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    RawClient extra(server->port());
    extra.sendBytes(hello);
    QVERIFY(extra.ends());
    QVERIFY(extra.messages().contains(
        message(u"error"_s, {{u"error"_s, u"the server is full: 1 clients"_s}})));
    QCOMPARE(server.made.size(), 1);
}

void tst_Sessions::channelIsFoundByItsSession()
{
    SessionServer server;
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    Channel *const channel = server.made.first();
    const QString id = channel->sessionId();
    QVERIFY(!id.isEmpty() && id != client.token());
    QCOMPARE(server->channel(id), channel);
    client.reset();
    QVERIFY(server.has(u"Network_interrupted"_s));
    QCOMPARE(server->channel(id), channel);
    QCOMPARE(server->channel(u"nobody"_s), nullptr);
    QCOMPARE(server->channel(QString()), nullptr);
}

void tst_Sessions::roomsAndRateStay()
{
    SessionServer server;
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    QVERIFY(server.made.first()->join(u"arena"_s));
    client.reset();
    QVERIFY(server.has(u"Network_interrupted"_s));
    QCOMPARE(server.made.first()->rooms().size(), 1);
    QVERIFY(server.made.first()->join(u"lobby"_s));
    server->sendToAll(number(1));
    SessionClient back(server->port(), resumeFrame(client.token(), 0));
    QVERIFY(back.receives(u"number"_s));
    QCOMPARE(server.made.first()->rooms().size(), 2);
}

void tst_Sessions::requestIsAnsweredAfterwards()
{
    SessionServer server;
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    QFuture<QVariant> before = server.made.first()->request(u"ask"_s);
    QVERIFY(client.receives(u"ask"_s));
    client.reset();
    QVERIFY(server.has(u"Network_interrupted"_s));
    QFuture<QVariant> meanwhile = server.made.first()->request(u"ask"_s);
    QVERIFY(!before.isFinished() && !meanwhile.isFinished());
    SessionClient back(server->port(), resumeFrame(client.token(), 1));
    QVERIFY(back.receives(u"ask"_s));
    for (int n = 1; n <= 2; ++n)
        back.send(message(u"_reply"_s, {{u"_request"_s, n}, {u"result"_s, n}}));
    QVERIFY(eventually([&] { return before.isFinished() && meanwhile.isFinished(); }));
    QCOMPARE(before.result().toInt(), 1);
    QCOMPARE(meanwhile.result().toInt(), 2);
}

void tst_Sessions::statisticsGoOn()
{
    SessionServer server;
    SessionClient client(server->port());
    client.send(number(1));
    QVERIFY(server.has(u"number"_s));
    server.made.first()->send(number(1));
    client.reset();
    QVERIFY(server.has(u"Network_interrupted"_s));
    server.made.first()->send(number(2));
    SessionClient back(server->port(), resumeFrame(client.token(), 0));
    back.send(number(2));
    QVERIFY(eventually([&] { return server.script.numbers.size() == 2; }));
    QCOMPARE(server.made.first()->statistics().messagesReceived, 2);
    QCOMPARE(server.made.first()->statistics().messagesSent, 2);
}

void tst_Sessions::serverClosesSessionsThatAreAway()
{
    SessionServer server;
    SessionClient client(server->port());
    QVERIFY(server.has(u"Network_connected"_s));
    client.reset();
    QVERIFY(server.has(u"Network_interrupted"_s));
    server->close();
    QCOMPARE(server.script.log.last(), u"Network_disconnected"_s);
}

QTEST_GUILESS_MAIN(tst_Sessions)
#include "tst_sessions.moc"
