// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/encodedmessage.h"
#include "transport/directwriter.h"
#include "transport/framequeue.h"
#include "transport/waker.h"

#include <QRepod/sendmode.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qobject.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

namespace QRepod {

//! Keeps account of what the peer has received. Called in the connection's thread.
class ReceiptHolder
{
public:
    //! The peer has received \a received messages.
    ///
    /// \return whether the reader has to be told too.
    virtual bool acknowledge(qint64 received) = 0;

protected:
    ~ReceiptHolder() = default;
};

//! Frames on their way from any thread to the connection that writes them.
///
/// Open while the connection is. The connection is woken only when it sleeps, so many small sends
/// cost one wake-up and one write. With a DirectWriter, the first send after a pause is written at
/// once, and so waits for no other thread.
class Outbox
{
public:
    enum class Status { Accepted, Closed, Full };

    struct Result
    {
        Status status;
        qint64 bytes = 0;   ///< accepted
        QString error = {}; ///< why not accepted, unless closed
        qint64 number = 0;  ///< of the message, counting accepted messages without replaced ones
        bool isReplacing = false; ///< the earlier message with this number is no longer sent
    };

    //! Makes \a hello, a control frame, the first to be written. Before the connection opens.
    ///
    /// \a delay is how long it may wait for a message to go with, in milliseconds.
    void begin(const QByteArray &hello, int delay = 0);

    //! How long the connection, once open, may leave waiting frames unwritten, in milliseconds.
    int beginDelay() const;

    //! \a limit is how many bytes may wait. A single message may exceed it if nothing else waits.
    //! Messages of SendMode::Latest do not count.
    explicit Outbox(qint64 limit)
        : m_limit(limit)
    {
    }

    /// \name Any thread
    /// @{
    //! \a message must be valid. Large values are shared, not copied.
    Result send(const EncodedMessage &message, SendMode mode = SendMode::Reliable);
    Result send(const QByteArray &frame); ///< the same, of a whole frame

    //! Queues \a messages messages regardless of the limit: the peer may already have them, or the
    //! game has accepted them. \a large is as in EncodedMessage.
    void sendAgain(const QByteArray &frames, const QList<LargeValue> &large, qint64 messages);

    enum class Bound {
        Limit, ///< drop the frame if too much waits
        None,  ///< for frames that are sent only once
    };

    //! Queues a control frame behind everything else, for a peer that has said hello.
    ///
    /// \return false, and drops the frame, if the peer has not said hello or too much waits.
    bool sendControl(const QByteArray &frame, Bound bound = Bound::Limit);

    //! Reports receipts to \a holder from now on.
    void setReceiptHolder(std::weak_ptr<ReceiptHolder> holder);

    //! Whether the peer has said that it understands control frames.
    bool isPeerKnown() const { return m_isPeerKnown; }

    bool isOpen() const { return m_isOpen; }

    //! Accepts nothing more, and tells the connection.
    void close();

    //! Called when the reader knows of the connection's end. Accepts only expected answers from now
    //! on, and closes when none are left. Closes at once for a peer that understands control
    //! frames: once such a peer closes, it no longer listens.
    void finish();

    //! An answer that is expected for as long as this object exists.
    class Expectation
    {
    public:
        explicit Expectation(std::shared_ptr<Outbox> outbox);
        ~Expectation();
        Q_DISABLE_COPY_MOVE(Expectation)

        bool isPeerKnown() const { return m_outbox->isPeerKnown(); }

    private:
        const std::shared_ptr<Outbox> m_outbox;
    };

    //! Like send(), but works after finish() too; for expected answers.
    Result answer(const EncodedMessage &message);

    struct Counts
    {
        qint64 messages = 0;     ///< ever accepted, without replaced ones
        qint64 bytesWritten = 0; ///< ever, including what the connection added
        qint64 bytesWaiting = 0; ///< accepted and not written
        qint64 bytesLatest = 0;  ///< of these, what does not count against the limit
    };
    Counts counts() const;
    /// @}

    /// \name For the connection, in its thread
    /// @{
    bool isClosed() const; ///< what waits is then the last
    int expectedAnswers() const { return m_expected; }
    void open(WakeTarget connection, std::unique_ptr<DirectWriter> directWriter = {});

    //! The peer understands control frames: tells it that this end does too, unless begin() did.
    void answerHello();

    //! The peer understands control frames; an answer other than hello is on its way.
    void setPeerKnown();

    //! The peer has received \a received messages. \return whether the reader has to be told too.
    bool takeReceipt(qint64 received);

    //! Takes all waiting frames, in order. They count as waiting until reported as written. The
    //! caller must go on until nothing is left: it is woken again only then.
    FrameQueue takeAll();
    void written(qint64 bytes);

    //! The peer takes nothing for now. \a rest is what was taken from here and can still be
    //! replaced; it goes back to its place.
    void block(FrameQueue &&rest);

    //! Adds one of the connection's own frames behind all others. The connection must take it at
    //! once.
    void addInternal(QByteArrayView frame);

    //! How long no thread has written anything, in milliseconds.
    int quietFor() const;

    //! How long nothing has been written although something waits, in milliseconds.
    int stalledFor() const;

    //! The system's error number of the direct writer's failure; 0 if it has not failed.
    int directError() const;
    /// @}

private:
    using Clock = std::chrono::steady_clock;

    enum class Kind { Message, Answer, Control };
    Result add(Kind kind, const QByteArray &bytes, const QList<LargeValue> &large, qint64 size,
               Bound bound = Bound::Limit);
    void enqueue(const QByteArray &bytes, const QList<LargeValue> &large);
    void closeUnlessExpecting();
    Result addLatest(const QByteArray &frame, const QString &action);
    qint64 latestWaiting() const;
    static int since(Clock::time_point time);
    qint64 writeAtOnce(QByteArrayView bytes);
    void append(QByteArrayView bytes, const QByteArray *owner);
    void expectWriter(qint64 bytes);

    const qint64 m_limit;
    std::atomic<bool> m_isOpen = false;      // whether m_writer is set; read without the lock
    std::atomic<bool> m_isPeerKnown = false; // the peer understands control frames
    std::atomic<int> m_expected = 0;         // answers
    std::atomic<bool> m_isFinishing = false; // only expected answers are accepted

    mutable std::mutex m_mutex; // guards everything below
    FrameQueue m_queue;
    WakeTarget m_writer;                          // while open
    std::unique_ptr<DirectWriter> m_directWriter; // while open, if there is one
    std::weak_ptr<ReceiptHolder> m_receiptHolder;
    int m_directError = 0;
    bool m_isWriterAwake = false; // or about to wake up
    bool m_isClosed = false;      // even before it was opened; it stays closed
    bool m_isBlocked = false;     // the peer has taken nothing since something was left over
    qint64 m_latestTaken = 0;     // the most of what was taken that does not count
    bool m_hasSaidHello = false;
    int m_beginDelay = 0; // milliseconds
    Clock::time_point m_lastWritten;
    Clock::time_point m_waitingSince; // while something is waiting
    Counts m_counts;
};

} // namespace QRepod
