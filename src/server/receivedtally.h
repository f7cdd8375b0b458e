// SPDX-License-Identifier: MIT
#pragma once

#include "server/metrics.h"

namespace QRepod {

//! Counts for a server's metrics what its handlers receive.
///
/// Consecutive messages of one action in a turn are counted together: reading the clock around each
/// message would take as long as many a handler. Used in the server's working thread.
class ReceivedTally
{
public:
    //! \a metrics must outlive this.
    explicit ReceivedTally(Metrics &metrics)
        : m_metrics(metrics)
    {
    }
    Q_DISABLE_COPY_MOVE(ReceivedTally)

    //! Handlers are about to receive a message of \a bytes.
    void add(QByteArrayView action, qint64 bytes);

    //! The message added last, of \a bytes, has no handler, so no handler has run since.
    void takeBack(qint64 bytes);

    //! Reports the counts to the metrics. What follows belongs to another turn.
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
