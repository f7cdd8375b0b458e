// SPDX-License-Identifier: MIT
#pragma once

#include "input.h"

#include <QRepod/Protocol>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qendian.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>
#include <tuple>
#include <utility>

//! What a peer has received: a message, or a control frame.
struct RawFrame
{
    QVariantMap map;
    bool isMessage() const { return map.contains(QStringLiteral("action")); }
};

//! Creates the application and runs its event loop, for targets that drive a server through its
//! public interface.
inline void prepareApplication()
{
    static const bool isPrepared = [] {
        qputenv("QT_NO_GLIB", "1"); // poll() alone is several times as fast
        qputenv("QT_LOGGING_RULES", "qrepod.*=false");
        return true;
    }();
    Q_UNUSED(isPrepared);
    static int argc = 1;
    static std::array<char *, 2> argv = {const_cast<char *>("fuzz"), nullptr};
    static QCoreApplication application(argc, argv.data());
}

inline void turn()
{
    QCoreApplication::processEvents();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

//! Runs the event loop until \a condition holds; the system may need a moment.
inline void turnUntil(const std::function<bool()> &condition, const char *expectation)
{
    const QDeadlineTimer deadline(10'000);
    while (!condition()) {
        expect(!deadline.hasExpired(), expectation);
        turn();
    }
}

//! A client's end of a TCP connection on this machine, which knows frames but no rules.
class RawPeer
{
public:
    RawPeer() = default;
    ~RawPeer() { close(); }
    Q_DISABLE_COPY_MOVE(RawPeer)

    bool isOpen() const { return m_descriptor >= 0; }

    //! Whether the server has closed the connection.
    bool hasEnded() const { return m_hasEnded; }

    void open(quint16 port)
    {
        close();
        m_descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        // Use a new address each time: the system keeps closed connections for a minute, and one
        // address would soon run out of ports.
        static quint32 count = 0;
        sockaddr_in source = loopback(++count & 0xffffU, 0);
        sockaddr_in target = loopback(0, port);
        const int enabled = 1;
        setsockopt(m_descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &enabled, sizeof enabled);
        setsockopt(m_descriptor, IPPROTO_TCP, TCP_NODELAY, &enabled, sizeof enabled);
        if (::bind(m_descriptor, address(source), sizeof source) != 0)
            abort();
        while (::connect(m_descriptor, address(target), sizeof target) != 0) {
            if (errno == EISCONN)
                break;
            if (errno != EINTR && errno != EALREADY) // interrupted by libFuzzer's timer
                abort();
        }
    }

    //! Writes \a bytes, which must be few enough for the system to take them at once.
    void write(QByteArrayView bytes) const
    {
        if (isOpen())
            std::ignore = ::send(m_descriptor, bytes.data(), size_t(bytes.size()),
                                 MSG_NOSIGNAL | MSG_DONTWAIT);
    }

    //! Passes every frame that has arrived to \a take, which may close this peer.
    void read(const std::function<void(const RawFrame &)> &take)
    {
        std::array<char, 16 * 1024> buffer;
        while (isOpen() && !m_hasEnded) {
            const ssize_t received =
                ::recv(m_descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
            if (received < 0 && (errno == EAGAIN || errno == EINTR))
                break;
            m_hasEnded = received <= 0;
            if (received > 0)
                m_bytes.append(buffer.data(), received);
        }
        while (m_bytes.size() >= 4) {
            const auto length = qsizetype(qFromBigEndian<quint32>(m_bytes.constData()));
            if (m_bytes.size() - 4 < length)
                return;
            const auto map = QRepod::decode(QByteArrayView(m_bytes).sliced(4, length));
            expect(map.has_value(), "what a server sends is well-formed");
            m_bytes.remove(0, 4 + length);
            if (!map->isEmpty()) // not a heartbeat
                take({*map});
        }
    }

    //! Closes and drops what has not been read. If \a isAbrupt, the server sees a reset.
    void close(bool isAbrupt = false)
    {
        if (!isOpen())
            return;
        if (isAbrupt) {
            const linger now = {1, 0};
            setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        }
        ::close(std::exchange(m_descriptor, -1));
        m_bytes.clear();
        m_hasEnded = false;
    }

private:
    static sockaddr_in loopback(quint32 host, quint16 port)
    {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host);
        address.sin_port = htons(port);
        return address;
    }
    static sockaddr *address(sockaddr_in &address)
    {
        return reinterpret_cast<sockaddr *>(&address);
    }

    int m_descriptor = -1;
    QByteArray m_bytes; // the beginning of a frame
    bool m_hasEnded = false;
};
