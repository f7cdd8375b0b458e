// SPDX-License-Identifier: MIT

//! A connection in front of both queues, with a real socket on this machine: how it begins, reads
//! and writes.

#include "protocol/bufferpool.h"
#include "queues.h"
#include "support/eventually.h"
#include "testconnection.h"
#include "transport/nativesocket.h"

#include <QtCore/qcoreapplication.h>
#include <QtNetwork/qtcpserver.h>
#include <QtNetwork/qtcpsocket.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

using namespace QRepod;

class tst_Connection : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsNoSocketTellsNothing();
    void receivesTheSameInAnySlicing_data();
    void receivesTheSameInAnySlicing();
    void sendsInOrder();
    void isOpenOnceItHasASocket();
    void toAClosedPortIsAnError();
    void toNowhereIsAnError();
    void closedBeforeItBeganIsCancelled();
    void closedWhileConnectingAcceptsNothing();
    void memoryOfLargeFramesIsUsedAgain();
    void fullInboxStopsReadingAndNothingIsLost();
    void deletedConnectionClosesItsOutbox();
};

void tst_Connection::whatIsNoSocketTellsNothing()
{
    QCOMPARE(NativeSocket::roundTripTime(-1), -1);
    QCOMPARE(NativeSocket::unacknowledgedFor(-1), 0);
}

void tst_Connection::receivesTheSameInAnySlicing_data()
{
    QTest::addColumn<qsizetype>("slice");
    QTest::newRow("one byte at a time") << qsizetype(1);
    QTest::newRow("three bytes at a time") << qsizetype(3);
    QTest::newRow("all in one write") << mebi;
}

void tst_Connection::receivesTheSameInAnySlicing()
{
    QFETCH(const qsizetype, slice);
    const QByteArray stream = encoded(message(u"first"_s)) + heartbeatFrame.toByteArray()
        + encoded(number(1)) + QByteArray::fromHex("00000001c0") // nil is not a message
        + encoded(bulky(300)) + encoded(message(u"größe"_s)) + encoded(message(u"last"_s));

    Peer peer;
    TestConnection connection(peer);
    for (qsizetype i = 0; i < stream.size(); i += slice) {
        QCOMPARE(
            peer.write(QByteArrayView(stream).sliced(i).first(std::min(slice, stream.size() - i))),
            std::min(slice, stream.size() - i));
        QVERIFY(eventually([&] { return peer.isEverythingRead(); }));
    }
    peer.close();
    QVERIFY(connection.ends());
    QCOMPARE(connection.log,
             QStringList({u"connected"_s, u"first"_s, u"number"_s, u"bulky"_s, u"größe"_s,
                          u"last"_s, u"disconnected"_s}));
}

void tst_Connection::sendsInOrder()
{
    Peer peer;
    TestConnection connection(peer);
    QByteArray expected;
    for (int n = 0; n < 200; ++n) {
        // Each size takes a different way through the outbox.
        const QByteArray frame = encoded(n % 10 == 0 ? bulky(100 * kibi) : number(n));
        QVERIFY(connection.link.outbox->send(frame).bytes > 0);
        expected += frame;
    }
    QVERIFY(eventually([&] {
        peer.read(16 * mebi);
        return peer.received.size() >= expected.size();
    }));
    QVERIFY(peer.received == expected);
}

void tst_Connection::isOpenOnceItHasASocket()
{
    Peer peer;
    TestConnection connection(peer);
    QVERIFY(connection.link.outbox->isOpen());
    connection.pump();
    QCOMPARE(connection.log, QStringList({u"connected"_s}));
}

void tst_Connection::toAClosedPortIsAnError()
{
    quint16 port = 0;
    {
        QTcpServer listener;
        QVERIFY(listener.listen(QHostAddress::LocalHost));
        port = listener.serverPort();
    }
    TestConnection connection;
    connection.connectToHost(u"127.0.0.1"_s, port);
    QVERIFY(connection.ends());
    QCOMPARE(connection.log, QStringList({u"error: 127.0.0.1:%1: Connection refused"_s.arg(port)}));
    QVERIFY(!connection.link.outbox->isOpen());
}

void tst_Connection::toNowhereIsAnError()
{
    TestConnection connection;
    connection.connectToHost(QString(), 0);
    QVERIFY(connection.ends());
    QCOMPARE(connection.log.size(), 1);
    QVERIFY(connection.log.first().startsWith(u"error: "_s));
}

void tst_Connection::closedBeforeItBeganIsCancelled()
{
    QTcpServer listener;
    QVERIFY(listener.listen(QHostAddress::LocalHost));
    TestConnection connection;
    connection.link.close();
    connection.connectToHost(u"127.0.0.1"_s, listener.serverPort());
    QVERIFY(connection.ends());
    QCOMPARE(connection.log, QStringList({u"cancelled"_s}));
    QVERIFY(!listener.hasPendingConnections());
}

void tst_Connection::closedWhileConnectingAcceptsNothing()
{
    QTcpServer listener;
    QVERIFY(listener.listen(QHostAddress::LocalHost));
    TestConnection connection;
    connection.connectToHost(u"127.0.0.1"_s, listener.serverPort());
    connection.link.close();
    // The socket connects before the connection notices that it has been closed.
    auto *const socket = connection.group->findChild<QAbstractSocket *>();
    QVERIFY(socket->waitForConnected(patience));
    QVERIFY(!connection.link.outbox->isOpen());
    QCOMPARE(connection.link.outbox->send(encoded(number(1))).status, Outbox::Status::Closed);
    QVERIFY(listener.waitForNewConnection(patience));
    const std::unique_ptr<QTcpSocket> peer(listener.nextPendingConnection());
    QVERIFY(connection.ends());
    QVERIFY(eventually([&] { return peer->state() == QAbstractSocket::UnconnectedState; }));
    QCOMPARE(peer->bytesAvailable(), 0);
    QCOMPARE(connection.log, QStringList({u"cancelled"_s}));
}

void tst_Connection::fullInboxStopsReadingAndNothingIsLost()
{
    constexpr int frameCount = 64;
    QuietSettings settings;
    settings.receiveBacklog = 256 * kibi;
    Peer peer(64 * kibi);
    TestConnection connection(peer, settings);
    connection.isPumping = false;

    QByteArray stream;
    for (int n = 0; n < frameCount; ++n)
        stream +=
            encoded(message(u"number"_s, {{u"n"_s, n}, {u"x"_s, QByteArray(64 * kibi, 'x')}}));
    QByteArrayView unwritten = stream;
    const auto feed = [&] { unwritten = unwritten.sliced(peer.write(unwritten)); };
    QVERIFY(eventually([&] {
        feed();
        return !connection.link.inbox->hasRoom();
    }));
    // However often it could, it takes no more: what has arrived stays near the limit.
    for (int i = 0; i < 1'000; ++i) {
        feed();
        QCoreApplication::processEvents();
    }
    QVERIFY(!unwritten.isEmpty());

    std::vector<Delivery> deliveries = connection.link.inbox->takeAll();
    qint64 cost = 0;
    for (const Delivery &delivery : deliveries)
        cost += delivery.batch().cost();
    QVERIFY(cost > settings.receiveBacklog);
    QVERIFY2(cost < 2 * settings.receiveBacklog, qPrintable(QString::number(cost)));

    qint64 expected = 0;
    QVERIFY(eventually([&] {
        for (const Delivery &delivery : deliveries) {
            for (const Frame &frame : delivery.batch().frames) {
                if (numberIn(frame) == expected)
                    ++expected;
            }
        }
        deliveries.clear(); // pumped
        feed();
        QCoreApplication::processEvents();
        deliveries = connection.link.inbox->takeAll();
        return unwritten.isEmpty() && deliveries.empty() && expected == frameCount;
    }));
}

//! The reader takes what arrived and lets go of it; the memory of what was sent is free once it is
//! written.
void tst_Connection::memoryOfLargeFramesIsUsedAgain()
{
    const BufferPool &pool = BufferPool::ofProcess();
    Peer peer;
    TestConnection connection(peer);
    QCOMPARE(pool.size(), 0);
    QByteArray frame = encoded(bulky(mebi));
    std::thread sender([&peer, frame] { peer.write(frame); });
    QVERIFY(connection.receives(u"bulky"_s));
    sender.join();
    QVERIFY(eventually([&] { return pool.size() >= mebi; }));

    connection.link.outbox->send(QByteArray(2 * mebi, 'x'));
    QVERIFY(eventually([&] {
        peer.read(mebi);
        return peer.received.size() == 2 * mebi && pool.size() >= 2 * mebi;
    }));
    connection.group.reset();
    QCOMPARE(pool.size(), 0);
}

void tst_Connection::deletedConnectionClosesItsOutbox()
{
    Peer peer;
    TestConnection connection(peer);
    QVERIFY(connection.link.outbox->isOpen());
    connection.group.reset();
    QCOMPARE(connection.link.outbox->send(encoded(number(1))).status, Outbox::Status::Closed);
    connection.link.inbox->close(); // there is nobody to wake
    QVERIFY(peer.ends());
}

QTEST_GUILESS_MAIN(tst_Connection)
#include "tst_connection.moc"
