// SPDX-License-Identifier: MIT
#include "transport/qtstream.h"

#include "transport/address.h"
#include "transport/nativesocket.h"
#include "transport/poller.h"

#include <QtNetwork/qnetworkproxy.h>
#include <QtNetwork/qtcpsocket.h>
#if QT_CONFIG(ssl)
#    include <QtNetwork/qsslsocket.h>
#endif

#include <algorithm>
#include <utility>

namespace QRepod {

namespace {

// How much Qt gets to write at a time: it copies what the system does not take.
constexpr qint64 writeSize = 256 * 1024;

} // namespace

QtStream::QtStream(const QString &host, quint16 port, const ConnectionSettings &settings)
    : m_host(host)
    , m_port(port)
    , m_peer(hostAndPort(host, port))
    , m_settings(settings)
{
}

QtStream::QtStream(qintptr descriptor, const QString &peer, const ConnectionSettings &settings)
    : m_accepted(descriptor)
    , m_peer(peer)
    , m_settings(settings)
{
}

QtStream::~QtStream()
{
    QtStream::abort();
    delete m_socket;
}

void QtStream::handleOpen()
{
    m_isOpen = true;
    m_holdsBytes = m_settings.isEncrypted() || m_socket->proxy().type() != QNetworkProxy::NoProxy;
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1); // also through a proxy
    NativeSocket::prepare(descriptor());
    if (m_owner)
        m_owner->streamOpened();
}

void QtStream::handleWritable()
{
    if (m_isOpen && m_owner)
        m_owner->streamWritable();
}

//! Once open, the socket's `disconnected` reports the end that the peer asked for. With TLS the
//! peer may have closed only its own direction.
void QtStream::handleError(bool hasPeerClosed)
{
    if (!m_isOpen && m_settings.isEncrypted())
        failHandshake(hasPeerClosed);
    else if (!m_isOpen)
        fail(m_socket->errorString());
    else if (!hasPeerClosed)
        endOnceRead(m_socket->errorString());
    else if (m_settings.isEncrypted() && !NativeSocket::peerHasClosed(descriptor()))
        endReading();
}

//! The socket has ended, because the peer closed or for \a failure. What it holds was sent before.
void QtStream::endOnceRead(const QString &failure)
{
    if (std::exchange(m_hasEnded, true))
        return;
    m_failure = failure;
    if (!m_certificateFault.isEmpty()) // with TLS 1.3 it comes after the handshake
        m_failure = QLatin1String("TLS: ") + m_certificateFault;
    announce();
}

//! The peer has closed its own direction: it may still read what is written.
void QtStream::endReading()
{
    m_isHalfOpen = true;
    m_hasEnded = true;
    m_settings.isEncrypted() ? announceLater() : announce(); // TLS: not while Qt is reading
}

//! Reports that there are bytes to read, or that the last have been read.
void QtStream::announce()
{
    if (!m_owner || m_isEndTold)
        return;
    if (m_hasEnded && m_socket->bytesAvailable() == 0)
        end();
    else if (m_isReading && m_isOpen)
        m_owner->streamReadable();
}

//! Reports later what the socket holds and has already reported.
void QtStream::announceLater()
{
    if (std::exchange(m_isAnnounced, true))
        return;
    const auto announceNow = [this] {
        m_isAnnounced = false;
        announce();
    };
    QMetaObject::invokeMethod(m_socket, announceNow, Qt::QueuedConnection);
}

void QtStream::setReading(bool isReading)
{
    if (std::exchange(m_isReading, isReading) == isReading || !isReading || !m_isOpen)
        return;
    announceLater();
}

qint64 QtStream::readableBytes() const
{
    const qint64 bytes = m_socket->bytesAvailable();
    return bytes == 0 && m_settings.isEncrypted() ? NativeSocket::readableBytes(descriptor())
                                                  : bytes;
}

qint64 QtStream::read(char *data, qint64 size)
{
    if (!m_owner || m_isEndTold)
        return 0;
    // Qt reports a reset as an ordinary end, and clears the system's error by doing so. When the
    // peer closes its own direction, Qt closes both once it notices.
    if (!m_hasEnded && m_socket->bytesAvailable() == 0) {
        const int error = NativeSocket::takeError(descriptor());
        if (error != 0 && !NativeSocket::isLateWrite(error)) {
            fail(qt_error_string(error));
            return 0;
        }
        if (!m_holdsBytes && m_writeError == 0 && NativeSocket::peerHasClosed(descriptor())) {
            endReading();
            return 0;
        }
    }
    const qint64 received = m_socket->read(data, size);
    if (received < 0)
        end();
    else if (m_hasEnded || (m_holdsBytes && m_socket->bytesAvailable() > 0))
        announceLater();
    return std::max<qint64>(received, 0);
}

void QtStream::fail(const QString &reason)
{
    if (Owner *const owner = std::exchange(m_owner, nullptr); owner && !m_isEndTold)
        owner->streamFailed(reason);
}

void QtStream::end()
{
    if (m_failure.isEmpty() && m_writeError != 0 && !NativeSocket::isLateWrite(m_writeError))
        m_failure = qt_error_string(m_writeError);
    if (!m_failure.isEmpty())
        return fail(m_failure);
    Owner *const owner = m_isHalfOpen ? m_owner : std::exchange(m_owner, nullptr);
    if (owner && !std::exchange(m_isEndTold, true))
        owner->streamEnded();
}

qint64 QtStream::write(const char *data, qint64 size)
{
    if (!mayWrite())
        return -1;
    qint64 taken = 0;
    while (taken < size && unwrittenBytes() == 0) {
        const qint64 more = m_socket->write(data + taken, std::min(size - taken, writeSize));
        if (more < 0) {
            fail(m_socket->errorString());
            return -1;
        }
        taken += more;
    }
    return taken;
}

void QtStream::waitForWritable(int milliseconds)
{
    m_socket->waitForBytesWritten(milliseconds);
}

qint64 QtStream::unwrittenBytes() const
{
    qint64 bytes = m_socket->bytesToWrite();
#if QT_CONFIG(ssl)
    if (const auto *encrypted = qobject_cast<const QSslSocket *>(m_socket))
        bytes += encrypted->encryptedBytesToWrite();
#endif
    return bytes;
}

void QtStream::closeWriting()
{
    if (m_settings.isEncrypted())
        m_socket->disconnectFromHost(); // tells the peer in TLS's own way
    else
        NativeSocket::shutdownWriting(descriptor());
}

void QtStream::abort()
{
    m_owner = nullptr;
    if (m_race)
        m_race->stop();
    if (m_accepted != -1)
        NativeSocket::close(std::exchange(m_accepted, -1));
    if (m_socket) {
        m_socket->disconnect(m_socket);
        m_socket->abort();
    }
}

qintptr QtStream::descriptor() const
{
    return m_socket->socketDescriptor();
}

#if QT_CONFIG(ssl)
std::optional<QSslCertificate> QtStream::peerCertificate() const
{
    const auto *encrypted = qobject_cast<const QSslSocket *>(m_socket);
    if (!encrypted || encrypted->peerCertificate().isNull())
        return {};
    return encrypted->peerCertificate();
}
#endif

void QtStream::enableKeepAlive(int seconds)
{
    NativeSocket::enableKeepAlive(descriptor(), seconds);
}

qint64 QtStream::roundTripTime() const
{
    return NativeSocket::roundTripTime(descriptor());
}

qint64 QtStream::unacknowledgedFor() const
{
    return NativeSocket::unacknowledgedFor(descriptor());
}

} // namespace QRepod
