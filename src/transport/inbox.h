// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/frame.h"
#include "transport/waker.h"

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace QRepod {

class Inbox;

//! One step in the life of a connection, as its reader gets to see it.
///
/// While it exists, its messages count as received and not yet pumped.
class Delivery
{
public:
    enum class Kind {
        Connected,
        Messages,
        Error,
        Disconnected,
        Resumed,   ///< a session goes on here; made by the reader itself
        Cancelled, ///< closed by the reader before it was connected
    };

    explicit Delivery(Kind kind)
        : m_kind(kind)
    {
    }
    explicit Delivery(FrameBatch &&batch)
        : m_kind(Kind::Messages)
        , m_batch(std::move(batch))
    {
    }
    explicit Delivery(const QString &error)
        : m_kind(Kind::Error)
        , m_error(error)
    {
    }
    //! The end of a connection whose line was lost, where a session can go on.
    static Delivery lost(Delivery &&end)
    {
        end.m_isLoss = true;
        return std::move(end);
    }
    Delivery(Delivery &&) = default;
    Delivery &operator=(Delivery &&) = default;
    ~Delivery();

    Kind kind() const { return m_kind; }
    const FrameBatch &batch() const { return m_batch; }
    const QString &error() const { return m_error; }

    //! Of Error and Disconnected: neither end has meant it, the line was lost.
    bool isLoss() const { return m_isLoss; }
    const Inbox *origin() const { return m_origin.get(); }

private:
    friend class Inbox;

    Kind m_kind;
    FrameBatch m_batch;
    QString m_error;
    bool m_isLoss = false;
    std::shared_ptr<Inbox> m_origin; ///< set once it has been taken out
};

//! The queue from one connection to whoever reads it, in order and across threads.
///
/// One writer, the connection; one reader. A batch is published under one lock, and the reader is
/// woken only when the queue was empty. When more waits than the limit, the writer is told to stop;
/// it is woken to go on once half of that has been pumped.
class Inbox : public std::enable_shared_from_this<Inbox>
{
public:
    //! \a limit is in bytes, as counted by FrameBatch::cost().
    Inbox(WakeTarget reader, qint64 limit)
        : m_limit(limit)
        , m_reader(reader)
    {
    }

    /// \name For the connection, in its thread
    /// @{
    void setWriter(WakeTarget connection);
    void pushConnected();
    [[nodiscard]] bool pushMessages(FrameBatch &&batch); ///< false: stop reading
    bool hasRoom() const;

    //! Of a frame whose end has not come, \a bytes are there.
    void setUnfinished(qint64 bytes) { m_unfinished.store(bytes, std::memory_order_relaxed); }

    enum class End {
        Lost,  ///< the line broke, or the peer closed it
        Fault, ///< the peer broke the rules
    };
    void pushEnd(const QString &error, End end = End::Fault); ///< no \a error: the peer closed
    /// @}

    /// \name For the reader, in its thread
    /// @{
    std::vector<Delivery> takeAll();

    bool isEmpty() const;

    //! Closes. That it has been connected is as if it had not been, unless it has been taken
    //! already.
    void cancel();

    //! Wakes the reader if there is something to take.
    void wakeReader();

    //! The reader will be destroyed: closes, and wakes it no more.
    void detachReader();

    //! From now on \a reader is woken; at once, if there is something to take.
    void setReader(WakeTarget reader);

    //! Closes without an end that the reader would see: another connection takes over.
    void retire();

    //! Ends the queue as if the line were lost: the reader has waited for long enough.
    void lose();

    //! For a reader without a connection, who can close it nevertheless: its end is Disconnected.
    void standIn();

    //! The peer is told from now on how many messages have come, \a before those of this inbox
    //! included.
    void beginReceipts(qint64 before);
    /// @}

    /// \name Any thread
    /// @{
    enum class State {
        Open,
        Closed,  ///< by the reader or because the connection ended; what was sent still goes out
        Aborted, ///< by the reader; what was sent is dropped
    };
    State state() const;

    struct Counts
    {
        qint64 received = 0; ///< messages, ever
        qint64 waiting = 0;  ///< of these, not yet pumped
    };
    Counts counts() const;

    //! How many messages have come in this session; nothing if the peer is not to be told.
    std::optional<qint64> receipt() const;

    //! What waits, the beginning of a frame included. In bytes.
    qint64 heldBytes() const;

    //! Whether the connection is not to read, however much room there is.
    void setHeld(bool isHeld);

    //! How many messages a second may come in; 0: no limit. The connection sees to it.
    int messageRate() const;
    void setMessageRate(int perSecond);

    //! Ends the queue, with Disconnected if it was connected and Cancelled if not, and \a error
    //! before it if there is one; nothing comes after. The connection is woken to close itself.
    void close(const QString &error = {});

    //! The same, but the connection is to end at once.
    void abort(const QString &error);
    /// @}

private:
    friend class Delivery;

    // Each is called with the lock held.
    void push(Delivery &&delivery);
    void close(State state);
    void end(Delivery &&last, State state);

    void release(const FrameBatch &batch);

    const qint64 m_limit;
    std::atomic<qint64> m_unfinished = 0; // bytes; set by the connection

    mutable std::mutex m_mutex; // guards everything below
    std::vector<Delivery> m_deliveries;
    WakeTarget m_reader;
    WakeTarget m_writer;
    Counts m_counts;
    std::optional<qint64> m_before; // messages of the session; set: the peer gets receipts
    int m_messageRate = 0;
    qint64 m_cost = 0; // of the messages that wait, taken out or not
    State m_state = State::Open;
    bool m_isConnected = false; // has been; how it ends depends on it
    bool m_isWriterStopped = false;
    bool m_isHeld = false;
    bool m_isTaken = false; // the first delivery has been
};

} // namespace QRepod
