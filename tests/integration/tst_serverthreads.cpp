// SPDX-License-Identifier: MIT

//! A server whose sockets are served in network threads.

#include "support/eventually.h"
#include "support/messages.h"
#include "support/rawclient.h"
#include "support/warnings.h"

#include <QRepod/Channel>
#include <QRepod/ConnectionListener>
#include <QRepod/Server>

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qset.h>
#include <QtCore/qthread.h>
#include <QtTest/qtest.h>

#include <memory>
#include <thread>
#include <vector>

using QRepod::Channel;
using QRepod::Server;

namespace {

//! Answers what it gets, and notes its thread.
class EchoChannel : public Channel
{
    Q_OBJECT

public:
    static inline QSet<QThread *> threads;

    Q_INVOKABLE void Network_connected() { threads << QThread::currentThread(); }

    void network_received(const QVariantMap &message) override
    {
        threads << QThread::currentThread();
        send(message);
    }
};

class Client : public QRepod::ConnectionListener
{
    Q_OBJECT

public:
    explicit Client(quint16 port)
    {
        setAutoPump(true);
        QRepod::ConnectionListener::connect(u"127.0.0.1"_s, port);
    }

    QHash<QString, QList<qint64>> numbers; // by sender

    void network_received(const QVariantMap &message) override
    {
        numbers[message[u"from"_s].toString()] << message[u"n"_s].toLongLong();
    }
};

QVariantMap numbered(const QString &from, int n)
{
    return message(u"numbered"_s, {{u"from"_s, from}, {u"n"_s, n}});
}

QList<qint64> upTo(int count)
{
    QList<qint64> numbers;
    for (int i = 0; i < count; ++i)
        numbers << i;
    return numbers;
}

} // namespace

class tst_ServerThreads : public QObject
{
    Q_OBJECT

private slots:
    void init() { EchoChannel::threads.clear(); }

    void threadsAreClamped();
    void settingThemWhileListeningWarns();
    void handlersStayInTheWorkingThread_data() { threadCounts(); }
    void handlersStayInTheWorkingThread();
    void orderHoldsBetweenSendAndSendToAllAndOtherThreads_data() { threadCounts(); }
    void orderHoldsBetweenSendAndSendToAllAndOtherThreads();
    void fullServerRefuses_data() { threadCounts(); }
    void fullServerRefuses();
    void closesAndListensWithAnotherNumber();
    void destructorEndsInTimeAndSendsWhatWasSent_data() { threadCounts(); }
    void destructorEndsInTimeAndSendsWhatWasSent();

private:
    static void threadCounts();
};

void tst_ServerThreads::threadCounts()
{
    QTest::addColumn<int>("threads");
    QTest::addColumn<bool>("isBackground");
    for (int threads : {0, 1, 3}) {
        for (bool isBackground : {false, true})
            QTest::addRow("%d%s", threads, isBackground ? ", background" : "")
                << threads << isBackground;
    }
}

void tst_ServerThreads::threadsAreClamped()
{
    Server server;
    QCOMPARE(server.threads(), 0);
    server.setThreads(-1);
    QCOMPARE(server.threads(), 0);
    server.setThreads(1'000'000);
    QCOMPARE(server.threads(), 64);
}

void tst_ServerThreads::settingThemWhileListeningWarns()
{
    const Warnings warnings;
    Server server;
    server.setThreads(1);
    QVERIFY(server.listen(u"127.0.0.1"_s, 0));
    server.setThreads(1);
    QCOMPARE(Warnings::texts(), QStringList());
    server.setThreads(2);
    QCOMPARE(Warnings::texts(),
             QStringList(u"setThreads(2): the server listens already, with 1; it takes effect at "
                         "the next listen()"_s));
    QCOMPARE(server.threads(), 2);
    server.setThreads(1);
    server.close();
    server.setThreads(3);
    QVERIFY(server.listen(u"127.0.0.1"_s, 0));
    server.setThreads(3);
    QCOMPARE(Warnings::texts().size(), 1);
}

void tst_ServerThreads::handlersStayInTheWorkingThread()
{
    QFETCH(int, threads);
    QFETCH(bool, isBackground);
    Server server;
    server.setThreads(threads);
    server.setChannelClass<EchoChannel>();
    QVERIFY(server.listen(u"127.0.0.1"_s, 0));
    if (isBackground)
        server.startBackground();

    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 8; ++i) {
        clients.push_back(std::make_unique<RawClient>(server.port()));
        clients.back()->send(number(i));
    }
    for (int i = 0; i < 8; ++i) {
        QVERIFY(clients[size_t(i)]->receives(u"number"_s));
        QCOMPARE(clients[size_t(i)]->numbers(), QList<qint64>{i});
    }
    QCOMPARE(server.channels().size(), 8);
    server.close();
    for (const auto &client : clients)
        QVERIFY(client->ends());
    QCOMPARE(EchoChannel::threads.size(), 1);
    QCOMPARE(EchoChannel::threads.contains(QThread::currentThread()), !isBackground);
}

void tst_ServerThreads::orderHoldsBetweenSendAndSendToAllAndOtherThreads()
{
    constexpr int count = 2'000;
    constexpr int senders = 3;
    QFETCH(int, threads);
    QFETCH(bool, isBackground);
    Server server;
    server.setThreads(threads);
    QVERIFY(server.listen(u"127.0.0.1"_s, 0));
    if (isBackground)
        server.startBackground();
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 4; ++i)
        clients.push_back(std::make_unique<Client>(server.port()));
    QVERIFY(eventually([&] { return server.channels().size() == 4; }));

    // Each sender alternates between all and one at a time. Each client must get every number of
    // each.
    const QList<Channel *> channels = server.channels();
    std::vector<std::thread> others;
    for (int sender = 0; sender < senders; ++sender) {
        others.emplace_back([&, sender] {
            const QString from = QString::number(sender);
            for (int n = 0; n < count; ++n) {
                if (n % 2 == 0) {
                    server.sendToAll(numbered(from, n));
                    continue;
                }
                for (Channel *channel : channels)
                    channel->send(numbered(from, n));
            }
        });
    }
    for (std::thread &other : others)
        other.join();
    for (const auto &client : clients) {
        for (int sender = 0; sender < senders; ++sender) {
            const QString from = QString::number(sender);
            QVERIFY(eventually([&] { return client->numbers[from].size() == count; }));
            QCOMPARE(client->numbers[from], upTo(count));
        }
    }
}

void tst_ServerThreads::fullServerRefuses()
{
    QFETCH(int, threads);
    QFETCH(bool, isBackground);
    Server server;
    server.setThreads(threads);
    server.setMaximumConnections(1);
    QVERIFY(server.listen(u"127.0.0.1"_s, 0));
    if (isBackground)
        server.startBackground();
    RawClient first(server.port());
    QVERIFY(first.receives(u"connected"_s));
    RawClient second(server.port());
    QVERIFY(second.receives(u"error"_s));
    QVERIFY(second.ends());
    QCOMPARE(second.messages().first()[u"error"_s].toString(), u"the server is full: 1 clients"_s);
}

void tst_ServerThreads::closesAndListensWithAnotherNumber()
{
    Server server;
    server.setChannelClass<EchoChannel>();
    for (int threads : {2, 0, 1, 3}) {
        server.setThreads(threads);
        QVERIFY(server.listen(u"127.0.0.1"_s, 0));
        RawClient first(server.port());
        RawClient second(server.port());
        for (RawClient *client : {&first, &second}) {
            client->send(number(threads));
            QVERIFY(client->receives(u"number"_s));
        }
        server.close();
        QVERIFY(first.ends());
        QVERIFY(second.ends());
    }
}

void tst_ServerThreads::destructorEndsInTimeAndSendsWhatWasSent()
{
    QFETCH(int, threads);
    QFETCH(bool, isBackground);
    auto server = std::make_unique<Server>();
    server->setThreads(threads);
    QVERIFY(server->listen(u"127.0.0.1"_s, 0));
    if (isBackground)
        server->startBackground();
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 6; ++i)
        clients.push_back(std::make_unique<RawClient>(server->port()));
    QVERIFY(eventually([&] { return server->channels().size() == 6; }));
    clients.front()->stall(); // must not hold up the end of the others
    server->sendToAll(bulky(4 * mebi));
    server->sendToAll(number(1));

    QElapsedTimer timer;
    timer.start();
    server.reset();
    qInfo("the destructor took %lld ms", timer.elapsed());
    QVERIFY(timer.elapsed() < patience / 10);
}

QTEST_GUILESS_MAIN(tst_ServerThreads)
#include "tst_serverthreads.moc"
