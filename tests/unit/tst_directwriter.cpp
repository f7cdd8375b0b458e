// SPDX-License-Identifier: MIT

//! An outbox that writes to the socket itself while the line is quiet.

#include "peer.h"
#include "queues.h"
#include "support/eventually.h"
#include "testoutbox.h"
#include "transport/outbox.h"

#include <QtTest/qtest.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>
#include <vector>

using namespace QRepod;

namespace {

// After this, an outbox considers its line quiet.
constexpr std::chrono::microseconds pauseOfOutbox(20);

void letPass(std::chrono::microseconds time)
{
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) { }
}

void setNonBlocking(int descriptor)
{
    if (::fcntl(descriptor, F_SETFL, O_NONBLOCK) < 0)
        qFatal("a socket of the test failed: %s", strerror(errno));
}

} // namespace

class tst_DirectWriter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writesOnAQuietLine();
    void isNotForOtherThreads();
    void leavesTheRestToTheWriter();
    void leavesErrorsToTheWriter();
    void goesWhenTheOutboxCloses();
};

void tst_DirectWriter::writesOnAQuietLine()
{
    Peer peer;
    TestOutbox outbox;
    outbox->open(outbox.writer, DirectWriter::forAnyThread(peer.accepted()));
    const QByteArray frame = encoded(number(1));
    letPass(pauseOfOutbox);
    std::thread([&] { outbox->send(encoded(number(1))); }).join();
    QVERIFY(eventually([&] {
        peer.read();
        return peer.received == frame;
    }));
    QCOMPARE(outbox.writer.wakes(), 0);
    QVERIFY(outbox->takeAll().isEmpty());
    QCOMPARE(outbox->counts().messages, 1);
    QCOMPARE(outbox->counts().bytesWritten, frame.size());
    QCOMPARE(outbox->counts().bytesWaiting, 0);

    outbox->addInternal(heartbeatFrame); // nothing overtakes what is waiting
    letPass(pauseOfOutbox);
    outbox->send(encoded(number(2)));
    QCOMPARE(outbox->counts().bytesWaiting, heartbeatFrame.size() + frame.size());

    outbox->takeAll();
    outbox->written(heartbeatFrame.size() + frame.size());
    letPass(pauseOfOutbox);
    outbox->send(encoded(bulky(64 * kibi))); // takes the system too long
    QVERIFY(outbox->counts().bytesWaiting > 64 * kibi);
}

void tst_DirectWriter::isNotForOtherThreads()
{
    Peer peer;
    TestOutbox outbox;
    outbox->open(outbox.writer, DirectWriter::forThreadOf(this, peer.accepted()));
    letPass(pauseOfOutbox);
    outbox->send(encoded(number(1)));
    QCOMPARE(outbox->counts().bytesWaiting, 0);
    letPass(pauseOfOutbox);
    std::thread([&] { outbox->send(encoded(number(2))); }).join();
    QCOMPARE(outbox->takeAll().parts(), std::vector<QByteArray>{encoded(number(2))});
    ::close(peer.accepted());
}

void tst_DirectWriter::leavesTheRestToTheWriter()
{
    Peer peer(4 * kibi);
    TestOutbox outbox;
    setNonBlocking(peer.accepted());
    outbox->open(outbox.writer, DirectWriter::forAnyThread(peer.accepted()));
    QByteArray sent;
    while (outbox->counts().bytesWaiting == 0) {
        const QByteArray frame = encoded(bulky(5'000));
        letPass(pauseOfOutbox);
        outbox->send(frame);
        sent += frame;
    }
    outbox->send(encoded(number(1)));
    sent += encoded(number(1));
    QByteArray rest;
    for (const QByteArray &part : outbox->takeAll().parts())
        rest += part;
    QCOMPARE(outbox->counts().bytesWaiting, rest.size());
    outbox->close();
    ::close(peer.accepted());
    QVERIFY(peer.ends());
    QVERIFY(peer.received + rest == sent);
}

void tst_DirectWriter::leavesErrorsToTheWriter()
{
    Peer peer;
    TestOutbox outbox;
    outbox->open(outbox.writer, DirectWriter::forAnyThread(peer.accepted()));
    peer.reset();
    pollfd broken{peer.accepted(), 0, 0};
    QCOMPARE(::poll(&broken, 1, patience), 1);
    letPass(pauseOfOutbox);
    QCOMPARE(outbox->send(encoded(number(1))).status, Outbox::Status::Accepted);
    QCOMPARE(outbox->takeAll().parts(), std::vector<QByteArray>{encoded(number(1))});
    QCOMPARE(outbox.writer.wakes(), 1);
    QCOMPARE(outbox->directError(), ECONNRESET);
    ::close(peer.accepted());
}

void tst_DirectWriter::goesWhenTheOutboxCloses()
{
    Peer peer;
    TestOutbox outbox;
    outbox->open(outbox.writer, DirectWriter::forAnyThread(peer.accepted()));
    ::close(peer.accepted());
    peer.read();
    QVERIFY(!peer.hasEnded);
    outbox->close();
    QVERIFY(peer.ends());
    QCOMPARE(peer.error, 0);
}

QTEST_GUILESS_MAIN(tst_DirectWriter)
#include "tst_directwriter.moc"
