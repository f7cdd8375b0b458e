// SPDX-License-Identifier: MIT
#pragma once

#include "support/eventually.h"
#include "support/messages.h"
#include "support/tlsconfiguration.h"
#include "transport/nativesocket.h"
#include "transport/nativestream.h"
#include "transport/poller.h"
#include "transport/tcpstream.h"

#include <QtNetwork/qsslsocket.h>
#include <QtNetwork/qtcpserver.h>

#include <sys/socket.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

namespace QRepod {

enum class StreamKind {
    Accepted,     ///< NativeStream
    ToServer,     ///< TcpStream
    AcceptedByQt, ///< QtStream without TLS, as on systems without POSIX
    AcceptedTls,
    ToServerTls,
};

inline bool isTls(StreamKind kind)
{
    return kind == StreamKind::AcceptedTls || kind == StreamKind::ToServerTls;
}

//! Whether the stream bypasses Qt and uses the system's descriptor.
inline bool isNative(StreamKind kind)
{
    return kind == StreamKind::Accepted || kind == StreamKind::ToServer;
}

//! The owner of a stream: reads what arrives, and logs what it is told.
class StreamOwner : public Stream::Owner
{
public:
    void streamOpened() override { note(u"opened"_s, onOpened); }

    void streamReadable() override
    {
        ++readable;
        if (onReadable)
            return onReadable();
        // Like connections, read no more than is available: a Qt socket treats the rest
        // differently then.
        const qint64 size = std::clamp<qint64>(stream->readableBytes(), 1, readSize);
        QByteArray bytes(size, Qt::Uninitialized);
        received += bytes.first(stream->read(bytes.data(), bytes.size()));
    }

    void streamWritable() override
    {
        ++writable;
        if (onWritable)
            onWritable();
    }

    void streamEnded() override { note(u"ended"_s, onEnded); }
    void streamFailed(const QString &reason) override { note(u"failed: "_s + reason, onFailed); }
    void streamFaulted(const QString &reason) override { note(u"fault: "_s + reason, onFailed); }

    bool hasEnded() const { return !log.isEmpty() && log.last() != u"opened"_s; }

    Stream *stream = nullptr;
    qsizetype readSize = 1'000; // at once
    QByteArray received;
    QStringList log; // without readable and writable
    int readable = 0;
    int writable = 0;
    std::function<void()> onOpened;
    std::function<void()> onReadable; // instead of reading
    std::function<void()> onWritable;
    std::function<void()> onEnded;
    std::function<void()> onFailed;

private:
    void note(const QString &entry, const std::function<void()> &then)
    {
        log << entry;
        if (then)
            then();
    }
};

//! Accepts clients like a QTcpServer, but hands over descriptors.
class DescriptorServer : public QTcpServer
{
public:
    DescriptorServer()
    {
        if (!listen(QHostAddress::LocalHost))
            qFatal("the test cannot listen: %s", qPrintable(errorString()));
    }

    //! Waits for the next client.
    qintptr accept()
    {
        if (!eventually([this] { return m_descriptor != -1; }))
            qFatal("nobody has connected");
        return std::exchange(m_descriptor, -1);
    }

protected:
    void incomingConnection(qintptr descriptor) override { m_descriptor = descriptor; }

private:
    qintptr m_descriptor = -1;
};

//! A stream of any kind with its owner, and its peer, which is a Qt socket.
class TestStream
{
public:
    //! Both ends are connected, and the stream waits to be opened.
    explicit TestStream(StreamKind kind)
        : m_kind(kind)
    {
        const bool isServer = kind != StreamKind::ToServer && kind != StreamKind::ToServerTls;
        if (isTls(kind)) {
            m_settings.tls = isServer ? serverConfiguration() : clientConfiguration();
            auto *socket = new QSslSocket;
            socket->setSslConfiguration(isServer ? clientConfiguration() : serverConfiguration());
            peer.reset(socket);
        } else {
            peer = std::make_unique<QTcpSocket>();
        }
        if (isServer) {
            if (isTls(kind))
                encrypted()->connectToHostEncrypted(u"127.0.0.1"_s, m_server.serverPort());
            else
                peer->connectToHost(QHostAddress::LocalHost, m_server.serverPort());
            const qintptr descriptor = m_server.accept();
            const QString name = NativeSocket::peer(descriptor);
            if (kind == StreamKind::Accepted)
                stream = std::make_unique<NativeStream>(descriptor, name);
            else
                stream = std::make_unique<QtStream>(descriptor, name, m_settings);
        } else if (kind == StreamKind::ToServer) {
            stream = std::make_unique<TcpStream>(u"127.0.0.1"_s, m_server.serverPort(), m_settings);
        } else {
            stream = std::make_unique<QtStream>(u"127.0.0.1"_s, m_server.serverPort(), m_settings);
        }
        owner.stream = stream.get();
    }

    //! Starts to open the stream.
    void begin()
    {
        stream->open(owner, *poller);
        if (m_kind != StreamKind::ToServer && m_kind != StreamKind::ToServerTls)
            return;
        peer->setSocketDescriptor(m_server.accept());
        if (isTls(m_kind))
            encrypted()->startServerEncryption();
    }

    //! Opens the stream, and waits until both ends are open.
    bool open()
    {
        begin();
        return eventually([this] {
            const bool isPeerOpen = isTls(m_kind)
                ? encrypted()->isEncrypted()
                : peer->state() == QAbstractSocket::ConnectedState;
            return isPeerOpen && owner.log == QStringList({u"opened"_s})
                && stream->unwrittenBytes() == 0; // a TLS server still has to send some bytes
        });
    }

    bool receives(const QByteArray &bytes)
    {
        return eventually([&] { return owner.received.size() >= bytes.size(); })
            && owner.received == bytes;
    }

    bool ends()
    {
        return eventually([this] { return owner.hasEnded(); });
    }

    /// \name Actions of the peer
    /// @{
    void write(const QByteArray &bytes) const
    {
        peer->write(bytes);
        peer->flush();
    }

    //! How many bytes the system has not taken.
    qint64 unwritten() const
    {
        return isTls(m_kind) ? encrypted()->encryptedBytesToWrite() : peer->bytesToWrite();
    }

    //! Closes gracefully, after what was written.
    void close() const { peer->disconnectFromHost(); }

    void reset() const
    {
        const linger abort{1, 0};
        ::setsockopt(peerDescriptor(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
        peer->abort();
    }

    //! Lets what arrives pile up, or goes on reading.
    void setReading(bool isReading)
    {
        peer->setReadBufferSize(isReading ? 0 : 1);
        m_isPeerReading = isReading;
    }

    //! Returns all bytes received so far.
    const QByteArray &received()
    {
        if (m_isPeerReading)
            m_received += peer->readAll();
        return m_received;
    }

    //! Waits until the stream has closed its end.
    bool peerEnds()
    {
        return eventually([this] {
            received();
            return peer->state() == QAbstractSocket::UnconnectedState;
        });
    }

    int peerDescriptor() const { return int(peer->socketDescriptor()); }
    /// @}

private:
    QSslSocket *encrypted() const { return static_cast<QSslSocket *>(peer.get()); }

    const StreamKind m_kind;
    DescriptorServer m_server;
    ConnectionSettings m_settings;
    QByteArray m_received;
    bool m_isPeerReading = true;

public:
    std::unique_ptr<QTcpSocket> peer;
    StreamOwner owner;
    std::unique_ptr<Poller> poller{Poller::create(nullptr)};
    std::unique_ptr<Stream> stream; // destroyed before the poller
};

} // namespace QRepod
