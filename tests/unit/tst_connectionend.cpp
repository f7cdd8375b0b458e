// SPDX-License-Identifier: MIT

//! How a connection ends: closed by this end, by a fault, or by its peer, which is a bare
//! descriptor and so does what no QTcpSocket would do.

#include "queues.h"
#include "support/eventually.h"
#include "testconnection.h"

#include <QtCore/qcoreapplication.h>
#include <QtTest/qtest.h>

#include <optional>
#include <thread>

using namespace QRepod;

class tst_ConnectionEnd : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void closingFlushesALargeBacklogToASlowReader();
    void closingIsBoundedWhenThePeerNeverReads();
    void closingIsBoundedWhenThePeerNeverCloses();
    void closingIsBoundedWhenThePeerNeverStopsWriting();
    void unreadInputAtCloseDoesNotLoseTheLastBytes();
    void abortingDropsWhatWasNotWritten();
    void finIsNoError();
    void finInsideAFrameIsAnError();
    void finOfOneDirectionEndsTheConnection();
    void answersReachAPeerThatHasClosedItsDirection();
    void answersThatAreExpectedAreAwaited();
    void whatWaitsIsWrittenToAPeerThatHasClosedItsDirection();
    void awaitingAnswersIsBounded();
    void finIsNoErrorToOneThatIsSending();
    void messagesOfAPeerThatHasClosedAreNotLostToSending();
    void resetIsAnError();
    void protocolBreakEndsTheConnectionAfterTheGoodMessages();
    void endIsSeenAfterBackPressure();
    void closingRacesWithSending();
};

void tst_ConnectionEnd::closingFlushesALargeBacklogToASlowReader()
{
    QuietSettings settings;
    settings.closeTimeout = patience;
    Peer peer(smallBuffer);
    TestConnection connection(peer, settings);
    QByteArray expected;
    for (int n = 0; n < 30; ++n) {
        const QByteArray frame = encoded(n % 3 == 0 ? bulky(200 * kibi) : number(n));
        QVERIFY(connection.link.outbox->send(frame).bytes > 0);
        expected += frame;
    }
    connection.link.close();
    QCOMPARE(connection.link.outbox->send(encoded(number(1))).status, Outbox::Status::Closed);
    QVERIFY(eventually([&] {
        for (int i = 0; i < 8; ++i) { // a little at a time
            peer.read(kibi);
            QCoreApplication::processEvents();
        }
        return peer.hasEnded || peer.error;
    }));
    QCOMPARE(peer.error, 0);
    QVERIFY(peer.received == expected);
    QVERIFY(!connection.hasClosed()); // it waits for the peer to close as well
    peer.close();
    QVERIFY(connection.ends());
    QCOMPARE(connection.log, QStringList({u"connected"_s, u"disconnected"_s}));
}

void tst_ConnectionEnd::closingIsBoundedWhenThePeerNeverReads()
{
    QuietSettings settings;
    settings.closeTimeout = 50;
    Peer peer(smallBuffer);
    TestConnection connection(peer, settings);
    const QByteArray frame = encoded(bulky(8 * mebi));
    QVERIFY(connection.link.outbox->send(frame).bytes > 0);
    connection.link.close();
    QVERIFY(connection.ends());
    QVERIFY(peer.ends()); // nothing is left open
    QVERIFY(peer.received.size() < frame.size());
}

void tst_ConnectionEnd::closingIsBoundedWhenThePeerNeverCloses()
{
    QuietSettings settings;
    settings.closeTimeout = 50;
    Peer peer;
    TestConnection connection(peer, settings);
    QVERIFY(connection.link.outbox->send(encoded(number(1))).bytes > 0);
    connection.link.close();
    QVERIFY(peer.ends());
    QCOMPARE(peer.error, 0);
    QCOMPARE(peer.received, encoded(number(1)));
    QVERIFY(connection.ends());
}

void tst_ConnectionEnd::closingIsBoundedWhenThePeerNeverStopsWriting()
{
    QuietSettings settings;
    settings.closeTimeout = 50;
    Peer peer;
    TestConnection connection(peer, settings);
    const QByteArray flood = encoded(bulky(64 * kibi));
    connection.link.close();
    QVERIFY(eventually([&] {
        peer.write(flood);
        return connection.hasClosed();
    }));
    QCOMPARE(connection.log, QStringList({u"connected"_s, u"disconnected"_s}));
}

void tst_ConnectionEnd::unreadInputAtCloseDoesNotLoseTheLastBytes()
{
    QuietSettings settings;
    settings.receiveBacklog = 1; // reading stops after the first batch
    settings.closeTimeout = patience;
    Peer peer;
    TestConnection connection(peer, settings);
    connection.isPumping = false;
    QCOMPARE(peer.write(encoded(number(0))), encoded(number(0)).size());
    QVERIFY(eventually([&] { return !connection.link.inbox->hasRoom(); }));

    const QByteArray unread = encoded(bulky(100 * kibi));
    QVERIFY(peer.sendBytes(unread));
    QVERIFY(!peer.isEverythingRead());
    const QByteArray last = encoded(message(u"last"_s));
    QVERIFY(connection.link.outbox->send(last).bytes > 0);
    connection.link.close();
    QVERIFY(peer.ends());
    QCOMPARE(peer.error, 0); // a reset would be an error
    QCOMPARE(peer.received, last);
    peer.close();
    QVERIFY(connection.ends());
}

void tst_ConnectionEnd::abortingDropsWhatWasNotWritten()
{
    QuietSettings settings;
    settings.closeTimeout = patience;
    Peer peer(smallBuffer);
    TestConnection connection(peer, settings);
    QVERIFY(connection.link.outbox->send(encoded(bulky(8 * mebi))).bytes > 0);
    QCoreApplication::processEvents();
    connection.link.inbox->abort(u"too much"_s);
    QVERIFY(connection.ends()); // even though the peer reads nothing
    QCOMPARE(connection.log,
             QStringList({u"connected"_s, u"error: too much"_s, u"disconnected"_s}));
}

void tst_ConnectionEnd::finIsNoError()
{
    Peer peer;
    TestConnection connection(peer);
    peer.write(encoded(number(1)));
    peer.close();
    QVERIFY(connection.ends());
    QCOMPARE(connection.log, QStringList({u"connected"_s, u"number"_s, u"disconnected"_s}));
    QVERIFY(!connection.link.outbox->isOpen());
}

void tst_ConnectionEnd::finInsideAFrameIsAnError()
{
    Peer peer;
    TestConnection connection(peer);
    const QString address = peer.address();
    peer.write(encoded(number(1)) + encoded(number(2)).first(7));
    peer.close();
    QVERIFY(connection.ends());
    QCOMPARE(connection.log,
             QStringList({u"connected"_s, u"number"_s,
                          u"error: "_s + address + u": the peer closed after 7 bytes of a frame"_s,
                          u"disconnected"_s}));
}

void tst_ConnectionEnd::finOfOneDirectionEndsTheConnection()
{
    Peer peer;
    TestConnection connection(peer);
    peer.shutdownWriting();
    QVERIFY(connection.ends());
    QVERIFY(peer.ends());
    QCOMPARE(connection.log, QStringList({u"connected"_s, u"disconnected"_s}));
}

//! The reader sends them for the last messages, before it is told of the end.
void tst_ConnectionEnd::answersReachAPeerThatHasClosedItsDirection()
{
    QuietSettings settings;
    settings.closeTimeout = patience; // for a loaded machine
    Peer peer;
    TestConnection connection(peer, settings);
    connection.isPumping = false;
    peer.write(encoded(number(1)));
    peer.shutdownWriting();
    QVERIFY(eventually([&] { return connection.link.inbox->state() == Inbox::State::Closed; }));
    {
        const std::vector<Delivery> come = connection.link.inbox->takeAll();
        QCOMPARE(entries(come), QStringList({u"connected"_s, u"number"_s, u"disconnected"_s}));
        QVERIFY(connection.link.outbox->send(encoded(message(u"answer"_s))).bytes > 0);
    }
    connection.link.outbox->finish();
    QCOMPARE(connection.link.outbox->send(encoded(number(2))).status, Outbox::Status::Closed);
    QVERIFY(connection.ends());
    QVERIFY(peer.ends());
    QCOMPARE(peer.actions(), QStringList({u"answer"_s}));
}

void tst_ConnectionEnd::answersThatAreExpectedAreAwaited()
{
    const auto answer = [](const QString &action) {
        return EncodedMessage(message(action), MessageLimits());
    };
    QuietSettings settings;
    settings.closeTimeout = patience;
    Peer peer;
    TestConnection connection(peer, settings);
    const std::shared_ptr<Outbox> outbox = connection.link.outbox;
    std::optional<Outbox::Expectation> first(outbox);
    std::optional<Outbox::Expectation> second(outbox);
    peer.shutdownWriting();
    QVERIFY(connection.receives(u"disconnected"_s));
    QVERIFY(!outbox->isOpen());
    QVERIFY(outbox->answer(answer(u"first"_s)).bytes > 0);
    first.reset();
    QVERIFY(peer.receives(u"first"_s));
    QVERIFY(outbox->answer(answer(u"second"_s)).bytes > 0);
    second.reset();
    QCOMPARE(outbox->answer(answer(u"third"_s)).status, Outbox::Status::Closed);
    QVERIFY(connection.ends());
    QVERIFY(peer.ends());
    QCOMPARE(peer.actions(), QStringList({u"first"_s, u"second"_s}));
}

void tst_ConnectionEnd::whatWaitsIsWrittenToAPeerThatHasClosedItsDirection()
{
    QuietSettings settings;
    settings.closeTimeout = patience; // for a loaded machine
    Peer peer(smallBuffer);
    TestConnection connection(peer, settings);
    const QByteArray large = encoded(bulky(mebi));
    QVERIFY(connection.receives(u"connected"_s));
    QCOMPARE(connection.link.outbox->send(large).bytes, large.size());
    peer.shutdownWriting();
    QVERIFY(connection.receives(u"disconnected"_s));
    QCOMPARE(peer.receive(large.size()).size(), large.size());
    QVERIFY(peer.ends());
    QVERIFY(connection.ends());
}

void tst_ConnectionEnd::awaitingAnswersIsBounded()
{
    QuietSettings settings;
    settings.closeTimeout = 50;
    Peer peer;
    TestConnection connection(peer, settings);
    connection.isPumping = false;
    peer.write(encoded(number(1)));
    peer.shutdownWriting();
    QVERIFY(peer.ends());
    QVERIFY(connection.ends());
    QCOMPARE(connection.log, QStringList({u"connected"_s, u"number"_s, u"disconnected"_s}));
}

//! Sending to a peer that has closed resets the connection, but the peer had closed gracefully.
void tst_ConnectionEnd::finIsNoErrorToOneThatIsSending()
{
    Peer peer;
    peer.write(encoded(number(1)));
    peer.close();
    TestConnection connection(peer);
    QVERIFY(connection.link.outbox->send(encoded(number(1))).bytes > 0);
    QVERIFY(connection.ends());
    QCOMPARE(connection.log, QStringList({u"connected"_s, u"number"_s, u"disconnected"_s}));
}

void tst_ConnectionEnd::messagesOfAPeerThatHasClosedAreNotLostToSending()
{
    constexpr int count = 20;
    QByteArray stream;
    for (int n = 0; n < count; ++n)
        stream += encoded(bulky(20 * kibi));
    Peer peer(mebi);
    QCOMPARE(peer.write(stream), stream.size()); // all of it is in the connection's socket
    peer.close();

    TestConnection connection(peer);
    QVERIFY(eventually([&] {
        connection.pump();
        connection.link.outbox->send(encoded(number(1))); // again and again, like a game
        return connection.hasClosed();
    }));
    connection.pump();
    QCOMPARE(connection.log.count(u"bulky"_s), count);
    QCOMPARE(connection.log.size(), count + 2);
    QCOMPARE(connection.log.last(), u"disconnected"_s);
}

void tst_ConnectionEnd::resetIsAnError()
{
    Peer peer;
    TestConnection connection(peer);
    const QString address = peer.address();
    peer.write(encoded(number(1)));
    QVERIFY(connection.receives(u"number"_s));
    peer.reset();
    QVERIFY(connection.ends());
    QCOMPARE(
        connection.log,
        QStringList({u"connected"_s, u"number"_s,
                     u"error: "_s + address + u": Connection reset by peer"_s, u"disconnected"_s}));
}

void tst_ConnectionEnd::protocolBreakEndsTheConnectionAfterTheGoodMessages()
{
    Peer peer;
    TestConnection connection(peer);
    const QString address = peer.address();
    peer.write(encoded(number(1)) + QByteArray::fromHex("00000000") + encoded(number(2)));
    QVERIFY(connection.ends());
    QVERIFY(peer.ends());
    QCOMPARE(connection.log,
             QStringList({u"connected"_s, u"number"_s, u"error: "_s + address + u": empty frame"_s,
                          u"disconnected"_s}));
}

void tst_ConnectionEnd::endIsSeenAfterBackPressure()
{
    QuietSettings settings;
    settings.receiveBacklog = 1;
    Peer peer;
    TestConnection connection(peer, settings);
    connection.isPumping = false;
    peer.write(encoded(number(1)));
    QVERIFY(eventually([&] { return !connection.link.inbox->hasRoom(); }));
    peer.write(encoded(number(2)));
    peer.close();

    QVERIFY(eventually([&] {
        connection.pump();
        return connection.hasClosed();
    }));
    connection.pump();
    QCOMPARE(connection.log,
             QStringList({u"connected"_s, u"number"_s, u"number"_s, u"disconnected"_s}));
}

void tst_ConnectionEnd::closingRacesWithSending()
{
    QuietSettings settings;
    settings.closeTimeout = patience;
    for (int round = 0; round < 20; ++round) {
        Peer peer;
        TestConnection connection(peer, settings);
        qint64 accepted = 0;
        std::thread sender([link = connection.link, &accepted] {
            qint64 n = 0;
            while (link.outbox->send(encoded(number(n++))).status != Outbox::Status::Closed)
                accepted = n;
        });
        const bool hasBegun = eventually([&] {
            peer.read();
            return !peer.received.isEmpty();
        });
        std::thread closer([link = connection.link] { link.close(); });
        closer.join();
        sender.join();
        QVERIFY(hasBegun);
        QVERIFY(peer.ends());
        QCOMPARE(peer.error, 0);
        peer.close();
        QVERIFY(connection.ends());

        // Exactly what was accepted has been written.
        FrameReader reader{MessageLimits()};
        memcpy(reader.prepare(peer.received.size()), peer.received.constData(),
               size_t(peer.received.size()));
        QVERIFY(reader.commit(peer.received.size()));
        QCOMPARE(reader.pendingBytes(), 0);
        QCOMPARE(qint64(reader.takeFrames().frames.size()), accepted);
    }
}

QTEST_GUILESS_MAIN(tst_ConnectionEnd)
#include "tst_connectionend.moc"
