// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/limits.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qobject.h>
#include <QtCore/qvariant.h>

#include <atomic>
#include <mutex>
#include <vector>

namespace QRepod {

//! Frames on their way from any thread to the connection that writes them.
///
/// Open while the connection stands. The connection is woken, by a WakeEvent, only when nothing was
/// waiting, so many small sends cost one wake-up and one write.
class Outbox
{
public:
    enum class Status { Accepted, Closed, Unencodable, Full };

    struct Result
    {
        Status status;
        qint64 bytes = 0;   ///< accepted
        QString error = {}; ///< why not, unless it was closed
    };

    //! \a limit is how many bytes may wait.
    Outbox(const MessageLimits &messageLimits, qint64 limit)
        : m_messageLimits(messageLimits)
        , m_limit(limit)
    {
    }

    /// \name Any thread
    /// @{
    Result send(const QVariantMap &message);
    Result send(const QByteArray &frame); ///< shares a large frame's memory
    bool isOpen() const { return m_isOpen; }
    void close();

    struct Counts
    {
        qint64 messages = 0;     ///< accepted, ever
        qint64 bytesWritten = 0; ///< ever, what the connection added included
        qint64 bytesWaiting = 0; ///< accepted and not written
    };
    Counts counts() const;
    /// @}

    /// \name For the connection, in its thread
    /// @{
    void open(QObject *connection);

    //! All that waits, in order. It counts as waiting until it is reported as written.
    std::vector<QByteArray> takeAll();
    void written(qint64 bytes);

    //! Counts bytes that the connection writes of its own accord as waiting.
    void addWaiting(qint64 bytes);
    /// @}

private:
    Result add(QByteArrayView bytes, const QByteArray *owner);

    const MessageLimits m_messageLimits;
    const qint64 m_limit;
    std::atomic<bool> m_isOpen = false; // whether m_writer is set, to be asked without the lock

    mutable std::mutex m_mutex; // guards everything below
    std::vector<QByteArray> m_parts;
    QObject *m_writer = nullptr; // set while open
    bool m_isClosed = false;     // for good, even before it was opened
    Counts m_counts;
};

} // namespace QRepod
