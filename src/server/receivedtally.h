// SPDX-License-Identifier: MIT
#pragma once

#include "server/metrics.h"

namespace QRepod {

//! Counts for the metrics of a server what its handlers are given.
///
/// Messages of one action that follow each other in a turn count together: to read the clock around
/// each of them takes as long as many a handler. Used in the server's working thread.
class ReceivedTally
{
public:
    //! \a metrics outlives this.
    explicit ReceivedTally(Metrics &metrics)
        : m_metrics(metrics)
    {
    }
    Q_DISABLE_COPY_MOVE(ReceivedTally)

    //! Handlers are about to get a message of so many bytes.
    void add(QByteArrayView action, qint64 bytes);

    //! The message that was added last, of so many bytes, has no handler. So nothing of ours has
    //! run since.
    void takeBack(qint64 bytes);

    //! Tells the metrics what has been counted. What comes after is of another turn.
    void flush();

private:
    using Clock = std::chrono::steady_clock;

    void flush(Clock::time_point now);

    Metrics &m_metrics;
    std::string m_action;
    Metrics::Received m_counts; // of the action, in this turn
    Clock::time_point m_began;
};

} // namespace QRepod
