// SPDX-License-Identifier: MIT

//! A game in one thread, for platforms where Qt has no others: the event loop that runs its
//! handlers also serves its connections.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/rawserver.h"
#include "support/recordinglistener.h"
#include "transport/networkthread.h"

#include <QRepod/Channel>
#include <QRepod/Server>

#include <QtTest/qtest.h>

#include <memory>

using QRepod::ConnectionListener;
using QRepod::NetworkThread;
using State = ConnectionListener::State;

namespace {

//! Answers each number with the next one.
class Counter : public QRepod::Channel
{
    Q_OBJECT

public:
    Q_INVOKABLE void Network_number(int n) { send(u"number"_s, {{u"n"_s, n + 1}}); }
};

} // namespace

class tst_OneThread : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { NetworkThread::setUsualHome(NetworkThread::Home::Shared); }
    void init() { m_server = std::make_unique<RawServer>(); }
    void cleanup() { m_server.reset(); }

    void nothingHappensBeforeTheEventLoopRuns();
    void messagesGoBothWaysInOrder();
    void handlersRunOneAfterTheOther();
    void connectsAgain();
    void resumesASession();
    void closeSendsWhatWasAccepted();
    void connectsElsewhereInsideAHandler();
    void destructorInsideAHandlerSendsWhatWasAccepted_data();
    void destructorInsideAHandlerSendsWhatWasAccepted();
    void destructorGivesUpAStalledPeer();
    void destructorWhileConnecting();

private:
    std::unique_ptr<RawServer> m_server;
};

void tst_OneThread::nothingHappensBeforeTheEventLoopRuns()
{
    RecordingListener listener;
    listener.connect(u"127.0.0.1"_s, m_server->port());
    for (int i = 0; i < 1'000; ++i)
        QCOMPARE(listener.pump(), 0);
    QCOMPARE(listener.state(), State::Connecting);
    QVERIFY(listener.pumpUntil(u"socketConnect"_s));
    QCOMPARE(listener.state(), State::Connected);
}

void tst_OneThread::messagesGoBothWaysInOrder()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QList<QVariantMap> sent;
    for (int i = 0; i < 100; ++i) {
        sent << message(u"x"_s, {{u"n"_s, i}, {u"data"_s, QByteArray(i * 1'000, 'x')}});
        QVERIFY(listener.send(sent.last()) > 0);
    }
    QVERIFY(eventually([&] { return m_server->received().size() == sent.size(); }));
    QCOMPARE(m_server->received(), sent);
    for (const QVariantMap &each : std::as_const(sent))
        m_server->send(each);
    QVERIFY(listener.pumpUntil(u"x"_s, 100));
    QCOMPARE(listener.messages.last(100), sent);
}

//! What a handler sends, and what that causes, must not run another handler inside it.
void tst_OneThread::handlersRunOneAfterTheOther()
{
    QRepod::Server server;
    server.setChannelClass<Counter>();
    QVERIFY(server.listen(u"127.0.0.1"_s, 0));
    RecordingListener listener;
    int depth = 0;
    int deepest = 0;
    int last = 0;
    listener.onMessage = [&](const QVariantMap &message) {
        deepest = std::max(++depth, deepest);
        if (message.value(u"action"_s) == u"socketConnect"_s)
            listener.send(u"number"_s, {{u"n"_s, 0}});
        if (message.value(u"action"_s) == u"number"_s) {
            last = message.value(u"n"_s).toInt();
            listener.send(u"number"_s, {{u"n"_s, last}});
        }
        --depth;
    };
    listener.setAutoPump(true);
    listener.connect(u"127.0.0.1"_s, server.port());
    QVERIFY(eventually([&] { return last >= 1'000; }));
    QCOMPARE(deepest, 1);
}

void tst_OneThread::connectsAgain()
{
    RecordingListener listener;
    listener.setReconnect(true);
    listener.setReconnectInterval(1);
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->resetClient();
    QVERIFY(listener.pumpUntil(u"socketConnect"_s, 2));
    QCOMPARE(m_server->clientCount(), 2);
    QVERIFY(listener.send(u"again"_s, {}) > 0);
    QVERIFY(eventually([&] { return m_server->received() == QList{message(u"again"_s)}; }));
}

void tst_OneThread::resumesASession()
{
    RecordingListener listener;
    listener.setReconnect(true);
    listener.setReconnectInterval(1);
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->send(message(u"connected"_s, {{u"_session"_s, u"t1"_s}}));
    m_server->send(message(u"welcome"_s));
    QVERIFY(listener.pumpUntil(u"welcome"_s));

    m_server->resetClient();
    QVERIFY(listener.pumpUntil(u"interrupted"_s));
    QVERIFY(listener.send(number(1)) > 0); // kept
    QVERIFY(eventually([&] {
        return !m_server->controls().isEmpty()
            && m_server->controls().last().value(u"_resume"_s) == u"t1"_s;
    }));
    m_server->send(message(u"connected"_s, {{u"_session"_s, u"t2"_s}}));
    m_server->send({{u"_resumed"_s, 0}});
    QVERIFY(listener.pumpUntil(u"resumed"_s));
    QVERIFY(eventually([&] { return m_server->received() == QList{number(1)}; }));
    QCOMPARE(listener.log.count(u"connected()"_s), 1);
    QCOMPARE(listener.log.count(u"disconnected()"_s), 0);
}

void tst_OneThread::closeSendsWhatWasAccepted()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QVERIFY(listener.send(u"x"_s, {{u"data"_s, QByteArray(8 * mebi, 'x')}}) > 0);
    listener.close();
    QVERIFY(eventually([&] { return m_server->received().size() == 1; }));
    QVERIFY(eventually([&] { return m_server->clientHasClosed(); }));
    QVERIFY(listener.pumpUntil(u"disconnected"_s));
    QCOMPARE(listener.actions().count(u"error"_s), 0);
}

void tst_OneThread::connectsElsewhereInsideAHandler()
{
    RawServer elsewhere;
    RecordingListener listener;
    listener.onMessage = [&](const QVariantMap &message) {
        if (message.value(u"action"_s) == u"go"_s)
            listener.connect(u"127.0.0.1"_s, elsewhere.port());
    };
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->send(message(u"go"_s));
    QVERIFY(listener.pumpUntil(u"socketConnect"_s, 2));
    QCOMPARE(listener.actions(),
             QStringList({u"connected"_s, u"socketConnect"_s, u"go"_s, u"disconnected"_s,
                          u"connected"_s, u"socketConnect"_s}));
    QVERIFY(eventually([&] { return m_server->clientHasClosed(); }));
}

void tst_OneThread::destructorInsideAHandlerSendsWhatWasAccepted_data()
{
    QTest::addColumn<bool>("autoPump");
    QTest::newRow("in pump()") << false;
    QTest::newRow("in the event loop") << true;
}

void tst_OneThread::destructorInsideAHandlerSendsWhatWasAccepted()
{
    QFETCH(const bool, autoPump);
    auto listener = std::make_unique<RecordingListener>();
    QVERIFY(listener->connectAndWait(m_server->port()));
    listener->setAutoPump(autoPump);
    listener->onMessage = [&](const QVariantMap &) {
        for (int i = 0; i < 100; ++i)
            listener->send(u"x"_s, {{u"n"_s, i}});
        listener.reset();
    };
    m_server->send(message(u"end"_s));
    QVERIFY(eventually([&] {
        if (listener && !autoPump)
            listener->pump();
        return !listener;
    }));
    QVERIFY(eventually([&] { return m_server->received().size() == 100; }));
    QVERIFY(eventually([&] { return m_server->clientHasClosed(); }));
}

void tst_OneThread::destructorGivesUpAStalledPeer()
{
    {
        RecordingListener listener;
        QVERIFY(listener.connectAndWait(m_server->port()));
        m_server->setReading(false);
        QVERIFY(listener.send(u"x"_s, {{u"data"_s, QByteArray(15 * mebi, 'x')}}) > 0);
    }
    m_server->setReading(true);
    QVERIFY(eventually([&] { return m_server->clientHasClosed(); }));
    QCOMPARE(m_server->received().size(), 0);
}

void tst_OneThread::destructorWhileConnecting()
{
    for (const bool hasBegun : {false, true}) {
        RecordingListener listener;
        listener.connect(u"192.0.2.1"_s, 5071);
        if (hasBegun)
            QCoreApplication::processEvents();
    }
}

QTEST_GUILESS_MAIN(tst_OneThread)

#include "tst_onethread.moc"
