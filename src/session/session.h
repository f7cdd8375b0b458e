// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/control.h"
#include "session/keptmessages.h"
#include "transport/link.h"

#include <QtCore/qhash.h>

#include <atomic>
#include <limits>
#include <memory>
#include <mutex>

namespace QRepod {

//! One peer, across the connections that it has one after the other.
///
/// It counts the messages in each direction, and hands over from a connection that was lost to the
/// next one. A session that keeps nothing has one connection, and costs nothing beside it.
///
/// Every function may be called from any thread. Those that change the connection are the reader's.
class Session final : public ReceiptHolder, public std::enable_shared_from_this<Session>
{
public:
    enum class Keeping {
        Nothing,       ///< one connection, and no other after it
        Unacknowledged ///< what the peer may not have received, for a next connection
    };

    //! How much may be kept, in bytes.
    struct Limits
    {
        qint64 away = std::numeric_limits<qint64>::max(); ///< while there is no connection

        //! While there is one: a peer that does not acknowledge what it gets cannot resume. More
        //! than the backlog, for it includes what has been written.
        qint64 connected = std::numeric_limits<qint64>::max();

        //! The same, until the peer has said that it understands control frames: then all that was
        //! kept is forgotten. At most `connected`.
        qint64 unknown = std::numeric_limits<qint64>::max();

        static Limits of(const ConnectionSettings &settings)
        {
            constexpr qint64 onTheLine = 16 * 1024 * 1024; // what systems and lines hold
            Limits limits;
            limits.away = settings.sendBacklog;
            limits.connected = settings.sendBacklog * settings.sendOverrun + onTheLine;
            return limits;
        }
    };

    explicit Session(const Link &link, Keeping keeping = Keeping::Nothing);
    Session(const Link &link, Keeping keeping, Limits limits);
    virtual ~Session() = default;

    //! The connection at present.
    Link link() const;

    //! Where what arrives waits. For the reader.
    Inbox &inbox() const { return *m_link.inbox; }

    //! Whether the peer is there.
    bool isOpen() const;

    //! Whether messages are accepted: the peer is there, or is expected back.
    bool isAccepting() const;

    //! Of the messages; the same for every connection of the session.
    const MessageLimits &limits() const { return m_limits; }

    //! Queues \a message for the peer, or keeps it until the peer is back.
    Outbox::Result send(const EncodedMessage &message, SendMode mode = SendMode::Reliable);

    //! The same for an answer that is expected, see Outbox::Expectation: also when the peer has
    //! closed its own direction, and the session with it.
    Outbox::Result answer(const EncodedMessage &message);

    //! Queues a control frame; dropped unless the peer has said hello.
    void sendControl(const QVariantMap &fields)
    {
        link().outbox->sendControl(Control::frame(fields));
    }

    //! The peer has received so many messages. A number that cannot be is ignored.
    ///
    /// \return whether it is the first such news of this connection.
    bool acknowledge(qint64 received) override;

    //! Whether the peer has acknowledged something on this connection, and so has the answer to its
    //! resume.
    bool isConfirmed() const;

    //! What waits at this end, in either direction, and what is kept. In bytes.
    qint64 heldBytes() const;

    //! Messages in this session, over all its connections.
    qint64 sent() const;
    qint64 received() const;

    //! Figures over all its connections.
    Statistics statistics() const;

    /// \name The life of a session that keeps messages
    /// @{

    //! The peer can resume: from now on messages are kept while there is no connection.
    void begin();

    //! The peer cannot resume, so nothing has to be kept any more.
    void keepNothing();

    //! The peer has said nothing for so long that it is hardly one that can resume: nothing is kept
    //! for it until it has said that it understands control frames.
    void doubt();

    //! Whether it can be resumed, so far as this end knows.
    bool isResumable() const;

    //! The first so many messages that were received on this connection do not count.
    void discount(qint64 messages);

    //! The connection was lost. \a next is where the peer is awaited; nothing is sent there before
    //! resume().
    void leave(const Link &next);

    //! Whether a peer that has received so many messages can resume.
    bool canResume(qint64 peerReceived) const;

    //! The peer is back: what it has not received is sent again, and then what is sent from now on.
    ///
    /// \return false if that cannot be, see canResume(). Then nothing has changed.
    bool resume(qint64 peerReceived);

    //! Both in one, for the side that is asked to: tells a peer that knows control frames what this
    //! end has received, and goes on with the connection of \a next.
    bool handOver(const Link &next, qint64 peerReceived);

    //! Nothing is accepted any more. What the connection holds still goes out. Any thread.
    void end();

    //! The same, when the reader has been told of the connection's end: that may still have answers
    //! to write.
    void finish();
    /// @}

private:
    enum class Phase {
        New, ///< whether it can be resumed is not known yet
        Resumable,
        Ended,
    };

    // Each is called with the lock held.
    void moveTo(const Link &next);
    void goOn();
    Outbox::Result keep(const EncodedMessage &message, SendMode mode);
    void keepLatest(const EncodedMessage &message);
    void note(const EncodedMessage &message, SendMode mode);
    void limitKept();
    void drop();

    const MessageLimits m_limits;
    std::atomic<bool> m_isKeeping; // once false, the link is fixed, and read without the lock
    std::atomic<Phase> m_phase = Phase::New; // changed with the lock held, and read without

    mutable std::mutex m_mutex; // guards everything below
    Limits m_keepLimits;
    Link m_link;
    KeptMessages m_kept;
    QHash<QString, qint64> m_latest; // kept for a peer that is away: actions and their numbers
    qint64 m_latestBytes = 0;        // of these
    Statistics m_before;             // of connections that are gone
    qint64 m_receivedBefore = 0;     // messages, over connections that are gone
    qint64 m_numberOffset = 0;       // from a message's number in the outbox to that in the session
    bool m_isAway = false;           // from leave() to resume()
    bool m_isFirstReceipt = false;   // of this connection
};

} // namespace QRepod
