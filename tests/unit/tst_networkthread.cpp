// SPDX-License-Identifier: MIT

//! The thread of a group of connections: takes them over, wakes for them, and ends after them. Also
//! its replacement where there are no threads.

#include "testconnection.h"
#include "transport/networkthread.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qsemaphore.h>
#include <QtCore/qthread.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using namespace QRepod;

class tst_NetworkThread : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wakesForWhatIsPosted();
    void endsWhenToldByAnotherThread();
    void endsWithoutHavingStarted();
    void servesWhatIsOpenedThere();
    void takesOverWhatIsOpenAlready();
    void takesOverDeadlines();
    void endsAfterWhatWasSentIsWritten();
    void endsAlthoughThePeerNeverReads();
    void endsWhileItConnects();
    void severalEndAtTheSameTime();

    void sharedHomeServesWhereTheGroupIs();
    void sharedHomeEndsAfterWhatWasSentIsWritten();
    void sharedHomeEndsAlthoughThePeerNeverReads();
    void sharedHomeEndsWhatWasPosted();
};

void tst_NetworkThread::wakesForWhatIsPosted()
{
    NetworkThread network(std::make_unique<ConnectionGroup>());
    network.start();
    QSemaphore done;
    std::atomic<int> sum = 0;
    for (int i = 0; i < 10'000; ++i) { // each finds the thread asleep, or about to sleep
        network.post([&](ConnectionGroup *) {
            ++sum;
            done.release();
        });
        done.acquire();
    }
    QCOMPARE(sum, 10'000);
}

void tst_NetworkThread::endsWhenToldByAnotherThread()
{
    for (int i = 0; i < 200; ++i) {
        NetworkThread network(std::make_unique<ConnectionGroup>());
        network.start();
    }
}

void tst_NetworkThread::endsWithoutHavingStarted()
{
    const NetworkThread network(std::make_unique<ConnectionGroup>());
}

void tst_NetworkThread::servesWhatIsOpenedThere()
{
    Peer peer;
    TestConnection connection;
    NetworkThread network(std::move(connection.group));
    network.start();
    network.post([&](ConnectionGroup *group) {
        const qintptr descriptor = peer.accepted();
        group->open(connection.link, QuietSettings(),
                    acceptedStream(descriptor, NativeSocket::peer(descriptor), QuietSettings()));
    });
    QVERIFY(connection.receives(u"connected"_s));
    peer.write(encoded(number(1)));
    QVERIFY(connection.receives(u"number"_s));
    QVERIFY(connection.link.outbox->send(encoded(number(2))).bytes > 0);
    QVERIFY(eventually([&] {
        peer.read();
        return peer.received == encoded(number(2));
    }));
}

void tst_NetworkThread::takesOverWhatIsOpenAlready()
{
    Peer peer(smallBuffer);
    TestConnection connection(peer);
    const QByteArray large = encoded(bulky(mebi));
    QVERIFY(connection.link.outbox->send(large).bytes > 0); // waits until the peer reads
    QVERIFY(eventually([&] { return connection.log == QStringList({u"connected"_s}); }));
    peer.write(encoded(number(1))); // has arrived, but has not been read

    NetworkThread network(std::move(connection.group));
    network.start();
    QVERIFY(connection.receives(u"number"_s));
    QVERIFY(connection.link.outbox->send(encoded(number(2))).bytes > 0);
    const QByteArray expected = large + encoded(number(2));
    QVERIFY(eventually([&] {
        peer.read();
        return peer.received.size() >= expected.size();
    }));
    QVERIFY(peer.received == expected);
}

void tst_NetworkThread::takesOverDeadlines()
{
    QuietSettings settings;
    settings.heartbeatInterval = 5;
    Peer peer;
    TestConnection connection(peer, settings);
    NetworkThread network(std::move(connection.group));
    network.start();
    QVERIFY(eventually([&] {
        peer.read();
        return peer.received.size() >= 3 * heartbeatFrame.size();
    }));
}

void tst_NetworkThread::endsAfterWhatWasSentIsWritten()
{
    const QByteArray large = encoded(bulky(mebi));
    Peer peer;
    TestConnection connection(peer);
    {
        NetworkThread network(std::move(connection.group));
        network.start();
        QVERIFY(connection.link.outbox->send(large).bytes > 0);
        std::thread reader([&peer] {
            for (const QDeadlineTimer end(patience); !peer.hasEnded && !end.hasExpired();)
                peer.read();
            peer.close();
        });
        network.endSoon();
        reader.join();
    }
    QVERIFY(peer.hasEnded);
    QVERIFY(peer.received == large);
    connection.pump();
    QCOMPARE(connection.log, QStringList({u"connected"_s, u"disconnected"_s}));
}

void tst_NetworkThread::endsAlthoughThePeerNeverReads()
{
    Peer peer(smallBuffer);
    TestConnection connection(peer);
    {
        NetworkThread network(std::move(connection.group));
        network.start();
        QVERIFY(connection.link.outbox->send(encoded(bulky(8 * mebi))).bytes > 0);
    }
    QVERIFY(peer.ends());
}

void tst_NetworkThread::endsWhileItConnects()
{
    for (const int delay : {0, 600'000}) {
        TestConnection connection;
        NetworkThread network(std::move(connection.group));
        network.start();
        network.post([link = connection.link, delay](ConnectionGroup *group) {
            const QuietSettings settings;
            group->open(link, settings, streamTo(u"192.0.2.1"_s, 5071, settings), delay);
        });
    }
}

void tst_NetworkThread::severalEndAtTheSameTime()
{
    std::vector<std::unique_ptr<Peer>> peers;
    std::vector<std::unique_ptr<TestConnection>> connections;
    std::vector<std::unique_ptr<NetworkThread>> threads;
    for (int i = 0; i < 4; ++i) {
        peers.push_back(std::make_unique<Peer>()); // these never close
        connections.push_back(std::make_unique<TestConnection>(*peers.back()));
        threads.push_back(std::make_unique<NetworkThread>(std::move(connections.back()->group)));
        threads.back()->start();
    }
    for (const auto &thread : threads)
        thread->endSoon();
    threads.clear();
    for (const auto &peer : peers)
        QVERIFY(peer->ends());
}

void tst_NetworkThread::sharedHomeServesWhereTheGroupIs()
{
    Peer peer;
    TestConnection connection(peer);
    NetworkThread network(std::move(connection.group), NetworkThread::Home::Shared);
    network.start();
    QThread *served = nullptr;
    network.post([&](ConnectionGroup *group) {
        QCOMPARE(group->thread(), QThread::currentThread());
        served = QThread::currentThread();
    });
    QCOMPARE(served, nullptr); // not before control returns to the event loop
    peer.write(encoded(number(1)));
    QVERIFY(connection.receives(u"number"_s));
    QCOMPARE(served, QThread::currentThread());
    network.endSoon(); // nothing is waiting for it yet
    QVERIFY(connection.link.outbox->send(encoded(number(2))).bytes > 0);
    QVERIFY(eventually([&] {
        peer.read();
        return peer.received == encoded(number(2));
    }));
}

void tst_NetworkThread::sharedHomeEndsAfterWhatWasSentIsWritten()
{
    const QByteArray large = encoded(bulky(mebi));
    Peer peer;
    TestConnection connection(peer);
    std::thread reader;
    {
        const NetworkThread network(std::move(connection.group), NetworkThread::Home::Shared);
        QVERIFY(connection.receives(u"connected"_s));
        QVERIFY(connection.link.outbox->send(large).bytes > 0);
        QVERIFY(connection.link.outbox->send(encoded(number(1))).bytes > 0);
        reader = std::thread([&peer] {
            for (const QDeadlineTimer end(patience); !peer.hasEnded && !end.hasExpired();)
                peer.read();
        });
    }
    reader.join();
    QVERIFY(peer.received == large + encoded(number(1)));
}

void tst_NetworkThread::sharedHomeEndsAlthoughThePeerNeverReads()
{
    Peer peer(smallBuffer);
    TestConnection connection(peer);
    {
        const NetworkThread network(std::move(connection.group), NetworkThread::Home::Shared);
        QVERIFY(connection.receives(u"connected"_s));
        QVERIFY(connection.link.outbox->send(encoded(bulky(8 * mebi))).bytes > 0);
    }
    QVERIFY(peer.ends());
}

void tst_NetworkThread::sharedHomeEndsWhatWasPosted()
{
    bool isRun = false;
    const auto held = std::make_shared<int>();
    {
        NetworkThread network(std::make_unique<ConnectionGroup>(), NetworkThread::Home::Shared);
        network.post([&isRun, held](ConnectionGroup *) { isRun = true; });
        QCOMPARE(held.use_count(), 2);
    }
    QCOMPARE(held.use_count(), 1);
    QCoreApplication::processEvents();
    QVERIFY(!isRun);
}

QTEST_GUILESS_MAIN(tst_NetworkThread)
#include "tst_networkthread.moc"
