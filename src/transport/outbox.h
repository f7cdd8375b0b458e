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

//! Who wants to know what the peer has received. Called in the connection's thread.
class ReceiptHolder
{
public:
    //! The peer has received so many messages.
    ///
    /// \return whether the reader has to be told, too.
    virtual bool acknowledge(qint64 received) = 0;

protected:
    ~ReceiptHolder() = default;
};

//! Frames on their way from any thread to the connection that writes them.
///
/// Open while the connection stands. The connection is woken only when it sleeps,
/// so many small sends cost one wake-up and one write. The first after a pause is written
/// at once where there is a DirectWriter, so that it waits for no other thread.
class Outbox
{
public:
    enum class Status { Accepted, Closed, Full };

    struct Result
    {
        Status status;
        qint64 bytes = 0;   ///< accepted
        QString error = {}; ///< why not, unless it was closed
        qint64 number = 0;  ///< of the message, among those that were accepted and not replaced
        bool isReplacing = false; ///< the message that had this number is not sent any more
    };

    //! Makes \a hello, a control frame, the first that is written. Before the connection opens.
    ///
    /// \a delay is how many milliseconds it may wait for a message to go with.
    void begin(const QByteArray &hello, int delay = 0);

    //! How long the connection may leave what it finds, once it is open.
    int beginDelay() const;

    //! \a limit is how many bytes may wait. One message may, however large, if nothing else does.
    //! Messages of SendMode::Latest do not count.
    explicit Outbox(qint64 limit)
        : m_limit(limit)
    {
    }

    /// \name Any thread
    /// @{
    //! \a message is valid. The memory of much is shared.
    Result send(const EncodedMessage &message, SendMode mode = SendMode::Reliable);
    Result send(const QByteArray &frame); ///< the same, of a whole frame

    //! Queues so many \a messages, whatever the limit: the peer may have them already, or the game
    //! has accepted them. \a large is as in EncodedMessage.
    void sendAgain(const QByteArray &frames, const QList<LargeValue> &large, qint64 messages);

    enum class Bound {
        Limit, ///< dropped if too much waits
        None,  ///< for what is said once
    };

    //! Queues a control frame behind all else, for a peer that has said hello.
    ///
    /// \return false, and it is dropped, if the peer has not, or cannot take more at present.
    bool sendControl(const QByteArray &frame, Bound bound = Bound::Limit);

    //! \a holder gets the receipts from now on.
    void setReceiptHolder(std::weak_ptr<ReceiptHolder> holder);

    //! Whether the peer has said that it understands control frames.
    bool isPeerKnown() const { return m_isPeerKnown; }

    bool isOpen() const { return m_isOpen; }

    //! Nothing is accepted any more, and the connection is told.
    void close();

    //! What the reader does when it has been told of the connection's end: nothing is accepted any
    //! more but answers that are expected; closes when there are none, or none any more. Closes at
    //! once for a peer that understands control frames: when that closes, it listens no more.
    void finish();

    //! An answer that is expected for as long as this exists.
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

    //! As send(), also after finish(); for the answers that are expected.
    Result answer(const EncodedMessage &message);

    struct Counts
    {
        qint64 messages = 0;     ///< accepted, ever, but for those that were replaced
        qint64 bytesWritten = 0; ///< ever, what the connection added included
        qint64 bytesWaiting = 0; ///< accepted and not written
        qint64 bytesLatest = 0;  ///< of these, how many do not count against a limit
    };
    Counts counts() const;
    /// @}

    /// \name For the connection, in its thread
    /// @{
    bool isClosed() const; ///< so that what waits is the last
    int expectedAnswers() const { return m_expected; }
    void open(WakeTarget connection, std::unique_ptr<DirectWriter> directWriter = {});

    //! The peer understands control frames: tells it the same, unless this end has begun().
    void answerHello();

    //! The peer understands control frames; another answer than hello is on its way.
    void knowPeer();

    //! The peer has received so many messages. \return whether the reader has to be told, too.
    bool takeReceipt(qint64 received);

    //! All that waits, in order. It counts as waiting until it is reported as written. Whoever
    //! takes goes on until nothing is left: only then will it be woken again.
    FrameQueue takeAll();
    void written(qint64 bytes);

    //! The peer takes nothing for now. \a rest is what was taken from here and can still be
    //! replaced; it goes back to where it was.
    void block(FrameQueue &&rest);

    //! Adds a frame of the connection's own, behind all others. It takes it at once.
    void addOwn(QByteArrayView frame);

    //! For how long nothing has been written, by whichever thread, in milliseconds.
    int quietFor() const;

    //! For how long nothing has been written although something waits, in milliseconds.
    int stalledFor() const;

    //! Why the direct writer could not write, by the system's number; 0 if it could.
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
    std::atomic<bool> m_isOpen = false; // whether m_writer is set, to be asked without the lock
    std::atomic<bool> m_isPeerKnown = false; // to understand control frames
    std::atomic<int> m_expected = 0;         // answers
    std::atomic<bool> m_isFinishing = false; // so that only these are accepted

    mutable std::mutex m_mutex; // guards everything below
    FrameQueue m_queue;
    WakeTarget m_writer;                          // while open
    std::unique_ptr<DirectWriter> m_directWriter; // while open, if there is one
    std::weak_ptr<ReceiptHolder> m_receiptHolder;
    int m_directError = 0;
    bool m_isWriterAwake = false; // or about to wake up
    bool m_isClosed = false;      // for good, even before it was opened
    bool m_isBlocked = false;     // the peer has taken nothing since something was left over
    qint64 m_latestTaken = 0;     // at most so much of what was taken does not count
    bool m_hasSaidHello = false;
    int m_beginDelay = 0; // milliseconds
    Clock::time_point m_lastWritten;
    Clock::time_point m_waitingSince; // while something waits
    Counts m_counts;
};

} // namespace QRepod
