// SPDX-License-Identifier: MIT
#pragma once

#include "support/messages.h"

#include <QtCore/QByteArray>
#include <QtCore/QStringList>
#include <QtCore/QVariantMap>

QByteArray frame(const QByteArray &payload);
QByteArray hex(const char *digits);

//! A client that does exactly what a test says, byte by byte: it knows frames, but no rules.
///
/// It is a non-blocking socket of the system. Its functions act at once; what a test waits for is
/// read while the test's event loop runs.
class RawClient
{
public:
    //! Connects to a server on this machine, which may not have accepted when this returns.
    ///
    /// \a bufferSize, if given, limits the bytes that the system holds between both ends.
    explicit RawClient(quint16 port, qsizetype bufferSize = 0);
    ~RawClient() { close(); }

    //! The address of this end, as the server knows it.
    QString address() const { return m_address; }

    //! Writes what the system takes at once, and returns how much that was.
    qsizetype write(QByteArrayView bytes) const;

    //! Writes everything, and returns whether it could.
    bool sendBytes(QByteArrayView bytes) const;
    bool send(const QVariantMap &message) const;

    //! Reads what has arrived, up to \a maximum bytes.
    void read(qsizetype maximum = 64 * mebi);

    //! Waits for \a size bytes after those that it has returned before. Returns fewer if there are
    //! no more.
    QByteArray receive(qsizetype size);

    //! Waits until the other end has closed the connection, or broken it.
    bool ends();

    //! Waits for the end. Returns 0, or the system's error number; -1 if receive() has not returned
    //! all bytes before the end, or there is no end.
    int endOfStream();

    //! The messages that have arrived, without heartbeats.
    const QList<QVariantMap> &messages();
    QStringList actions();

    //! The field `n` of every message that has one.
    QList<qint64> numbers();

    //! Waits until \a count messages with this \a action have arrived.
    bool receives(const QString &action, qsizetype count = 1);

    //! Makes the system accept few bytes while nobody reads them.
    void stall();

    //! Tells the other end that nothing more will come, and goes on reading.
    void shutdownWriting() const;

    //! Closes gracefully. Reads what has arrived first, because the system resets a connection that
    //! is closed with unread bytes.
    void close();

    //! Closes with a reset, like a crash of the peer's machine or a firewall.
    void reset();

#ifdef Q_OS_LINUX
    //! How many segments with bytes have arrived.
    quint32 segments() const;
#endif

    QByteArray received;   ///< everything that read() has read
    bool hasEnded = false; ///< the other end sends nothing more, or this is closed
    int error = 0;         ///< the system's error, once the connection has broken

private:
    Q_DISABLE_COPY_MOVE(RawClient)

    int m_descriptor;
    QString m_address;
    qsizetype m_returned = 0; // bytes of received that receive() has returned
    qsizetype m_parsed = 0;   // bytes of received that were parsed
    QList<QVariantMap> m_messages;
};
