// SPDX-License-Identifier: MIT
#include "transport/qtstream.h"

#include "protocol/builtin.h"
#include "transport/address.h"
#include "transport/nativesocket.h"
#include "transport/poller.h"

#include <QtNetwork/qhostaddress.h>
#include <QtNetwork/qnetworkproxy.h>
#include <QtNetwork/qtcpsocket.h>
#if QT_CONFIG(ssl)
#    include <QtNetwork/qsslsocket.h>
#endif

#include <algorithm>
#include <utility>

namespace QRepod {

namespace {

// What Qt is given to write at a time: it copies what the system does not take.
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

void QtStream::open(Owner &owner, Poller &poller)
{
    m_owner = &owner;
    m_poller = &poller;
    if (m_accepted != -1)
        adopt();
    else
        connectToHost();
}

void QtStream::connectToHost()
{
    if (m_host.isEmpty() || m_port == 0)
        return fail(QStringLiteral("there is no such address"));
#if QT_CONFIG(ssl)
    if (m_settings.tls) {
        auto *socket = new QSslSocket(m_poller);
        setSocket(socket);
        socket->setProxy(applicationProxy());
        socket->connectToHostEncrypted(withoutBrackets(m_host), m_port);
        return;
    }
#endif
    setSocket(new QTcpSocket(m_poller));
    m_socket->setProxy(applicationProxy());
    QObject::connect(m_socket, &QAbstractSocket::connected, m_socket, [this] { handleOpen(); });
    // Unbuffered: bytes go from the system straight to where the frames will lie, and back.
    m_socket->connectToHost(withoutBrackets(m_host), m_port,
                            QIODevice::ReadWrite | QIODevice::Unbuffered);
}

void QtStream::adopt()
{
    const qintptr descriptor = std::exchange(m_accepted, -1);
    const auto takeOver = [&](QIODevice::OpenMode mode) {
        m_socket->setProxy(QNetworkProxy::NoProxy);
        return m_socket->setSocketDescriptor(descriptor, QAbstractSocket::ConnectedState, mode);
    };
#if QT_CONFIG(ssl)
    if (m_settings.tls) {
        auto *socket = new QSslSocket(m_poller);
        setSocket(socket);
        if (!takeOver(QIODevice::ReadWrite))
            return fail(m_socket->errorString());
        socket->startServerEncryption();
        return;
    }
#endif
    // A QTcpSocket cannot be told to work unbuffered on a descriptor that it takes over; its base
    // class always does.
    setSocket(new QAbstractSocket(QAbstractSocket::TcpSocket, m_poller));
    if (!takeOver(QIODevice::ReadWrite | QIODevice::Unbuffered))
        return fail(m_socket->errorString());
    handleOpen();
}

void QtStream::setSocket(QAbstractSocket *socket)
{
    m_socket = socket;
    const auto writable = [this] { handleWritable(); };
    QObject::connect(socket, &QAbstractSocket::readyRead, socket, [this] { announce(); });
#if QT_CONFIG(ssl)
    // Its `bytesWritten` means encrypted, and comes from where abort() makes Qt crash.
    if (auto *encrypted = qobject_cast<QSslSocket *>(socket)) {
        encrypted->setSslConfiguration(*m_settings.tls);
        encrypted->setReadBufferSize(m_settings.readSize);
        QObject::connect(encrypted, &QSslSocket::encrypted, socket, [this] { handleOpen(); });
        QObject::connect(encrypted, &QSslSocket::encryptedBytesWritten, socket, writable);
    } else
#endif
        QObject::connect(socket, &QAbstractSocket::bytesWritten, socket, writable);
    QObject::connect(socket, &QAbstractSocket::errorOccurred, socket,
                     [this](QAbstractSocket::SocketError error) {
                         handleError(error == QAbstractSocket::RemoteHostClosedError);
                     });
    QObject::connect(socket, &QAbstractSocket::disconnected, socket, [this] {
        if (m_isOpen)
            endOnceRead({});
    });
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

//! Once it is open, the end that the peer has asked for is told by the socket's `disconnected`.
void QtStream::handleError(bool hasPeerClosed)
{
    if (!m_isOpen && m_settings.isEncrypted())
        failHandshake(hasPeerClosed);
    else if (!m_isOpen)
        fail(m_socket->errorString());
    else if (!hasPeerClosed)
        endOnceRead(m_socket->errorString());
}

//! A client that does not speak TLS is told so in the way that it does speak: all that Qt does is
//! to close.
void QtStream::failHandshake(bool hasPeerClosed)
{
    const QString error = m_socket->errorString();
    const bool isPlain = error.contains(QLatin1String("wrong version number")); // OpenSSL's words
    const bool isServer = m_host.isEmpty();
    if (isPlain && isServer) {
        const QByteArray frame = BuiltIn::error(QStringLiteral("this server speaks TLS")).bytes();
        NativeSocket::send(descriptor(), frame.constData(), frame.size());
    }
    const QLatin1String hint(isPlain || hasPeerClosed ? "; does the peer speak TLS?" : "");
    fail(QLatin1String("TLS: ") + error + hint);
}

//! The socket has ended, because the peer closed or for \a failure. What it holds was sent before.
void QtStream::endOnceRead(const QString &failure)
{
    if (std::exchange(m_hasEnded, true))
        return;
    m_failure = failure;
    announce();
}

//! Tells of what can be read, or that the last has been.
void QtStream::announce()
{
    if (!m_owner)
        return;
    if (m_hasEnded && m_socket->bytesAvailable() == 0)
        end();
    else if (m_isReading && m_isOpen)
        m_owner->streamReadable();
}

//! For what the socket holds and has told of already.
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
    if (std::exchange(m_isReading, isReading) == isReading || !isReading)
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
    if (!m_owner)
        return 0;
    // Qt reports a reset as an ordinary end, and takes it from the system in doing so.
    if (!m_hasEnded && m_socket->bytesAvailable() == 0) {
        const int error = NativeSocket::takeError(descriptor());
        if (error != 0 && !NativeSocket::isLateWrite(error)) {
            fail(qt_error_string(error));
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
    if (Owner *const owner = std::exchange(m_owner, nullptr))
        owner->streamFailed(reason);
}

void QtStream::end()
{
    if (m_failure.isEmpty() && m_writeError != 0 && !NativeSocket::isLateWrite(m_writeError))
        m_failure = qt_error_string(m_writeError);
    if (!m_failure.isEmpty())
        fail(m_failure);
    else if (Owner *const owner = std::exchange(m_owner, nullptr))
        owner->streamEnded();
}

qint64 QtStream::write(const char *data, qint64 size)
{
    if (hasEnded())
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
        m_socket->disconnectFromHost(); // says so in TLS's own way
    else
        NativeSocket::shutdownWriting(descriptor());
}

void QtStream::abort()
{
    m_owner = nullptr;
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

QNetworkProxy applicationProxy()
{
    // To ask for the application's proxy is to ask for the system's, while that is what it uses.
    if (QNetworkProxyFactory::usesSystemConfiguration())
        return QNetworkProxy::NoProxy;
    const QNetworkProxy proxy = QNetworkProxy::applicationProxy();
    return proxy.type() == QNetworkProxy::DefaultProxy ? QNetworkProxy(QNetworkProxy::NoProxy)
                                                       : proxy;
}

} // namespace QRepod
