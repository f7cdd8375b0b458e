// SPDX-License-Identifier: MIT

//! The promises of stream.h, for each kind of stream, with a peer on this machine.

#include "teststream.h"

#include <QtCore/qdeadlinetimer.h>
#include <QtTest/qtest.h>

#include <cerrno>

using namespace QRepod;

Q_DECLARE_METATYPE(QRepod::StreamKind)

namespace {

//! Returns bytes that cannot be reordered unnoticed.
QByteArray pattern(qsizetype size)
{
    QByteArray bytes(size, Qt::Uninitialized);
    quint32 state = 1;
    for (char &byte : bytes) {
        state = state * 1'664'525 + 1'013'904'223;
        byte = char(state >> 24);
    }
    return bytes;
}

void turn()
{
    QCoreApplication::processEvents();
}

//! A poller that works until it is told to refuse.
class RefusingPoller : public Poller
{
public:
    bool watch(int, Watcher *watcher, Interest interest) override
    {
        if (isRefusing && interest != Interest()) {
            errno = ENOSPC;
            return false;
        }
        watched = interest == Interest() ? nullptr : watcher;
        return true;
    }

    bool isRefusing = false;
    Watcher *watched = nullptr;
};

} // namespace

class tst_Stream : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void opensAndKnowsItsPath_data() { addKinds(); }
    void opensAndKnowsItsPath();
    void bringsBytesBothWays_data() { addKinds(); }
    void bringsBytesBothWays();
    void tellsOfWhatIsLeft_data() { addKinds(); }
    void tellsOfWhatIsLeft();
    void tellsNoMoreOftenTheMoreItReads_data() { addKinds(); }
    void tellsNoMoreOftenTheMoreItReads();
    void slowsThePeerDownWhileItDoesNotRead_data() { addKinds(); }
    void slowsThePeerDownWhileItDoesNotRead();
    void tellsWhenMoreCanBeWritten_data() { addKinds(); }
    void tellsWhenMoreCanBeWritten();
    void tellsWhenEverythingIsWritten_data() { addKinds(); }
    void tellsWhenEverythingIsWritten();
    void endsAfterTheLastByte_data() { addKinds(); }
    void endsAfterTheLastByte();
    void endsAfterTheLastByteThatWaited_data() { addKinds(); }
    void endsAfterTheLastByteThatWaited();
    void readsWhatHadComeWhenNothingCanBeWritten_data() { addNativeKinds(); }
    void readsWhatHadComeWhenNothingCanBeWritten();
    void resetIsAFailure_data() { addPlainKinds(); }
    void resetIsAFailure();
    void resetThatAWriteMeetsFirstIsAFailure_data() { addNativeKinds(); }
    void resetThatAWriteMeetsFirstIsAFailure();
    void brokenEncryptionFailsAfterTheLastByte_data() { addTlsKinds(); }
    void brokenEncryptionFailsAfterTheLastByte();
    void closesWritingAndReadsOn_data() { addPlainKinds(); }
    void closesWritingAndReadsOn();
    void closesWritingBehindWhatWasWritten_data() { addKinds(); }
    void closesWritingBehindWhatWasWritten();
    void knowsWhatIsStillEncrypted_data() { addTlsKinds(); }
    void knowsWhatIsStillEncrypted();
    void writesToAPeerThatHasClosedItsDirection_data() { addPlainKinds(); }
    void writesToAPeerThatHasClosedItsDirection();
    void abortCloses_data() { addKinds(); }
    void abortCloses();
    void callsNobodyAfterAbort_data();
    void callsNobodyAfterAbort();
    void givesNothingAfterTheEnd_data() { addKinds(); }
    void givesNothingAfterTheEnd();
    void unopenedOwnsItsDescriptor_data() { addAcceptedKinds(); }
    void unopenedOwnsItsDescriptor();
    void saysWhyItCannotConnect_data();
    void saysWhyItCannotConnect();
    void failsOnceWhenItCannotBeWatched();
    void failsOnceWhenItCannotBeWatchedAnyMore_data();
    void failsOnceWhenItCannotBeWatchedAnyMore();
    void lendsItsSocketToThreadsThatWrite_data() { addKinds(); }
    void lendsItsSocketToThreadsThatWrite();

private:
    using Predicate = bool (*)(StreamKind);

    static void addKinds(Predicate isWanted = [](StreamKind) { return true; })
    {
        QTest::addColumn<StreamKind>("kind");
        const auto add = [&](const char *name, StreamKind kind) {
            if (isWanted(kind))
                QTest::newRow(name) << kind;
        };
        add("accepted", StreamKind::Accepted);
        add("to a server", StreamKind::ToServer);
        add("accepted by Qt", StreamKind::AcceptedByQt);
        add("accepted, TLS", StreamKind::AcceptedTls);
        add("to a server, TLS", StreamKind::ToServerTls);
    }
    static void addNativeKinds() { addKinds(isNative); }
    static void addTlsKinds() { addKinds(isTls); }
    static void addPlainKinds()
    {
        addKinds([](StreamKind kind) { return !isTls(kind); });
    }
    static void addAcceptedKinds()
    {
        addKinds([](StreamKind kind) {
            return kind != StreamKind::ToServer && kind != StreamKind::ToServerTls;
        });
    }
};

void tst_Stream::opensAndKnowsItsPath()
{
    QFETCH(const StreamKind, kind);
    TestStream line(kind);
    QVERIFY(line.open());
    QVERIFY(line.stream->peer().startsWith(u"127.0.0.1:"_s));
#ifdef Q_OS_LINUX
    QVERIFY(line.stream->roundTripTime() >= 0);
#endif
    QCOMPARE(line.stream->unacknowledgedFor(), 0);
    line.stream->enableKeepAlive(1);
    QCOMPARE(line.stream->readableBytes(), 0);
    QCOMPARE(line.stream->unwrittenBytes(), 0);
    char byte = 0;
    QCOMPARE(line.stream->read(&byte, 1), 0);
    QCOMPARE(line.owner.log, QStringList({u"opened"_s}));
}

void tst_Stream::bringsBytesBothWays()
{
    QFETCH(const StreamKind, kind);
    const QByteArray bytes = pattern(300'000);
    TestStream line(kind);
    QVERIFY(line.open());
    line.owner.readSize = 10'001;
    line.write(bytes);
    QByteArrayView unwritten = bytes;
    line.owner.onWritable = [&] {
        const qint64 taken =
            line.stream->write(unwritten.data(), std::min<qsizetype>(unwritten.size(), 7'001));
        QVERIFY(taken >= 0);
        unwritten = unwritten.sliced(taken);
    };
    QVERIFY(eventually([&] {
        line.owner.onWritable();
        return unwritten.isEmpty();
    }));
    QVERIFY(eventually([&] { return line.received().size() >= bytes.size(); }));
    QVERIFY(line.received() == bytes);
    QVERIFY(line.receives(bytes));
    QCOMPARE(line.owner.log, QStringList({u"opened"_s}));
}

void tst_Stream::tellsOfWhatIsLeft()
{
    QFETCH(const StreamKind, kind);
    TestStream line(kind);
    QVERIFY(line.open());
    line.owner.readSize = 1;
    line.write("one at a time");
    QVERIFY(line.receives("one at a time"));
    QCOMPARE(line.stream->readableBytes(), 0);
}

//! Each turn of the event loop reports once or twice, not once more for each earlier turn. Several
//! arrivals may fall into one turn, so all turns are counted together.
void tst_Stream::tellsNoMoreOftenTheMoreItReads()
{
    QFETCH(const StreamKind, kind);
    constexpr int turns = 100;
    TestStream line(kind);
    QVERIFY(line.open());
    line.owner.readSize = 1;
    line.owner.readable = 0;
    for (int i = 0; i < turns; ++i) {
        line.write("twelve bytes"); // there is always something left, and something new
        turn();
    }
    const int told = line.owner.readable; // turns * turns / 2 if it grew
    QVERIFY2(told > 0 && told < 5 * turns, qPrintable(QString::number(told)));
}

void tst_Stream::slowsThePeerDownWhileItDoesNotRead()
{
    QFETCH(const StreamKind, kind);
    const QByteArray bytes = pattern(8 * mebi); // more than the system holds
    TestStream line(kind);
    QVERIFY(line.open());
    line.stream->setReading(false);
    line.write(bytes);
    qint64 left = 0;
    QVERIFY(eventually([&] { // until nothing moves
        const qint64 before = std::exchange(left, line.unwritten());
        return left == before && line.stream->readableBytes() > 0;
    }));
    QVERIFY(left > 0);
    const int readable = line.owner.readable;
    turn();
    QCOMPARE(line.owner.readable, readable);
    QVERIFY(line.owner.received.isEmpty());

    line.owner.readSize = mebi;
    line.stream->setReading(true);
    QVERIFY(line.receives(bytes));
}

void tst_Stream::tellsWhenMoreCanBeWritten()
{
    QFETCH(const StreamKind, kind);
    const QByteArray bytes = pattern(8 * mebi); // more than the system takes
    TestStream line(kind);
    QVERIFY(line.open());
    line.setReading(false);
    QByteArrayView unwritten = bytes;
    const auto write = [&] { // not again before it is told
        const qint64 taken = line.stream->write(unwritten.data(), unwritten.size());
        QVERIFY(taken >= 0);
        unwritten = unwritten.sliced(taken);
    };
    line.owner.onWritable = [&] {
        if (!unwritten.isEmpty())
            write();
    };
    write();
    QVERIFY(!unwritten.isEmpty());
    QVERIFY(line.stream->unwrittenBytes() < mebi); // it does not take what it cannot write
    line.setReading(true);
    QVERIFY(eventually([&] { return line.received().size() >= bytes.size(); }));
    QVERIFY(line.received() == bytes);
    QVERIFY(unwritten.isEmpty());
}

void tst_Stream::tellsWhenEverythingIsWritten()
{
    QFETCH(const StreamKind, kind);
    TestStream line(kind);
    QVERIFY(line.open());
    qint64 unwritten = 0;
    line.owner.onWritable = [&] { unwritten = line.stream->unwrittenBytes(); };
    const QByteArray bytes = pattern(100'000);
    QCOMPARE(line.stream->write(bytes.constData(), bytes.size()), bytes.size());
    unwritten = line.stream->unwrittenBytes();
    QVERIFY(eventually([&] { return line.received().size() >= bytes.size(); }));
    turn();
    QCOMPARE(line.stream->unwrittenBytes(), 0);
    QCOMPARE(unwritten, 0); // the owner knows this
}

void tst_Stream::endsAfterTheLastByte()
{
    QFETCH(const StreamKind, kind);
    const QByteArray bytes = pattern(30'000);
    TestStream line(kind);
    QVERIFY(line.open());
    line.write(bytes);
    line.close();
    QVERIFY(line.ends());
    QVERIFY(line.owner.received == bytes);
    turn();
    QCOMPARE(line.owner.log, QStringList({u"opened"_s, u"ended"_s}));
}

void tst_Stream::endsAfterTheLastByteThatWaited()
{
    QFETCH(const StreamKind, kind);
    const QByteArray bytes = pattern(30'000);
    TestStream line(kind);
    QVERIFY(line.open());
    line.stream->setReading(false);
    line.write(bytes);
    line.close();
    for (int i = 0; i < 100; ++i)
        turn();
    QVERIFY(!line.owner.hasEnded());
    QVERIFY(line.owner.received.isEmpty());
    line.stream->setReading(true);
    QVERIFY(line.ends());
    QVERIFY(line.owner.received == bytes);
    QCOMPARE(line.owner.log, QStringList({u"opened"_s, u"ended"_s}));
}

//! The peer closed gracefully, and then something is sent to it, which its machine answers with a
//! reset.
void tst_Stream::readsWhatHadComeWhenNothingCanBeWritten()
{
    QFETCH(const StreamKind, kind);
    const QByteArray bytes = pattern(30'000);
    TestStream line(kind);
    QVERIFY(line.open());
    line.stream->setReading(false);
    line.write(bytes);
    line.close();
    QVERIFY(eventually([&] { return line.stream->write("x", 1) == -1; }));
    turn();
    QCOMPARE(line.owner.log, QStringList({u"opened"_s}));
    line.stream->setReading(true);
    QVERIFY(line.ends());
    QVERIFY(line.owner.received == bytes);
    QCOMPARE(line.owner.log, QStringList({u"opened"_s, u"ended"_s}));
}

void tst_Stream::resetIsAFailure()
{
    QFETCH(const StreamKind, kind);
    TestStream line(kind);
    QVERIFY(line.open());
    line.write("last words");
    QVERIFY(line.receives("last words"));
    line.reset();
    QVERIFY(line.ends());
    QCOMPARE(line.owner.log,
             QStringList({u"opened"_s, u"failed: "_s + qt_error_string(ECONNRESET)}));
}

void tst_Stream::resetThatAWriteMeetsFirstIsAFailure()
{
    QFETCH(const StreamKind, kind);
    TestStream line(kind);
    QVERIFY(line.open());
    line.stream->setReading(false);
    line.reset();
    QVERIFY(eventually([&] { return line.stream->write("x", 1) == -1; }));
    line.stream->setReading(true);
    QVERIFY(line.ends());
    QCOMPARE(line.owner.log,
             QStringList({u"opened"_s, u"failed: "_s + qt_error_string(ECONNRESET)}));
}

void tst_Stream::brokenEncryptionFailsAfterTheLastByte()
{
    QFETCH(const StreamKind, kind);
    TestStream line(kind);
    QVERIFY(line.open());
    line.stream->setReading(false);
    line.write("last words");
    QVERIFY(eventually([&] { return line.stream->readableBytes() == 10; })); // decrypted
    const QByteArray noise(100, 'x');
    QCOMPARE(::send(line.peerDescriptor(), noise.constData(), size_t(noise.size()), MSG_NOSIGNAL),
             noise.size());
    const auto *const socket = line.poller->findChild<QSslSocket *>();
    QVERIFY(eventually([&] { return socket->error() == QAbstractSocket::SslInternalError; }));
    line.stream->setReading(true);
    QVERIFY(line.ends());
    QCOMPARE(line.owner.received, "last words");
    QCOMPARE(line.owner.log.size(), 2);
    QVERIFY(line.owner.log[1].startsWith(u"failed: "_s));
    QVERIFY(line.owner.log[1].size() > 8);
}

void tst_Stream::closesWritingAndReadsOn()
{
    QFETCH(const StreamKind, kind);
    TestStream line(kind);
    QVERIFY(line.open());
    bool hasPeerSeenTheEnd = false;
    connect(line.peer.get(), &QAbstractSocket::readChannelFinished, this,
            [&] { hasPeerSeenTheEnd = true; });
    // Qt's sockets close when the other end has closed, so the peer answers through its descriptor.
    const int peer = ::dup(line.peerDescriptor());
    line.stream->closeWriting();
    QVERIFY(eventually([&] { return hasPeerSeenTheEnd; }));
    QCOMPARE(::send(peer, "answer", 6, MSG_NOSIGNAL), 6);
    ::close(peer);
    QVERIFY(line.ends());
    QCOMPARE(line.owner.received, "answer");
    QCOMPARE(line.owner.log, QStringList({u"opened"_s, u"ended"_s}));
}

void tst_Stream::closesWritingBehindWhatWasWritten()
{
    QFETCH(const StreamKind, kind);
    const QByteArray bytes = pattern(100'000);
    TestStream line(kind);
    QVERIFY(line.open());
    bool isClosed = false;
    const auto closeOnceWritten = [&] {
        if (line.stream->unwrittenBytes() == 0 && !std::exchange(isClosed, true))
            line.stream->closeWriting();
    };
    line.owner.onWritable = closeOnceWritten;
    QCOMPARE(line.stream->write(bytes.constData(), bytes.size()), bytes.size());
    closeOnceWritten();
    QVERIFY(line.peerEnds());
    QVERIFY(line.received() == bytes);
    QVERIFY(line.ends()); // the peer has closed too
    QCOMPARE(line.owner.log, QStringList({u"opened"_s, u"ended"_s}));
}

//! Also, it must not keep its thread busy with an end that it has reported.
void tst_Stream::writesToAPeerThatHasClosedItsDirection()
{
    QFETCH(const StreamKind, kind);
    TestStream line(kind);
    QVERIFY(line.open());
    line.write("last words");
    ::shutdown(line.peerDescriptor(), SHUT_WR);
    QVERIFY(line.ends());
    QCOMPARE(line.owner.received, "last words");
    QVERIFY(line.stream->isStillWritable());
    const int readable = line.owner.readable;
    for (int i = 0; i < 100; ++i)
        turn();
    QCOMPARE(line.owner.readable, readable);
    QCOMPARE(line.stream->write("answer", 6), 6);
    QVERIFY(eventually([&] { return line.received() == "answer"; }));
    line.stream->abort();
    QVERIFY(line.peerEnds());
    QCOMPARE(line.owner.log, QStringList({u"opened"_s, u"ended"_s}));
}

void tst_Stream::knowsWhatIsStillEncrypted()
{
    QFETCH(const StreamKind, kind);
    TestStream line(kind);
    QVERIFY(line.open());
    line.write("hello");
    // No event loop runs, as in a stopped process.
    for (const QDeadlineTimer end(patience); !end.hasExpired();) {
        if (line.stream->readableBytes() > 0)
            break;
    }
    QVERIFY(line.stream->readableBytes() > 0);
    char byte = 0;
    QCOMPARE(line.stream->read(&byte, 1), 0);
    QVERIFY(line.receives("hello"));
    QCOMPARE(line.stream->readableBytes(), 0);
}

void tst_Stream::abortCloses()
{
    QFETCH(const StreamKind, kind);
    TestStream line(kind);
    QVERIFY(line.open());
    line.stream->abort();
    QVERIFY(line.peerEnds());
    line.stream->abort(); // aborting again is allowed
    turn();
    QCOMPARE(line.owner.log, QStringList({u"opened"_s}));
}

void tst_Stream::callsNobodyAfterAbort_data()
{
    addKinds();
}

void tst_Stream::callsNobodyAfterAbort()
{
    QFETCH(const StreamKind, kind);
    const auto abortIn = [&](std::function<void()> StreamOwner::*call,
                             const std::function<void(TestStream &)> &cause) {
        TestStream line(kind);
        QStringList log;
        bool hasCome = false;
        const auto abort = [&] {
            line.stream->abort();
            hasCome = true;
            log = line.owner.log;
            line.owner.readable = line.owner.writable = 0;
        };
        if (call == &StreamOwner::onOpened) {
            line.owner.onOpened = abort;
            line.begin();
        } else {
            QVERIFY(line.open());
            line.owner.*call = abort;
        }
        cause(line);
        QVERIFY(eventually([&] { return hasCome; }));
        for (int i = 0; i < 20; ++i)
            turn();
        QCOMPARE(line.owner.log, log);
        QCOMPARE(line.owner.readable, 0);
        QCOMPARE(line.owner.writable, 0);
    };
    const QByteArray bytes = pattern(8 * mebi);
    abortIn(&StreamOwner::onOpened, [](TestStream &line) { line.write("early"); });
    abortIn(&StreamOwner::onReadable, [&](TestStream &line) { line.write("more than is read"); });
    abortIn(&StreamOwner::onWritable, [&](TestStream &line) {
        line.stream->write(bytes.constData(), bytes.size());
        line.write("something to read");
    });
    abortIn(&StreamOwner::onEnded, [](TestStream &line) {
        line.write("last words");
        line.close();
    });
    if (!isTls(kind))
        abortIn(&StreamOwner::onFailed, [](TestStream &line) { line.reset(); });
}

void tst_Stream::givesNothingAfterTheEnd()
{
    QFETCH(const StreamKind, kind);
    TestStream line(kind);
    QVERIFY(line.open());
    line.close();
    QVERIFY(line.ends());
    char byte = 0;
    QCOMPARE(line.stream->read(&byte, 1), 0);
    if (!line.stream->isStillWritable())
        QCOMPARE(line.stream->write("x", 1), -1);
    line.stream->setReading(false);
    line.stream->setReading(true);
    turn();
    QCOMPARE(line.owner.log, QStringList({u"opened"_s, u"ended"_s}));
}

void tst_Stream::unopenedOwnsItsDescriptor()
{
    QFETCH(const StreamKind, kind);
    TestStream line(kind);
    line.stream.reset();
    QVERIFY(line.peerEnds());
}

void tst_Stream::saysWhyItCannotConnect_data()
{
    QTest::addColumn<bool>("isTls");
    QTest::addColumn<QString>("host");
    QTest::addColumn<QString>("log");
    const QString nowhere = u"failed: invalid address"_s;
    QTest::newRow("nowhere") << false << QString() << nowhere;
    QTest::newRow("nowhere, TLS") << true << QString() << nowhere;
    QTest::newRow("refused") << false << u"127.0.0.1"_s << u"failed: Connection refused"_s;
    QTest::newRow("refused, TLS") << true << u"127.0.0.1"_s << u"failed: TLS: Connection refused"_s;
}

void tst_Stream::saysWhyItCannotConnect()
{
    QFETCH(const bool, isTls);
    QFETCH(const QString, host);
    QFETCH(const QString, log);
    quint16 port = 0;
    if (!host.isEmpty()) {
        QTcpServer server; // nobody listens there after this
        QVERIFY(server.listen(QHostAddress::LocalHost));
        port = server.serverPort();
    }
    ConnectionSettings settings;
    if (isTls)
        settings.tls = clientConfiguration();
    const std::unique_ptr<Poller> poller(Poller::create(nullptr));
    QtStream stream(host, port, settings);
    StreamOwner owner;
    owner.stream = &stream;
    stream.open(owner, *poller);
    QVERIFY(eventually([&] { return owner.hasEnded(); }));
    turn();
    QCOMPARE(owner.log, QStringList({log}));
    stream.abort();
}

void tst_Stream::failsOnceWhenItCannotBeWatched()
{
    TestStream line(StreamKind::Accepted);
    RefusingPoller poller;
    poller.isRefusing = true;
    line.stream->open(line.owner, poller);
    QCOMPARE(line.owner.log, QStringList({u"failed: "_s + qt_error_string(ENOSPC)}));
    line.stream.reset();
    QVERIFY(line.peerEnds());
}

void tst_Stream::failsOnceWhenItCannotBeWatchedAnyMore_data()
{
    QTest::addColumn<bool>("isWriting");
    QTest::newRow("reading again") << false;
    QTest::newRow("writing") << true;
}

void tst_Stream::failsOnceWhenItCannotBeWatchedAnyMore()
{
    QFETCH(const bool, isWriting);
    const QByteArray bytes = pattern(8 * mebi);
    TestStream line(StreamKind::Accepted);
    RefusingPoller poller;
    line.stream->open(line.owner, poller);
    if (!isWriting)
        line.stream->setReading(false);
    poller.isRefusing = true;
    if (isWriting)
        line.stream->write(bytes.constData(), bytes.size());
    else
        line.stream->setReading(true);
    const QStringList log{u"opened"_s, u"failed: "_s + qt_error_string(ENOSPC)};
    QCOMPARE(line.owner.log, log);
    QVERIFY(!poller.watched);
    QCOMPARE(line.stream->write("x", 1), -1);
    line.stream->setReading(false);
    QCOMPARE(line.owner.log, log);
    line.stream.reset();
}

void tst_Stream::lendsItsSocketToThreadsThatWrite()
{
    QFETCH(const StreamKind, kind);
    TestStream line(kind);
    QVERIFY(line.open());
    const std::unique_ptr<DirectWriter> writer = line.stream->directWriter();
    QCOMPARE(writer != nullptr, isNative(kind));
    if (!writer)
        return;
    int error = 0;
    QVERIFY(writer->isOpenHere());
    QCOMPARE(writer->send("direct", 6, &error), 6);
    QVERIFY(eventually([&] { return line.received() == "direct"; }));
}

QTEST_GUILESS_MAIN(tst_Stream)
#include "tst_stream.moc"
