// SPDX-License-Identifier: MIT
#include "transport/connection.h"

#include "transport/address.h"
#include "transport/nativesocket.h"
#include "transport/wakeevent.h"

#include <QtNetwork/qhostaddress.h>
#include <QtNetwork/qnetworkproxy.h>
#include <QtNetwork/qtcpsocket.h>

#include <algorithm>

namespace QRepod {

namespace {

// One read, and so one batch: large enough to make locks and wake-ups cheap per message, small
// enough that a busy peer does not keep a thread from its other connections.
constexpr qint64 readSize = 64 * 1024;

// What Qt is given at a time. It copies what the system does not take, so this bounds that copy.
constexpr qsizetype writeSize = 256 * 1024;

//! The proxy that the application has set. The system's is not looked up: that can block for seconds.
QNetworkProxy proxy()
{
    const QNetworkProxy proxy = QNetworkProxy::applicationProxy();
    return proxy.type() == QNetworkProxy::DefaultProxy ? QNetworkProxy(QNetworkProxy::NoProxy) : proxy;
}

} // namespace

Connection::Connection(const Link &link, const ConnectionSettings &settings, QObject *parent)
    : QObject(parent)
    , m_link(link)
    , m_settings(settings)
    , m_reader(settings.message)
    , m_timer(this)
{
    m_link.inbox->setWriter(this);
    m_timer.setSingleShot(true);
}

Connection::~Connection()
{
    m_link.outbox->close();
    m_link.inbox->setWriter(nullptr);
}

void Connection::connectToHost(const QString &host, quint16 port)
{
    m_peer = hostAndPort(host, port);
    if (m_link.inbox->state() != Inbox::State::Open) // closed before it began
        return finish();
    if (host.isEmpty() || port == 0)
        return end(QStringLiteral("there is no such address"));

    setSocket(new QTcpSocket(this));
    m_socket->setProxy(proxy());
    QObject::connect(m_socket, &QAbstractSocket::connected, this, &Connection::opened);
    QObject::connect(&m_timer, &QTimer::timeout, this, [this] {
        end(QStringLiteral("connecting timed out after %1 ms").arg(m_settings.connectTimeout));
    });
    m_timer.start(m_settings.connectTimeout);
    // Unbuffered: bytes go from the system straight to where the frames will lie, and back.
    m_socket->connectToHost(host, port, QIODevice::ReadWrite | QIODevice::Unbuffered);
}

QString Connection::adopt(qintptr descriptor)
{
    // A QTcpSocket cannot be told to work unbuffered on a descriptor that it takes over; its base
    // class always does.
    setSocket(new QAbstractSocket(QAbstractSocket::TcpSocket, this));
    if (!m_socket->setSocketDescriptor(descriptor, QAbstractSocket::ConnectedState,
                                       QIODevice::ReadWrite | QIODevice::Unbuffered)) {
        finish();
        return {};
    }
    m_peer = hostAndPort(m_socket->peerAddress().toString(), m_socket->peerPort());
    opened();
    return m_peer;
}

void Connection::setSocket(QAbstractSocket *socket)
{
    m_socket = socket;
    QObject::connect(m_socket, &QAbstractSocket::readyRead, this, &Connection::receive);
    QObject::connect(m_socket, &QAbstractSocket::bytesWritten, this, &Connection::send);
    QObject::connect(m_socket, &QAbstractSocket::errorOccurred, this,
                     [this](QAbstractSocket::SocketError error) {
                         if (error != QAbstractSocket::RemoteHostClosedError)
                             end(m_socket->errorString());
                     });
    QObject::connect(m_socket, &QAbstractSocket::disconnected, this, &Connection::endOfStream);
}

void Connection::opened()
{
    m_timer.stop();
    m_timer.disconnect();
    m_state = State::Open;
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_link.outbox->open(this);
    m_link.inbox->pushConnected();
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
    m_isReading = m_link.inbox->hasRoom();
    // First what has arrived: if the peer has gone, writing would make the system drop it.
    receive();
    send();
}

void Connection::receive()
{
    switch (m_state) {
    case State::Open:
        if (m_isReading)
            receiveChunk();
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
        if (const int error = NativeSocket::takeError(m_socket->socketDescriptor()))
            return end(qt_error_string(error));
    }
    const qint64 wanted = std::max<qint64>(readSize, m_reader.missingBytes());
    const qint64 size = std::clamp<qint64>(available, 1, wanted);
    const qint64 received = m_socket->read(m_reader.prepare(size), size);
    if (received < 0)
        return endOfStream();

    const bool isSound = m_reader.commit(received);
    if (m_reader.hasFrames())
        m_isReading = m_link.inbox->pushMessages(m_reader.takeFrames());
    if (!isSound)
        end(m_reader.error());
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
    for (QByteArray &part : m_link.outbox->takeAll())
        m_unsent.push_back(std::move(part));

    while (!m_unsent.empty() && m_socket->bytesToWrite() == 0) {
        const QByteArray &part = m_unsent.front();
        const qsizetype size = std::min(part.size() - m_sentOfFirst, writeSize);
        const qint64 written = m_socket->write(part.constData() + m_sentOfFirst, size);
        if (written < 0)
            return m_state == State::Closing ? finish() : end(m_socket->errorString());
        m_link.outbox->written(written);
        m_sentOfFirst += written;
        if (m_sentOfFirst == part.size()) {
            m_unsent.pop_front();
            m_sentOfFirst = 0;
        }
    }
    if (m_state == State::Closing && m_unsent.empty() && m_socket->bytesToWrite() == 0)
        closeWriting();
}

void Connection::close(CloseBounds bounds)
{
    m_link.close();
    switch (m_state) {
    case State::Connecting:
        return finish();
    case State::Open:
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
    NativeSocket::shutdownWriting(m_socket->socketDescriptor());
    m_timer.start(std::min(m_timer.remainingTime(), m_linger));
}

void Connection::endOfStream()
{
    switch (m_state) {
    case State::Open: {
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
    m_link.inbox->pushEnd(error.isEmpty() ? error : m_peer + QLatin1String(": ") + error);
    finish();
}

void Connection::finish()
{
    if (m_state == State::Closed)
        return;
    m_state = State::Closed;
    m_timer.stop();
    if (m_socket)
        m_socket->abort();
    deleteLater();
}

} // namespace QRepod
