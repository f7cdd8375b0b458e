// SPDX-License-Identifier: MIT
// Pumping and the handlers of a client, over a real socket.

#include "support/rawserver.h"
#include "support/recordinglistener.h"

#include <QRepod/Client>
#include <QRepod/Protocol>

#include <QtCore/QEventLoop>
#include <QtCore/QLine>
#include <QtCore/QPointer>
#include <QtCore/QRegularExpression>
#include <QtCore/QThread>
#include <QtCore/QTimer>
#include <QtTest/QSignalSpy>
#include <QtTest/QTest>

#include <memory>
#include <thread>

using QRepod::ConnectionListener;

namespace {

//! Has handlers of its own for `who`, and knows which thread they ran in.
class Handlers : public QObject
{
    Q_OBJECT

public slots:
    void Network_who(const QString &name)
    {
        names << name;
        thread = QThread::currentThread();
    }

public:
    QStringList names;
    QThread *thread = nullptr;
};

class Game : public RecordingListener
{
    Q_OBJECT

public:
    int sum = 0;

public slots:
    void Network_add(int n) { sum += n; }
};

} // namespace

class tst_Listener : public QObject
{
    Q_OBJECT

private slots:
    void init() { m_server = std::make_unique<RawServer>(); }
    void cleanup() { m_server.reset(); }

    void messagesArriveInOrderHoweverTheyAreSliced_data();
    void messagesArriveInOrderHoweverTheyAreSliced();
    void pumpTakesWhatWasQueuedWhenItWasCalled();
    void pumpInsideAHandlerReturnsZero();
    void pumpWithABudgetLeavesTheRestInOrder();
    void pumpBeforeConnectReturnsZero();

    void messagesQueuedIsEmittedOncePerFilling();
    void autoPumpNeedsNoCalls();
    void autoPumpSurvivesAnEventLoopInAHandler();
    void autoPumpTakesWhatWaitedBefore();
    void nothingRunsOutsideOfPump();

    void handlerMaySend();
    void handlerMayClose();
    void handlerMayConnectElsewhere();
    void handlerMayReconnectOnError();
    void handlerMayDeleteTheListener_data();
    void handlerMayDeleteTheListener();
    void slotOfASignalMayDeleteTheListener_data();
    void slotOfASignalMayDeleteTheListener();

    void handlerObjectsAreAskedAfterTheListener();
    void mismatchGoesToNetworkReceivedWithOneWarning();
    void messageReceivedFollowsTheHandler();
    void skippedFramesAreNotDelivered();
    void twoListenersInOneThreadAreIndependent();
    void listenerWorksInAnotherThread();
    void functionsCanBeQueuedForTheConnection();

    void sendFromOtherThreadsKeepsEachOnesOrder();
    void unencodableMessageIsNotSent();
    void actionsCanBeSentInEveryForm();
    void messageOverTheFrameLimitIsNotSent();
    void messageWithoutActionIsNotSent();
    void fullSendBacklogRefusesAndLosesNothing();
    void fullReceiveBacklogStopsReadingAndLosesNothing();

private:
    std::unique_ptr<RawServer> m_server;
};

void tst_Listener::messagesArriveInOrderHoweverTheyAreSliced_data()
{
    QTest::addColumn<int>("slice");
    QTest::newRow("one byte at a time") << 1;
    QTest::newRow("seven bytes at a time") << 7;
    QTest::newRow("all in one write") << 1'000'000;
}

void tst_Listener::messagesArriveInOrderHoweverTheyAreSliced()
{
    QFETCH(int, slice);
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QByteArray bytes;
    for (int i = 0; i < 50; ++i)
        bytes += QRepod::encode({{"action", "n"}, {"i", i}, {"text", QString(i, u'é')}});
    for (qsizetype at = 0; at < bytes.size(); at += slice) {
        m_server->sendBytes(bytes.mid(at, slice));
        listener.pump();
    }
    QVERIFY(listener.pumpUntil("n", 50));
    for (int i = 0; i < 50; ++i) {
        QCOMPARE(listener.messages[i + 2]["i"].toInt(), i);
        QCOMPARE(listener.messages[i + 2]["text"].toString(), QString(i, u'é'));
    }
}

void tst_Listener::pumpTakesWhatWasQueuedWhenItWasCalled()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QSignalSpy queued(&listener, &ConnectionListener::messagesQueued);
    listener.onMessage = [&](const QVariantMap &message) {
        if (message["action"] != "first")
            return;
        // The second message arrives while the first is being handled.
        queued.clear();
        m_server->send({{"action", "second"}});
        QTRY_COMPARE(queued.size(), 1);
    };
    m_server->send({{"action", "first"}});
    QTRY_COMPARE(queued.size(), 1);
    QCOMPARE(listener.pump(), 1);
    QCOMPARE(listener.actions().last(), "first");
    QCOMPARE(listener.pump(), 1);
    QCOMPARE(listener.actions().last(), "second");
}

void tst_Listener::pumpInsideAHandlerReturnsZero()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QList<int> inner;
    listener.onMessage = [&](const QVariantMap &) {
        inner << listener.pump() << listener.pump(QDeadlineTimer(0));
    };
    m_server->sendBytes(QRepod::encode({{"action", "a"}}) + QRepod::encode({{"action", "b"}}));
    QVERIFY(listener.pumpUntil("b"));
    QCOMPARE(inner, (QList<int>{0, 0, 0, 0}));
    QCOMPARE(listener.actions().mid(2), (QStringList{"a", "b"}));
}

void tst_Listener::pumpWithABudgetLeavesTheRestInOrder()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QSignalSpy queued(&listener, &ConnectionListener::messagesQueued);
    QByteArray bytes;
    for (int i = 0; i < 10; ++i)
        bytes += QRepod::encode({{"action", "n"}, {"i", i}});
    m_server->sendBytes(bytes);
    QTRY_COMPARE(queued.size(), 1);

    // A budget that has expired still makes progress, one message at a time.
    QCOMPARE(listener.pump(QDeadlineTimer(0)), 1);
    QCOMPARE(listener.pump(QDeadlineTimer(0)), 1);
    listener.onMessage = [&](const QVariantMap &message) {
        if (message["i"] == 4)
            listener.connection()->close(); // what has arrived stays
    };
    int rest = 0;
    while (const int dispatched = listener.pump(QDeadlineTimer(QDeadlineTimer::Forever)))
        rest += dispatched;
    QCOMPARE(rest, 9); // eight messages and `disconnected`
    for (int i = 0; i < 10; ++i)
        QCOMPARE(listener.messages[i + 2]["i"].toInt(), i);
    QCOMPARE(listener.log.last(), "disconnected");
}

void tst_Listener::pumpBeforeConnectReturnsZero()
{
    RecordingListener listener;
    QCOMPARE(listener.pump(), 0);
    QCOMPARE(listener.pump(QDeadlineTimer(10)), 0);
}

void tst_Listener::messagesQueuedIsEmittedOncePerFilling()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QCoreApplication::processEvents(); // a wake-up whose message was pumped already
    QSignalSpy queued(&listener, &ConnectionListener::messagesQueued);
    m_server->send({{"action", "a"}});
    QTRY_COMPARE(queued.size(), 1);
    m_server->send({{"action", "b"}});
    m_server->closeClient();
    QTRY_VERIFY(!listener.connection()->isConnected());
    QCoreApplication::processEvents();
    QCOMPARE(queued.size(), 1);
    QCOMPARE(listener.pump(), 3);
    QCoreApplication::processEvents();
    QCOMPARE(queued.size(), 1);
}

void tst_Listener::autoPumpNeedsNoCalls()
{
    RecordingListener listener;
    QVERIFY(!listener.autoPump());
    QSignalSpy changed(&listener, &ConnectionListener::autoPumpChanged);
    listener.setAutoPump(true);
    listener.setAutoPump(true);
    QCOMPARE(changed.size(), 1);
    listener.connect("127.0.0.1", m_server->port());
    QTRY_COMPARE(listener.actions(), (QStringList{"connected", "socketConnect"}));
    m_server->send({{"action", "a"}});
    m_server->send({{"action", "b"}});
    m_server->closeClient();
    QTRY_COMPARE(listener.actions().mid(2), (QStringList{"a", "b", "disconnected"}));
}

void tst_Listener::autoPumpSurvivesAnEventLoopInAHandler()
{
    RecordingListener listener;
    listener.setAutoPump(true);
    QSignalSpy queued(&listener, &ConnectionListener::messagesQueued);
    listener.onMessage = [&](const QVariantMap &message) {
        if (message["action"] != "dialog")
            return;
        queued.clear();
        m_server->send({{"action", "meanwhile"}});
        QTRY_COMPARE(queued.size(), 1);                // an event loop, which sees the wake-up
        QCOMPARE(listener.actions().last(), "dialog"); // but does not dispatch inside the handler
    };
    listener.connect("127.0.0.1", m_server->port());
    QTRY_VERIFY(listener.actions().contains("socketConnect"));
    m_server->send({{"action", "dialog"}});
    QTRY_COMPARE(listener.actions().last(), "meanwhile");
}

void tst_Listener::autoPumpTakesWhatWaitedBefore()
{
    RecordingListener listener;
    QSignalSpy queued(&listener, &ConnectionListener::messagesQueued);
    listener.connect("127.0.0.1", m_server->port());
    QTRY_COMPARE(queued.size(), 1);
    QVERIFY(listener.log.isEmpty());
    listener.setAutoPump(true);
    QTRY_VERIFY(listener.actions().contains("socketConnect"));
}

void tst_Listener::nothingRunsOutsideOfPump()
{
    RecordingListener listener;
    QSignalSpy queued(&listener, &ConnectionListener::messagesQueued);
    listener.connect("127.0.0.1", m_server->port());
    QTRY_VERIFY(m_server->client());
    m_server->send({{"action", "a"}});
    m_server->closeClient();
    QTRY_VERIFY(m_server->clientHasClosed());
    QTRY_VERIFY(!listener.connection()->isConnected() && queued.size() == 1);
    QVERIFY(listener.log.isEmpty());
    QCOMPARE(listener.state(), ConnectionListener::State::Connecting);
    QCOMPARE(listener.pump(), 4);
    QCOMPARE(listener.actions(), (QStringList{"connected", "socketConnect", "a", "disconnected"}));
}

void tst_Listener::handlerMaySend()
{
    RecordingListener listener;
    listener.onMessage = [&](const QVariantMap &message) {
        if (message["action"] == "connected")
            QVERIFY(listener.send({{"action", "login"}}) > 0);
        if (message["action"] == "ping")
            QVERIFY(listener.send(message) > 0);
        if (message["action"] == "disconnected")
            QCOMPARE(listener.send(message), 0);
    };
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->send({{"action", "ping"}, {"count", 3}});
    QVERIFY(listener.pumpUntil("ping"));
    QTRY_COMPARE(m_server->received().size(), 2);
    QCOMPARE(m_server->received()[0]["action"].toString(), "login");
    QCOMPARE(m_server->received()[1]["count"].toInt(), 3);
    m_server->closeClient();
    QVERIFY(listener.pumpUntil("disconnected"));
}

void tst_Listener::handlerMayClose()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    listener.onMessage = [&](const QVariantMap &message) {
        if (message["action"] == "a")
            listener.close();
    };
    m_server->sendBytes(QRepod::encode({{"action", "a"}}) + QRepod::encode({{"action", "b"}}));
    QVERIFY(listener.pumpUntil("disconnected"));
    QCOMPARE(listener.actions().mid(2), (QStringList{"a", "b", "disconnected"}));
    QTRY_VERIFY(m_server->clientHasClosed());
}

void tst_Listener::handlerMayConnectElsewhere()
{
    RawServer second;
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    listener.onMessage = [&](const QVariantMap &message) {
        if (message["action"] == "moved")
            listener.connect("127.0.0.1", second.port());
    };
    m_server->sendBytes(QRepod::encode({{"action", "moved"}})
                        + QRepod::encode({{"action", "rest"}}));
    QVERIFY(listener.pumpUntil("socketConnect", 2));
    QCOMPARE(listener.actions().mid(2),
             (QStringList{"moved", "rest", "disconnected", "connected", "socketConnect"}));
    QVERIFY(listener.send({{"action", "hello"}}) > 0);
    QTRY_COMPARE(second.received().size(), 1);
    QTRY_VERIFY(m_server->clientHasClosed());
}

void tst_Listener::handlerMayReconnectOnError()
{
    RecordingListener listener;
    int attempts = 0;
    listener.onMessage = [&](const QVariantMap &message) {
        if (message["action"] == "error" && ++attempts < 5)
            listener.connect("127.0.0.1", attempts < 4 ? 1 : m_server->port());
    };
    listener.connect("127.0.0.1", 1);
    QVERIFY(listener.pumpUntil("socketConnect"));
    QCOMPARE(listener.actions(),
             (QStringList{"error", "error", "error", "error", "connected", "socketConnect"}));
}

void tst_Listener::handlerMayDeleteTheListener_data()
{
    QTest::addColumn<QString>("action");
    QTest::addColumn<bool>("autoPump");
    for (const char *action : {"connected", "socketConnect", "message", "error", "disconnected"}) {
        QTest::addRow("%s, pump()", action) << action << false;
        QTest::addRow("%s, autoPump", action) << action << true;
    }
}

void tst_Listener::handlerMayDeleteTheListener()
{
    QFETCH(QString, action);
    QFETCH(bool, autoPump);
    auto listener = std::make_unique<RecordingListener>();
    listener->setAutoPump(autoPump);
    listener->onMessage = [&](const QVariantMap &message) {
        if (message["action"] == action)
            listener.reset();
    };
    listener->connect("127.0.0.1", m_server->port());
    QTRY_VERIFY(m_server->client());
    m_server->sendBytes(QRepod::encode({{"action", "message"}})
                        + QRepod::encode({{"action", "message"}}));
    if (action == "error")
        m_server->sendBytes(QByteArray(4, '\xff'));
    else
        m_server->closeClient();
    if (autoPump)
        QTRY_VERIFY(!listener);
    else
        QTRY_VERIFY(!listener || (listener->pump(), !listener));
}

void tst_Listener::slotOfASignalMayDeleteTheListener_data()
{
    QTest::addColumn<QString>("signal");
    for (const char *signal : {"stateChanged", "connected", "messagesQueued", "messageReceived",
                               "disconnected", "errorOccurred"})
        QTest::newRow(signal) << signal;
}

void tst_Listener::slotOfASignalMayDeleteTheListener()
{
    QFETCH(QString, signal);
    QPointer<ConnectionListener> listener = new ConnectionListener;
    listener->setAutoPump(true);
    if (signal == "errorOccurred")
        listener->setMaximumFrameSize(1);
    listener->connect("127.0.0.1", m_server->port());
    const auto remove = [listener] { delete listener; };
    if (signal == "stateChanged")
        connect(listener, &ConnectionListener::stateChanged, this, remove);
    else if (signal == "connected")
        connect(listener, &ConnectionListener::connected, this, remove);
    else if (signal == "messagesQueued")
        connect(listener, &ConnectionListener::messagesQueued, this, remove);
    else if (signal == "messageReceived")
        connect(listener, &ConnectionListener::messageReceived, this, remove);
    else if (signal == "disconnected")
        connect(listener, &ConnectionListener::disconnected, this, remove);
    else
        connect(listener, &ConnectionListener::errorOccurred, this, remove);
    QTRY_VERIFY(m_server->client());
    m_server->send({{"action", "a"}});
    m_server->closeClient();
    QTRY_VERIFY(!listener);
}

void tst_Listener::handlerObjectsAreAskedAfterTheListener()
{
    Game game;
    Handlers first;
    auto second = std::make_unique<Handlers>();
    game.addHandler(&first);
    game.addHandler(second.get());
    game.addHandler(second.get());
    QVERIFY(game.connectAndWait(m_server->port()));
    const QByteArray who = QRepod::encode({{"action", "who"}, {"name", "alice"}});
    const QByteArray add = QRepod::encode({{"action", "add"}, {"n", 2}});
    const QByteArray end = QRepod::encode({{"action", "end"}});

    m_server->sendBytes(who + add + end);
    QVERIFY(game.pumpUntil("end"));
    QCOMPARE(first.names, QStringList{"alice"});
    QCOMPARE(first.thread, QThread::currentThread());
    QCOMPARE(second->names, QStringList{"alice"});
    QCOMPARE(game.sum, 2);
    QCOMPARE(game.actions().mid(2), QStringList{"end"});

    game.removeHandler(&first);
    m_server->sendBytes(who + end);
    QVERIFY(game.pumpUntil("end", 2));
    QCOMPARE(first.names.size(), 1);
    QCOMPARE(second->names.size(), 2);

    second.reset();
    m_server->sendBytes(who + end);
    QVERIFY(game.pumpUntil("end", 3));
    QCOMPARE(game.actions().mid(2), (QStringList{"end", "end", "who", "end"}));
}

void tst_Listener::mismatchGoesToNetworkReceivedWithOneWarning()
{
    Game game;
    QVERIFY(game.connectAndWait(m_server->port()));
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression("Network_add.*\"n\".*text.*int"));
    QTest::failOnWarning(QRegularExpression(".*"));
    for (int i = 0; i < 3; ++i)
        m_server->send({{"action", "add"}, {"n", "two"}});
    QVERIFY(game.pumpUntil("add", 3));
    QCOMPARE(game.sum, 0);
    QCOMPARE(game.messages.last()["n"].toString(), "two");
}

void tst_Listener::messageReceivedFollowsTheHandler()
{
    Game game;
    QVERIFY(game.connectAndWait(m_server->port()));
    QStringList seen;
    connect(&game, &ConnectionListener::messageReceived, this,
            [&](const QString &action, const QVariantMap &message) {
                seen << action + QString::number(game.sum) + message["n"].toString();
            });
    m_server->send({{"action", "add"}, {"n", 2}});
    m_server->send({{"action", "add"}, {"n", 3}});
    m_server->closeClient();
    QVERIFY(game.pumpUntil("disconnected"));
    QCOMPARE(seen, (QStringList{"add22", "add53", "disconnected5"}));
}

void tst_Listener::skippedFramesAreNotDelivered()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    for (const char *hex :
         {"0000000180", "0000000105", "00000001c2", "00000001c0", "0000000190", "0000000481a17801"})
        m_server->sendBytes(QByteArray::fromHex(hex));
    m_server->send({{"action", "end"}});
    QVERIFY(listener.pumpUntil("end"));
    QCOMPARE(listener.actions().mid(2), QStringList{"end"});
}

void tst_Listener::twoListenersInOneThreadAreIndependent()
{
    RawServer second;
    RecordingListener a;
    RecordingListener b;
    QVERIFY(a.connectAndWait(m_server->port()));
    QVERIFY(b.connectAndWait(second.port()));
    QVERIFY(a.send({{"action", "fromA"}}) > 0);
    QVERIFY(b.send({{"action", "fromB"}}) > 0);
    QTRY_COMPARE(m_server->received().size(), 1);
    QTRY_COMPARE(second.received().size(), 1);
    QCOMPARE(m_server->received()[0]["action"].toString(), "fromA");
    m_server->send({{"action", "toA"}});
    second.send({{"action", "toB"}});
    QVERIFY(a.pumpUntil("toA"));
    m_server->closeClient();
    QVERIFY(a.pumpUntil("disconnected"));
    QVERIFY(b.pumpUntil("toB"));
    QVERIFY(b.send({{"action", "still"}}) > 0);
    QTRY_COMPARE(second.received().size(), 2);
}

//! Without an event loop: a plain loop around pump(), as in a game engine.
void tst_Listener::listenerWorksInAnotherThread()
{
    m_server.reset(); // it would need an event loop in this thread, which waits below
    std::atomic<quint16> port = 0;
    const std::unique_ptr<QThread> serverThread(QThread::create([&] {
        RawServer server;
        port = server.port();
        QTRY_VERIFY(server.client());
        server.send({{"action", "hello"}});
        QTRY_COMPARE(server.received().size(), 1);
        QCOMPARE(server.received()[0]["action"].toString(), "answer");
    }));
    serverThread->start();
    while (port == 0)
        QThread::yieldCurrentThread();

    QStringList actions;
    std::thread([&] {
#ifdef QREPOD_NO_THREADS
        QEventLoop events; // which serves the connection then
#endif
        RecordingListener listener;
        listener.onMessage = [&](const QVariantMap &message) {
            if (message["action"] == "hello")
                listener.send("answer", {});
        };
        listener.connect("127.0.0.1", port);
        QDeadlineTimer deadline(30'000);
        while (!listener.log.contains("disconnected") && !deadline.hasExpired()) {
            if (listener.pump() == 0)
                QThread::yieldCurrentThread();
#ifdef QREPOD_NO_THREADS
            events.processEvents();
#endif
        }
        actions = listener.actions();
    }).join();
    serverThread->wait();
    QCOMPARE(actions, (QStringList{"connected", "socketConnect", "hello", "disconnected"}));
}

void tst_Listener::functionsCanBeQueuedForTheConnection()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    bool hasRun = false;
    QMetaObject::invokeMethod(
        listener.connection(), [&] { hasRun = true; }, Qt::QueuedConnection);
    QTRY_VERIFY(hasRun);
}

void tst_Listener::sendFromOtherThreadsKeepsEachOnesOrder()
{
    const int count = 2'000;
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QRepod::Client *client = listener.connection();
    const auto sendAll = [client](int thread) {
        for (int i = 0; i < count; ++i)
            client->send({{"action", "n"}, {"thread", thread}, {"i", i}});
    };
    std::thread first(sendAll, 0);
    std::thread second(sendAll, 1);
    first.join();
    second.join();
    QTRY_COMPARE_WITH_TIMEOUT(m_server->received().size(), 2 * count, 30'000);
    int next[2] = {0, 0};
    for (const QVariantMap &message : m_server->received())
        QCOMPARE(message["i"].toInt(), next[message["thread"].toInt()]++);
}

void tst_Listener::unencodableMessageIsNotSent()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    QTest::ignoreMessage(
        QtWarningMsg,
        QRegularExpression("message \"move\" to 127\\.0\\.0\\.1:\\d+ was not sent: "
                           "players\\[1\\]\\.line: QLine has no MessagePack form"));
    const QVariantList players{1, QVariantMap{{"line", QLine(1, 2, 3, 4)}}};
    QCOMPARE(listener.send("move", {{"players", players}}), 0);
    QVERIFY(listener.send("move", {{"players", 1}}) > 0);
    QTRY_COMPARE(m_server->received().size(), 1);
    QCOMPARE(m_server->received()[0]["players"].toInt(), 1);
}

void tst_Listener::actionsCanBeSentInEveryForm()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    const QString name = "name";
    const QVariantMap map{{"action", "map"}};
    QVERIFY(listener.send("literal") > 0);
    QVERIFY(listener.send(name) > 0);
    QVERIFY(listener.send(QLatin1String("latin")) > 0);
    QVERIFY(listener.send(QString("view") + name) > 0);
    QVERIFY(listener.send("empty", {}) > 0);
    QVERIFY(listener.send("fields", {{"x", 1}}) > 0);
    QVERIFY(listener.send("fields", {{"x", 1}, {"y", "z"}}) > 0);
    QVERIFY(listener.send({{"action", "list"}}) > 0);
    QVERIFY(listener.send({{"action", "list"}, {"text", "two texts"}}) > 0);
    QVERIFY(listener.send(map) > 0);
    QTRY_COMPARE(m_server->received(),
                 (QList<QVariantMap>{{{"action", "literal"}},
                                     {{"action", "name"}},
                                     {{"action", "latin"}},
                                     {{"action", "viewname"}},
                                     {{"action", "empty"}},
                                     {{"action", "fields"}, {"x", 1}},
                                     {{"action", "fields"}, {"x", 1}, {"y", "z"}},
                                     {{"action", "list"}},
                                     {{"action", "list"}, {"text", "two texts"}},
                                     {{"action", "map"}}}));
}

void tst_Listener::messageOverTheFrameLimitIsNotSent()
{
    RecordingListener listener;
    QCOMPARE(listener.maximumFrameSize(), 16 * 1024 * 1024);
    listener.setMaximumFrameSize(100);
    QVERIFY(listener.connectAndWait(m_server->port()));
    QTest::ignoreMessage(QtWarningMsg,
                         QRegularExpression("frame of 1\\d\\d bytes is over the limit of 100"));
    QCOMPARE(listener.send("x", {{"data", QByteArray(100, 'x')}}), 0);
    QVERIFY(listener.send("x", {{"data", QByteArray(10, 'x')}}) > 0);
    QTRY_COMPARE(m_server->received().size(), 1);
}

void tst_Listener::messageWithoutActionIsNotSent()
{
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(m_server->port()));
    const auto expectWarning = [](const char *reason) {
        QTest::ignoreMessage(
            QtWarningMsg,
            QRegularExpression(
                QString("^message to 127\\.0\\.0\\.1:\\d+ was not sent: %1$").arg(reason)));
    };
    QTest::failOnWarning(QRegularExpression(".*"));
    expectWarning("message has no action");
    QCOMPARE(listener.send({{"actoin", "typo"}}), 0);
    expectWarning("message has no action");
    QCOMPARE(listener.send({}), 0);
    expectWarning("message has no action: int is not text");
    QCOMPARE(listener.send({{"action", 7}}), 0);
    QVERIFY(listener.send({{"action", "good"}}) > 0);
    QTRY_COMPARE(m_server->received().size(), 1);
}

void tst_Listener::fullSendBacklogRefusesAndLosesNothing()
{
    RecordingListener listener;
    QCOMPARE(listener.maximumSendBacklog(), 64 * 1024 * 1024);
    listener.setMaximumSendBacklog(1024 * 1024);
    QVERIFY(listener.connectAndWait(m_server->port()));
    m_server->setReading(false);
    const auto expectOneWarning = [] {
        QTest::ignoreMessage(
            QtWarningMsg,
            QRegularExpression(
                "was not sent: \\d+ bytes waiting to be sent are over the limit of 1048576"));
    };
    QTest::failOnWarning(QRegularExpression(".*"));
    expectOneWarning();
    int accepted = 0;
    int refusedInARow = 0;
    const QByteArray data(100'000, 'x');
    // Until the system's buffers are full too; before that, there may be room again.
    while (refusedInARow < 10) {
        if (listener.send("x", {{"i", accepted}, {"data", data}}) == 0) {
            ++refusedInARow;
        } else {
            ++accepted;
            if (std::exchange(refusedInARow, 0) > 0)
                expectOneWarning();
        }
    }
    QVERIFY(accepted >= 10);

    m_server->setReading(true);
    QTRY_COMPARE_WITH_TIMEOUT(m_server->received().size(), accepted, 30'000);
    for (int i = 0; i < accepted; ++i)
        QCOMPARE(m_server->received()[i]["i"].toInt(), i);
    QTRY_VERIFY(listener.send("x", {{"data", data}}) > 0); // there is room again
}

void tst_Listener::fullReceiveBacklogStopsReadingAndLosesNothing()
{
    RecordingListener listener;
    QCOMPARE(listener.maximumReceiveBacklog(), 64 * 1024 * 1024);
    listener.setMaximumReceiveBacklog(1024 * 1024);
    QVERIFY(listener.connectAndWait(m_server->port()));
    const int count = 400;
    const QByteArray frame = QRepod::encode({{"action", "x"}, {"data", QByteArray(100'000, 'x')}});
    for (int i = 0; i < count; ++i)
        m_server->sendBytes(frame);

    // 40 MB are in transit, more than the backlog and the system's buffers hold. The rest stays
    // with the peer as long as nothing is pumped, although the listener sends meanwhile.
    qint64 waiting = -1;
    QTRY_VERIFY_WITH_TIMEOUT(std::exchange(waiting, m_server->client()->bytesToWrite()) == waiting
                                 && listener.send("still", {}) > 0
                                 && m_server->received().size() > 20,
                             30'000);
    QVERIFY(waiting > 10 * 1024 * 1024);
    const int queued = listener.pump();
    QVERIFY2(queued < 40, qPrintable(QString::number(queued)));

    QVERIFY(listener.pumpUntil("x", count));
    QCOMPARE(listener.actions().size(), count + 2);
}

QTEST_GUILESS_MAIN(tst_Listener)

#include "tst_listener.moc"
