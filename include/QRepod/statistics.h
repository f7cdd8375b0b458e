// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qmetatype.h>
#include <QtCore/qobjectdefs.h>

namespace QRepod {

//! A snapshot of one connection's traffic and backlogs.
///
/// Client::statistics() and Channel::statistics() take one, in any thread. It describes the latest
/// connection, even if that has ended; a new connection starts from zero.
struct QREPOD_EXPORT Statistics
{
    Q_GADGET
    Q_PROPERTY(qint64 messagesReceived MEMBER messagesReceived)
    Q_PROPERTY(qint64 messagesSent MEMBER messagesSent)
    Q_PROPERTY(qint64 bytesReceived MEMBER bytesReceived)
    Q_PROPERTY(qint64 bytesSent MEMBER bytesSent)
    Q_PROPERTY(qint64 framesSkipped MEMBER framesSkipped)
    Q_PROPERTY(qint64 messagesWaiting MEMBER messagesWaiting)
    Q_PROPERTY(qint64 bytesUnsent MEMBER bytesUnsent)
    Q_PROPERTY(qint64 roundTripTime MEMBER roundTripTime)

public:
    //! Whole messages that have arrived, pumped or not.
    qint64 messagesReceived = 0;

    //! Messages that send() has accepted.
    qint64 messagesSent = 0;

    //! Bytes read from the socket, including headers, heartbeats and control frames; with TLS,
    //! counted after decryption.
    qint64 bytesReceived = 0;

    //! Bytes written to the socket, counted the same way.
    qint64 bytesSent = 0;

    //! Well-formed frames that are neither messages nor control frames, such as heartbeats.
    qint64 framesSkipped = 0;

    //! Messages that have arrived and wait to be pumped. Messages that arrived together all count
    //! until the last of them is delivered.
    qint64 messagesWaiting = 0;

    //! Bytes that send() has accepted and the socket has not yet taken.
    qint64 bytesUnsent = 0;

    //! How long a message takes to the peer and back, in microseconds: the smallest of the latest
    //! four measurements. -1 when it is not known.
    ///
    /// A QRepod peer is asked twice a second while it sends something, and otherwise with each
    /// heartbeat. Its network thread answers, or its server's. So this is the network's part of a
    /// round trip; the time that either side waits before it pumps comes on top. For other peers,
    /// without heartbeats, and for the first half second, it is TCP's smallest time between sending
    /// and acknowledgement in the last minutes. That figure exists on Linux only.
    qint64 roundTripTime = -1;
};

} // namespace QRepod

Q_DECLARE_METATYPE(QRepod::Statistics)
