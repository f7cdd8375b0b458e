// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/control.h"
#include "session/session.h"
#include "state/serverclock.h"
#include "transport/deadlines.h"

#include <memory>

namespace QRepod {

//! Asks the server for its time now and then, once somebody wants to know it: quickly at first, so
//! that the time is known soon, then seldom. Used in the listener's thread.
class ServerTime final : private Deadline
{
public:
    using Deadline::Deadline;
    virtual ~ServerTime() = default;

    //! Starts asking: somebody wants to know the time.
    void want();

    //! Asks the server of \a session, which understands control frames, from now on.
    void follow(const std::shared_ptr<Session> &session);

    //! Stops asking: the connection has ended.
    void stop();

    //! Takes the answer to a question.
    void take(const Control &pong);

    //! Asks if a question is due.
    void askIfDue();

    //! The time in milliseconds on the server's clock; -1: not known.
    qint64 now();

private:
    void handleDeadline() override { ask(); }
    void ask();

    ServerClock m_clock;
    std::shared_ptr<Session> m_session; // with a server that answers
    bool m_isWanted = false;
    int m_asked = 0; // questions in this session
    qint64 m_next = 0;
};

} // namespace QRepod
