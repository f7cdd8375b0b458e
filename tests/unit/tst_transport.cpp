// SPDX-License-Identifier: MIT

//! The two queues between threads, the pump behind one of them, and the connection in front of
//! both.
///
/// A connection has a real socket on this machine; its peer is a bare descriptor, which does what
/// no QTcpSocket would: resets, closes one direction only, or takes nothing.

#include "protocol/encoder.h"
#include "protocol/framereader.h"
#include "protocol/message.h"
#include "support/eventually.h"
#include "support/messages.h"
#include "transport/connection.h"
#include "transport/nativesocket.h"
#include "transport/pump.h"
#include "transport/wakeevent.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qelapsedtimer.h>
#include <QtCore/qpointer.h>
#include <QtNetwork/qtcpserver.h>
#include <QtNetwork/qtcpsocket.h>
#include <QtTest/qtest.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <thread>

using namespace QRepod;

namespace {

constexpr qsizetype smallBuffer = 4 * kibi; // of a socket, so that a peer soon stalls

// After this, an outbox holds its line to be quiet.
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

QByteArray encoded(const QVariantMap &message)
{
    QByteArray frame;
    appendFrame(frame, message, MessageLimits());
    return frame;
}

FrameBatch batch(const QByteArray &frames)
{
    FrameReader reader{MessageLimits()};
    memcpy(reader.prepare(frames.size()), frames.constData(), size_t(frames.size()));
    if (!reader.commit(frames.size()) || !reader.hasFrames())
        qFatal("not a batch");
    return reader.takeFrames();
}

FrameBatch batch(const QVariantMap &message)
{
    return batch(encoded(message));
}

FrameBatch batch(const QStringList &actions)
{
    QByteArray frames;
    for (const QString &action : actions)
        frames += encoded(message(action));
    return batch(frames);
}

QString text(QByteArrayView utf8)
{
    return QString::fromUtf8(utf8);
}

qint64 numberIn(const Frame &frame)
{
    TextCache keys;
    return decodeMap(frame.payload, keys).value(u"n"_s).toLongLong();
}

//! What \a delivery says, an entry for each frame.
QStringList entries(const Delivery &delivery)
{
    switch (delivery.kind()) {
    case Delivery::Kind::Connected:
        return {u"connected"_s};
    case Delivery::Kind::Messages: {
        QStringList actions;
        for (const Frame &frame : delivery.batch().frames)
            actions << text(frame.action);
        return actions;
    }
    case Delivery::Kind::Error:
        return {u"error: "_s + delivery.error()};
    case Delivery::Kind::Disconnected:
        return {u"disconnected"_s};
    case Delivery::Kind::Cancelled:
        return {u"cancelled"_s};
    }
    Q_UNREACHABLE();
    return {};
}

QStringList entries(const std::vector<Delivery> &deliveries)
{
    QStringList all;
    for (const Delivery &delivery : deliveries)
        all << entries(delivery);
    return all;
}

//! Either end of a queue: counts how often it is woken.
class Sleeper : public QObject
{
public:
    //! Lets the wake-ups that have been posted arrive, and says how many there have been in all.
    int wakes()
    {
        QCoreApplication::sendPostedEvents(this);
        return m_wakes;
    }

    std::function<void()> onWake;

protected:
    bool event(QEvent *event) override
    {
        if (event->type() != WakeEvent::eventType())
            return QObject::event(event);
        ++m_wakes;
        if (onWake)
            onWake();
        return true;
    }

private:
    int m_wakes = 0;
};

//! An inbox with somebody at both ends.
struct TestInbox
{
    explicit TestInbox(qint64 limit = mebi)
        : inbox(std::make_shared<Inbox>(&reader, limit))
    {
        inbox->setWriter(&writer);
    }

    Inbox *operator->() const { return inbox.get(); }
    bool push(const QStringList &actions) const { return inbox->pushMessages(batch(actions)); }

    Sleeper reader;
    Sleeper writer;
    std::shared_ptr<Inbox> inbox;
};

//! An outbox that is open, with somebody who would write.
struct TestOutbox
{
    explicit TestOutbox(qint64 limit = 64 * mebi)
        : outbox(MessageLimits(), limit)
    {
        outbox.open(&writer);
    }

    Outbox *operator->() { return &outbox; }

    Sleeper writer;
    Outbox outbox;
};

//! The other end of a connection: a bare descriptor that never blocks.
class Peer
{
public:
    //! Connects two sockets of this machine; \a bufferSize, if given, bounds what the system holds
    //! of what neither end has read.
    explicit Peer(qsizetype bufferSize = 0)
    {
        const int listener = newSocket(bufferSize);
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto *const generic = reinterpret_cast<sockaddr *>(&address);
        check(::bind(listener, generic, size));
        check(::listen(listener, 1));
        check(::getsockname(listener, generic, &size));
        m_descriptor = newSocket(bufferSize);
        check(::connect(m_descriptor, generic, size));
        m_accepted = check(::accept(listener, nullptr, nullptr));
        ::close(listener);
        const int on = 1;
        check(::setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    }

    ~Peer() { close(); }

    //! The end for the connection.
    int accepted() const { return m_accepted; }

    QString address() const
    {
        sockaddr_in address = {};
        socklen_t size = sizeof address;
        check(::getsockname(m_descriptor, reinterpret_cast<sockaddr *>(&address), &size));
        return u"127.0.0.1:%1"_s.arg(ntohs(address.sin_port));
    }

    //! Writes what the system takes at once, and says how much that was.
    qsizetype write(QByteArrayView bytes) const
    {
        const ssize_t written =
            ::send(m_descriptor, bytes.data(), size_t(bytes.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
        return written < 0 ? 0 : qsizetype(written);
    }

    //! Writes everything, while the event loop runs.
    bool writeAll(QByteArrayView bytes) const
    {
        return eventually([&] {
            bytes = bytes.sliced(write(bytes));
            return bytes.isEmpty();
        });
    }

    //! Reads what has come, up to \a maximum bytes.
    void read(qsizetype maximum = mebi)
    {
        QByteArray bytes(maximum, Qt::Uninitialized);
        const ssize_t size = ::recv(m_descriptor, bytes.data(), size_t(maximum), MSG_DONTWAIT);
        if (size > 0)
            received += bytes.first(size);
        else if (size == 0)
            hasEnded = true;
        else if (errno != EAGAIN)
            error = errno;
    }

    //! Reads, while the event loop runs, until the end or an error.
    bool readToEnd()
    {
        return eventually([&] {
            read();
            return hasEnded || error;
        });
    }

    void shutdownWriting() const { check(::shutdown(m_descriptor, SHUT_WR)); }

    void reset()
    {
        const linger abort{1, 0};
        check(::setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &abort, sizeof abort));
        close();
    }

    void close()
    {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
        m_descriptor = -1;
    }

    //! Whether the connection has read everything that was written.
    bool isEverythingRead() const
    {
        int unread = 0;
        check(::ioctl(m_accepted, FIONREAD, &unread));
        return unread == 0;
    }

    QByteArray received;
    bool hasEnded = false; // the connection has said that nothing more will come
    int error = 0;

private:
    Q_DISABLE_COPY_MOVE(Peer)

    static int check(int result)
    {
        if (result < 0)
            qFatal("a socket of the test failed: %s", strerror(errno));
        return result;
    }

    static int newSocket(qsizetype bufferSize)
    {
        const int descriptor = check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const int size = int(bufferSize);
        if (size > 0) {
            check(::setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, sizeof size));
            check(::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof size));
        }
        return descriptor;
    }

    int m_descriptor = -1;
    int m_accepted = -1;
};

//! A connection with its link, and a reader that writes down what comes out of the inbox.
class TestConnection
{
public:
    explicit TestConnection(const ConnectionSettings &settings = {})
        : link(Link::create(&m_reader, settings))
        , connection(new Connection(link, withoutHeartbeat(settings), nullptr))
    {
        m_reader.onWake = [this] {
            link.inbox->acknowledgeWake();
            if (isPumping)
                pump();
        };
    }

    TestConnection(Peer &peer, const ConnectionSettings &settings = {})
        : TestConnection(settings)
    {
        address = connection->adopt(peer.accepted());
    }

    ~TestConnection() { delete connection; }

    void pump() { log << entries(link.inbox->takeAll()); }

    bool receives(const QString &entry)
    {
        return eventually([&] { return log.contains(entry); });
    }

    //! Waits until it has closed the socket and deleted itself, and takes what is left.
    bool ends()
    {
        const bool hasEnded = eventually([&] { return !connection; });
        pump();
        return hasEnded;
    }

private:
    //! What is on the wire depends on no clock.
    static ConnectionSettings withoutHeartbeat(ConnectionSettings settings)
    {
        settings.heartbeatInterval = 0;
        settings.idleTimeout = 0;
        return settings;
    }

    Sleeper m_reader;

public:
    Link link;
    QPointer<Connection> connection;
    QString address;
    QStringList log;
    bool isPumping = true;
};

const QDeadlineTimer forever(QDeadlineTimer::Forever);
const QDeadlineTimer atOnce(0);

//! A reader with the pump that it owns, as listeners and channels have.
class PumpOwner : public QObject
{
public:
    //! Adds a delivery of its own for each of \a batches.
    void add(const QList<QStringList> &batches)
    {
        for (const QStringList &actions : batches)
            QVERIFY(inbox->pushMessages(batch(actions)));
        pump->add(inbox->takeAll());
    }

    //! Notes each action, and then calls \a call with it.
    int run(
        QDeadlineTimer budget, const std::function<void(const QString &)> &call = [](auto &) {})
    {
        const QPointer<QObject> alive(this);
        QStringList *const steps = &log;
        return pump->run(alive, budget, [&](const Delivery &delivery, size_t frame) {
            const QString action = entries(delivery).at(qsizetype(frame));
            *steps << action;
            call(action);
            return 1;
        });
    }

    std::shared_ptr<Inbox> inbox = std::make_shared<Inbox>(nullptr, mebi);
    std::unique_ptr<Pump> pump = std::make_unique<Pump>();
    QStringList log;
};

} // namespace

class tst_Transport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsNoSocketTellsNothing();

    void inboxWakesTheReaderOnceUntilItAcknowledges();
    void inboxWakesTheReaderOnlyWhenItWasEmpty();
    void inboxWakesAgainOnRequest();
    void inboxKeepsOrder();
    void inboxClosedBeforeItWasConnectedIsCancelled();
    void inboxClosedAfterItWasConnectedIsDisconnected();
    void inboxGivesNothingAfterTheEnd();
    void inboxEndsAsTheConnectionEnded_data();
    void inboxEndsAsTheConnectionEnded();
    void inboxAbortGivesTheErrorFirst();
    void inboxWakesTheWriterToClose();
    void inboxStopsTheWriterPastItsLimit();
    void inboxWakesTheWriterAtHalfTheLimit();
    void inboxWithoutAReaderIsClosedAndWakesNobody();

    void outboxAcceptsOnlyWhileItIsOpen();
    void outboxKeepsWhatItAcceptedWhenItCloses();
    void outboxIsFullPastItsLimit();
    void outboxCountsUntilItIsWritten();
    void outboxRefusesWhatCannotBeEncoded();
    void outboxPutsSmallFramesTogether();
    void outboxSharesLargeFrames();
    void outboxSharesLargeValues();
    void outboxLeavesSharedFramesAsTheyAre();
    void outboxWakesTheWriterWhenItSleeps();

    void shortcutWritesOnAQuietLine();
    void shortcutIsNotForOtherThreads();
    void shortcutLeavesTheRestToTheWriter();
    void shortcutLeavesErrorsToTheWriter();
    void shortcutGoesWhenTheOutboxCloses();

    void pumpStopsAtTheBudgetAndGoesOnWithTheNextFrame();
    void pumpMakesProgressWithoutTime();
    void pumpStopsWhenItsReaderIsDeleted();
    void pumpLeavesForLaterWhatIsAddedMeanwhile();
    void pumpKeepsOrderWhenAddedToBeforeTheBudgetEnds();
    void pumpFreesEachBatchAsItGoes();
    void pumpCanBeUsedAfterAStepHasThrown();

    void connectionReceivesTheSameInAnySlicing_data();
    void connectionReceivesTheSameInAnySlicing();
    void connectionSendsInOrder();
    void connectionIsOpenOnceItHasASocket();
    void connectionToAClosedPortIsAnError();
    void connectionToNowhereIsAnError();
    void connectionClosedBeforeItBeganIsCancelled();
    void connectionClosedWhileConnectingAcceptsNothing();
    void closingFlushesALargeBacklogToASlowReader();
    void closingIsBoundedWhenThePeerNeverReads();
    void closingIsBoundedWhenThePeerNeverCloses();
    void closingIsBoundedWhenThePeerNeverStopsWriting();
    void unreadInputAtCloseDoesNotLoseTheLastBytes();
    void abortingDropsWhatWasNotWritten();
    void finIsNoError();
    void finInsideAFrameIsAnError();
    void finOfOneDirectionEndsTheConnection();
    void finIsNoErrorToOneThatIsSending();
    void messagesOfAPeerThatHasClosedAreNotLostToSending();
    void resetIsAnError();
    void resetBeforeItBeganIsNoConnection();
    void protocolBreakEndsTheConnectionAfterTheGoodMessages();
    void fullInboxStopsReadingAndNothingIsLost();
    void endIsSeenAfterBackPressure();
    void deletedConnectionClosesItsOutbox();

    void inboxUnderTwoThreads();
    void outboxUnderManyThreads();
    void closingRacesWithSending();
};

void tst_Transport::whatIsNoSocketTellsNothing()
{
    QCOMPARE(NativeSocket::roundTripTime(-1), -1);
    QCOMPARE(NativeSocket::unacknowledgedFor(-1), 0);
}

// ---- Inbox

void tst_Transport::inboxWakesTheReaderOnceUntilItAcknowledges()
{
    TestInbox inbox;
    inbox->pushConnected();
    QVERIFY(inbox.push({u"a"_s}));
    QVERIFY(inbox.push({u"b"_s}));
    QCOMPARE(inbox.reader.wakes(), 1);

    QCOMPARE(inbox->takeAll().size(), size_t(3));
    QVERIFY(inbox.push({u"c"_s})); // empty before, but it has not acknowledged
    QCOMPARE(inbox.reader.wakes(), 1);

    QVERIFY(inbox->acknowledgeWake());
    QCOMPARE(inbox->takeAll().size(), size_t(1));
    QVERIFY(inbox.push({u"d"_s}));
    QCOMPARE(inbox.reader.wakes(), 2);
}

void tst_Transport::inboxWakesTheReaderOnlyWhenItWasEmpty()
{
    TestInbox inbox;
    QVERIFY(inbox.push({u"a"_s}));
    QCOMPARE(inbox.reader.wakes(), 1);
    QVERIFY(inbox->acknowledgeWake());
    QVERIFY(inbox.push({u"b"_s})); // a still waits, and the reader knows
    QCOMPARE(inbox.reader.wakes(), 1);
}

void tst_Transport::inboxWakesAgainOnRequest()
{
    TestInbox inbox;
    inbox->wakeReader();
    QCOMPARE(inbox.reader.wakes(), 0); // for nothing

    QVERIFY(inbox.push({u"a"_s}));
    inbox->wakeReader();
    QCOMPARE(inbox.reader.wakes(), 1); // one is on its way
    QVERIFY(inbox->acknowledgeWake());
    inbox->wakeReader();
    QCOMPARE(inbox.reader.wakes(), 2);

    inbox->takeAll();
    QVERIFY(!inbox->acknowledgeWake());
}

void tst_Transport::inboxKeepsOrder()
{
    TestInbox inbox;
    inbox->pushConnected();
    QVERIFY(inbox.push({u"a"_s, u"b"_s}));
    QVERIFY(inbox.push({u"c"_s}));
    inbox->pushEnd(u"broken"_s);
    const std::vector<Delivery> deliveries = inbox->takeAll();
    QCOMPARE(entries(deliveries),
             QStringList(
                 {u"connected"_s, u"a"_s, u"b"_s, u"c"_s, u"error: broken"_s, u"disconnected"_s}));
    for (const Delivery &delivery : deliveries)
        QCOMPARE(delivery.origin(), inbox.inbox.get());
}

void tst_Transport::inboxClosedBeforeItWasConnectedIsCancelled()
{
    TestInbox inbox;
    QCOMPARE(inbox->state(), Inbox::State::Open);
    inbox->close();
    QCOMPARE(inbox->state(), Inbox::State::Closed);
    inbox->pushConnected();
    QCOMPARE(entries(inbox->takeAll()), QStringList({u"cancelled"_s}));
}

void tst_Transport::inboxClosedAfterItWasConnectedIsDisconnected()
{
    TestInbox inbox;
    inbox->pushConnected();
    QVERIFY(inbox.push({u"a"_s}));
    inbox->close();
    inbox->close();
    QCOMPARE(entries(inbox->takeAll()), QStringList({u"connected"_s, u"a"_s, u"disconnected"_s}));
}

void tst_Transport::inboxGivesNothingAfterTheEnd()
{
    TestInbox inbox;
    inbox->pushConnected();
    inbox->close();
    QVERIFY(!inbox.push({u"a"_s})); // which also tells the writer to stop
    inbox->pushEnd(u"broken"_s);
    inbox->abort(u"too much"_s);
    QCOMPARE(inbox->state(), Inbox::State::Closed);
    QCOMPARE(entries(inbox->takeAll()), QStringList({u"connected"_s, u"disconnected"_s}));
    QVERIFY(inbox->takeAll().empty());
}

void tst_Transport::inboxEndsAsTheConnectionEnded_data()
{
    QTest::addColumn<bool>("isConnected");
    QTest::addColumn<QString>("error");
    QTest::addColumn<QStringList>("expected");
    QTest::newRow("peer closed") << true << QString()
                                 << QStringList({u"connected"_s, u"disconnected"_s});
    QTest::newRow("broke") << true << u"broken"_s
                           << QStringList({u"connected"_s, u"error: broken"_s, u"disconnected"_s});
    QTest::newRow("refused") << false << u"refused"_s << QStringList({u"error: refused"_s});
}

void tst_Transport::inboxEndsAsTheConnectionEnded()
{
    QFETCH(const bool, isConnected);
    QFETCH(const QString, error);
    QFETCH(const QStringList, expected);
    TestInbox inbox;
    if (isConnected)
        inbox->pushConnected();
    inbox->pushEnd(error);
    QCOMPARE(inbox->state(), Inbox::State::Closed);
    QCOMPARE(entries(inbox->takeAll()), expected);
}

void tst_Transport::inboxAbortGivesTheErrorFirst()
{
    TestInbox inbox;
    inbox->pushConnected();
    inbox->abort(u"too much"_s);
    QCOMPARE(inbox->state(), Inbox::State::Aborted);
    QCOMPARE(inbox.writer.wakes(), 1);
    inbox->close();
    QCOMPARE(inbox->state(), Inbox::State::Aborted);
    QCOMPARE(entries(inbox->takeAll()),
             QStringList({u"connected"_s, u"error: too much"_s, u"disconnected"_s}));
}

void tst_Transport::inboxWakesTheWriterToClose()
{
    TestInbox inbox;
    inbox->pushConnected();
    QCOMPARE(inbox.writer.wakes(), 0);
    inbox->close();
    inbox->close();
    QCOMPARE(inbox.writer.wakes(), 1);
}

void tst_Transport::inboxStopsTheWriterPastItsLimit()
{
    const qint64 cost = batch({u"a"_s}).cost();
    TestInbox inbox(2 * cost);
    QVERIFY(inbox.push({u"a"_s}));
    QVERIFY(inbox.push({u"b"_s})); // the limit itself is allowed
    QVERIFY(inbox->hasRoom());
    QVERIFY(!inbox.push({u"c"_s}));
    QVERIFY(!inbox->hasRoom());
    QCOMPARE(entries(inbox->takeAll()), QStringList({u"a"_s, u"b"_s, u"c"_s})); // c as well
}

void tst_Transport::inboxWakesTheWriterAtHalfTheLimit()
{
    const qint64 cost = batch({u"a"_s}).cost();
    TestInbox inbox(4 * cost);
    for (int i = 0; i < 4; ++i)
        QVERIFY(inbox.push({u"a"_s}));
    QVERIFY(!inbox.push({u"a"_s}));

    std::vector<Delivery> deliveries = inbox->takeAll();
    QVERIFY(!inbox->hasRoom()); // taken out is not pumped
    deliveries.pop_back();
    deliveries.pop_back();
    QVERIFY(!inbox->hasRoom()); // three of four
    QCOMPARE(inbox.writer.wakes(), 0);
    deliveries.pop_back();
    QVERIFY(inbox->hasRoom());
    QCOMPARE(inbox.writer.wakes(), 1);
    deliveries.clear();
    QCOMPARE(inbox.writer.wakes(), 1);
}

void tst_Transport::inboxWithoutAReaderIsClosedAndWakesNobody()
{
    TestInbox inbox;
    inbox->pushConnected();
    QCOMPARE(inbox.reader.wakes(), 1);
    QVERIFY(inbox->acknowledgeWake());
    inbox->takeAll();

    inbox->detachReader();
    inbox->wakeReader();
    QVERIFY(!inbox.push({u"a"_s}));
    QCOMPARE(inbox.reader.wakes(), 1);
    QCOMPARE(inbox->state(), Inbox::State::Closed);
    QCOMPARE(inbox.writer.wakes(), 1);
}

// ---- Outbox

void tst_Transport::outboxAcceptsOnlyWhileItIsOpen()
{
    const QByteArray frame = encoded(number(1));
    Sleeper writer;
    Outbox outbox(MessageLimits(), mebi);
    QVERIFY(!outbox.isOpen());
    QCOMPARE(outbox.send(number(1)).status, Outbox::Status::Closed);
    QCOMPARE(outbox.send(frame).status, Outbox::Status::Closed);

    outbox.open(&writer);
    QVERIFY(outbox.isOpen());
    const Outbox::Result accepted = outbox.send(number(1));
    QCOMPARE(accepted.status, Outbox::Status::Accepted);
    QCOMPARE(accepted.bytes, frame.size());
    QCOMPARE(outbox.send(frame).bytes, frame.size());

    outbox.close();
    QVERIFY(!outbox.isOpen());
    const Outbox::Result closed = outbox.send(number(1));
    QCOMPARE(closed.status, Outbox::Status::Closed);
    QCOMPARE(closed.bytes, 0);
    QCOMPARE(outbox.send(frame).status, Outbox::Status::Closed);
}

void tst_Transport::outboxKeepsWhatItAcceptedWhenItCloses()
{
    TestOutbox outbox;
    outbox->send(number(1));
    outbox->close();
    QCOMPARE(outbox->takeAll(), std::vector<QByteArray>{encoded(number(1))});
    QVERIFY(outbox->takeAll().empty());
}

void tst_Transport::outboxIsFullPastItsLimit()
{
    const QByteArray frame = encoded(number(1));
    TestOutbox outbox(2 * frame.size());
    QCOMPARE(outbox->send(number(1)).status, Outbox::Status::Accepted);
    QCOMPARE(outbox->send(frame).status, Outbox::Status::Accepted); // the limit itself is allowed

    const QString error =
        u"%1 bytes waiting to be sent are over the limit of %2"_s.arg(3 * frame.size())
            .arg(2 * frame.size());
    for (const Outbox::Result &full : {outbox->send(number(1)), outbox->send(frame)}) {
        QCOMPARE(full.status, Outbox::Status::Full);
        QCOMPARE(full.bytes, 0);
        QCOMPARE(full.error, error);
    }
    QVERIFY(outbox->isOpen());
    QCOMPARE(outbox->takeAll(), std::vector<QByteArray>{frame + frame}); // nothing of the refused
}

void tst_Transport::outboxCountsUntilItIsWritten()
{
    const QByteArray frame = encoded(number(1));
    TestOutbox outbox(frame.size());
    QCOMPARE(outbox->send(frame).status, Outbox::Status::Accepted);
    outbox->takeAll();
    QCOMPARE(outbox->send(frame).status, Outbox::Status::Full); // taken is not written
    outbox->written(frame.size() - 1);
    QCOMPARE(outbox->send(frame).status, Outbox::Status::Full);
    outbox->written(1);
    QCOMPARE(outbox->send(frame).status, Outbox::Status::Accepted);
}

void tst_Transport::outboxRefusesWhatCannotBeEncoded()
{
    Sleeper writer;
    MessageLimits limits;
    limits.frameSize = 100;
    Outbox outbox(limits, mebi);
    outbox.open(&writer);

    const Outbox::Result unknown =
        outbox.send(message(u"a"_s, {{u"list"_s, QVariantList{1, QVariant::fromValue(this)}}}));
    QCOMPARE(unknown.status, Outbox::Status::Unencodable);
    QCOMPARE(unknown.bytes, 0);
    QVERIFY2(unknown.error.contains(u"list[1]"_s), qPrintable(unknown.error));

    const Outbox::Result large = outbox.send(bulky(101));
    QCOMPARE(large.status, Outbox::Status::Unencodable);
    QVERIFY2(large.error.contains(u"over the limit of 100"_s), qPrintable(large.error));

    QVERIFY(outbox.takeAll().empty());
    QCOMPARE(writer.wakes(), 0);
    QVERIFY(outbox.send(number(1)).bytes > 0); // and it works on
    QCOMPARE(outbox.takeAll(), std::vector<QByteArray>{encoded(number(1))});
}

void tst_Transport::outboxPutsSmallFramesTogether()
{
    TestOutbox outbox;
    QByteArray expected;
    for (int n = 0; n < 100; ++n) {
        outbox->send(number(n));
        expected += encoded(number(n));
    }
    QCOMPARE(outbox->takeAll(), std::vector<QByteArray>{expected});

    // Two that are too large for one part stay two, in order.
    outbox->send(bulky(40 * kibi, u"first"_s));
    outbox->send(bulky(40 * kibi, u"second"_s));
    outbox->send(number(1)); // goes with the second
    const std::vector<QByteArray> parts = outbox->takeAll();
    QCOMPARE(parts.size(), size_t(2));
    QCOMPARE(parts[0], encoded(bulky(40 * kibi, u"first"_s)));
    QCOMPARE(parts[1], encoded(bulky(40 * kibi, u"second"_s)) + encoded(number(1)));
}

void tst_Transport::outboxSharesLargeFrames()
{
    const QByteArray frame = encoded(bulky(mebi));
    TestOutbox outbox;
    outbox->send(number(1));
    outbox->send(frame);
    outbox->send(number(2));
    const std::vector<QByteArray> parts = outbox->takeAll();
    QCOMPARE(parts.size(), size_t(3));
    QCOMPARE(parts[0], encoded(number(1)));
    QCOMPARE(static_cast<const void *>(parts[1].constData()),
             static_cast<const void *>(frame.constData()));
    QCOMPARE(parts[2], encoded(number(2)));
}

void tst_Transport::outboxSharesLargeValues()
{
    const QVariantMap blob = bulky(mebi, u"a"_s);
    const QVariantMap last = message(u"last"_s, {{u"data"_s, QByteArray(mebi, 'z')}, {u"z"_s, 1}});
    TestOutbox outbox;
    outbox->send(number(1));
    QCOMPARE(outbox->send(blob).bytes, encoded(blob).size());
    outbox->send(last);
    outbox->send(number(2));
    const std::vector<QByteArray> parts = outbox->takeAll();
    QCOMPARE(parts.size(), size_t(5)); // small, large, small, large, small
    QVERIFY(parts[1].isSharedWith(blob[u"data"_s].toByteArray()));
    QVERIFY(parts[3].isSharedWith(last[u"data"_s].toByteArray()));
    QByteArray stream;
    for (const QByteArray &part : parts)
        stream += part;
    QVERIFY(stream == encoded(number(1)) + encoded(blob) + encoded(last) + encoded(number(2)));
    QCOMPARE(outbox->counts().messages, 4);
    QCOMPARE(outbox->counts().bytesWaiting, stream.size());

    TestOutbox narrow(mebi);
    QCOMPARE(narrow->send(blob).status, Outbox::Status::Full);
    QVERIFY(narrow->takeAll().empty());
}

void tst_Transport::outboxLeavesSharedFramesAsTheyAre()
{
    const QByteArray frame = encoded(number(1));
    TestOutbox one;
    TestOutbox other;
    one->send(frame);
    other->send(frame);
    one->send(number(2)); // is put together with a frame that others hold too
    QCOMPARE(frame, encoded(number(1)));
    QCOMPARE(one->takeAll(), std::vector<QByteArray>{frame + encoded(number(2))});
    QCOMPARE(other->takeAll(), std::vector<QByteArray>{frame});
}

void tst_Transport::outboxWakesTheWriterWhenItSleeps()
{
    TestOutbox outbox;
    for (int n = 0; n < 10; ++n)
        outbox->send(number(n));
    outbox->send(encoded(bulky(mebi)));
    QCOMPARE(outbox.writer.wakes(), 1);
    QVERIFY(!outbox->takeAll().empty());
    outbox->send(number(1)); // the writer will look again
    QCOMPARE(outbox.writer.wakes(), 1);
    QVERIFY(!outbox->takeAll().empty());
    QVERIFY(outbox->takeAll().empty());
    outbox->send(number(2));
    outbox->send(number(3));
    QCOMPARE(outbox.writer.wakes(), 2);
}

// ---- DirectWriter

void tst_Transport::shortcutWritesOnAQuietLine()
{
    Peer peer;
    TestOutbox outbox;
    outbox->open(&outbox.writer, DirectWriter::forAnyThread(peer.accepted()));
    const QByteArray frame = encoded(number(1));
    letPass(pauseOfOutbox);
    std::thread([&] { outbox->send(number(1)); }).join();
    QVERIFY(eventually([&] {
        peer.read();
        return peer.received == frame;
    }));
    QCOMPARE(outbox.writer.wakes(), 0);
    QVERIFY(outbox->takeAll().empty());
    QCOMPARE(outbox->counts().messages, 1);
    QCOMPARE(outbox->counts().bytesWritten, frame.size());
    QCOMPARE(outbox->counts().bytesWaiting, 0);

    outbox->addOwn(heartbeatFrame); // nothing overtakes what waits
    letPass(pauseOfOutbox);
    outbox->send(number(2));
    QCOMPARE(outbox->counts().bytesWaiting, heartbeatFrame.size() + frame.size());

    outbox->takeAll();
    outbox->written(heartbeatFrame.size() + frame.size());
    letPass(pauseOfOutbox);
    outbox->send(bulky(64 * kibi)); // takes the system too long
    QVERIFY(outbox->counts().bytesWaiting > 64 * kibi);
}

void tst_Transport::shortcutIsNotForOtherThreads()
{
    Peer peer;
    TestOutbox outbox;
    outbox->open(&outbox.writer, DirectWriter::forOwnThread(&outbox.writer, peer.accepted()));
    letPass(pauseOfOutbox);
    outbox->send(number(1));
    QCOMPARE(outbox->counts().bytesWaiting, 0);
    letPass(pauseOfOutbox);
    std::thread([&] { outbox->send(number(2)); }).join();
    QCOMPARE(outbox->takeAll(), std::vector<QByteArray>{encoded(number(2))});
    ::close(peer.accepted());
}

void tst_Transport::shortcutLeavesTheRestToTheWriter()
{
    Peer peer(4 * kibi);
    TestOutbox outbox;
    setNonBlocking(peer.accepted());
    outbox->open(&outbox.writer, DirectWriter::forAnyThread(peer.accepted()));
    QByteArray sent;
    while (outbox->counts().bytesWaiting == 0) {
        const QByteArray frame = encoded(bulky(5'000));
        letPass(pauseOfOutbox);
        outbox->send(frame);
        sent += frame;
    }
    outbox->send(number(1));
    sent += encoded(number(1));
    QByteArray rest;
    for (const QByteArray &part : outbox->takeAll())
        rest += part;
    QCOMPARE(outbox->counts().bytesWaiting, rest.size());
    outbox->close();
    ::close(peer.accepted());
    QVERIFY(peer.readToEnd());
    QVERIFY(peer.received + rest == sent);
}

void tst_Transport::shortcutLeavesErrorsToTheWriter()
{
    Peer peer;
    TestOutbox outbox;
    outbox->open(&outbox.writer, DirectWriter::forAnyThread(peer.accepted()));
    peer.reset();
    pollfd broken{peer.accepted(), 0, 0};
    QCOMPARE(::poll(&broken, 1, patience), 1);
    letPass(pauseOfOutbox);
    QCOMPARE(outbox->send(number(1)).status, Outbox::Status::Accepted);
    QCOMPARE(outbox->takeAll(), std::vector<QByteArray>{encoded(number(1))});
    QCOMPARE(outbox.writer.wakes(), 1);
    QCOMPARE(outbox->directError(), ECONNRESET);
    ::close(peer.accepted());
}

void tst_Transport::shortcutGoesWhenTheOutboxCloses()
{
    Peer peer;
    TestOutbox outbox;
    outbox->open(&outbox.writer, DirectWriter::forAnyThread(peer.accepted()));
    ::close(peer.accepted());
    peer.read();
    QVERIFY(!peer.hasEnded);
    outbox->close();
    QVERIFY(peer.readToEnd());
    QCOMPARE(peer.error, 0);
}

// ---- Pump

void tst_Transport::pumpStopsAtTheBudgetAndGoesOnWithTheNextFrame()
{
    PumpOwner owner;
    owner.add({{u"a"_s, u"b"_s, u"c"_s}, {u"d"_s}, {u"e"_s, u"f"_s}});
    for (const QString &action : {u"a"_s, u"b"_s, u"c"_s, u"d"_s, u"e"_s}) {
        QCOMPARE(owner.run(atOnce), 1);
        QCOMPARE(owner.log.takeFirst(), action);
        QVERIFY(owner.log.isEmpty());
        QVERIFY(!owner.pump->isEmpty());
        QVERIFY(!owner.pump->isRunning());
    }
    owner.add({{u"g"_s}});
    QCOMPARE(owner.run(forever), 2);
    QCOMPARE(owner.log, QStringList({u"f"_s, u"g"_s}));
    QVERIFY(owner.pump->isEmpty());
}

void tst_Transport::pumpMakesProgressWithoutTime()
{
    PumpOwner owner;
    QCOMPARE(owner.run(atOnce), 0); // there is nothing
    owner.add({{u"a"_s, u"b"_s}});

    // What counts for nothing is no progress: it goes on to the first that does.
    int steps = 0;
    const int total = owner.pump->run(&owner, atOnce, [&](const Delivery &, size_t) {
        ++steps;
        return steps == 2 ? 1 : 0;
    });
    QCOMPARE(total, 1);
    QCOMPARE(steps, 2);
}

void tst_Transport::pumpStopsWhenItsReaderIsDeleted()
{
    auto *owner = new PumpOwner;
    const std::shared_ptr<Inbox> inbox = owner->inbox;
    owner->add({{u"a"_s, u"b"_s}, {u"c"_s}});
    QStringList log;
    const QPointer<QObject> alive(owner);
    const int total = owner->pump->run(alive, forever, [&](const Delivery &delivery, size_t frame) {
        log << entries(delivery).at(qsizetype(frame));
        delete owner;
        // What the step was given outlives the reader.
        log << entries(delivery);
        return 1;
    });
    QVERIFY(!alive);
    QCOMPARE(total, 1);
    QCOMPARE(log, QStringList({u"a"_s, u"a"_s, u"b"_s}));
}

void tst_Transport::pumpLeavesForLaterWhatIsAddedMeanwhile()
{
    PumpOwner owner;
    owner.add({{u"a"_s}, {u"b"_s}});
    QVERIFY(!owner.pump->isRunning());
    const int total = owner.run(forever, [&](const QString &action) {
        QVERIFY(owner.pump->isRunning());
        if (action == u"a"_s)
            owner.add({{u"later"_s}});
    });
    QVERIFY(!owner.pump->isRunning());
    QCOMPARE(total, 2);
    QCOMPARE(owner.log, QStringList({u"a"_s, u"b"_s}));
    QVERIFY(!owner.pump->isEmpty());
    QCOMPARE(owner.run(forever), 1);
    QCOMPARE(owner.log.last(), u"later"_s);
}

void tst_Transport::pumpKeepsOrderWhenAddedToBeforeTheBudgetEnds()
{
    PumpOwner owner;
    owner.add({{u"a"_s, u"b"_s}, {u"c"_s}});
    const int total = owner.run(atOnce, [&](const QString &) { owner.add({{u"later"_s}}); });
    QCOMPARE(total, 1);
    QCOMPARE(owner.run(forever), 3);
    QCOMPARE(owner.log, QStringList({u"a"_s, u"b"_s, u"c"_s, u"later"_s}));
}

void tst_Transport::pumpFreesEachBatchAsItGoes()
{
    Sleeper writer;
    PumpOwner owner;
    const qint64 cost = batch({u"a"_s}).cost();
    owner.inbox = std::make_shared<Inbox>(nullptr, 2 * cost);
    owner.inbox->setWriter(&writer);
    QVERIFY(owner.inbox->pushMessages(batch({u"a"_s})));
    QVERIFY(owner.inbox->pushMessages(batch({u"b"_s})));
    QVERIFY(!owner.inbox->pushMessages(batch({u"c"_s})));
    owner.pump->add(owner.inbox->takeAll());

    QList<bool> hasRoom;
    owner.run(forever, [&](const QString &) { hasRoom << owner.inbox->hasRoom(); });
    QCOMPARE(hasRoom, QList<bool>({false, false, true})); // before the third, half is free
    QCOMPARE(writer.wakes(), 1);
}

void tst_Transport::pumpCanBeUsedAfterAStepHasThrown()
{
    PumpOwner owner;
    owner.add({{u"a"_s}});
    const auto throws = [](const QString &) { throw std::runtime_error("of a handler"); };
    bool hasThrown = false;
    try {
        owner.run(forever, throws);
    } catch (const std::runtime_error &) {
        hasThrown = true;
    }
    QVERIFY(hasThrown);
    QVERIFY(!owner.pump->isRunning());
    owner.add({{u"b"_s, u"c"_s}});
    QCOMPARE(owner.run(forever), 2);
    QCOMPARE(owner.log, QStringList({u"a"_s, u"b"_s, u"c"_s}));
}

// ---- Connection

void tst_Transport::connectionReceivesTheSameInAnySlicing_data()
{
    QTest::addColumn<qsizetype>("slice");
    QTest::newRow("one byte at a time") << qsizetype(1);
    QTest::newRow("three bytes at a time") << qsizetype(3);
    QTest::newRow("all in one write") << mebi;
}

void tst_Transport::connectionReceivesTheSameInAnySlicing()
{
    QFETCH(const qsizetype, slice);
    const QByteArray stream = encoded(message(u"first"_s)) + heartbeatFrame.toByteArray()
        + encoded(number(1)) + QByteArray::fromHex("00000001c0") // nil is no message
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

void tst_Transport::connectionSendsInOrder()
{
    Peer peer;
    TestConnection connection(peer);
    QByteArray expected;
    for (int n = 0; n < 200; ++n) {
        // Each size takes another way through the outbox.
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

void tst_Transport::connectionIsOpenOnceItHasASocket()
{
    Peer peer;
    TestConnection connection(peer);
    QCOMPARE(connection.address, peer.address());
    QVERIFY(connection.link.outbox->isOpen());
    connection.pump();
    QCOMPARE(connection.log, QStringList({u"connected"_s}));
}

void tst_Transport::connectionToAClosedPortIsAnError()
{
    quint16 port = 0;
    {
        QTcpServer listener;
        QVERIFY(listener.listen(QHostAddress::LocalHost));
        port = listener.serverPort();
    }
    TestConnection connection;
    connection.connection->connectToHost(u"127.0.0.1"_s, port);
    QVERIFY(connection.ends());
    QCOMPARE(connection.log, QStringList({u"error: 127.0.0.1:%1: Connection refused"_s.arg(port)}));
    QVERIFY(!connection.link.outbox->isOpen());
}

void tst_Transport::connectionToNowhereIsAnError()
{
    TestConnection connection;
    connection.connection->connectToHost(QString(), 0);
    QVERIFY(connection.ends());
    QCOMPARE(connection.log.size(), 1);
    QVERIFY(connection.log.first().startsWith(u"error: "_s));
}

void tst_Transport::connectionClosedBeforeItBeganIsCancelled()
{
    QTcpServer listener;
    QVERIFY(listener.listen(QHostAddress::LocalHost));
    TestConnection connection;
    connection.link.close();
    connection.connection->connectToHost(u"127.0.0.1"_s, listener.serverPort());
    QVERIFY(connection.ends());
    QCOMPARE(connection.log, QStringList({u"cancelled"_s}));
    QVERIFY(!listener.hasPendingConnections());
}

void tst_Transport::connectionClosedWhileConnectingAcceptsNothing()
{
    QTcpServer listener;
    QVERIFY(listener.listen(QHostAddress::LocalHost));
    TestConnection connection;
    connection.connection->connectToHost(u"127.0.0.1"_s, listener.serverPort());
    connection.link.close();
    // The socket connects before the connection gets to see that it has been closed.
    auto *const socket = connection.connection->findChild<QAbstractSocket *>();
    QVERIFY(socket->waitForConnected(patience));
    QVERIFY(!connection.link.outbox->isOpen());
    QCOMPARE(connection.link.outbox->send(number(1)).status, Outbox::Status::Closed);
    QVERIFY(listener.waitForNewConnection(patience));
    const std::unique_ptr<QTcpSocket> peer(listener.nextPendingConnection());
    QVERIFY(connection.ends());
    QVERIFY(eventually([&] { return peer->state() == QAbstractSocket::UnconnectedState; }));
    QCOMPARE(peer->bytesAvailable(), 0);
    QCOMPARE(connection.log, QStringList({u"cancelled"_s}));
}

void tst_Transport::closingFlushesALargeBacklogToASlowReader()
{
    ConnectionSettings settings;
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
    QCOMPARE(connection.link.outbox->send(number(1)).status, Outbox::Status::Closed);
    QVERIFY(eventually([&] {
        for (int i = 0; i < 8; ++i) { // a little at a time
            peer.read(kibi);
            QCoreApplication::processEvents();
        }
        return peer.hasEnded || peer.error;
    }));
    QCOMPARE(peer.error, 0);
    QVERIFY(peer.received == expected);
    QVERIFY(connection.connection); // it waits for the peer to close too
    peer.close();
    QVERIFY(connection.ends());
    QCOMPARE(connection.log, QStringList({u"connected"_s, u"disconnected"_s}));
}

void tst_Transport::closingIsBoundedWhenThePeerNeverReads()
{
    ConnectionSettings settings;
    settings.closeTimeout = 50;
    Peer peer(smallBuffer);
    TestConnection connection(peer, settings);
    const QByteArray frame = encoded(bulky(8 * mebi));
    QVERIFY(connection.link.outbox->send(frame).bytes > 0);
    connection.link.close();
    QVERIFY(connection.ends());
    QVERIFY(peer.readToEnd()); // and nothing is left open
    QVERIFY(peer.received.size() < frame.size());
}

void tst_Transport::closingIsBoundedWhenThePeerNeverCloses()
{
    ConnectionSettings settings;
    settings.closeTimeout = 50;
    Peer peer;
    TestConnection connection(peer, settings);
    QVERIFY(connection.link.outbox->send(number(1)).bytes > 0);
    connection.link.close();
    QVERIFY(peer.readToEnd());
    QCOMPARE(peer.error, 0);
    QCOMPARE(peer.received, encoded(number(1)));
    QVERIFY(connection.ends());
}

void tst_Transport::closingIsBoundedWhenThePeerNeverStopsWriting()
{
    ConnectionSettings settings;
    settings.closeTimeout = 50;
    Peer peer;
    TestConnection connection(peer, settings);
    const QByteArray flood = encoded(bulky(64 * kibi));
    connection.link.close();
    QVERIFY(eventually([&] {
        peer.write(flood);
        return !connection.connection;
    }));
    QCOMPARE(connection.log, QStringList({u"connected"_s, u"disconnected"_s}));
}

void tst_Transport::unreadInputAtCloseDoesNotLoseTheLastBytes()
{
    ConnectionSettings settings;
    settings.receiveBacklog = 1; // it stops reading after the first batch
    settings.closeTimeout = patience;
    Peer peer;
    TestConnection connection(peer, settings);
    connection.isPumping = false;
    QCOMPARE(peer.write(encoded(number(0))), encoded(number(0)).size());
    QVERIFY(eventually([&] { return !connection.link.inbox->hasRoom(); }));

    const QByteArray unread = encoded(bulky(100 * kibi));
    QVERIFY(peer.writeAll(unread));
    QVERIFY(!peer.isEverythingRead());
    const QByteArray last = encoded(message(u"last"_s));
    QVERIFY(connection.link.outbox->send(last).bytes > 0);
    connection.link.close();
    QVERIFY(peer.readToEnd());
    QCOMPARE(peer.error, 0); // a reset would be one
    QCOMPARE(peer.received, last);
    peer.close();
    QVERIFY(connection.ends());
}

void tst_Transport::abortingDropsWhatWasNotWritten()
{
    ConnectionSettings settings;
    settings.closeTimeout = patience;
    Peer peer(smallBuffer);
    TestConnection connection(peer, settings);
    QVERIFY(connection.link.outbox->send(bulky(8 * mebi)).bytes > 0);
    QCoreApplication::processEvents();
    connection.link.inbox->abort(u"too much"_s);
    QVERIFY(connection.ends()); // although the peer reads nothing
    QCOMPARE(connection.log,
             QStringList({u"connected"_s, u"error: too much"_s, u"disconnected"_s}));
}

void tst_Transport::finIsNoError()
{
    Peer peer;
    TestConnection connection(peer);
    peer.write(encoded(number(1)));
    peer.close();
    QVERIFY(connection.ends());
    QCOMPARE(connection.log, QStringList({u"connected"_s, u"number"_s, u"disconnected"_s}));
    QVERIFY(!connection.link.outbox->isOpen());
}

void tst_Transport::finInsideAFrameIsAnError()
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

void tst_Transport::finOfOneDirectionEndsTheConnection()
{
    Peer peer;
    TestConnection connection(peer);
    peer.shutdownWriting();
    QVERIFY(connection.ends());
    QVERIFY(peer.readToEnd());
    QCOMPARE(connection.log, QStringList({u"connected"_s, u"disconnected"_s}));
}

//! To send to a peer that has closed resets the connection, but the peer had closed in order.
void tst_Transport::finIsNoErrorToOneThatIsSending()
{
    Peer peer;
    peer.write(encoded(number(1)));
    peer.close();
    TestConnection connection(peer);
    QVERIFY(connection.link.outbox->send(number(1)).bytes > 0);
    QVERIFY(connection.ends());
    QCOMPARE(connection.log, QStringList({u"connected"_s, u"number"_s, u"disconnected"_s}));
}

void tst_Transport::messagesOfAPeerThatHasClosedAreNotLostToSending()
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
        connection.link.outbox->send(number(1)); // again and again, as a game does
        return !connection.connection;
    }));
    connection.pump();
    QCOMPARE(connection.log.count(u"bulky"_s), count);
    QCOMPARE(connection.log.size(), count + 2);
    QCOMPARE(connection.log.last(), u"disconnected"_s);
}

void tst_Transport::resetBeforeItBeganIsNoConnection()
{
    Peer peer;
    peer.write(encoded(number(1)));
    peer.reset();
    TestConnection connection(peer);
    QVERIFY(connection.address.isEmpty());
    QVERIFY(connection.ends());
    QVERIFY(connection.log.isEmpty());
}

void tst_Transport::resetIsAnError()
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

void tst_Transport::protocolBreakEndsTheConnectionAfterTheGoodMessages()
{
    Peer peer;
    TestConnection connection(peer);
    const QString address = peer.address();
    peer.write(encoded(number(1)) + QByteArray::fromHex("00000000") + encoded(number(2)));
    QVERIFY(connection.ends());
    QVERIFY(peer.readToEnd());
    QCOMPARE(connection.log,
             QStringList({u"connected"_s, u"number"_s, u"error: "_s + address + u": empty frame"_s,
                          u"disconnected"_s}));
}

void tst_Transport::fullInboxStopsReadingAndNothingIsLost()
{
    constexpr int frameCount = 64;
    ConnectionSettings settings;
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
    // However often it gets the chance, it takes no more: what arrived stays about the limit.
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

void tst_Transport::endIsSeenAfterBackPressure()
{
    ConnectionSettings settings;
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
        return !connection.connection;
    }));
    connection.pump();
    QCOMPARE(connection.log,
             QStringList({u"connected"_s, u"number"_s, u"number"_s, u"disconnected"_s}));
}

void tst_Transport::deletedConnectionClosesItsOutbox()
{
    Peer peer;
    TestConnection connection(peer);
    QVERIFY(connection.link.outbox->isOpen());
    delete connection.connection;
    QCOMPARE(connection.link.outbox->send(number(1)).status, Outbox::Status::Closed);
    connection.link.inbox->close(); // has nobody to wake
    QVERIFY(peer.readToEnd());
}

// ---- Threads

void tst_Transport::inboxUnderTwoThreads()
{
    constexpr qint64 count = 20'000;
    Sleeper reader;
    const auto inbox = std::make_shared<Inbox>(&reader, 100 * batch(number(0)).cost());
    std::thread producer([inbox] {
        QObject writer;
        inbox->setWriter(&writer);
        inbox->pushConnected();
        for (qint64 n = 0; n < count; ++n) {
            if (inbox->pushMessages(batch(number(n))))
                continue;
            while (!inbox->hasRoom())
                std::this_thread::yield();
        }
        inbox->pushEnd(QString());
        inbox->setWriter(nullptr);
    });

    qint64 expected = 0;
    bool isInOrder = true;
    bool hasEnded = false;
    reader.onWake = [&] {
        if (!inbox->acknowledgeWake())
            return;
        for (const Delivery &delivery : inbox->takeAll()) {
            hasEnded = delivery.kind() == Delivery::Kind::Disconnected;
            for (const Frame &frame : delivery.batch().frames)
                isInOrder = numberIn(frame) == expected++ && isInOrder;
        }
    };
    const bool isComplete = eventually([&] { return hasEnded; });
    if (!isComplete)
        inbox->close(); // so that the thread ends, whatever it waits for
    while (!isComplete && !inbox->hasRoom())
        inbox->takeAll();
    producer.join();
    QVERIFY(isComplete);
    QVERIFY(isInOrder);
    QCOMPARE(expected, count);
}

void tst_Transport::outboxUnderManyThreads()
{
    constexpr int producers = 3;
    constexpr qint64 count = 10'000;
    const auto numbered = [](int producer, qint64 n) {
        return message(QString::number(producer), {{u"n"_s, n}});
    };
    Sleeper writer;
    Outbox outbox(MessageLimits(), 100 * kibi);
    outbox.open(&writer);
    std::vector<std::thread> threads;
    for (int producer = 0; producer < producers; ++producer) {
        threads.emplace_back([&outbox, &numbered, producer] {
            for (qint64 n = 0; n < count;) {
                const Outbox::Result result = n % 2 ? outbox.send(numbered(producer, n))
                                                    : outbox.send(encoded(numbered(producer, n)));
                if (result.status == Outbox::Status::Accepted)
                    ++n;
                else if (result.status == Outbox::Status::Full)
                    std::this_thread::yield();
                else
                    return;
            }
        });
    }

    QList<qint64> expected(producers, 0);
    bool isInOrder = true;
    FrameReader reader{MessageLimits()};
    writer.onWake = [&] {
        const std::vector<QByteArray> parts = outbox.takeAll();
        for (const QByteArray &part : parts) {
            memcpy(reader.prepare(part.size()), part.constData(), size_t(part.size()));
            isInOrder = reader.commit(part.size()) && isInOrder;
            const FrameBatch frames = reader.takeFrames();
            for (const Frame &frame : frames.frames) {
                const qsizetype producer = frame.action.toByteArray().toInt();
                isInOrder = numberIn(frame) == expected[producer]++ && isInOrder;
            }
            outbox.written(part.size());
        }
        if (!parts.empty()) // as it will not be woken again
            QCoreApplication::postEvent(&writer, new WakeEvent);
    };
    const QList<qint64> all(producers, count);
    const bool isComplete = eventually([&] { return expected == all; });
    outbox.close();
    for (std::thread &thread : threads)
        thread.join();
    QVERIFY(isComplete);
    QVERIFY(isInOrder);
    QCOMPARE(reader.pendingBytes(), 0);
}

void tst_Transport::closingRacesWithSending()
{
    ConnectionSettings settings;
    settings.closeTimeout = patience;
    for (int round = 0; round < 20; ++round) {
        Peer peer;
        TestConnection connection(peer, settings);
        qint64 accepted = 0;
        std::thread sender([link = connection.link, &accepted] {
            qint64 n = 0;
            while (link.outbox->send(number(n++)).status != Outbox::Status::Closed)
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
        QVERIFY(peer.readToEnd());
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

QTEST_GUILESS_MAIN(tst_Transport)
#include "tst_transport.moc"
