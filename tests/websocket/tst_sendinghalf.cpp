// SPDX-License-Identifier: MIT

//! What a WebSocket sends from two threads: the stream's own, and one that writes past it.

#include "support/eventually.h"
#include "support/messages.h"
#include "transport/poller.h"
#include "websocket/handshake.h"
#include "websocket/messagereader.h"
#include "websocket/sendinghalf.h"
#include "websocket/websocketstream.h"

#include <QRepod/Protocol>

#include <QtTest/qtest.h>

#include <atomic>
#include <cerrno>
#include <limits>
#include <thread>

using namespace QRepod;

namespace {

constexpr qint64 everything = std::numeric_limits<qint64>::max();

//! The system's socket: takes so much at once.
struct Socket
{
    qint64 take(const char *data, qint64 size)
    {
        const qint64 taken = std::min(size, std::exchange(next, everything));
        if (taken > 0)
            bytes.append(data, qsizetype(taken));
        return taken;
    }

    QByteArray bytes;
    qint64 next = everything; // the next time
};

//! Writes there past the stream.
class SocketWriter : public DirectWriter
{
public:
    explicit SocketWriter(Socket &socket)
        : m_socket(socket)
    {
    }
    bool isOpenHere() const override { return true; }
    qint64 send(const char *data, qint64 size, int *error) const override
    {
        const qint64 taken = m_socket.take(data, size);
        *error = taken < 0 ? EPIPE : 0;
        return taken;
    }

private:
    Socket &m_socket;
};

//! Writes there as the stream below does.
class SocketStream : public Stream
{
public:
    explicit SocketStream(Socket &socket)
        : m_socket(socket)
    {
    }
    qint64 write(const char *data, qint64 size) override { return m_socket.take(data, size); }

    std::unique_ptr<DirectWriter> directWriter() override
    {
        return std::make_unique<SocketWriter>(m_socket);
    }

    //! Is open at once, with one byte to read.
    void open(Owner &owner, Poller &) override
    {
        owner.streamOpened();
        owner.streamReadable();
    }
    qint64 read(char *data, qint64) override
    {
        *data = '.';
        return 1;
    }

    QString peer() const override { return {}; }
    void setReading(bool) override { }
    qint64 readableBytes() const override { return 0; }
    void waitForWritable(int) override { }
    qint64 unwrittenBytes() const override { return 0; }
    void closeWriting() override { }
    void abort() override { }
    void enableKeepAlive(int) override { }
    qint64 roundTripTime() const override { return -1; }
    qint64 unacknowledgedFor() const override { return 0; }

private:
    Socket &m_socket;
};

//! One that is done with the first byte.
class ShortHandshake : public Handshake
{
public:
    Role role() const override { return Role::Server; }
    State read(QByteArray &bytes) override
    {
        bytes.clear();
        return State::Done;
    }
};

class NoPoller : public Poller
{
public:
    NoPoller() = default;
    bool watch(int, Watcher *, Interest) override { return true; }
};

class Owner : public Stream::Owner
{
public:
    void streamOpened() override { }
    void streamReadable() override { }
    void streamWritable() override { ++writable; }
    void streamEnded() override { }
    void streamFailed(const QString &) override { }
    void streamFaulted(const QString &) override { }

    int writable = 0;
};

//! A server's half that is open, its socket and the two ways there.
struct Line
{
    Line() { half->setOpen(true); }

    qint64 send(const QByteArray &frame)
    {
        return writer->send(frame.constData(), frame.size(), &error);
    }

    void flush()
    {
        const SendingHalf::Turn turn(*half);
        half->flush(below);
        ++flushes;
    }

    Socket socket;
    SocketStream below{socket};
    QObject context;
    int flushes = 0;
    int error = 0;
    const std::shared_ptr<SendingHalf> half = std::make_shared<SendingHalf>(Role::Server, nullptr);
    const std::unique_ptr<DirectWriter> writer =
        half->directWriter(std::make_unique<SocketWriter>(socket), &context, [this] { flush(); });
};

//! A message as the peer gets it.
QByteArray onTheWire(const QByteArray &frame)
{
    QByteArray bytes;
    MessageTranslator(Role::Server, nullptr).add(bytes, frame);
    return bytes;
}

} // namespace

class tst_SendingHalf : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writesPastTheStream();
    void waitsForTheStreamsTurn();
    void waitsForWhatIsUnwritten();
    void waitsForTheEndOfAMessage();
    void leavesTheRestToTheStream();
    void leavesToTheStreamWhatTheSocketDoesNotTake();
    void callsNobodyWhoHasGone();
    void bothWriteWholeFrames();
    void writesOnlyWhileOpen();
    void streamGoesOnBehindTheRest();
};

void tst_SendingHalf::writesPastTheStream()
{
    Line line;
    const QByteArray frames = encode(number(1)) + encode(number(2));
    QCOMPARE(line.send(frames), frames.size());
    QCOMPARE(line.socket.bytes, onTheWire(encode(number(1))) + onTheWire(encode(number(2))));
    line.half->setOpen(false);
    QCOMPARE(line.send(frames), 0);
}

void tst_SendingHalf::waitsForTheStreamsTurn()
{
    Line line;
    {
        const SendingHalf::Turn outer(*line.half);
        {
            const SendingHalf::Turn inner(*line.half);
        }
        QCOMPARE(line.send(encode(number(1))), 0);
    }
    QVERIFY(line.send(encode(number(1))) > 0);
}

void tst_SendingHalf::waitsForWhatIsUnwritten()
{
    Line line;
    line.half->unwritten() = "pong";
    QCOMPARE(line.send(encode(number(1))), 0);
    line.flush();
    QVERIFY(line.send(encode(number(1))) > 0);
    QCOMPARE(line.socket.bytes, "pong" + onTheWire(encode(number(1))));
}

void tst_SendingHalf::waitsForTheEndOfAMessage()
{
    const QByteArray large = encode(bulky(100));
    for (const qsizetype size : {qsizetype(3), large.size() - 1}) {
        Line line;
        line.half->translator().add(line.half->unwritten(), QByteArrayView(large).first(size));
        line.flush();
        QCOMPARE(line.send(encode(number(1))), 0);
        line.half->translator().add(line.half->unwritten(), QByteArrayView(large).sliced(size));
        line.flush();
        QVERIFY(line.send(encode(number(1))) > 0);
        QCOMPARE(line.socket.bytes, onTheWire(large) + onTheWire(encode(number(1))));
    }
}

void tst_SendingHalf::leavesTheRestToTheStream()
{
    Line line;
    line.socket.next = 5;
    const QByteArray frame = encode(number(1));
    QCOMPARE(line.send(frame), frame.size()); // it has been taken
    QCOMPARE(line.half->unwrittenBytes(), onTheWire(frame).size() - 5);
    QCOMPARE(line.send(frame), 0);
    QCOMPARE(line.flushes, 0); // not from inside
    QVERIFY(eventually([&] { return line.flushes == 1; }));
    QCOMPARE(line.socket.bytes, onTheWire(frame));
    QVERIFY(line.send(frame) > 0);
}

void tst_SendingHalf::leavesToTheStreamWhatTheSocketDoesNotTake()
{
    Line line;
    for (const qint64 taken : {0, -1}) {
        line.socket.next = taken;
        QCOMPARE(line.send(encode(number(1))), taken);
        QCOMPARE(line.error, taken < 0 ? EPIPE : 0);
        QCOMPARE(line.half->unwrittenBytes(), 0);
    }
    QVERIFY(line.send(encode(number(1))) > 0);
    QCOMPARE(line.socket.bytes, onTheWire(encode(number(1))));
}

void tst_SendingHalf::callsNobodyWhoHasGone()
{
    Line line;
    line.socket.next = 5;
    QVERIFY(line.send(encode(number(1))) > 0);
    line.half->detach();
    QCoreApplication::processEvents();
    QCOMPARE(line.flushes, 0);
}

//! Messages from one thread, pongs from the other, and a socket that takes parts of them.
void tst_SendingHalf::bothWriteWholeFrames()
{
    constexpr int messages = 2'000;
    Line line;
    std::atomic<bool> hasSent = false;
    std::thread sender([&] {
        for (int n = 0; n < messages; ++n) {
            const QByteArray frame = encode(number(n));
            while (line.send(frame) == 0)
                std::this_thread::yield();
        }
        hasSent = true;
    });
    int pongs = 0;
    while (!hasSent) {
        {
            const SendingHalf::Turn turn(*line.half);
            line.half->translator().writer().write(line.half->unwritten(), Opcode::Pong, "pong");
            line.socket.next = ++pongs % 3;
        }
        line.flush();
        line.flush();
        {
            const SendingHalf::Turn turn(*line.half);
            line.socket.next = pongs % 7; // for the other thread, or the next pong
        }
        QCoreApplication::processEvents();
        std::this_thread::yield();
    }
    sender.join();
    line.flush();

    MessageReader peer(Role::Client, MessageLimits());
    QByteArray received;
    QVERIFY2(peer.read(line.socket.bytes, received), qPrintable(QString::number(pongs)));
    QVERIFY(!peer.isInsideMessage());
    QByteArray expected;
    for (int n = 0; n < messages; ++n)
        expected += encode(number(n));
    QCOMPARE(received, expected);
}

//! What the stream changes in its turns, the other thread sees between them.
void tst_SendingHalf::writesOnlyWhileOpen()
{
    Line line;
    std::atomic<bool> isDone = false;
    std::atomic<int> written = 0;
    std::thread sender([&] {
        const QByteArray frame = encode(number(1));
        while (!isDone) {
            written += line.send(frame) > 0 ? 1 : 0;
            std::this_thread::yield();
        }
    });
    const auto setOpen = [&line](bool isOpen) {
        const SendingHalf::Turn turn(*line.half);
        line.half->setOpen(isOpen);
        return line.socket.bytes.size();
    };
    qsizetype writtenWhileClosed = 0;
    for (int turns = 0; turns < 500 || written < 100; ++turns) {
        const qsizetype before = setOpen(false);
        std::this_thread::yield();
        writtenWhileClosed += setOpen(true) - before;
        std::this_thread::yield();
    }
    isDone = true;
    sender.join();
    QCOMPARE(writtenWhileClosed, 0);
    QCOMPARE(line.socket.bytes, onTheWire(encode(number(1))).repeated(written));
}

//! What came while a rest was to be written waits for the stream to say that it can take more.
void tst_SendingHalf::streamGoesOnBehindTheRest()
{
    NoPoller poller;
    Socket socket;
    Owner owner;
    WebSocketStream stream(std::make_unique<SocketStream>(socket),
                           std::make_unique<ShortHandshake>(), MessageLimits());
    stream.open(owner, poller);
    const std::unique_ptr<DirectWriter> writer = stream.directWriter();
    const QByteArray frame = encode(number(1));
    int error = 0;
    socket.next = 5;
    QCOMPARE(writer->send(frame.constData(), frame.size(), &error), frame.size());
    QCOMPARE(stream.write(frame.constData(), frame.size()), 0);
    QCOMPARE(owner.writable, 0);
    QVERIFY(eventually([&] { return owner.writable == 1; }));
    QCOMPARE(stream.write(frame.constData(), frame.size()), frame.size());
    QCOMPARE(socket.bytes, onTheWire(frame) + onTheWire(frame));
}

QTEST_GUILESS_MAIN(tst_SendingHalf)
#include "tst_sendinghalf.moc"
