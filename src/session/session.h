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

//! One peer, across its successive connections.
///
/// A session counts the messages in each direction, and moves from a lost connection to the next
/// one. A session that keeps nothing has a single connection, and costs nothing more.
///
/// Every function may be called from any thread. Only the reader may call those that change the
/// connection.
class Session final : public ReceiptHolder, public std::enable_shared_from_this<Session>
{
public:
    enum class Keeping {
        Nothing,       ///< a single connection
        Unacknowledged ///< keeps what the peer may not have received, for the next connection
    };

    //! How many bytes of messages may be kept.
    struct Limits
    {
        qint64 away = std::numeric_limits<qint64>::max(); ///< while there is no connection

        //! While there is a connection: a peer that does not acknowledge what it gets cannot
        //! resume. This is more than the backlog, since it includes what has been written.
        qint64 connected = std::numeric_limits<qint64>::max();

        //! While connected, until the peer has said that it understands control frames. Past it,
        //! everything kept is forgotten. At most `connected`.
        qint64 unknown = std::numeric_limits<qint64>::max();

        static Limits of(const ConnectionSettings &settings)
        {
            constexpr qint64 onTheLine = 16 * 1024 * 1024; // what systems and lines can hold
            Limits limits;
            limits.away = settings.sendBacklog;
            limits.connected = settings.sendBacklog * settings.sendOverrun + onTheLine;
            return limits;
        }
    };

    explicit Session(const Link &link, Keeping keeping = Keeping::Nothing);
    Session(const Link &link, Keeping keeping, Limits limits);
    virtual ~Session() = default;

    //! The current connection.
    Link link() const;

    //! Where received messages wait. For the reader.
    Inbox &inbox() const { return *m_link.inbox; }

    //! Whether the peer is connected.
    bool isOpen() const;

    //! Whether messages are accepted: the peer is connected, or expected back.
    bool isAccepting() const;

    //! The limits for messages, which are the same for every connection of the session.
    const MessageLimits &limits() const { return m_limits; }

    //! Queues \a message for the peer, or keeps it until the peer is back.
    Outbox::Result send(const EncodedMessage &message, SendMode mode = SendMode::Reliable);

    //! The same for an expected answer, see Outbox::Expectation: it is also sent if the peer has
    //! closed its own direction, and thereby the session.
    Outbox::Result answer(const EncodedMessage &message);

    //! Queues a control frame; dropped unless the peer has said hello.
    void sendControl(const QVariantMap &fields)
    {
        link().outbox->sendControl(Control::frame(fields));
    }

    //! The peer has received \a received messages. An impossible number is ignored.
    ///
    /// \return whether this is the first receipt on this connection.
    bool acknowledge(qint64 received) override;

    //! Whether the peer has acknowledged something on this connection, and so must have the answer
    //! to its resume.
    bool isConfirmed() const;

    //! How many bytes this end holds: what waits in either direction, and what is kept.
    qint64 heldBytes() const;

    //! Messages in this session, counted over all its connections.
    qint64 sent() const;
    qint64 received() const;

    //! Figures counted over all its connections.
    Statistics statistics() const;

    /// \name The life of a session that keeps messages
    /// @{

    //! The peer can resume: messages are kept while there is no connection, from now on.
    void begin();

    //! The peer cannot resume, so nothing needs to be kept any more.
    void keepNothing();

    //! The peer has said nothing for so long that it probably cannot resume: nothing is kept for it
    //! until it says that it understands control frames.
    void assumePlainPeer();

    //! Whether the session can be resumed, as far as this end knows.
    bool isResumable() const;

    //! Excludes the first \a messages received on this connection from the count.
    void discount(qint64 messages);

    //! The connection was lost. The peer is expected on \a next, where nothing is sent before
    //! resume().
    void leave(const Link &next);

    //! Whether a peer that has received \a peerReceived messages can resume.
    bool canResume(qint64 peerReceived) const;

    //! The peer is back: sends again what it has not received, and then what is sent from now on.
    ///
    /// \return false if that is impossible, see canResume(). Then nothing has changed.
    bool resume(qint64 peerReceived);

    //! leave() and resume() in one, for the side that is asked to resume: tells a peer that
    //! understands control frames what this end has received, and continues on the connection of
    //! \a next.
    bool handOver(const Link &next, qint64 peerReceived);

    //! Accepts nothing more. What the connection holds is still written. Any thread.
    void end();

    //! The same once the reader knows of the connection's end, which may still have answers to
    //! write.
    void finish();
    /// @}

private:
    enum class Phase {
        New, ///< not known yet whether it can be resumed
        Resumable,
        Ended,
    };

    // Each is called with the lock held.
    void moveTo(const Link &next);
    void continueOnLink();
    Outbox::Result keep(const EncodedMessage &message, SendMode mode);
    void keepLatest(const EncodedMessage &message);
    void keepSent(const EncodedMessage &message, SendMode mode);
    void limitKept();
    void stopKeeping();

    const MessageLimits m_limits;
    std::atomic<bool> m_isKeeping; // once false, the link is fixed and read without the lock
    std::atomic<Phase> m_phase = Phase::New; // changed with the lock held, read without it

    mutable std::mutex m_mutex; // guards everything below
    Limits m_keepLimits;
    Link m_link;
    KeptMessages m_kept;
    QHash<QString, qint64> m_latest; // kept for an absent peer: actions and their numbers
    qint64 m_latestBytes = 0;        // of these messages
    Statistics m_before;             // of earlier connections
    qint64 m_receivedBefore = 0;     // messages, over earlier connections
    qint64 m_numberOffset = 0; // from a message's number in the outbox to its number in the session
    bool m_isAway = false;     // from leave() to resume()
    bool m_isFirstReceipt = false; // of this connection
};

} // namespace QRepod
