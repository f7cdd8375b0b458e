// SPDX-License-Identifier: MIT

//! Two connections with their queues and delivery loops, and a wire between them, driven by a
//! script: sends, slices, turns of the event loop, pumps, closes, and faults of the wire. Each side
//! must see `connected`, messages, perhaps an error, and `disconnected`, in this order and nothing
//! after. The messages are those that the other side's outbox accepted, in order and without a gap,
//! and all of them unless the wire or the reader broke off.
///
/// Everything runs in one thread and no clock is used, so an input always does the same. The wire
/// is one TCP connection per side, and the script carries the bytes between them.
///
/// Input: two bytes of settings, then the script: an operation and its side in one byte, the
/// operation's argument in the next.

#include "delivery/deliveryloop.h"
#include "input.h"
#include "transport/connectiongroup.h"
#include "transport/nativesocket.h"
#include "transport/streams.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdeadlinetimer.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

using namespace QRepod;

namespace {

constexpr int patience = 10'000; // milliseconds, for the system to deliver what it was given

void turn()
{
    QCoreApplication::processEvents();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

//! Repeats \a call while libFuzzer's timer interrupts it.
template <class Call>
int uninterrupted(Call call)
{
    for (;;) {
        const int result = call();
        if (result >= 0 || errno != EINTR)
            return result;
    }
}

//! The place where the ends of the wires meet: a TCP socket that listens on this machine.
class Listener
{
public:
    Listener()
        : m_descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        m_address.sin_family = AF_INET;
        m_address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof m_address;
        if (::bind(m_descriptor, address(), size) != 0 || ::listen(m_descriptor, 8) != 0
            || ::getsockname(m_descriptor, address(), &size) != 0)
            abort();
    }

    //! Returns both ends of a new connection, the connecting one first. With small buffers in the
    //! direction towards that end, the other end soon stalls.
    std::array<int, 2> open(bool isSmall)
    {
        const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        // Use a new address each time: the system keeps closed connections for a minute, and one
        // address would soon run out of ports.
        sockaddr_in source = {};
        source.sin_family = AF_INET;
        source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (++m_count & 0xffffU));
        const int enabled = 1;
        setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &enabled, sizeof enabled);
        if (isSmall) {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
            // A segment as large as the buffer would wait for the system's timers.
            setsockopt(descriptor, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
        }
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &enabled, sizeof enabled);
        if (::bind(descriptor, reinterpret_cast<sockaddr *>(&source), sizeof source) != 0
            || uninterrupted([&] { return ::connect(descriptor, address(), sizeof m_address); })
                != 0)
            abort();
        const int accepted =
            uninterrupted([&] { return ::accept4(m_descriptor, nullptr, nullptr, SOCK_CLOEXEC); });
        if (accepted < 0)
            abort();
        if (isSmall)
            setsockopt(accepted, SOL_SOCKET, SO_SNDBUF, &sendBuffer, sizeof sendBuffer);
        return {descriptor, accepted};
    }

private:
    static constexpr int receiveBuffer = 16 * 1024; // bytes
    static constexpr int sendBuffer = 4 * 1024;
    static constexpr int segment = 1'000;

    sockaddr *address() { return reinterpret_cast<sockaddr *>(&m_address); }

    const int m_descriptor;
    sockaddr_in m_address = {};
    quint32 m_count = 0;
};

//! The end of a wire that the fuzzer holds.
class Descriptor
{
public:
    ~Descriptor() { close(); }

    //! \return the other end, which the caller owns.
    int open(bool isSmall)
    {
        static Listener listener;
        const auto [mine, other] = listener.open(isSmall);
        m_descriptor = mine;
        return other;
    }

    bool isOpen() const { return m_descriptor >= 0; }

    void close()
    {
        if (isOpen())
            ::close(std::exchange(m_descriptor, -1));
    }

    //! Appends up to \a size bytes to \a bytes.
    ///
    /// \return false at the end of the stream.
    bool read(QByteArray &bytes, qsizetype size)
    {
        static std::array<char, 64 * 1024> buffer;
        while (isOpen() && size > 0) {
            const size_t wanted = std::min(size_t(size), buffer.size());
            const ssize_t received = ::recv(m_descriptor, buffer.data(), wanted, MSG_DONTWAIT);
            if (received <= 0)
                return received < 0 && errno == EAGAIN;
            bytes.append(buffer.data(), received);
            size -= received;
        }
        return isOpen();
    }

    //! Returns how many bytes were taken; a peer that has gone takes everything.
    qsizetype write(QByteArrayView bytes)
    {
        const ssize_t sent = isOpen() && !bytes.isEmpty()
            ? ::send(m_descriptor, bytes.data(), size_t(bytes.size()), MSG_NOSIGNAL | MSG_DONTWAIT)
            : bytes.size();
        if (sent < 0)
            return errno == EAGAIN ? 0 : bytes.size();
        return sent;
    }

    void endWriting()
    {
        if (isOpen())
            ::shutdown(m_descriptor, SHUT_WR);
    }

private:
    int m_descriptor = -1;
};

QVariantMap numbered(int number, qsizetype size)
{
    return {{QStringLiteral("action"), QStringLiteral("number")},
            {QStringLiteral("n"), number},
            {QStringLiteral("data"), QByteArray(size, char(number))}};
}

//! One side: a connection, and the reader of what it delivers.
class Endpoint : public QObject, private Recipient, private Wakeable
{
public:
    //! What a handler does with the next message.
    enum class Reaction { None, Reply, Close, Pump, Detach };

    explicit Endpoint(const ConnectionSettings &settings, bool isSmall)
        : m_link(Link::create({&m_waker, this}, settings))
    {
        const qintptr descriptor = wire.open(isSmall);
        const QString peer = NativeSocket::peer(descriptor);
        expect(!peer.isEmpty(), "the socket is connected");
        m_group.open(m_link, settings, acceptedStream(descriptor, peer, settings));
    }

    void send(qsizetype size)
    {
        const EncodedMessage message(numbered(accepted, size), m_link.limits);
        if (!message.isValid()) // over the limit
            return;
        const auto result = m_link.outbox->send(message);
        if (result.status == Outbox::Status::Accepted)
            ++accepted;
        expect((result.bytes > 0) == (result.status == Outbox::Status::Accepted),
               "bytes are counted if they are accepted");
        expect(!isClosed || result.status == Outbox::Status::Closed, "nothing after close()");
    }

    ~Endpoint() override { m_waker.forget(this); }

    int pump(QDeadlineTimer budget) { return m_loop.run(m_texts, budget); }

    void close()
    {
        isClosed = true;
        m_link.close();
    }

    void abort()
    {
        close();
        isAborted = true;
        m_link.inbox->abort(QStringLiteral("aborted"));
    }

    void detach()
    {
        isClosed = isDetached = true;
        m_link.outbox->close();
        m_link.inbox->detachReader();
        m_waker.forget(this); // like for a reader that is deleted
    }

    bool hasConnection() const { return !m_group.isEmpty(); }
    bool isDrained() const { return m_loop.isEmpty() && m_link.inbox->hasRoom(); }

    Descriptor wire;
    Reaction reaction = Reaction::None;
    int accepted = 0;      ///< messages taken by the outbox
    int delivered = 0;     ///< messages delivered by the loop
    bool isClosed = false; ///< closed by this side
    bool isAborted = false;
    bool isDetached = false;
    bool isCorrupted = false; ///< what arrives is not what was sent
    bool hasError = false;
    bool hasEnded = false;

private:
    void handleWake() override { expect(!isDetached, "nobody is woken after it was detached"); }

    Inbox &inbox() override { return *m_link.inbox; }

    void joined(const Delivery &, DeliveryRun &) override
    {
        expect(!hasEnded, "nothing after disconnected");
        expect(!std::exchange(m_isConnected, true), "connected once");
    }

    bool received(const Message &message, DeliveryRun &) override
    {
        expect(m_isConnected && !hasError && !hasEnded, "messages between connected and error");
        if (!isCorrupted) {
            const QVariantMap map = message.map();
            expect(map.value(QStringLiteral("n")) == delivered, "in order, without a gap");
            const QByteArray data = map.value(QStringLiteral("data")).toByteArray();
            expect(data.count(char(delivered)) == data.size(), "as it was sent");
        }
        ++delivered;
        react(std::exchange(reaction, Reaction::None));
        return true;
    }

    void failed(const Delivery &delivery, DeliveryRun &) override
    {
        expect(m_isConnected && !hasEnded, "an error while connected");
        expect(!std::exchange(hasError, true), "one error");
        expect(!delivery.error().isEmpty(), "an error has a text");
    }

    void left(const Delivery &, DeliveryRun &) override
    {
        expect(m_isConnected, "disconnected after connected");
        expect(!std::exchange(hasEnded, true), "disconnected once");
        m_link.outbox->finish();
    }

    void controlled(const Control &, DeliveryRun &) override
    {
        expect(isCorrupted, "a control frame is never made up");
    }
    void announced(const Message &, DeliveryRun &) override
    {
        expect(false, "nothing is announced here");
    }
    void resumed(const Delivery &, DeliveryRun &) override { expect(false, "there is no session"); }

    void cancelled(const Delivery &, DeliveryRun &) override
    {
        expect(false, "a socket that is taken over is connected");
    }

    void react(Reaction next)
    {
        switch (next) {
        case Reaction::None:
            return;
        case Reaction::Reply:
            return send(7);
        case Reaction::Close:
            return close();
        case Reaction::Pump:
            expect(pump(QDeadlineTimer(QDeadlineTimer::Forever)) == 0, "no pump in a pump");
            return turn();
        case Reaction::Detach:
            return detach();
        }
    }

    Waker m_waker;
    const Link m_link;
    ConnectionGroup m_group; // with one connection
    DeliveryLoop m_loop{this, *this};
    TextCache m_texts;
    bool m_isConnected = false;
};

//! Both sides, and what is in transit between them.
class Session
{
public:
    Session(const ConnectionSettings &settings, bool isSmall)
        : m_sides{std::make_unique<Endpoint>(settings, isSmall),
                  std::make_unique<Endpoint>(settings, isSmall)}
    {
    }

    void run(Input &script)
    {
        while (!script.isEmpty()) {
            const quint8 operation = script.byte();
            step(operation >> 1, operation & 1, script.byte());
        }
    }

    //! Carries on until nothing moves, then checks the result.
    void settle()
    {
        const QDeadlineTimer deadline(patience);
        for (int idle = 0; idle < 3 || (!isSettled() && !deadline.hasExpired());) {
            turn();
            int moved = 0;
            for (const size_t side : {0U, 1U})
                moved += carry(side, all) + pump(side);
            idle = moved > 0 ? 0 : idle + 1;
        }
        if (m_isIntact) {
            expectComplete(0);
            expectComplete(1);
        }
        for (const auto &side : m_sides)
            expect(side->isDetached || side->isDrained(), "nothing is left, and there is room");
    }

    //! Without a wire, both connections must end.
    void end()
    {
        m_sides[0]->wire.close();
        m_sides[1]->wire.close();
        const QDeadlineTimer deadline(patience);
        while (m_sides[0]->hasConnection() || m_sides[1]->hasConnection()) {
            expect(!deadline.hasExpired(), "a connection without a wire ends");
            turn();
            pump(0); // a full reader does not see the end
            pump(1);
        }
        for (const size_t side : {0U, 1U}) {
            pump(side);
            expect(m_sides[side]->hasEnded || m_sides[side]->isDetached, "disconnected comes");
            expect(m_sides[side]->isCorrupted
                       || m_sides[side]->delivered <= m_sides[1 - side]->accepted,
                   "nothing that was not sent");
        }
    }

private:
    static constexpr qsizetype all = 1 << 20;

    void step(int operation, size_t side, quint8 argument)
    {
        Endpoint &endpoint = *m_sides[side];
        switch (operation % 16) {
        case 0:
        case 1:
            return endpoint.send(argument);
        case 2:
            return endpoint.send(qsizetype(argument) * 64);
        case 3:
            for (int i = 0; i < argument % 32; ++i)
                endpoint.send(i % 8);
            return;
        case 4:
            carry(side, argument);
            return;
        case 5:
            carry(side, all);
            return;
        case 6:
        case 7:
            for (int i = 0; i <= argument % 4; ++i)
                turn();
            return;
        case 8:
            pump(side);
            return;
        case 9:
            endpoint.pump(QDeadlineTimer(0)); // one message
            return;
        case 10:
            endpoint.reaction = Endpoint::Reaction(argument % 5);
            return;
        case 11:
            return argument % 8 == 0 ? endpoint.abort() : endpoint.close();
        case 12:
            if (argument % 4 == 0)
                endpoint.detach();
            return;
        default:
            if (argument >= 0xa0) // rarely, because most of a script means little after it
                damage(operation % 16, side, argument);
        }
    }

    void damage(int operation, size_t side, quint8 argument)
    {
        m_isIntact = false;
        switch (operation) {
        case 13: // cut, losing what is in transit
            return m_sides[side]->wire.close();
        case 14: // half-closed
            m_transit[1 - side].clear();
            m_isEnded[1 - side] = true;
            return m_sides[side]->wire.endWriting();
        default:
            m_sides[1 - side]->isCorrupted = true;
            if (m_transit[side].isEmpty())
                m_transit[side].append(char(argument));
            else
                m_transit[side][argument % m_transit[side].size()] ^= char(1 << (argument % 8));
        }
    }

    //! Carries up to \a size bytes from the wire of \a side to that of the other.
    int carry(size_t side, qsizetype size)
    {
        Descriptor &from = m_sides[side]->wire;
        Descriptor &to = m_sides[1 - side]->wire;
        QByteArray &transit = m_transit[side];
        if (!m_isEnded[side])
            m_isEnded[side] = !from.read(transit, size - transit.size());
        const qsizetype taken =
            to.write(QByteArrayView(transit).first(std::min(size, transit.size())));
        transit.remove(0, taken);
        const bool isEnd = m_isEnded[side] && transit.isEmpty() && !m_isEndPassed[side];
        if (isEnd) {
            m_isEndPassed[side] = true;
            to.endWriting();
        }
        return taken > 0 || isEnd ? 1 : 0;
    }

    int pump(size_t side) { return m_sides[side]->pump(QDeadlineTimer(QDeadlineTimer::Forever)); }

    //! Whether one of the two has broken off the direction from \a side to the other.
    bool isBroken(size_t side) const
    {
        return m_sides[side]->isAborted || m_sides[1 - side]->isClosed;
    }

    //! Whether expectComplete() has nothing to wait for.
    bool isSettled() const
    {
        const auto isComplete = [this](size_t side) {
            const Endpoint &sender = *m_sides[side];
            const Endpoint &reader = *m_sides[1 - side];
            return isBroken(side)
                || (reader.delivered == sender.accepted && reader.hasEnded == sender.isClosed
                    && reader.hasConnection() == !sender.isClosed);
        };
        return !m_isIntact || (isComplete(0) && isComplete(1));
    }

    //! The wire was intact: what \a side accepted must be there unless the reader broke off.
    void expectComplete(size_t side) const
    {
        const Endpoint &sender = *m_sides[side];
        const Endpoint &reader = *m_sides[1 - side];
        if (isBroken(side))
            return;
        expect(reader.delivered == sender.accepted, "everything that was accepted arrives");
        expect(!reader.hasError, "no error on a wire that works");
        expect(reader.hasEnded == sender.isClosed, "the end where the peer has closed");
        expect(reader.hasConnection() == !sender.isClosed, "closed when both have");
    }

    std::array<std::unique_ptr<Endpoint>, 2> m_sides;
    std::array<QByteArray, 2> m_transit; ///< read from this side, not yet written to the other
    std::array<bool, 2> m_isEnded = {};
    std::array<bool, 2> m_isEndPassed = {};
    bool m_isIntact = true;
};

ConnectionSettings settingsFrom(quint8 choice)
{
    ConnectionSettings settings;
    settings.closeTimeout = 3'600'000; // so that no clock decides what a script does
    settings.heartbeatInterval = 0;
    settings.idleTimeout = 0;
    if (choice & 1)
        settings.receiveBacklog = 500;
    if (choice & 2)
        settings.sendBacklog = 2000;
    if (choice & 4)
        settings.message.frameSize = 100;
    if (choice & 8)
        settings.receiveBacklog = 20'000;
    return settings;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size)
{
    static const bool isPrepared = [] {
        qputenv("QT_NO_GLIB", "1"); // poll() alone is several times as fast
        return true;
    }();
    Q_UNUSED(isPrepared);
    static int argc = 1;
    static std::array<char *, 2> argv = {const_cast<char *>("fuzz_endpoints"), nullptr};
    static QCoreApplication application(argc, argv.data());

    Input input(data, size);
    const ConnectionSettings settings = settingsFrom(input.byte());
    const quint8 buffer = input.byte();
    Session session(settings, buffer & 1);
    session.run(input);
    session.settle();
    session.end();
    return 0;
}
