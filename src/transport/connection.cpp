// SPDX-License-Identifier: MIT
#include "transport/connection.h"

#include "transport/connectiongroup.h"
#include "transport/nativesocket.h"

#include <QtCore/qloggingcategory.h>

#include <algorithm>
#include <array>
#include <utility>

namespace QRepod {

Q_LOGGING_CATEGORY(transportLog, "qrepod.transport", QtWarningMsg)

namespace {

// How often in a row newly sent frames are written before looking at what has arrived.
constexpr int turnsOfSending = 16;

// How long a peer that has been told why may take to close, in milliseconds.
constexpr int farewellTime = 1'000;

} // namespace

Connection::Connection(ConnectionGroup &group, const Link &link, const ConnectionSettings &settings,
                       std::unique_ptr<Stream> stream)
    : Deadline(group.deadlines())
    , m_group(group)
    , m_link(link)
    , m_settings(settings)
    , m_stream(std::move(stream))
    , m_intake(m_link, *m_stream, m_roundTrip, settings)
    , m_liveness(settings.heartbeatInterval, settings.idleTimeout)
    , m_pace({settings.sendBacklog, settings.stallTimeout, settings.frameTimeout})
{
    m_link.inbox->setWriter({&m_group.waker(), this});
}

Connection::~Connection()
{
    m_link.outbox->close();
    m_link.inbox->setWriter({});
    m_group.waker().forget(this);
}

void Connection::open(int delay)
{
    if (m_link.inbox->state() != Inbox::State::Open) // closed before it was opened
        return finish();
    delay > 0 ? setDeadline(delay) : connect();
}

void Connection::refuse(const QByteArray &frame)
{
    m_isRefused = true;
    m_link.outbox->addInternal(frame);
    connect();
}

void Connection::connect()
{
    m_state = State::Connecting;
    setDeadline(m_settings.connectTimeout);
    m_stream->open(*this, m_group.poller());
}

void Connection::streamOpened()
{
    m_state = State::Open;
    clearDeadline();
    if (m_isRefused)
        return close({m_settings.closeTimeout, m_settings.closeTimeout});
    if (m_settings.idleTimeout > 0)
        m_stream->enableKeepAlive(std::max(1, m_settings.idleTimeout / 1'000));
#if QT_CONFIG(ssl)
    m_link.traffic->setPeerCertificate(m_stream->peerCertificate());
#endif
    measureRoundTrip();
    qCDebug(transportLog).noquote() << m_stream->peer() << "connected";
    m_link.outbox->open({&m_group.waker(), this}, m_stream->directWriter());
    m_link.inbox->pushConnected();
    m_liveness.start(Deadlines::now());
    m_intake.start(Deadlines::now());
    if (const int delay = m_link.outbox->beginDelay(); delay > 0)
        m_beginTime = Deadlines::now() + delay;
    else
        send();
    expectCheck();
}

void Connection::handleDeadline()
{
    switch (m_state) {
    case State::Waiting:
        return connect();
    case State::Connecting:
        return end(
            QStringLiteral("connecting timed out after %1 ms").arg(m_settings.connectTimeout));
    case State::Open:
        if (m_beginTime > 0 && Deadlines::now() >= m_beginTime)
            send();
        if (m_intake.waitForRate() > 0)
            updateReading();
        return check();
    case State::Ending:
    case State::Closing:
    case State::Closed:
        return finish();
    }
}

//! The outbox has frames, the inbox has room again or a new rate, or the link was closed.
void Connection::handleWake()
{
    if (m_state == State::Waiting || m_state == State::Connecting || m_state == State::Open) {
        switch (m_link.inbox->state()) {
        case Inbox::State::Open:
            break;
        case Inbox::State::Closed:
            return close({m_settings.closeTimeout, m_settings.closeTimeout});
        case Inbox::State::Aborted:
            return finish();
        }
    }
    send();
    if (m_state == State::Open)
        updateReading();
}

void Connection::streamReadable()
{
    if (m_state == State::Open && m_intake.isReading())
        receive();
    else if (m_state == State::Closing)
        discard();
}

void Connection::receive()
{
    if (const qint64 received = m_intake.receive(Deadlines::now()); received > 0)
        count(received);
    if (m_state != State::Open)
        return;
    if (!m_intake.error().isEmpty())
        return end(m_intake.error(), Inbox::End::Fault);
    if (m_intake.frameBytes() > 0)
        watchPace();
    expectReceipt();
    if (m_intake.waitForRate() > 0 || (untilMeasured() >= 0 && !m_isRoundTripAwaited))
        expectCheck();
}

//! The inbox may have room again or a new rate, or the peer may meet the rate again.
void Connection::updateReading()
{
    m_intake.update(Deadlines::now());
    if (m_state == State::Open && m_intake.isReading() && m_intake.isHolding())
        receive();
    else if (m_intake.waitForRate() > 0)
        expectCheck();
}

void Connection::discard()
{
    std::array<char, 4096> dropped;
    m_stream->read(dropped.data(), dropped.size());
}

void Connection::send()
{
    if (m_state != State::Open && m_state != State::Ending && m_state != State::Closing)
        return;
    m_beginTime = 0;
    for (int turn = 0; turn < turnsOfSending; ++turn) {
        // Asked before taking what waits, so that nothing can be added after it.
        const bool isLast = m_state == State::Ending && m_link.outbox->isClosed();
        if (m_unsent.isEmpty())
            m_unsent.takeFrom(*m_link.outbox);
        if (m_unsent.isEmpty()) {
            const bool isWritten = m_stream->unwrittenBytes() == 0;
            if (m_state == State::Closing && isWritten)
                closeWriting();
            else if (isWritten && isLast)
                finish();
            return;
        }
        if (!writeUnsent())
            return;
    }
    m_group.waker().wake(this);
}

//! \return whether everything was written. If not, send() is called again when more can be.
bool Connection::writeUnsent()
{
    switch (m_unsent.write(*m_stream, *m_link.outbox)) {
    case Unsent::Result::Done:
        return true;
    case Unsent::Result::Blocked:
        watchPace();
        return false;
    case Unsent::Result::Failed:
        peerHasGone();
        return false;
    }
    Q_UNREACHABLE();
    return false;
}

//! Nothing can be written any more. What the peer sent earlier is still read, and its end shows
//! whether it closed or broke off.
void Connection::peerHasGone()
{
    m_unsent.clear();
    m_link.outbox->close();
    if (m_state == State::Ending || m_state == State::Closing)
        finish();
}

void Connection::close(CloseBounds bounds)
{
    m_link.close();
    switch (m_state) {
    case State::Waiting:
    case State::Connecting:
        return finish();
    case State::Open:
        qCDebug(transportLog).noquote() << m_stream->peer() << "is being closed";
        m_state = State::Closing;
        m_linger = bounds.linger;
        setDeadline(bounds.flush);
        m_stream->setReading(true);
        return send();
    case State::Ending:
        setDeadline(std::min<qint64>(remainingTime(), bounds.flush));
        return send();
    case State::Closing: // already closing: shortens the time if asked to
        m_linger = bounds.linger;
        setDeadline(
            std::min<qint64>(remainingTime(), m_isWritingClosed ? bounds.linger : bounds.flush));
        return;
    case State::Closed:
        return;
    }
}

void Connection::closeNow(const QDeadlineTimer &deadline)
{
    const auto remaining = int(deadline.remainingTime());
    close({remaining, remaining});
    while ((m_state == State::Ending || m_state == State::Closing) && !m_isWritingClosed
           && !deadline.hasExpired()) {
        m_stream->waitForWritable(int(deadline.remainingTime()));
        send();
    }
    finish();
}

//! Everything has been written: tells the peer so, and waits for it to close too.
void Connection::closeWriting()
{
    if (m_isWritingClosed)
        return;
    m_isWritingClosed = true;
    m_stream->closeWriting();
    if (m_state == State::Closing)
        setDeadline(std::min<qint64>(remainingTime(), m_linger));
}

void Connection::streamEnded()
{
    if (m_state != State::Open)
        return finish();
    m_intake.flush();
    if (const QString fault = m_intake.error(); !fault.isEmpty())
        return end(fault, Inbox::End::Fault);
    if (const int error = m_link.outbox->directError();
        error != 0 && !NativeSocket::isLateWrite(error))
        return end(qt_error_string(error));
    if (const qint64 pending = m_intake.frameBytes(); pending > 0)
        return end(QStringLiteral("the peer closed after %1 bytes of a frame").arg(pending));
    mayBeAnswered() ? awaitAnswers() : end({});
}

//! Whether there is, or may be, something to write for a peer that has closed its own direction.
/// The order of the checks matters: what is no longer under way is already in the outbox.
bool Connection::mayBeAnswered() const
{
    const bool listens = !m_link.outbox->isPeerKnown(); // see Outbox::finish()
    return m_stream->isStillWritable()
        && (m_link.inbox->counts().waiting > 0 || (listens && m_link.outbox->expectedAnswers() > 0)
            || m_link.outbox->counts().bytesWaiting > 0 || m_stream->unwrittenBytes() > 0);
}

//! Tells the reader of the end, after the last messages; the reader then closes the outbox.
void Connection::awaitAnswers()
{
    qCDebug(transportLog).noquote() << m_stream->peer() << "sends no more";
    m_state = State::Ending;
    setDeadline(m_settings.closeTimeout);
    m_link.inbox->pushEnd({}, Inbox::End::Lost);
    send();
}

void Connection::streamFailed(const QString &reason)
{
    endStream(reason, Inbox::End::Lost);
}

void Connection::streamFaulted(const QString &reason)
{
    endStream(reason, Inbox::End::Fault);
}

//! A fault in what had arrived takes precedence over the end of the line.
void Connection::endStream(const QString &error, Inbox::End kind)
{
    if (m_state == State::Closing)
        return finish();
    m_intake.flush();
    if (const QString fault = m_intake.error(); !fault.isEmpty())
        return end(fault, Inbox::End::Fault);
    end(error, kind);
}

//! Updates the figures that other threads may read.
void Connection::count(qint64 received)
{
    Traffic &traffic = *m_link.traffic;
    traffic.bytesReceived.fetch_add(received, std::memory_order_relaxed);
    traffic.framesSkipped.store(m_intake.skipped(), std::memory_order_relaxed);
    const qint64 now = Deadlines::now();
    m_liveness.hear(now);
    if (now - m_measuredAt >= measuringInterval)
        measureRoundTrip();
    else if (m_roundTrip.isNew())
        publishRoundTrip();
}

//! The connection ended by itself: with an error, or because the peer closed it.
void Connection::end(const QString &error, Inbox::End kind)
{
    if (m_state == State::Closed)
        return;
    m_link.outbox->close();
    qCDebug(transportLog).noquote()
        << m_stream->peer() << (error.isEmpty() ? QStringLiteral("closed the connection") : error);
    m_link.inbox->pushEnd(error.isEmpty() ? error : m_stream->peer() + QLatin1String(": ") + error,
                          kind);
    if (!m_stream->sayGoodbye(*this, error))
        return finish();
    m_state = State::Closing;
    m_isWritingClosed = true;
    m_unsent.clear();
    setDeadline(std::min(m_settings.closeTimeout, farewellTime));
}

void Connection::finish()
{
    if (m_state == State::Closed)
        return;
    m_state = State::Closed;
    m_link.outbox->close(); // also closes the second descriptor, which would keep the socket open
    clearDeadline();
    m_stream->abort();
    m_group.retire(this);
}

} // namespace QRepod
