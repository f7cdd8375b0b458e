// SPDX-License-Identifier: MIT
#include "transport/connection.h"

#include "protocol/builtin.h"
#include "transport/address.h"
#include "transport/nativesocket.h"
#include "transport/wakeevent.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qloggingcategory.h>
#include <QtCore/qsocketnotifier.h>
#include <QtNetwork/qhostaddress.h>
#include <QtNetwork/qnetworkproxy.h>
#include <QtNetwork/qtcpsocket.h>
#if QT_CONFIG(ssl)
#    include <QtNetwork/qsslsocket.h>
#endif

#include <algorithm>

namespace QRepod {

namespace {

Q_LOGGING_CATEGORY(transportLog, "qrepod.transport", QtWarningMsg)

// What Qt is given at a time where it does the writing: it copies what the system does not take.
constexpr qint64 writeSize = 256 * 1024;

// How often in a row what has been sent meanwhile is written, before what has arrived is looked at.
constexpr int turnsOfSending = 16;

// The round trip is asked for no more often, in milliseconds.
constexpr qint64 measuringInterval = 250;

//! The proxy that the application has set. The system's is not looked up: that can block for
//! seconds.
QNetworkProxy proxy()
{
    // To ask for the application's proxy is to ask for the system's, while that is what it uses.
    if (QNetworkProxyFactory::usesSystemConfiguration())
        return QNetworkProxy::NoProxy;
    const QNetworkProxy proxy = QNetworkProxy::applicationProxy();
    return proxy.type() == QNetworkProxy::DefaultProxy ? QNetworkProxy(QNetworkProxy::NoProxy)
                                                       : proxy;
}

} // namespace

Connection::Connection(const Link &link, const ConnectionSettings &settings, QObject *parent)
    : QObject(parent)
    , m_link(link)
    , m_settings(settings)
    , m_reader(settings.message)
    , m_timer(this)
    , m_sendIdle(this)
    , m_receiveIdle(this)
{
    m_link.inbox->setWriter(this);
    m_timer.setSingleShot(true);
}

Connection::~Connection()
{
    m_link.outbox->close();
    m_link.inbox->setWriter(nullptr);
}

void Connection::connectToHost(const QString &host, quint16 port, int delay)
{
    m_peer = hostAndPort(host, port);
    if (m_link.inbox->state() != Inbox::State::Open) // closed before it began
        return finish();
    if (host.isEmpty() || port == 0)
        return end(QStringLiteral("there is no such address"));
    if (delay == 0)
        return begin(host, port);
    QObject::connect(&m_timer, &QTimer::timeout, this, [this, host, port] { begin(host, port); });
    m_timer.start(delay);
}

void Connection::begin(const QString &host, quint16 port)
{
    boundConnecting();
#if QT_CONFIG(ssl)
    if (m_settings.tls) {
        auto *socket = new QSslSocket(this);
        socket->setSslConfiguration(*m_settings.tls);
        QObject::connect(socket, &QSslSocket::encrypted, this, &Connection::opened);
        setSocket(socket);
        socket->setProxy(proxy());
        socket->connectToHostEncrypted(host, port);
        return;
    }
#endif
    setSocket(new QTcpSocket(this));
    m_socket->setProxy(proxy());
    QObject::connect(m_socket, &QAbstractSocket::connected, this, &Connection::opened);
    // Unbuffered: bytes go from the system straight to where the frames will lie, and back.
    m_socket->connectToHost(host, port, QIODevice::ReadWrite | QIODevice::Unbuffered);
}

QString Connection::adopt(qintptr descriptor)
{
    m_isServer = true;
    boundConnecting();
    QIODevice::OpenMode mode = QIODevice::ReadWrite;
    if (m_settings.isEncrypted()) {
#if QT_CONFIG(ssl)
        auto *socket = new QSslSocket(this);
        socket->setSslConfiguration(*m_settings.tls);
        QObject::connect(socket, &QSslSocket::encrypted, this, &Connection::opened);
        setSocket(socket);
#endif
    } else {
        // A QTcpSocket cannot be told to work unbuffered on a descriptor that it takes over; its
        // base class always does.
        setSocket(new QAbstractSocket(QAbstractSocket::TcpSocket, this));
        mode |= QIODevice::Unbuffered;
    }
    m_socket->setProxy(QNetworkProxy::NoProxy);
    if (!m_socket->setSocketDescriptor(descriptor, QAbstractSocket::ConnectedState, mode)
        || m_socket->peerAddress().isNull()) {
        finish();
        return {};
    }
    m_peer = hostAndPort(m_socket->peerAddress(), m_socket->peerPort());
#if QT_CONFIG(ssl)
    if (m_settings.isEncrypted()) {
        static_cast<QSslSocket *>(m_socket)->startServerEncryption();
        return m_peer;
    }
#endif
    opened();
    return m_peer;
}

void Connection::boundConnecting()
{
    m_timer.disconnect();
    QObject::connect(&m_timer, &QTimer::timeout, this, [this] {
        end(QStringLiteral("connecting timed out after %1 ms").arg(m_settings.connectTimeout));
    });
    m_timer.start(m_settings.connectTimeout);
}

void Connection::setSocket(QAbstractSocket *socket)
{
    m_socket = socket;
    QObject::connect(m_socket, &QAbstractSocket::readyRead, this, &Connection::receive);
    QObject::connect(m_socket, &QAbstractSocket::bytesWritten, this, &Connection::send);
#if QT_CONFIG(ssl)
    if (m_settings.isEncrypted()) {
        m_socket->setReadBufferSize(m_settings.readSize);
        QObject::connect(static_cast<QSslSocket *>(m_socket), &QSslSocket::encryptedBytesWritten,
                         this, &Connection::send);
    }
#endif
    QObject::connect(m_socket, &QAbstractSocket::errorOccurred, this,
                     [this](QAbstractSocket::SocketError error) {
                         const bool isEnd = error == QAbstractSocket::RemoteHostClosedError;
                         if (m_state == State::Connecting && m_settings.isEncrypted())
                             failHandshake(isEnd);
                         else if (m_state == State::Connecting || !isEnd)
                             end(m_socket->errorString());
                     });
    QObject::connect(m_socket, &QAbstractSocket::disconnected, this, &Connection::endOfStream);
}

//! Connecting with TLS has failed. A client that does not speak it is told so in the way that it
//! does speak: all that Qt does is to close.
void Connection::failHandshake(bool hasPeerClosed)
{
    const QString error = m_socket->errorString();
    const bool isPlain = error.contains(QLatin1String("wrong version number")); // OpenSSL's words
    if (isPlain && m_isServer) {
        const QByteArray frame = BuiltIn::error(QStringLiteral("this server speaks TLS")).bytes();
        NativeSocket::send(m_socket->socketDescriptor(), frame.constData(), frame.size());
    }
    const QLatin1String hint(isPlain || hasPeerClosed ? "; does the peer speak TLS?" : "");
    end(QLatin1String("TLS: ") + error + hint);
}

void Connection::opened()
{
    m_timer.stop();
    m_timer.disconnect();
    m_state = State::Open;
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    if (m_settings.idleTimeout > 0) {
        NativeSocket::enableKeepAlive(m_socket->socketDescriptor(),
                                      std::max(1, m_settings.idleTimeout / 1'000));
    }
    QObject::connect(&m_sendIdle, &IdleTimer::idle, this, &Connection::beat);
    QObject::connect(&m_receiveIdle, &IdleTimer::idle, this, &Connection::missPeer);
    if (m_settings.heartbeatInterval > 0)
        m_sendIdle.start(m_settings.heartbeatInterval);
    if (m_settings.idleTimeout > 0)
        m_receiveIdle.start(m_settings.idleTimeout);
    measureRoundTrip();
    qCDebug(transportLog).noquote() << m_peer << "connected";
    m_link.outbox->open(this, directWriter());
    m_link.inbox->pushConnected();
}

//! A server's channels send in their own thread, and may be too many to have two descriptors each.
std::unique_ptr<DirectWriter> Connection::directWriter() const
{
    if (!isNative())
        return nullptr;
    const qintptr descriptor = m_socket->socketDescriptor();
    return m_isServer ? DirectWriter::forOwnThread(this, descriptor)
                      : DirectWriter::forAnyThread(descriptor);
}

void Connection::beat()
{
    const int quiet = m_link.outbox->quietFor();
    const bool isQuiet = quiet >= m_settings.heartbeatInterval;
    m_sendIdle.start(isQuiet ? m_settings.heartbeatInterval : m_settings.heartbeatInterval - quiet);
    missMachine();
    if (!isQuiet)
        return;
    if (m_state != State::Open || !m_unsent.empty()) // the peer will see what waits
        return;
    m_link.outbox->addOwn(heartbeatFrame);
    send();
    measureRoundTrip();
}

//! Keeps the figures that others may ask for.
void Connection::count(qint64 received)
{
    Traffic &traffic = *m_link.traffic;
    traffic.bytesReceived.fetch_add(received, std::memory_order_relaxed);
    traffic.framesSkipped.store(qint64(m_reader.skipped()), std::memory_order_relaxed);
    if (m_sinceMeasured.hasExpired(measuringInterval))
        measureRoundTrip();
}

void Connection::measureRoundTrip()
{
    m_sinceMeasured.start();
    m_link.traffic->roundTripTime = NativeSocket::roundTripTime(m_socket->socketDescriptor());
}

void Connection::missPeer()
{
    missMachine();
    const bool isListening = m_isReading; // else it is we who do not
    if (m_state == State::Open && isListening && m_reader.heartbeats() > 0)
        end(QStringLiteral("nothing received for %1 ms").arg(m_settings.idleTimeout));
}

//! A peer that sends no heartbeats may be silent, but its machine answers for it.
void Connection::missMachine()
{
    if (m_state != State::Open || m_settings.idleTimeout <= 0)
        return;
    if (NativeSocket::unacknowledgedFor(m_socket->socketDescriptor()) >= m_settings.idleTimeout)
        end(QStringLiteral("nothing acknowledged for %1 ms").arg(m_settings.idleTimeout));
}

bool Connection::event(QEvent *event)
{
    if (event->type() != WakeEvent::eventType())
        return QObject::event(event);
    work();
    return true;
}

//! The outbox has something, the inbox has room again, or it has been closed.
void Connection::work()
{
    if (m_state == State::Connecting || m_state == State::Open) {
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
    if (!m_isReading && m_link.inbox->hasRoom()) {
        m_isReading = true;
        qCDebug(transportLog).noquote() << m_peer << "is read from again";
        receive();
    }
}

void Connection::receive()
{
    switch (m_state) {
    case State::Open:
        if (m_isReading)
            receiveChunk();
        while (m_hasStreamEnded && m_isReading && m_state == State::Open)
            receiveChunk(); // nothing will announce the rest
        break;
    case State::Closing:
        discard();
        break;
    case State::Connecting:
    case State::Closed:
        break;
    }
}

void Connection::receiveChunk()
{
    const qint64 available = m_socket->bytesAvailable();
    if (available == 0) { // the end of the stream, or a false alarm
        if (m_hasStreamEnded)
            return endOfStream();
        const int error = takeError();
        if (error != 0 && !NativeSocket::isLateWrite(error))
            return end(qt_error_string(error));
    }
    const qint64 wanted = m_reader.wantedBytes(m_settings.readSize);
    const qint64 size = std::clamp<qint64>(available, 1, wanted);
    const qint64 received = m_socket->read(m_reader.prepare(size), size);
    if (received < 0)
        return endOfStream();

    const bool isSound = m_reader.commit(received);
    count(received);
    if (m_reader.hasFrames())
        m_isReading = m_link.inbox->pushMessages(m_reader.takeFrames());
    if (!m_isReading)
        qCDebug(transportLog).noquote()
            << m_peer << "is not read from: too much waits to be pumped";
    if (!isSound)
        return end(m_reader.error());
    m_receiveIdle.touch();
}

//! The system tells why the connection broke once, to whoever asks or writes first.
int Connection::takeError()
{
    if (const int error = NativeSocket::takeError(m_socket->socketDescriptor()); error != 0)
        return error;
    return m_writeError != 0 ? m_writeError : m_link.outbox->directError();
}

void Connection::discard()
{
    char dropped[4096];
    if (m_socket->read(dropped, sizeof dropped) < 0)
        finish();
}

void Connection::send()
{
    if (m_state != State::Open && m_state != State::Closing)
        return;
    for (int turn = 0; turn < turnsOfSending; ++turn) {
        for (QByteArray &part : m_link.outbox->takeAll())
            m_unsent.push_back(std::move(part));
        if (m_unsent.empty()) {
            if (m_state == State::Closing && !isSocketBusy())
                closeWriting();
            return;
        }
        if (!writeUnsent())
            return;
    }
    QCoreApplication::postEvent(this, new WakeEvent);
}

//! Whether everything could be written. If not, send() is called again when it can.
bool Connection::writeUnsent()
{
    while (!m_unsent.empty()) {
        const QByteArray &part = m_unsent.front();
        const qint64 taken = write(part.constData() + m_sentOfFirst, part.size() - m_sentOfFirst);
        if (taken < 0)
            peerHasGone();
        if (taken <= 0)
            return false;
        m_link.outbox->written(taken);
        m_sentOfFirst += taken;
        if (m_sentOfFirst == part.size()) {
            m_unsent.pop_front();
            m_sentOfFirst = 0;
        }
    }
    return true;
}

//! Gives the socket what it takes of \a size bytes; send() is called again when it takes more.
qint64 Connection::write(const char *data, qint64 size)
{
    if (!isNative())
        return isSocketBusy() ? 0 : m_socket->write(data, std::min(size, writeSize));

    const qint64 taken =
        NativeSocket::send(m_socket->socketDescriptor(), data, size, &m_writeError);
    if (taken >= 0 && taken < size) {
        if (!m_writable) {
            m_writable =
                new QSocketNotifier(m_socket->socketDescriptor(), QSocketNotifier::Write, this);
            QObject::connect(m_writable, &QSocketNotifier::activated, this, [this] {
                m_writable->setEnabled(false);
                send();
            });
        }
        m_writable->setEnabled(true);
    }
    return taken;
}

//! Nothing can be written any more. What the peer has sent before is still read, and its end tells
//! whether it closed or broke off.
void Connection::peerHasGone()
{
    m_unsent.clear();
    m_sentOfFirst = 0;
    m_link.outbox->close();
    if (m_state == State::Closing)
        finish();
    else if (!isNative())
        end(m_socket->errorString());
    else
        receive();
}

//! Whether the system's socket is written to directly: neither TLS nor a proxy lies between.
bool Connection::isNative() const
{
    return !m_settings.isEncrypted() && m_socket->proxy().type() == QNetworkProxy::NoProxy;
}

//! Whether it still holds bytes that the system has not taken.
bool Connection::isSocketBusy() const
{
#if QT_CONFIG(ssl)
    if (m_settings.isEncrypted()
        && static_cast<QSslSocket *>(m_socket)->encryptedBytesToWrite() > 0)
        return true;
#endif
    return m_socket->bytesToWrite() > 0;
}

void Connection::close(CloseBounds bounds)
{
    m_link.close();
    switch (m_state) {
    case State::Connecting:
        return finish();
    case State::Open:
        qCDebug(transportLog).noquote() << m_peer << "is being closed";
        m_state = State::Closing;
        m_linger = bounds.linger;
        QObject::connect(&m_timer, &QTimer::timeout, this, &Connection::finish);
        m_timer.start(bounds.flush);
        discard();
        return send();
    case State::Closing: // already under way: in less time, if that is what is asked now
        m_linger = bounds.linger;
        m_timer.start(
            std::min(m_timer.remainingTime(), m_isWritingClosed ? bounds.linger : bounds.flush));
        return;
    case State::Closed:
        return;
    }
}

//! Everything has been written: says so to the peer, and waits for it to close too.
void Connection::closeWriting()
{
    if (m_isWritingClosed)
        return;
    m_isWritingClosed = true;
    if (m_settings.isEncrypted())
        m_socket->disconnectFromHost(); // says so in TLS's own way
    else
        NativeSocket::shutdownWriting(m_socket->socketDescriptor());
    if (m_state == State::Closing)
        m_timer.start(std::min(m_timer.remainingTime(), m_linger));
}

void Connection::endOfStream()
{
    switch (m_state) {
    case State::Open: {
        if (m_socket->bytesAvailable() > 0) {
            m_hasStreamEnded = true;
            return receive();
        }
        const qsizetype pending = m_reader.pendingBytes();
        return end(pending == 0
                       ? QString()
                       : QStringLiteral("the peer closed after %1 bytes of a frame").arg(pending));
    }
    case State::Closing:
        return finish();
    case State::Connecting:
    case State::Closed:
        return;
    }
}

//! The connection has ended by itself: with an error, or because the peer closed it.
void Connection::end(const QString &error)
{
    if (m_state == State::Closed)
        return;
    m_link.outbox->close();
    qCDebug(transportLog).noquote()
        << m_peer << (error.isEmpty() ? QStringLiteral("closed the connection") : error);
    m_link.inbox->pushEnd(error.isEmpty() ? error : m_peer + QLatin1String(": ") + error);
    finish();
}

void Connection::finish()
{
    if (m_state == State::Closed)
        return;
    m_state = State::Closed;
    m_link.outbox->close(); // and with it the second descriptor, which would keep the socket open
    m_timer.stop();
    m_sendIdle.stop();
    m_receiveIdle.stop();
    if (m_writable)
        m_writable->setEnabled(false);
    if (m_socket)
        m_socket->abort();
    deleteLater();
}

} // namespace QRepod
