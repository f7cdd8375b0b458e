// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>

#include <QtCore/qmetatype.h>
#include <QtCore/qobjectdefs.h>

namespace QRepod {

//! What has passed through one connection, and what waits in it. A snapshot.
///
/// Client::statistics() and Channel::statistics() take one, in any thread. It tells of the latest
/// connection, also when that has ended; a new one starts with zeros.
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

    //! Read from the socket: headers, heartbeats and control frames too; with TLS, as they are once
    //! decrypted.
    qint64 bytesReceived = 0;

    //! Written to the socket, likewise.
    qint64 bytesSent = 0;

    //! Well-formed frames that are neither messages nor control frames, heartbeats among them.
    qint64 framesSkipped = 0;

    //! Messages that have arrived and wait to be pumped. What arrived together counts until the
    //! last of it has been delivered.
    qint64 messagesWaiting = 0;

    //! Bytes that send() has accepted and the socket has not taken yet.
    qint64 bytesUnsent = 0;

    //! How long a message takes to the peer and back, in microseconds: the smallest of the latest
    //! four times that this was measured. -1 when it is not known.
    ///
    /// A QRepod peer is asked, twice a second while it sends something and with each heartbeat
    /// else; its network thread answers, or its server's. It is the network's part of a round trip:
    /// what either side waits before it pumps comes on top. For other peers, without heartbeats,
    /// and for the first half second it is what TCP has measured between sending and being
    /// acknowledged, the smallest of the last minutes; on other systems than Linux that is not
    /// known.
    qint64 roundTripTime = -1;
};

} // namespace QRepod

Q_DECLARE_METATYPE(QRepod::Statistics)
