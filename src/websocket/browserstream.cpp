// SPDX-License-Identifier: MIT
#include "websocket/browserstream.h"

#include "protocol/frame.h"
#include "protocol/jsonreader.h"
#include "transport/address.h"
#include "transport/poller.h"

#include <QtCore/qendian.h>

#include <algorithm>
#include <utility>

namespace QRepod {

namespace {

// Bytes. While the browser holds this much, further data waits where it counts as backlog.
constexpr qint64 enoughBuffered = 256 * 1024;

// Bytes given to the browser at once.
constexpr qint64 pieceSize = 64 * 1024;

// Milliseconds. A browser does not tell when it has room again.
constexpr int roomInterval = 10;

// The longest close reason, in bytes of UTF-8 (RFC 6455, section 5.5).
constexpr qsizetype longestReason = 123;

//! Returns the size of the frame that \a bytes begin with, as far as they tell.
qsizetype frameSize(QByteArrayView bytes)
{
    if (bytes.size() < frameHeaderSize)
        return frameHeaderSize;
    return frameHeaderSize + qsizetype(qFromBigEndian<quint32>(bytes.data()));
}

bool isWholeFrame(QByteArrayView bytes)
{
    return bytes.size() >= frameHeaderSize && bytes.size() >= frameSize(bytes);
}

QString shortened(QString reason)
{
    while (reason.toUtf8().size() > longestReason)
        reason.chop(1);
    if (!reason.isEmpty() && reason.back().isHighSurrogate())
        reason.chop(1);
    return reason;
}

} // namespace

BrowserStream::BrowserStream(std::unique_ptr<BrowserSocket> socket, const QUrl &url,
                             const MessageLimits &limits)
    : m_socket(std::move(socket))
    , m_url(url)
    , m_limits(limits)
{
}

BrowserStream::~BrowserStream() = default;

QString BrowserStream::peer() const
{
    return hostAndPort(m_url.host(), m_url.port(m_url.scheme() == QLatin1String("wss") ? 443 : 80));
}

void BrowserStream::open(Stream::Owner &owner, Poller &poller)
{
    Q_UNUSED(poller)
    m_owner = &owner;
    m_roomTimer = std::make_unique<QTimer>();
    m_roomTimer->setInterval(roomInterval);
    m_roomTimer->callOnTimeout([this] { tellOfRoom(); });
    if (m_socket->open(m_url, *this))
        return;
    m_state = State::Closed;
    m_end.set(End::Failed,
              QStringLiteral("the browser refuses to open this WebSocket; on an https page "
                             "it opens only wss"));
    announceLater();
}

void BrowserStream::socketOpened()
{
    if (m_state != State::Opening || !m_owner)
        return;
    m_state = State::Open;
    m_owner->streamOpened();
}

void BrowserStream::socketReceived(QByteArrayView message, bool isText)
{
    if (!m_owner || m_isLingering || m_end.isKnown())
        return;
    if (take(message, isText))
        announce();
    else
        announceLater();
}

//! Takes a message from the browser. \return false after a fault.
bool BrowserStream::take(QByteArrayView message, bool isText)
{
    if (message.size() > m_limits.frameSize)
        return fail(QStringLiteral("message of %1 bytes is over the limit of %2")
                        .arg(message.size())
                        .arg(m_limits.frameSize));
    if (isText) {
        QString error;
        return appendFrameFromJson(m_readable, message, m_limits, &error) || fail(error);
    }
    const qsizetype position = m_readable.size();
    m_readable.resize(position + frameHeaderSize);
    qToBigEndian(quint32(message.size()), m_readable.data() + position);
    m_readable += message;
    return true;
}

bool BrowserStream::fail(const QString &fault)
{
    m_end.set(End::Faulted, QLatin1String("WebSocket: ") + fault);
    return false;
}

void BrowserStream::socketClosed(CloseCode code, const QString &reason)
{
    const bool wasOpened = m_state != State::Opening;
    m_state = State::Closed;
    const QString because = reason.isEmpty() ? QString() : QLatin1String(": ") + reason;
    if (isOrderly(code) || m_isLingering)
        m_end.set(End::Closed, {});
    else if (code == CloseCode::Broken)
        m_end.set(End::Failed,
                  wasOpened ? QStringLiteral("the WebSocket failed; browsers do not say why")
                            : QStringLiteral(
                                "the WebSocket could not be opened; browsers do not say why"));
    else
        m_end.set(isFault(code) ? End::Faulted : End::Failed,
                  QStringLiteral("the peer closed with code %1").arg(quint16(code)) + because);
    if (available() == 0)
        tellEnd();
    else
        announceLater();
}

void BrowserStream::setReading(bool isReading)
{
    if (!std::exchange(m_isReading, isReading) && isReading && available() > 0)
        announceLater();
}

qint64 BrowserStream::read(char *data, qint64 size)
{
    if (!m_owner || m_isLingering)
        return 0;
    const qsizetype taken = std::min<qsizetype>(available(), qsizetype(size));
    std::copy_n(m_readable.constData() + m_read, taken, data);
    m_read += taken;
    if (available() == 0) {
        m_readable = QByteArray();
        m_read = 0;
    }
    if (m_end.isKnown() && taken == 0)
        tellEnd();
    else if (m_end.isKnown() || available() > 0)
        announceLater();
    return taken;
}

qint64 BrowserStream::write(const char *data, qint64 size)
{
    if (m_isLingering)
        return size; // nobody wants it
    if (m_state != State::Open || m_end.isKnown())
        return -1;
    qint64 taken = 0;
    while (taken < size && hasRoom()) {
        const qint64 more = std::min(size - taken, pieceSize);
        send(QByteArrayView(data + taken, qsizetype(more)));
        taken += more;
    }
    if (taken < size)
        m_roomTimer->start();
    return taken;
}

//! Sends the messages that \a frames complete, and keeps the rest until its end arrives.
void BrowserStream::send(QByteArrayView frames)
{
    while (!frames.isEmpty()) {
        if (m_begun.isEmpty() && isWholeFrame(frames)) {
            const qsizetype size = frameSize(frames);
            sendFrame(frames.first(size));
            frames = frames.sliced(size);
            continue;
        }
        const qsizetype missing = frameSize(m_begun) - m_begun.size();
        const QByteArrayView piece = frames.first(std::min(missing, frames.size()));
        m_begun += piece;
        frames = frames.sliced(piece.size());
        if (isWholeFrame(m_begun))
            sendFrame(std::exchange(m_begun, QByteArray()));
    }
}

void BrowserStream::sendFrame(QByteArrayView frame)
{
    m_socket->send(frame.sliced(frameHeaderSize));
}

bool BrowserStream::hasRoom() const
{
    return m_isLast || m_socket->bufferedBytes() < enoughBuffered;
}

void BrowserStream::tellOfRoom()
{
    const bool isOver = !m_owner || m_state != State::Open || m_end.isKnown();
    if (!isOver && !hasRoom())
        return;
    m_roomTimer->stop();
    if (!isOver)
        m_owner->streamWritable();
}

//! Waiting for a browser is impossible, but it takes any amount.
void BrowserStream::waitForWritable(int milliseconds)
{
    Q_UNUSED(milliseconds)
    m_isLast = true;
}

void BrowserStream::closeWriting()
{
    if (m_state == State::Open)
        close(CloseCode::Normal, {});
}

void BrowserStream::close(CloseCode code, const QString &reason)
{
    m_state = State::Closing;
    m_socket->close(code, shortened(reason));
}

bool BrowserStream::sayGoodbye(Stream::Owner &owner, const QString &reason)
{
    if (m_state != State::Open)
        return false;
    close(CloseCode::PageFault, reason);
    m_owner = &owner;
    m_isLingering = true;
    m_readable = QByteArray();
    m_read = 0;
    m_end = {};
    return true;
}

//! Tells the owner that there is something to read, or that everything has been read.
void BrowserStream::announce()
{
    if (!m_owner)
        return;
    if (m_end.isKnown() && available() == 0)
        tellEnd();
    else if (m_isReading && available() > 0)
        m_owner->streamReadable();
}

//! The browser announces a message only once, whether or not all of it is read.
void BrowserStream::announceLater()
{
    if (std::exchange(m_isAnnounced, true))
        return;
    const auto announceNow = [this] {
        m_isAnnounced = false;
        announce();
    };
    QMetaObject::invokeMethod(m_roomTimer.get(), announceNow, Qt::QueuedConnection);
}

void BrowserStream::abort()
{
    m_owner = nullptr;
    if (std::exchange(m_state, State::Closed) != State::Closed)
        m_socket->close(CloseCode::Normal, {});
}

} // namespace QRepod
