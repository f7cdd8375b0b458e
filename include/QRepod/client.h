// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/qrepod_global.h>
#include <QRepod/sendmode.h>
#include <QRepod/statistics.h>

#include <QtCore/qobject.h>
#include <QtCore/qvariant.h>

#include <memory>

namespace QRepod {

//! The connection of a ConnectionListener, and the network thread it runs on.
///
/// A listener creates its Client at the first `connect()` and keeps it, so a pointer from
/// `ConnectionListener::connection()` stays valid through every reconnect. Every function may be
/// called from any thread.
class QREPOD_EXPORT Client : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Client)

public:
    class Private; ///< the library's implementation

    ~Client() override;

    //! The host passed to the latest `connect()`.
    QString hostName() const;

    //! The port passed to the latest `connect()`; 0 if it was invalid.
    quint16 port() const;

    //! `"host:port"`; an IPv6 address is in brackets.
    QString address() const;

    //! Sends \a message without blocking. A short message on an idle line is written at once;
    //! everything else is queued for the network thread.
    ///
    /// \return the bytes accepted, header included; 0 without a connection. It is also 0, with a
    ///         warning, if the message has no `action`, cannot be encoded, exceeds a limit, or if
    ///         more bytes are waiting than the send backlog allows.
    qint64 send(const QVariantMap &message, SendMode mode = SendMode::Reliable);

    //! Ends the connection. Queued messages are still written, for at most `closeTimeout`.
    ///
    /// Idempotent. The listener delivers `disconnected` at its next pump.
    void close();

    //! Whether the transport is connected; the listener may not have delivered `connected` yet.
    bool isConnected() const;

    //! Whether the line was lost and the session may still be resumed; see
    //! ConnectionListener::interrupted(). Messages sent meanwhile are kept.
    bool isInterrupted() const;

    //! Traffic and backlogs of the latest connection, or of all connections of a resumed session.
    //! After the end the last figures stay until a new connection is made.
    Statistics statistics() const;

private:
    Client(std::unique_ptr<Private> part, QObject *parent);

    std::unique_ptr<Private> d;
};

} // namespace QRepod
