// SPDX-License-Identifier: MIT
#include "websocket/websocketstream.h"

#include "transport/poller.h"

#include <algorithm>
#include <array>
#include <utility>

namespace QRepod {

namespace {

// Bytes read at once from the stream below.
constexpr size_t readSize = 16 * 1024;

// Bytes translated at once. What the stream below does not take of them is kept.
constexpr qint64 writeSize = 64 * 1024;

} // namespace

WebSocketStream::WebSocketStream(std::unique_ptr<Stream> below,
                                 std::unique_ptr<Handshake> handshake, const MessageLimits &limits,
                                 std::shared_ptr<JsonTexts> texts,
                                 std::shared_ptr<const HttpRequest> request)
    : m_below(std::move(below))
    , m_handshake(std::move(handshake))
    , m_request(std::move(request))
    , m_reader(m_handshake->role(), limits)
    , m_sending(std::make_shared<SendingHalf>(m_handshake->role(), std::move(texts)))
{
}

WebSocketStream::~WebSocketStream()
{
    m_sending->detach();
    delete m_announcer;
}

QString WebSocketStream::peer() const
{
    return m_request && !m_request->address.isEmpty() ? m_request->address : m_below->peer();
}

void WebSocketStream::open(Stream::Owner &owner, Poller &poller)
{
    m_owner = &owner;
    m_poller = &poller;
    m_below->open(*this, poller);
}

void WebSocketStream::streamOpened()
{
    m_isBelowOpen = true;
    const SendingHalf::Turn turn(*m_sending);
    m_sending->unwritten() = m_handshake->greeting();
    flush();
}

void WebSocketStream::streamReadable()
{
    if (m_isLingering)
        pull();
    else if (m_handshake)
        shakeHands();
    else
        announce();
}

void WebSocketStream::streamWritable()
{
    flush();
    if (m_owner && !m_handshake && !m_end.isKnown())
        m_owner->streamWritable();
}

void WebSocketStream::shakeHands()
{
    std::array<char, 2048> bytes;
    const qint64 received = m_below->read(bytes.data(), bytes.size());
    if (received == 0 || !m_owner)
        return;
    m_input.append(bytes.data(), received);
    const Handshake::State state = m_handshake->read(m_input);
    if (state == Handshake::State::Waiting)
        return;
    {
        const SendingHalf::Turn turn(*m_sending);
        m_sending->unwritten() += m_handshake->answer();
        flush();
    }
    if (state == Handshake::State::Done)
        return begin();
    setEnd(End::Failed, m_handshake->error());
    tellEnd();
}

//! The handshake is done.
void WebSocketStream::begin()
{
    m_isKindKnown = m_handshake->isJson();
    {
        const SendingHalf::Turn turn(*m_sending);
        m_sending->translator().setJson(m_handshake->isJson());
        m_sending->setOpen(true);
    }
    m_handshake.reset();
    const QByteArray early = std::exchange(m_input, QByteArray());
    if (m_owner)
        m_owner->streamOpened();
    if (early.isEmpty() || !m_owner)
        return;
    decode(early);
    announceLater();
}

//! Reads from the stream below.
void WebSocketStream::pull()
{
    std::array<char, readSize> bytes;
    const qint64 received = m_below->read(bytes.data(), bytes.size());
    if (received > 0 && !m_isLingering)
        decode(QByteArrayView(bytes.data(), received));
}

void WebSocketStream::decode(QByteArrayView bytes)
{
    const bool goesOn = m_reader.read(bytes, m_readable);
    if (!m_isKindKnown && m_reader.hasMessages()) {
        m_isKindKnown = true;
        const SendingHalf::Turn turn(*m_sending);
        m_sending->translator().setJson(m_reader.isFirstText());
    }
    answerPings();
    if (goesOn)
        return;
    if (m_reader.close())
        return followClose();
    m_faultCode = m_reader.fault()->code;
    setEnd(End::Faulted, m_reader.fault()->text);
}

//! The peer has closed: answers with the same code, unless this was the answer to our close.
void WebSocketStream::followClose()
{
    const MessageReader::Close close = *m_reader.close();
    sendClose(close.code);
    if (isOrderly(close.code))
        return setEnd(End::Closed, {});
    QString failure = QStringLiteral("the peer closed with code %1").arg(quint16(close.code));
    if (!close.reason.isEmpty())
        failure += QLatin1String(": ") + close.reason;
    setEnd(isFault(close.code) ? End::Faulted : End::Failed, failure);
}

//! Answers pings, unless it must wait for the end of a message or the peer is not reading.
void WebSocketStream::answerPings()
{
    if (m_isCloseSent || !m_reader.hasPings())
        return;
    const SendingHalf::Turn turn(*m_sending);
    QByteArray &unwritten = m_sending->unwritten();
    if (!m_sending->translator().isBetweenMessages() || unwritten.size() > writeSize)
        return;
    const QList<QByteArray> pings = m_reader.takePings();
    for (const QByteArray &ping : pings)
        m_sending->translator().writer().write(unwritten, Opcode::Pong, ping);
    flush();
}

void WebSocketStream::setReading(bool isReading)
{
    m_below->setReading(isReading);
    if (!std::exchange(m_isReading, isReading) && isReading && available() > 0)
        announceLater();
}

qint64 WebSocketStream::readableBytes() const
{
    if (available() > 0 || m_end.isKnown())
        return available();
    return m_below->readableBytes();
}

qint64 WebSocketStream::read(char *data, qint64 size)
{
    if (m_isLingering)
        pull();
    if (!m_owner || m_isLingering)
        return 0;
    if (available() == 0 && !m_end.isKnown())
        pull();
    const qsizetype taken = std::min<qsizetype>(available(), qsizetype(size));
    std::copy_n(m_readable.constData() + m_read, taken, data);
    m_read += taken;
    if (available() == 0) { // free it: most clients are idle most of the time
        m_readable = QByteArray();
        m_read = 0;
    }
    if (m_end.isKnown() && taken == 0)
        tellEnd();
    else if (m_end.isKnown() || available() > 0)
        announceLater();
    return taken;
}

qint64 WebSocketStream::write(const char *data, qint64 size)
{
    if (m_isLingering)
        return size; // nobody wants it
    if (m_end.isKnown() || m_isCloseSent)
        return -1;
    const SendingHalf::Turn turn(*m_sending);
    QByteArray &unwritten = m_sending->unwritten();
    qint64 taken = 0;
    while (taken < size && unwritten.isEmpty()) {
        const qint64 more = std::min(size - taken, writeSize);
        m_sending->translator().add(unwritten, QByteArrayView(data + taken, more));
        taken += more;
        answerPings();
        flush();
        if (m_end.isKnown())
            return -1;
    }
    return taken;
}

void WebSocketStream::flush()
{
    const SendingHalf::Turn turn(*m_sending);
    if (m_isBelowOpen)
        m_sending->flush(*m_below);
}

void WebSocketStream::waitForWritable(int milliseconds)
{
    m_below->waitForWritable(milliseconds);
    flush(); // there is no event loop to do it
}

qint64 WebSocketStream::unwrittenBytes() const
{
    const SendingHalf::Turn turn(*m_sending);
    return m_sending->unwrittenBytes() + m_below->unwrittenBytes();
}

void WebSocketStream::closeWriting()
{
    if (!m_end.isKnown())
        sendClose(CloseCode::Normal);
}

//! Sends a close once. Inside a message, it sends nothing.
void WebSocketStream::sendClose(CloseCode code, const QString &reason)
{
    if (std::exchange(m_isCloseSent, true))
        return;
    const SendingHalf::Turn turn(*m_sending);
    m_sending->setOpen(false);
    if (!m_sending->translator().isBetweenMessages())
        return;
    m_sending->translator().writer().close(m_sending->unwritten(), code, reason);
    flush();
}

bool WebSocketStream::sayGoodbye(Stream::Owner &owner, const QString &reason)
{
    const bool hasSaidInHttp = m_handshake && !m_handshake->answer().isEmpty();
    if (!m_isBelowOpen || (m_handshake && !hasSaidInHttp))
        return false;
    if (m_reader.close() && unwrittenBytes() == 0) // the close has been answered
        return false;
    const SendingHalf::Turn turn(*m_sending);
    if (!m_handshake)
        sendClose(m_faultCode, reason);
    m_owner = &owner;
    m_isLingering = true;
    m_readable = QByteArray();
    m_read = 0;
    m_end = {};
    m_below->setReading(true);
    if (m_sending->unwritten().isEmpty())
        m_below->closeWriting();
    return true;
}

void WebSocketStream::endBelow(End end, const QString &reason)
{
    m_isBelowOpen = false;
    if (m_handshake && !m_isLingering && end == End::Closed)
        setEnd(End::Failed,
               QStringLiteral("the peer closed before the WebSocket handshake was done"));
    else if (end == End::Closed && m_reader.isInsideMessage())
        setEnd(End::Failed, QStringLiteral("the peer closed inside a message"));
    else
        setEnd(end, reason);
    if (available() == 0)
        tellEnd();
    else
        announceLater();
}

void WebSocketStream::setEnd(End end, const QString &reason)
{
    if (!m_end.set(end, reason))
        return;
    const SendingHalf::Turn turn(*m_sending);
    m_sending->setOpen(false);
}

//! Tells the owner that there is something to read, or that everything has been read.
void WebSocketStream::announce()
{
    if (!m_owner)
        return;
    if (m_end.isKnown() && available() == 0)
        tellEnd();
    else if (m_isReading && (available() > 0 || !m_end.isKnown()))
        m_owner->streamReadable();
}

//! For bytes that have been read from the stream below, which will not announce them again.
void WebSocketStream::announceLater()
{
    if (std::exchange(m_isAnnounced, true))
        return;
    if (!m_announcer)
        m_announcer = new QObject(m_poller); // moves to another thread with the poller
    const auto announceNow = [this] {
        m_isAnnounced = false;
        announce();
    };
    QMetaObject::invokeMethod(m_announcer, announceNow, Qt::QueuedConnection);
}

void WebSocketStream::abort()
{
    m_owner = nullptr;
    m_isBelowOpen = false;
    m_sending->detach();
    m_below->abort();
}

std::unique_ptr<DirectWriter> WebSocketStream::directWriter()
{
    return m_sending->directWriter(m_below->directWriter(), m_poller, [this] { streamWritable(); });
}

} // namespace QRepod
