// SPDX-License-Identifier: MIT

//! A server that works in a thread of its own.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/rawclient.h"

#include <QRepod/Channel>
#include <QRepod/Server>

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qpointer.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qset.h>
#include <QtCore/qthread.h>
#include <QtCore/qtimer.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

using QRepod::Channel;
using QRepod::Server;

namespace {

const QString local = u"127.0.0.1"_s;

//! The threads in which channels were seen working.
class Threads
{
public:
    void note()
    {
        const std::lock_guard lock(m_mutex);
        m_threads.insert(QThread::currentThread());
    }

    QSet<QThread *> all() const
    {
        const std::lock_guard lock(m_mutex);
        return m_threads;
    }

    void forget()
    {
        const std::lock_guard lock(m_mutex);
        m_threads.clear();
    }

private:
    mutable std::mutex m_mutex; // guards the following
    QSet<QThread *> m_threads;
};

//! A channel for a background thread. Answers everything, and notes its thread.
class EchoChannel : public Channel
{
    Q_OBJECT

public:
    explicit EchoChannel(Threads &threads)
        : m_threads(threads)
    {
        m_threads.note();
        ++existing;
    }

    ~EchoChannel() override
    {
        m_threads.note();
        --existing;
    }

    Q_INVOKABLE void Network_connected() { m_threads.note(); }

    void network_received(const QVariantMap &message) override
    {
        m_threads.note();
        send(message);
    }

    static inline std::atomic<int> existing = 0;

private:
    Threads &m_threads;
};

} // namespace

class tst_ServerBackground : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void backgroundServerWorksInOneOtherThread_data();
    void backgroundServerWorksInOneOtherThread();
    void startBackgroundWhileClientsArrive();
    void backgroundServerClosesAndListensAgain();
    void destroyedBackgroundServerHasDeletedItsChannels();
    void childrenAreDestroyedWhereTheyWork();
    void backgroundServerDeletedInItsOwnHandler_data();
    void backgroundServerDeletedInItsOwnHandler();
};

void tst_ServerBackground::backgroundServerWorksInOneOtherThread_data()
{
    QTest::addColumn<QString>("when");
    for (const QString &when : {u"before listen"_s, u"after listen"_s, u"with clients"_s})
        QTest::newRow(qPrintable(when)) << when;
}

void tst_ServerBackground::backgroundServerWorksInOneOtherThread()
{
    QFETCH(const QString, when);
    QThread *const here = QThread::currentThread();
    Threads threads;
    auto server = std::make_unique<Server>();
    server->setChannelFactory([&] {
        threads.note();
        return new EchoChannel(threads);
    });
    // In the emitting thread, because there is no receiver.
    connect(server.get(), &Server::channelConnected, [&] { threads.note(); });
    connect(server.get(), &Server::channelDisconnected, [&](Channel *channel) {
        threads.note();
        QCOMPARE(channel->thread(), QThread::currentThread());
    });

    if (when == u"before listen"_s)
        server->startBackground();
    QVERIFY(server->listen(local, 0));
    QVERIFY(server->isListening());
    if (when == u"after listen"_s)
        server->startBackground();
    RawClient early(server->port());
    QVERIFY(early.receives(u"connected"_s));
    if (when == u"with clients"_s) {
        QVERIFY(eventually([&] { return server->channels().size() == 1; }));
        QCOMPARE(threads.all(), QSet<QThread *>({here}));
        threads.forget();
        early.send(number(1)); // may be in transit while the server moves
        server->startBackground();
    }
    server->startBackground(); // changes nothing

    RawClient late(server->port());
    for (RawClient *client : {&early, &late}) {
        client->send(number(2));
        QVERIFY(
            client->receives(u"number"_s, client == &early && when == u"with clients"_s ? 2 : 1));
    }
    QCOMPARE(server->channels().size(), 2);
    server->sendToAll(message(u"all"_s));
    QVERIFY(early.receives(u"all"_s));
    QVERIFY(late.receives(u"all"_s));
    late.close();
    QVERIFY(eventually([&] { return server->channels().size() == 1; }));
    server.reset();
    QVERIFY(early.ends());
    QCOMPARE(int(EchoChannel::existing), 0);

    QCOMPARE(threads.all().size(), 1);
    QVERIFY(!threads.all().contains(here));
}

void tst_ServerBackground::startBackgroundWhileClientsArrive()
{
    constexpr int count = 100; // so many that moving them takes a while
    for (int round = 0; round < 5; ++round) {
        Threads threads;
        Server server;
        server.setChannelFactory([&] { return new EchoChannel(threads); });
        QVERIFY(server.listen(local, 0));
        std::vector<std::unique_ptr<RawClient>> clients;
        const auto addClients = [&] {
            for (int i = 0; i < count; ++i) {
                clients.push_back(std::make_unique<RawClient>(server.port()));
                clients.back()->send(number(i));
            }
        };
        addClients();
        QVERIFY(eventually([&] { return server.channels().size() == count; }));
        addClients(); // these wait to be accepted
        server.startBackground();
        addClients();
        for (const auto &client : clients)
            QVERIFY(client->receives(u"number"_s));
        QCOMPARE(server.channels().size(), qsizetype(clients.size()));
    }
    QCOMPARE(int(EchoChannel::existing), 0);
}

void tst_ServerBackground::backgroundServerClosesAndListensAgain()
{
    Threads threads;
    Server server;
    server.setChannelFactory([&] { return new EchoChannel(threads); });
    server.startBackground();
    QSignalSpy changes(&server, &Server::listeningChanged);
    for (int round = 1; round <= 3; ++round) {
        QVERIFY2(server.listen(local, 0), qPrintable(server.errorString()));
        RawClient client(server.port());
        client.send(number(1));
        QVERIFY(client.receives(u"number"_s));
        server.sendToAll(message(u"last"_s));
        server.close();
        QCOMPARE(changes.count(), 2 * round);
        QVERIFY(client.ends());
        QCOMPARE(client.actions(), QStringList({u"connected"_s, u"number"_s, u"last"_s}));
        QVERIFY(eventually([&] { return EchoChannel::existing == 0; }));
        QVERIFY(server.channels().isEmpty());
    }
    QVERIFY(!server.listen(u"no-such-host.invalid"_s, 0));
    QVERIFY(server.errorString().contains(u"no-such-host.invalid"_s));
}

void tst_ServerBackground::destroyedBackgroundServerHasDeletedItsChannels()
{
    Threads threads;
    auto server = std::make_unique<Server>();
    server->setChannelFactory([&] { return new EchoChannel(threads); });
    server->setCloseTimeout(patience);
    server->startBackground();
    QVERIFY(server->listen(local, 0));
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 10; ++i)
        clients.push_back(std::make_unique<RawClient>(server->port()));
    for (const auto &client : clients) {
        client->send(number(0));
        QVERIFY(client->receives(u"number"_s));
        for (int n = 1; n < 1'000; ++n) // its handlers are running when the server goes
            client->send(number(n));
    }
    QElapsedTimer timer;
    timer.start();
    server.reset();
    QVERIFY2(timer.elapsed() < patience / 2, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(int(EchoChannel::existing), 0);
    for (const auto &client : clients) {
        QVERIFY(client->ends());
        // What came back came in order.
        const QList<qint64> numbers = client->numbers();
        for (qsizetype n = 0; n < numbers.size(); ++n)
            QCOMPARE(numbers[n], n);
    }
}

//! Qt warns about a timer that is stopped in another thread.
void tst_ServerBackground::childrenAreDestroyedWhereTheyWork()
{
    QTest::failOnWarning(QRegularExpression(u".*"_s));
    struct TickingServer : Server
    {
        TickingServer() { startTimer(1); }
    };
    auto server = std::make_unique<TickingServer>();
    std::atomic<int> ticks = 0;
    auto *const game = new QObject(server.get());
    auto *const timer = new QTimer(game);
    connect(timer, &QTimer::timeout, game, [&] { ++ticks; });
    timer->start(1);
    server->startBackground();
    QThread *destroyedIn = nullptr;
    connect(
        game, &QObject::destroyed, this, [&] { destroyedIn = QThread::currentThread(); },
        Qt::DirectConnection);
    const QThread *const worked = server->workingThread();
    QVERIFY(server->listen(local, 0));
    QVERIFY(eventually([&] { return ticks > 3; }));
    server.reset();
    QVERIFY(destroyedIn == worked);
    const int ticked = ticks;
    QCoreApplication::processEvents();
    QCOMPARE(ticks.load(), ticked);
}

void tst_ServerBackground::backgroundServerDeletedInItsOwnHandler_data()
{
    QTest::addColumn<QString>("when");
    for (const QString &when : {u"channelConnected"_s, u"handler"_s, u"channelDisconnected"_s})
        QTest::newRow(qPrintable(when)) << when;
}

void tst_ServerBackground::backgroundServerDeletedInItsOwnHandler()
{
    class DeletingChannel : public Channel
    {
    public:
        explicit DeletingChannel(std::function<void()> call)
            : m_call(std::move(call))
        {
        }

        void network_received(const QVariantMap &) override
        {
            send(message(u"last"_s));
            m_call();
        }

    private:
        std::function<void()> m_call;
    };
    QFETCH(const QString, when);
    QTest::ignoreMessage(
        QtWarningMsg,
        "a server is deleted in its own thread; that thread ends when control returns");
    auto *const server = new Server;
    server->setCloseTimeout(patience);
    const auto deleteAt = [server, when](const QString &now) {
        if (now == when)
            delete server;
    };
    server->setChannelFactory(
        [&] { return new DeletingChannel([deleteAt] { deleteAt(u"handler"_s); }); });
    for (const auto &[signal, name] :
         {std::pair(&Server::channelConnected, u"channelConnected"_s),
          std::pair(&Server::channelDisconnected, u"channelDisconnected"_s)})
        connect(server, signal, server, [deleteAt, name = name] { deleteAt(name); });
    server->startBackground();
    QVERIFY(server->listen(local, 0));
    QPointer<QThread> thread = server->workingThread(); // the object lives in this thread
    std::atomic<bool> isDeleted = false;
    connect(
        server, &QObject::destroyed, this, [&] { isDeleted = true; }, Qt::DirectConnection);

    RawClient client(server->port());
    client.send(message(u"hello"_s));
    if (when == u"channelDisconnected"_s) {
        QVERIFY(client.receives(u"last"_s));
        client.close();
    }
    QVERIFY(eventually([&] { return isDeleted.load(); }));
    QVERIFY(client.ends());
    if (when == u"handler"_s)
        QCOMPARE(client.actions(), QStringList({u"connected"_s, u"last"_s}));
    QVERIFY(eventually([&] { return !thread; }));
}

QTEST_GUILESS_MAIN(tst_ServerBackground)
#include "tst_serverbackground.moc"
