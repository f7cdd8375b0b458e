// SPDX-License-Identifier: MIT
#pragma once

#include "soak/interruptions.h"
#include "soak/soakgate.h"

#include <QRepod/Channel>
#include <QRepod/ConnectionListener>
#include <QRepod/Server>
#include <QRepod/Test/FaultProxy>

#include <QtCore/QElapsedTimer>
#include <QtCore/QPointer>

#include <functional>
#include <memory>
#include <vector>

//! The outcome of all interruptions.
struct InterruptionTally
{
    qint64 interruptions = 0; ///< reported to a client
    qint64 messages = 0;      ///< delivered, in both directions
    qint64 requests = 0;      ///< answered
    qint64 lost = 0;
    qint64 doubled = 0;
    qint64 outOfOrder = 0;
    qint64 wrong = 0;       ///< messages and answers that are not what was sent
    qint64 wrongEvents = 0; ///< not `connected`, then `interrupted` and `resumed` alternately

    qint64 strangers = 0; ///< attempts whose first frame took 100 ms, and so count as new clients

    qint64 faults() const { return lost + doubled + outOfOrder + wrong + wrongEvents; }
};

//! One direction of one session: what was sent, and what has arrived.
class Flow
{
public:
    explicit Flow(InterruptionTally &tally)
        : m_tally(tally)
    {
    }

    //! Whether to send more: enough to keep the line busy, and no more than can be resent quickly.
    bool hasRoom() const { return m_sent - m_received < window; }

    bool isComplete() const { return m_received == m_sent && m_answered == m_asked; }

    //! Sends the next message with \a send, or as a request with \a request, on behalf of
    //! \a context.
    void sendNext(QObject *context, const std::function<qint64(const QVariantMap &)> &send,
                  const std::function<QFuture<QVariant>(const QVariantMap &)> &request);

    void received(qint64 number, const QByteArray &body);

    //! Counts what has not arrived although the line is sound again.
    void end();

private:
    static constexpr qint64 window = 30;
    static constexpr int requestEvery = 16;

    static QByteArray body(qint64 number)
    {
        return QByteArray(qsizetype(number * 31 % 97), char(number));
    }

    InterruptionTally &m_tally;
    qint64 m_sent = 0;
    qint64 m_received = 0; // the last number
    qint64 m_asked = 0;
    qint64 m_answered = 0;
    std::vector<qint64> m_missing; // skipped when a later one came
};

//! The order of events at one end of one session.
class Course
{
public:
    explicit Course(InterruptionTally &tally)
        : m_tally(tally)
    {
    }

    void connected() { pass(State::New, State::Up); }
    void interrupted() { pass(State::Up, State::Interrupted); }
    void resumed() { pass(State::Interrupted, State::Up); }
    void ended() { pass(m_mayEnd ? State::Up : State::Never, State::Ended); }
    void failed() { ++m_tally.wrongEvents; }
    void received() { pass(State::Up, State::Up); }

    //! From now on, the end is not a fault.
    void allowEnd() { m_mayEnd = true; }

    bool isUp() const { return m_state == State::Up; }
    bool hasEnded() const { return m_state == State::Ended; }

private:
    enum class State { New, Up, Interrupted, Ended, Never };

    void pass(State from, State to)
    {
        m_tally.wrongEvents += m_state != from;
        m_state = to;
    }

    InterruptionTally &m_tally;
    State m_state = State::New;
    bool m_mayEnd = false;
};

//! One client, and what both ends of its session send and receive.
class InterruptedPlayer : public QRepod::ConnectionListener
{
    Q_OBJECT

public:
    InterruptedPlayer(int number, InterruptionTally &tally);

    //! The server's end registers itself.
    void setChannel(QRepod::Channel *channel);

    //! Makes both ends send as much as they may.
    void sendMore();

    //! Whether both ends know each other, and the client its session: the greeting came before.
    bool isJoined() const { return m_isWelcome; }
    bool isSettled() const;
    void leave();
    bool hasLeft() const { return course.hasEnded() && serverCourse.hasEnded(); }

    //! Counts what has not arrived.
    void end();

    Flow toServer;
    Flow toClient;
    Course course;
    Course serverCourse;

public slots:
    void Network_connected();
    void Network_interrupted();
    void Network_resumed() { course.resumed(); }
    void Network_disconnected() { course.ended(); }
    void Network_error() { course.failed(); }
    void Network_welcome() { m_isWelcome = true; }
    qint64 Network_number(qint64 number, const QByteArray &body);

private:
    const int m_number;
    InterruptionTally &m_tally;
    QPointer<QRepod::Channel> m_channel;
    bool m_isWelcome = false;
};

//! A server, and clients on lines that can be broken. Works in one thread's event loop.
class InterruptedGame
{
public:
    explicit InterruptedGame(const InterruptionPlan &plan);

    //! Waits until everybody has joined, without faults: before the greeting there is no session.
    bool start(int reconnectInterval);

    //! Makes everybody send until \a isDone; meanwhile \a damage breaks the lines.
    ///
    /// \return false if it takes too long.
    bool play(const std::function<bool()> &isDone, const std::function<void()> &damage);

    //! The lines are sound again: waits for everything that was sent, and lets everybody leave.
    void finish();

    //! How often the clients have connected in all.
    qint64 connectionCount() const;

    //! To the server's port and, if the plan has browsers, to the gate's.
    using Lines = std::vector<std::unique_ptr<QRepod::FaultProxy>>;

    InterruptionTally tally;
    Lines lines;
    std::vector<std::unique_ptr<InterruptedPlayer>> players;

private:
    bool waitFor(const std::function<bool()> &condition, const char *what);

    void connectPlayer(InterruptedPlayer &player, int number);

    const InterruptionPlan m_plan;
    QRepod::Server m_server;
    std::unique_ptr<SoakGate> m_gate;
};
