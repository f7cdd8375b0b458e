// SPDX-License-Identifier: MIT
#pragma once

#include "transport/deadlines.h"
#include "transport/intake.h"
#include "transport/link.h"
#include "transport/liveness.h"
#include "transport/pace.h"
#include "transport/roundtrip.h"
#include "transport/stream.h"
#include "transport/unsent.h"
#include "transport/waker.h"

#include <QtCore/qdeadlinetimer.h>

namespace QRepod {

class ConnectionGroup;

//! How long a graceful close may take, in milliseconds.
struct CloseBounds
{
    int flush;  ///< to write what was sent, and for the peer to close too
    int linger; ///< the part of it to wait for the peer once everything is written, at most
};

//! Carries frames between a stream and a link: in to an Inbox, out of an Outbox. For clients and
//! servers alike.
///
/// A connection belongs to its group and works in the group's thread. Other threads reach it only
/// through its Link, and it closes when the link is closed. Once the stream is closed, the
/// connection retires from the group.
class Connection final : private Stream::Owner, private Wakeable, private Deadline
{
public:
    Connection(ConnectionGroup &group, const Link &link, const ConnectionSettings &settings,
               std::unique_ptr<Stream> stream);
    virtual ~Connection();

    //! Opens the stream after \a delay milliseconds. The inbox gets Connected once it is open.
    void open(int delay = 0);

    //! Opens the stream, writes \a frame as the last that the peer gets, and closes.
    void refuse(const QByteArray &frame);
    bool isRefused() const { return m_isRefused; }

    //! Closes gracefully, within \a bounds: writes what was sent, tells the peer, and closes the
    //! stream once the peer has closed too. The inbox gets nothing more.
    ///
    /// Until then the stream is read and the data dropped: closing a socket with unread data resets
    /// the connection, and the peer could lose the last bytes written.
    void close(CloseBounds bounds);

    //! Writes what was sent and closes, within this call. For the end of a program, when no event
    //! loop runs any more.
    void closeNow(const QDeadlineTimer &deadline);

private:
    // The shortest time between two measurements of the round trip, in milliseconds.
    static constexpr qint64 measuringInterval = 500;

    enum class State {
        Waiting,
        Connecting,
        Open,
        Ending, ///< the peer sends no more; handlers' answers to its last messages are still
                ///< written
        Closing,
        Closed,
    };

    // Stream::Owner
    void streamOpened() override;
    void streamReadable() override;
    void streamWritable() override { send(); }
    void streamEnded() override;
    void streamFailed(const QString &reason) override;
    void streamFaulted(const QString &reason) override;

    void handleWake() override;
    void handleDeadline() override;

    void connect();
    void receive();
    void updateReading();
    void discard();
    void send();
    bool writeUnsent();
    void peerHasGone();
    void closeWriting();
    Liveness::Facts livenessFacts() const;
    Pace::Facts paceFacts() const;
    void check();
    void checkLiveness();
    void expectCheck();
    void expectReceipt();
    void watchPace();
    void sendHeartbeat();
    void count(qint64 received);
    void measureRoundTrip();
    void endStream(const QString &error, Inbox::End kind);
    void publishRoundTrip();
    bool mayAskPeer() const;
    qint64 untilMeasured() const;
    bool mayBeAnswered() const;
    void awaitAnswers();
    void end(const QString &error, Inbox::End kind = Inbox::End::Lost);
    void finish();

    ConnectionGroup &m_group;
    const Link m_link;
    const ConnectionSettings m_settings;
    const std::unique_ptr<Stream> m_stream;
    RoundTrip m_roundTrip;
    Intake m_intake;
    Unsent m_unsent;
    Liveness m_liveness;
    const Pace m_pace;
    qint64 m_measuredAt = 0; // the round trip, in milliseconds
    int m_linger = 0;        // once closing
    State m_state = State::Waiting;
    bool m_isWritingClosed = false;
    bool m_isRefused = false;
    bool m_isPaceWatched = false;      // the deadline is set for it
    bool m_isRoundTripAwaited = false; // likewise
    qint64 m_beginTime = 0; // when the first frame is sent at the latest; 0: already sent
};

} // namespace QRepod
