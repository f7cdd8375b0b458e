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
/// A listener creates its Client at the first `connect()` and keeps it for its own life, so a
/// pointer from `ConnectionListener::connection()` stays valid through every reconnect. Every
/// function of this class may be called from any thread.
class QREPOD_EXPORT Client : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Client)

public:
    class Private; ///< the library's own part

    ~Client() override;

    //! The host given to the latest `connect()`.
    QString hostName() const;

    //! The port given to the latest `connect()`; 0 if that was none.
    quint16 port() const;

    //! `"host:port"`; an IPv6 address stands in brackets.
    QString address() const;

    //! Sends \a message without waiting for anything: a short one after a pause is written at once,
    //! all else is queued for the network thread.
    ///
    /// \return the bytes accepted, header included; 0 when there is no connection, and, with a
    ///         warning, when the message has no `action`, cannot be encoded or is over a limit, or
    ///         when more bytes are waiting than the send backlog allows.
    qint64 send(const QVariantMap &message, SendMode mode = SendMode::Reliable);

    //! Ends the connection. What was sent before still goes out, for at most `closeTimeout`.
    ///
    /// Idempotent. The listener delivers `disconnected` at its next pump.
    void close();

    //! Whether the transport is connected now; the listener may not have delivered it yet.
    bool isConnected() const;

    //! Whether the line was lost and the session may still go on, see
    //! ConnectionListener::interrupted(). What is sent meanwhile is kept.
    bool isInterrupted() const;

    //! What has passed and what waits, of the latest connection, or of all those of a session that
    //! went on; until another stands, that is the
    //! one that has ended.
    Statistics statistics() const;

private:
    Client(std::unique_ptr<Private> part, QObject *parent);

    std::unique_ptr<Private> d;
};

} // namespace QRepod
