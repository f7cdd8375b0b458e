// SPDX-License-Identifier: MIT
#pragma once

#include "queues.h"
#include "session/session.h"

#include <array>
#include <deque>
#include <memory>
#include <vector>

namespace QRepod {

//! Both ends of one session, and their successive connections, one step at a time. What listener
//! and channel do around a Session is done here without clock, thread and socket.
///
/// Frames can be lost or late at every step. An end notices a lost line when the script says so,
/// and uses it until then.
class TwoEnds
{
public:
    enum Step {
        ClientSends,
        ServerSends,
        ToServer,        ///< the next frame of the client's latest connection arrives
        ToClient,        ///< the same in the other direction
        LateToServer,    ///< a frame of the previous connection, which the client has given up
        ClientLosesLine, ///< notices and tries to come back; what was in transit to it is lost
        ServerLosesLine, ///< notices for the session; what was in transit to it is lost
        AttemptIsLost,   ///< the server notices before it has received who came
        ClientIsBack,    ///< its attempt is connected, and it asks to resume
        ClientAcknowledges,
        ServerAcknowledges,
    };
    static constexpr int steps = ServerAcknowledges + 1;

    struct Bounds
    {
        int messages; ///< per end
        int lines;    ///< connections in all
    };

    explicit TwoEnds(Bounds bounds);

    //! Whether \a step can happen now.
    bool can(Step step) const;
    void take(Step step);

    //! Returns everything that determines the outcome of further steps.
    QByteArray state() const;

    //! Makes the line sound from now on: everything arrives.
    void settle();

    //! Whether nothing was doubled, left out or reordered, and each hand-over went as it must.
    bool isSound() const;

    //! Whether also nothing is missing.
    bool isComplete() const;

private:
    //! One end: what it has sent, and what it has received.
    struct End
    {
        explicit End(const Link &link)
            : session(std::make_shared<Session>(link, Session::Keeping::Unacknowledged))
        {
        }

        std::shared_ptr<Session> session;
        int sent = 0;
        std::vector<qint64> heard;
    };

    //! One connection: its queues at both ends, and what is in transit.
    struct Line
    {
        Link client = newLink();
        Link server = newLink();
        std::deque<QByteArray> toServer;
        std::deque<QByteArray> toClient;
        bool isConnected = false;
        bool hasClient = true; // the client has not noticed that the line is lost
        bool hasServer = true;
        bool isArrival = true; // the server does not know yet whose line it is
        qint64 resumeNumber = 0;
        qint64 unclaimed = 0; // messages that the client got before the answer
        bool isAnswered = false;
    };

    static Link newLink();
    static void carry(const Link &from, std::deque<QByteArray> &to, bool isHeard);

    Line &latest() { return *m_lines.back(); }
    const Line &latest() const { return *m_lines.back(); }
    Line *late() const { return m_lines.size() > 1 ? m_lines[m_lines.size() - 2].get() : nullptr; }
    void tryAgain();
    void send(End &end);
    void hearAtServer(Line &line);
    void hearAtClient();
    void acknowledge(const End &end, const Link &link, qint64 &acknowledged);
    void expect(bool isTrue) { m_isSound &= isTrue; }
    static bool isInOrder(const End &hearer, const End &sender);

    const Bounds m_bounds;
    Sleeper m_writer; // the connections' thread, which is this one
    std::vector<std::unique_ptr<Line>> m_lines;
    std::unique_ptr<End> m_client;
    std::unique_ptr<End> m_server;
    Line *m_serverLine = nullptr; // the line of the server's end of the session; null if none
    bool m_hasLatestCome = false; // the server has resumed with the latest attempt
    qint64 m_clientAcknowledged = 0;
    qint64 m_serverAcknowledged = 0;
    bool m_isSound = true;
};

} // namespace QRepod
