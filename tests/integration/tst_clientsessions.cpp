// SPDX-License-Identifier: MIT

//! Sessions, seen from a client whose server does exactly what a test says.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/rawserver.h"
#include "support/recordinglistener.h"
#include "support/warnings.h"

#include <QRepod/Client>
#include <QRepod/Protocol>
#include <QRepod/RequestError>

#include <QtCore/qelapsedtimer.h>
#include <QtTest/qtest.h>

#include <memory>

using QRepod::ConnectionListener;
using State = ConnectionListener::State;

namespace {

QVariantMap greeting(const QString &token)
{
    return message(u"connected"_s, {{u"_session"_s, token}});
}

const QStringList connectedLog = {u"connected()"_s, u"connected"_s, u"socketConnect"_s};
const QStringList interruptedLog = {u"interrupted()"_s, u"interrupted"_s};
const QStringList resumedLog = {u"resumed()"_s, u"resumed"_s};
const QStringList disconnectedLog = {u"disconnected()"_s, u"disconnected"_s};
const QStringList errorLog = {u"errorOccurred()"_s, u"error"_s};

//! A listener to which a server has given a session with the token `t1`.
class Session
{
public:
    Session()
    {
        listener.setReconnect(true);
        listener.setReconnectInterval(1);
        listener.setMaximumReconnectInterval(1);
        listener.connect(u"127.0.0.1"_s, server->port());
        if (!listener.pumpUntil(u"socketConnect"_s))
            qFatal("the listener has not connected");
        server->send(greeting(u"t1"_s));
        server->send(message(u"welcome"_s));
        if (!listener.pumpUntil(u"welcome"_s))
            qFatal("the listener has not been welcomed");
        listener.log.clear();
    }

    bool becomes(State state)
    {
        return eventually([&] {
            listener.pump();
            return listener.state() == state;
        });
    }

    //! Breaks the line, and waits until the listener has connected again.
    bool comesBack()
    {
        const int before = server->clientCount();
        const qsizetype frames = server->controls().size();
        server->resetClient();
        return eventually([&] {
            listener.pump();
            return server->clientCount() > before && server->controls().size() > frames;
        });
    }

    bool pumps(const QString &entry, qsizetype count = 1)
    {
        return eventually([&] {
            listener.pump();
            return listener.log.count(entry) >= count;
        });
    }

    std::unique_ptr<RawServer> server = std::make_unique<RawServer>();
    RecordingListener listener;
};

QVariantMap resume(const QString &token, qint64 received)
{
    return {{u"_resume"_s, token}, {u"_received"_s, received}};
}

} // namespace

class tst_ClientSessions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void greetingWithATokenIsAbsorbed();
    void resumesByItself();
    void whatWasSentMeanwhileFollows();
    void requestsSurvive();
    void failedAttemptsAreNotTold();
    void lostAgainBeforeTheAnswer();
    void whatComesBeforeTheAnswerIsNotOfTheSession();
    void sessionThatIsLost();
    void sessionThatIsLostHasItsMessagesAfterwards();
    void serverWithoutSessions();
    void serverThatCountsOtherMessages();
    void serverThatSaysBye();
    void clientThatSaysBye();
    void closeWhileInterrupted();
    void switchingReconnectingOffWhileInterrupted_data();
    void switchingReconnectingOffWhileInterrupted();
    void serverThatOnlyHangsUp();
    void closeByTheClientObjectWhileInterrupted();
    void connectWhileInterrupted();
    void handlersMayDoAnything_data();
    void handlersMayDoAnything();
    void givesUpAfterTheMaximum();
    void withoutReconnectingTheEndIsAnEnd();
    void keepsNoMoreThanTheBacklog();
    void acknowledges();
    void refusalEndsIt();
    void refusalOfOneThatWasAway();
    void redirectionOfOneThatWasAway();
    void sessionThatIsElsewhere();
    void serversThatSendASessionToEachOther();
    void answerThatIsTakenLateCounts();
};

void tst_ClientSessions::greetingWithATokenIsAbsorbed()
{
    Session session;
    QCOMPARE(session.listener.actions(),
             QStringList({u"connected"_s, u"socketConnect"_s, u"welcome"_s}));
    RawServer other;
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(other.port()));
    QVariantMap talkative = greeting(u"t"_s);
    talkative[u"motd"_s] = u"hi"_s;
    other.send(talkative);
    QVERIFY(listener.pumpUntil(u"connected"_s, 2));
}

void tst_ClientSessions::resumesByItself()
{
    Session session;
    QVERIFY(session.comesBack());
    QCOMPARE(session.listener.log, interruptedLog);
    QCOMPARE(session.listener.state(), State::Reconnecting);
    QVERIFY(session.listener.connection()->isInterrupted());
    QVERIFY(!session.listener.connection()->isConnected());
    QCOMPARE(session.server->controls().last(), resume(u"t1"_s, 1));

    session.server->send(greeting(u"t2"_s));
    session.server->send({{u"_resumed"_s, 0}});
    session.server->send(number(1));
    QVERIFY(session.pumps(u"number"_s));
    QCOMPARE(session.listener.log, interruptedLog + resumedLog + QStringList{u"number"_s});
    QCOMPARE(session.listener.state(), State::Connected);
    QVERIFY(!session.listener.connection()->isInterrupted());
    QVERIFY(session.listener.connection()->isConnected());
    QVERIFY(eventually([&] {
        return session.server->controls().last().contains(u"_ack"_s); // shows that it has t2
    }));

    QVERIFY(session.comesBack()); // with the next token, and two messages
    QCOMPARE(session.server->controls().last(), resume(u"t2"_s, 2));
}

void tst_ClientSessions::whatWasSentMeanwhileFollows()
{
    Session session;
    for (qint64 n = 1; n <= 3; ++n)
        session.listener.send(number(n));
    QVERIFY(eventually([&] { return session.server->received().size() == 3; }));
    QVERIFY(session.comesBack());
    QVERIFY(session.listener.send(number(4)) > 0);
    QVERIFY(session.listener.connection()->send(number(5)) > 0);
    session.server->send(greeting(u"t2"_s));
    session.server->send({{u"_resumed"_s, 2}});
    QVERIFY(session.pumps(u"resumed"_s));
    QVERIFY(session.listener.send(number(6)) > 0);
    QVERIFY(eventually([&] { return session.server->received().size() == 7; }));
    QList<qint64> numbers;
    for (const QVariantMap &received : session.server->received())
        numbers << received[u"n"_s].toLongLong();
    QCOMPARE(numbers, QList<qint64>({1, 2, 3, 3, 4, 5, 6}));
}

void tst_ClientSessions::requestsSurvive()
{
    Session session;
    QFuture<QVariant> before = session.listener.request(u"ask"_s);
    QVERIFY(eventually([&] { return session.server->received().size() == 1; }));
    QVERIFY(session.comesBack());
    QFuture<QVariant> meanwhile = session.listener.request(u"ask"_s);
    QVERIFY(!before.isFinished() && !meanwhile.isFinished());
    session.server->send(greeting(u"t2"_s));
    session.server->send({{u"_resumed"_s, 1}});
    for (int n = 1; n <= 2; ++n)
        session.server->send(message(u"_reply"_s, {{u"_request"_s, n}, {u"result"_s, n}}));
    QVERIFY(eventually([&] {
        session.listener.pump();
        return before.isFinished() && meanwhile.isFinished();
    }));
    QCOMPARE(before.result().toInt(), 1);
    QCOMPARE(meanwhile.result().toInt(), 2);
}

void tst_ClientSessions::failedAttemptsAreNotTold()
{
    Session session;
    session.server.reset(); // nobody is listening
    QVERIFY(eventually([&] {
        session.listener.pump();
        return session.listener.reconnectAttempt() > 3;
    }));
    QCOMPARE(session.listener.log, interruptedLog);
}

void tst_ClientSessions::lostAgainBeforeTheAnswer()
{
    Session session;
    QVERIFY(session.comesBack());
    session.server->send(greeting(u"t2"_s));
    QVERIFY(session.comesBack());
    QCOMPARE(session.server->controls().last(), resume(u"t1"_s, 1)); // still
    session.server->send(greeting(u"t3"_s));
    session.server->send({{u"_resumed"_s, 0}});
    QVERIFY(session.pumps(u"resumed"_s));
    QCOMPARE(session.listener.log, interruptedLog + resumedLog);
}

void tst_ClientSessions::whatComesBeforeTheAnswerIsNotOfTheSession()
{
    Session session;
    QVERIFY(session.comesBack());
    session.server->send(greeting(u"t2"_s));
    session.server->send(message(u"to nobody"_s));
    session.server->send({{u"_resumed"_s, 0}});
    session.server->send(number(1));
    QVERIFY(session.pumps(u"number"_s));
    QCOMPARE(session.listener.log, interruptedLog + resumedLog + QStringList{u"number"_s});
    QVERIFY(session.comesBack());
    QCOMPARE(session.server->controls().last(), resume(u"t2"_s, 2));
}

void tst_ClientSessions::sessionThatIsLost()
{
    Session session;
    QFuture<QVariant> pending = session.listener.request(u"ask"_s);
    QVERIFY(session.comesBack());
    session.server->send(greeting(u"t2"_s));
    session.server->send({{u"_lost"_s, u"the server was restarted"_s}});
    session.server->send(number(1));
    QVERIFY(session.pumps(u"number"_s));
    QCOMPARE(session.listener.log,
             interruptedLog + errorLog + disconnectedLog + connectedLog + QStringList{u"number"_s});
    QCOMPARE(session.listener.error, u"the session was lost: the server was restarted"_s);
    QVERIFY_THROWS_EXCEPTION(QRepod::RequestError, pending.result());
    QCOMPARE(session.listener.state(), State::Connected);
    QVERIFY(session.comesBack()); // the new session is like any other
    QCOMPARE(session.server->controls().last(), resume(u"t2"_s, 1));
}

void tst_ClientSessions::sessionThatIsLostHasItsMessagesAfterwards()
{
    Session session;
    QVERIFY(session.comesBack());
    session.server->send(greeting(u"t2"_s));
    session.server->send(number(1));
    session.server->send({{u"_lost"_s, u"late"_s}});
    QVERIFY(session.pumps(u"number"_s));
    QCOMPARE(session.listener.log,
             interruptedLog + errorLog + disconnectedLog + connectedLog + QStringList{u"number"_s});
    QVERIFY(session.comesBack());
    QCOMPARE(session.server->controls().last(), resume(u"t2"_s, 1));
}

void tst_ClientSessions::serverWithoutSessions()
{
    Session session;
    QVERIFY(session.comesBack());
    session.server->send(message(u"connected"_s));
    session.server->send(number(1));
    QVERIFY(session.pumps(u"number"_s));
    QCOMPARE(session.listener.log,
             interruptedLog + errorLog + disconnectedLog + connectedLog + QStringList{u"number"_s});
    QCOMPARE(session.listener.error, u"the session was lost: the server does not keep sessions"_s);
    session.listener.log.clear();
    QVERIFY(session.comesBack());
    QCOMPARE(session.listener.log.mid(0, 4), errorLog + disconnectedLog);
    QCOMPARE(session.server->controls().last(), QVariantMap({{u"_hello"_s, 1}}));
}

void tst_ClientSessions::serverThatCountsOtherMessages()
{
    Session session;
    QVERIFY(session.comesBack());
    session.server->send(greeting(u"t2"_s));
    session.server->send({{u"_resumed"_s, 5}});
    QVERIFY(session.pumps(u"connected"_s));
    QCOMPARE(session.listener.log, interruptedLog + errorLog + disconnectedLog + connectedLog);
    QVERIFY(session.listener.error.startsWith(u"the session was lost: "_s));
}

void tst_ClientSessions::serverThatSaysBye()
{
    Session session;
    session.server->send({{u"_bye"_s, 1}});
    session.server->closeClient();
    QVERIFY(session.pumps(u"connected"_s)); // once more, as after any end
    QCOMPARE(session.listener.log, disconnectedLog + connectedLog);
    QVERIFY(eventually([&] {
        return session.server->controls().last() == QVariantMap({{u"_hello"_s, 1}});
    }));
}

void tst_ClientSessions::clientThatSaysBye()
{
    Session session;
    session.server->send({{u"_hello"_s, 1}});
    session.server->send(message(u"go"_s));
    QVERIFY(session.pumps(u"go"_s));
    session.listener.send(message(u"last"_s));
    session.listener.close();
    QCOMPARE(session.listener.send(message(u"too late"_s)), 0);
    QVERIFY(eventually([&] { return session.server->clientHasClosed(); }));
    QCOMPARE(session.server->controls().last(), QVariantMap({{u"_bye"_s, 1}}));
    QCOMPARE(session.server->received().last(), message(u"last"_s));
}

void tst_ClientSessions::closeWhileInterrupted()
{
    Session session;
    QVERIFY(session.comesBack());
    session.listener.close();
    QCOMPARE(session.listener.state(), State::Disconnected);
    QVERIFY(!session.listener.connection()->isInterrupted());
    QCOMPARE(session.listener.send(number(1)), 0);
    QVERIFY(session.pumps(u"disconnected"_s));
    QCOMPARE(session.listener.log, interruptedLog + disconnectedLog);
}

void tst_ClientSessions::switchingReconnectingOffWhileInterrupted_data()
{
    QTest::addColumn<bool>("isBack");
    QTest::newRow("during an attempt") << true;
    QTest::newRow("before it") << false;
}

void tst_ClientSessions::switchingReconnectingOffWhileInterrupted()
{
    QFETCH(const bool, isBack);
    Session session;
    if (isBack) {
        QVERIFY(session.comesBack());
    } else {
        session.listener.setReconnectInterval(1'000'000);
        session.listener.setMaximumReconnectInterval(1'000'000);
        session.server->resetClient();
        QVERIFY(session.becomes(State::Reconnecting));
    }
    session.listener.setReconnect(false);
    QCOMPARE(session.listener.state(), State::Disconnected);
    QCOMPARE(session.listener.send(number(1)), 0);
    QVERIFY(session.pumps(u"disconnected"_s));
    QCOMPARE(session.listener.log, interruptedLog + errorLog + disconnectedLog);
    QCOMPARE(session.listener.error,
             session.listener.connection()->address()
                 + u": the connection was lost, and reconnecting is off"_s);
    // It says so once.
    session.listener.setReconnect(true);
    session.listener.connect(u"127.0.0.1"_s, session.server->port());
    QVERIFY(session.pumps(u"socketConnect"_s));
    session.listener.close();
    QVERIFY(session.pumps(u"disconnected"_s, 2));
    QCOMPARE(session.listener.log.count(u"error"_s), 1);
}

//! The line never comes back, though nothing fails at this end.
void tst_ClientSessions::serverThatOnlyHangsUp()
{
    Session session;
    session.listener.setMaximumReconnectAttempts(2);
    session.server->resetClient();
    for (int clients = 2; clients <= 3; ++clients) {
        QVERIFY(eventually([&] {
            session.listener.pump();
            return session.server->clientCount() == clients;
        }));
        session.server->closeClient();
    }
    QVERIFY(session.becomes(State::Disconnected));
    QVERIFY(session.pumps(u"disconnected"_s));
    QCOMPARE(session.listener.log, interruptedLog + errorLog + disconnectedLog);
    QCOMPARE(session.listener.error,
             session.listener.connection()->address()
                 + u": the connection was lost and has not come back"_s);
}

void tst_ClientSessions::closeByTheClientObjectWhileInterrupted()
{
    Session session;
    session.server.reset();
    QVERIFY(session.becomes(State::Reconnecting));
    session.listener.connection()->close();
    QVERIFY(session.becomes(State::Disconnected));
    QCOMPARE(session.listener.log, interruptedLog + disconnectedLog);
}

void tst_ClientSessions::connectWhileInterrupted()
{
    Session session;
    QVERIFY(session.comesBack());
    RawServer other;
    session.listener.connect(u"127.0.0.1"_s, other.port());
    QVERIFY(session.pumps(u"socketConnect"_s));
    QCOMPARE(session.listener.log, interruptedLog + disconnectedLog + connectedLog);
    QVERIFY(eventually([&] { return other.controls().size() == 1; }));
    QCOMPARE(other.controls().first(), QVariantMap({{u"_hello"_s, 1}}));
}

void tst_ClientSessions::handlersMayDoAnything_data()
{
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("what");
    for (const char *where : {"interrupted", "resumed", "error", "disconnected"}) {
        for (const char *what : {"close", "connect", "delete", "pump"})
            QTest::addRow("%s in %s", what, where)
                << QString::fromLatin1(where) << QString::fromLatin1(what);
    }
}

void tst_ClientSessions::handlersMayDoAnything()
{
    QFETCH(const QString, where);
    QFETCH(const QString, what);
    RawServer server;
    RawServer other;
    auto *listener = new RecordingListener;
    const QPointer<RecordingListener> alive(listener);
    listener->setReconnect(true);
    listener->setReconnectInterval(1);
    QVERIFY(listener->connectAndWait(server.port()));
    server.send(greeting(u"t1"_s));
    server.send(message(u"welcome"_s));
    QVERIFY(listener->pumpUntil(u"welcome"_s));
    bool hasRun = false;
    listener->onMessage = [&](const QVariantMap &message) {
        if (message[u"action"_s] != where || std::exchange(hasRun, true))
            return;
        if (what == u"close"_s)
            listener->close();
        else if (what == u"connect"_s)
            listener->connect(u"127.0.0.1"_s, other.port());
        else if (what == u"delete"_s)
            delete listener;
        else
            QCOMPARE(listener->pump(), 0);
    };
    server.resetClient();
    QVERIFY(eventually([&] {
        if (alive)
            alive->pump();
        return hasRun
            || (!server.controls().isEmpty() && server.controls().last().contains(u"_resume"_s));
    }));
    if (!hasRun) {
        server.send(greeting(u"t2"_s));
        where == u"resumed"_s ? server.send({{u"_resumed"_s, 0}})
                              : server.send({{u"_lost"_s, u"x"_s}});
    }
    QVERIFY(eventually([&] {
        if (alive)
            alive->pump();
        return hasRun;
    }));
    if (!alive)
        return;
    if (what == u"connect"_s) {
        QVERIFY(alive->pumpUntil(u"socketConnect"_s, 2));
        QCOMPARE(alive->connection()->port(), other.port());
    }
    alive->close();
    alive->pump();
    QCOMPARE(alive->state(), State::Disconnected);
    QCOMPARE(alive->log.count(u"connected()"_s), alive->log.count(u"disconnected()"_s));
    delete alive;
}

void tst_ClientSessions::givesUpAfterTheMaximum()
{
    Session session;
    session.listener.setMaximumReconnectAttempts(2);
    session.server.reset();
    QVERIFY(session.becomes(State::Disconnected));
    QCOMPARE(session.listener.log, interruptedLog + errorLog + disconnectedLog);
}

void tst_ClientSessions::withoutReconnectingTheEndIsAnEnd()
{
    Session session;
    session.listener.setReconnect(false);
    session.server->resetClient();
    QVERIFY(session.pumps(u"disconnected"_s));
    QCOMPARE(session.listener.log, errorLog + disconnectedLog);
    QCOMPARE(session.listener.state(), State::Disconnected);
}

void tst_ClientSessions::keepsNoMoreThanTheBacklog()
{
    RawServer server;
    RecordingListener listener;
    listener.setReconnect(true);
    listener.setReconnectInterval(1);
    listener.setMaximumSendBacklog(1'000);
    QVERIFY(listener.connectAndWait(server.port()));
    server.send(greeting(u"t1"_s));
    server.send(message(u"welcome"_s));
    QVERIFY(listener.pumpUntil(u"welcome"_s));
    server.resetClient();
    QVERIFY(listener.pumpUntil(u"interrupted"_s));
    QVERIFY(listener.send(bulky(600)) > 0);
    Warnings warnings;
    QCOMPARE(listener.send(bulky(600)), 0);
    QCOMPARE(listener.send(bulky(600)), 0);
    QCOMPARE(Warnings::texts().size(), 1);
    QVERIFY(Warnings::texts().first().contains(u"kept for the peer are over the limit of 1000"_s));
}

void tst_ClientSessions::acknowledges()
{
    Session session;
    session.server->send({{u"_hello"_s, 1}});
    for (qint64 n = 1; n <= 200; ++n)
        session.server->send(number(n));
    QVERIFY(session.pumps(u"number"_s, 200));
    QVERIFY(eventually([&] {
        const QList<QVariantMap> &controls = session.server->controls();
        return !controls.isEmpty() && controls.last().value(u"_ack"_s).toLongLong() > 100;
    }));
}

void tst_ClientSessions::refusalEndsIt()
{
    Session session;
    session.server->send({{u"_refused"_s, u"banned"_s}});
    session.server->resetClient();
    QVERIFY(session.becomes(State::Disconnected));
    QCOMPARE(session.listener.log.last(), u"disconnected"_s);
    QVERIFY(!session.listener.log.contains(u"interrupted"_s));
}

void tst_ClientSessions::refusalOfOneThatWasAway()
{
    Session session;
    QVERIFY(session.comesBack());
    QStringList errors;
    connect(&session.listener, &ConnectionListener::errorOccurred, this,
            [&](const QString &error) { errors << error; });
    session.server->send(greeting(u"t2"_s));
    session.server->send({{u"_refused"_s, u"you are banned"_s}});
    session.server->send({{u"_bye"_s, 1}});
    session.server->closeClient();
    QVERIFY(session.becomes(State::Disconnected));
    QCOMPARE(session.listener.log, interruptedLog + errorLog + disconnectedLog);
    QCOMPARE(errors, QStringList({u"you are banned"_s}));
    QVERIFY(!session.listener.connection()->isInterrupted());
}

//! Not a session that another server keeps: this one has ended, and the next is a new one.
void tst_ClientSessions::redirectionOfOneThatWasAway()
{
    Session session;
    RawServer other;
    QVERIFY(session.comesBack());
    session.server->send(greeting(u"t2"_s));
    session.server->send(QVariantMap{{u"_redirect"_s, u"127.0.0.1:%1"_s.arg(other.port())}});
    session.server->send({{u"_bye"_s, 1}});
    session.server->closeClient();
    QVERIFY(session.pumps(u"socketConnect"_s));
    QCOMPARE(session.listener.log, interruptedLog + disconnectedLog + connectedLog);
    QCOMPARE(session.listener.connection()->port(), other.port());
    QVERIFY(eventually([&] {
        session.listener.pump();
        return !other.controls().isEmpty();
    }));
    QVERIFY(other.controls().first().contains(u"_hello"_s));
}

//! The redirection is for one attempt. The next goes to where the client was told to connect.
void tst_ClientSessions::sessionThatIsElsewhere()
{
    Session session;
    RawServer other;
    QVERIFY(session.comesBack());
    session.server->send(greeting(u"t2"_s));
    session.server->send(QVariantMap{{u"_redirect"_s, u"127.0.0.1:%1"_s.arg(other.port())}});
    session.server->closeClient();
    const auto arrives = [&](RawServer &server, int count) {
        return eventually([&] {
            session.listener.pump();
            return server.clientCount() == count && !server.controls().isEmpty();
        });
    };
    QVERIFY(arrives(other, 1));
    QCOMPARE(other.controls().constLast(), resume(u"t1"_s, 1));
    other.resetClient();
    QVERIFY(arrives(*session.server, 3));
    session.server->send(greeting(u"t3"_s));
    session.server->send(QVariantMap{{u"_redirect"_s, u"127.0.0.1:%1"_s.arg(other.port())}});
    session.server->closeClient();
    QVERIFY(arrives(other, 2));
    other.send(greeting(u"t4"_s));
    other.send(QVariantMap{{u"_resumed"_s, 0}});
    QVERIFY(session.pumps(u"resumed"_s));
    QCOMPARE(session.listener.log, interruptedLog + resumedLog);
}

//! The first redirection is followed at once. Later ones are attempts like any other.
void tst_ClientSessions::serversThatSendASessionToEachOther()
{
    Session session;
    session.listener.setMaximumReconnectAttempts(4);
    session.server->resetClient();
    const QString here = u"127.0.0.1:%1"_s.arg(session.server->port());
    for (int attempt = 1; attempt <= 5; ++attempt) {
        QVERIFY(eventually([&] {
            session.listener.pump();
            return session.server->controls().count(resume(u"t1"_s, 1)) == attempt;
        }));
        session.server->send(greeting(u"t2"_s));
        session.server->send(QVariantMap{{u"_redirect"_s, here}});
        session.server->closeClient();
    }
    QVERIFY(session.becomes(State::Disconnected));
    QCOMPARE(session.server->controls().count(resume(u"t1"_s, 1)), 5);
    QCOMPARE(session.listener.log, interruptedLog + errorLog + disconnectedLog);
}

//! The answer has come in time, but the game pumps too rarely.
void tst_ClientSessions::answerThatIsTakenLateCounts()
{
    Session session;
    constexpr int timeout = 50;
    session.listener.setConnectTimeout(timeout);
    QVERIFY(session.comesBack());
    qsizetype attempts = 0;
    const auto answer = [&] {
        attempts = session.server->controls().size();
        session.server->send(greeting(u"t2"_s));
        session.server->send({{u"_resumed"_s, 0}});
    };
    answer();
    QElapsedTimer waiting;
    waiting.start();
    QVERIFY(eventually([&] { return waiting.hasExpired(qint64(2) * timeout); }));
    QVERIFY(eventually([&] {
        session.listener.pump();
        if (session.server->controls().size() > attempts) // the answer had not come in time
            answer();
        return session.listener.log.contains(u"resumed"_s);
    }));
    session.server->send(number(1));
    QVERIFY(session.pumps(u"number"_s));
    QCOMPARE(session.listener.log, interruptedLog + resumedLog + QStringList{u"number"_s});
}

QTEST_GUILESS_MAIN(tst_ClientSessions)
#include "tst_clientsessions.moc"
