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

//! One step in the life of a connection, as its reader sees it.
///
/// While a delivery exists, its messages count as received and not yet pumped.
class Delivery
{
public:
    enum class Kind {
        Connected,
        Messages,
        Error,
        Disconnected,
        Resumed,   ///< a session continues here; created by the reader itself
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
    //! Marks the end of a connection whose line was lost, so that a session can be resumed.
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

    //! For Error and Disconnected: neither end meant it, the line was lost.
    bool isLoss() const { return m_isLoss; }
    const Inbox *origin() const { return m_origin.get(); }

private:
    friend class Inbox;

    Kind m_kind;
    FrameBatch m_batch;
    QString m_error;
    bool m_isLoss = false;
    std::shared_ptr<Inbox> m_origin; ///< set when the reader takes the delivery
};

//! The queue from one connection to its reader, in order and across threads.
///
/// The connection is the only writer, and there is one reader. A batch is published under one lock,
/// and the reader is woken only if the queue was empty. If more than the limit waits, the writer is
/// told to stop, and woken again once half of the limit has been pumped.
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

    //! \a bytes of a frame have arrived, but not its end.
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

    //! Closes. If nothing has been taken yet, the reader sees it as never connected.
    void cancel();

    //! Wakes the reader if there is something to take.
    void wakeReader();

    //! The reader is about to be destroyed: closes, and no longer wakes it.
    void detachReader();

    //! Wakes \a reader from now on; at once, if there is something to take.
    void setReader(WakeTarget reader);

    //! Closes without an end that the reader would see, since another connection takes over.
    void retire();

    //! Ends the queue as if the line were lost: the reader has waited long enough.
    void lose();

    //! For a reader without a connection that can still be closed: the end is then Disconnected.
    void markConnected();

    //! Tells the peer from now on how many messages have arrived, including \a before earlier ones.
    void beginReceipts(qint64 before);
    /// @}

    /// \name Any thread
    /// @{
    enum class State {
        Open,
        Closed,  ///< by the reader, or because the connection ended; what was sent is still written
        Aborted, ///< by the reader; what was sent is dropped
    };
    State state() const;

    struct Counts
    {
        qint64 received = 0; ///< messages, ever
        qint64 waiting = 0;  ///< of these messages, not yet pumped
    };
    Counts counts() const;

    //! How many messages have arrived in this session; nothing if the peer is not to be told.
    std::optional<qint64> receipt() const;

    //! How many bytes wait, including the start of an unfinished frame.
    qint64 heldBytes() const;

    //! Whether the connection must not read, even if there is room.
    void setHeld(bool isHeld);

    //! How many messages a second may arrive; 0: no limit. The connection enforces it.
    int messageRate() const;
    void setMessageRate(int perSecond);

    //! Ends the queue with Disconnected if it was connected, or else Cancelled, preceded by
    //! \a error if there is one; nothing follows. The connection is woken to close itself.
    void close(const QString &error = {});

    //! The same, but the connection must close at once.
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
    std::optional<qint64> m_before; // earlier messages; if set, the peer gets receipts
    int m_messageRate = 0;
    qint64 m_cost = 0; // of waiting messages, taken or not
    State m_state = State::Open;
    bool m_isConnected = false; // ever; decides how the queue ends
    bool m_isWriterStopped = false;
    bool m_isHeld = false;
    bool m_isTaken = false; // the first delivery has been taken
};

} // namespace QRepod
