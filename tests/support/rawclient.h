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
/// It is one of the system's own sockets, which never blocks. What a test does with it is done at
/// once; what a test waits for is read while the test's event loop runs.
class RawClient
{
public:
    //! Connects to a server on this machine, which need not have accepted when this returns.
    ///
    /// \a bufferSize, if given, bounds what the system holds of what neither end has read.
    explicit RawClient(quint16 port, qsizetype bufferSize = 0);
    ~RawClient() { close(); }

    //! This end of the connection, as the server names it.
    QString address() const { return m_address; }

    //! Writes what the system takes at once, and says how much that was.
    qsizetype write(QByteArrayView bytes) const;

    //! Writes everything, and says whether it could.
    bool sendBytes(QByteArrayView bytes) const;
    bool send(const QVariantMap &message) const;

    //! Reads what has come, up to \a maximum bytes.
    void read(qsizetype maximum = 64 * mebi);

    //! Waits for \a size bytes behind those that it has returned before; fewer, if there are no
    //! more.
    QByteArray receive(qsizetype size);

    //! Waits until the other end has closed the connection, or broken it.
    bool ends();

    //! Waits for the end: 0, or the system's error number; -1 if there are bytes before it that
    //! receive() has not returned, or no end.
    int endOfStream();

    //! What has come, message by message, without heartbeats.
    const QList<QVariantMap> &messages();
    QStringList actions();

    //! The field `n` of every message that has one.
    QList<qint64> numbers();

    //! Waits until so many messages of \a action have come.
    bool receives(const QString &action, qsizetype count = 1);

    //! Makes the system take little of what comes while nobody reads it.
    void stall();

    //! Says that nothing more will come, and goes on reading.
    void shutdownWriting() const;

    //! Closes in order; what has come is read before, since the system resets a connection that is
    //! closed with unread bytes.
    void close();

    //! Closes with a reset, as a crash of the peer's machine or a firewall does.
    void reset();

#ifdef Q_OS_LINUX
    //! How many pieces with bytes have come, as they were on the line.
    quint32 segments() const;
#endif

    QByteArray received; ///< everything that read() has read
    bool hasEnded =
        false;     ///< the other end has said that nothing more will come, or this is closed
    int error = 0; ///< the system's, once the connection has broken

private:
    Q_DISABLE_COPY_MOVE(RawClient)

    int m_descriptor;
    QString m_address;
    qsizetype m_returned = 0; // of received, by receive()
    qsizetype m_parsed = 0;   // of received
    QList<QVariantMap> m_messages;
};
