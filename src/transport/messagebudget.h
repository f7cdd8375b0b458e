// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

#include <algorithm>

namespace QRepod {

//! How many messages may still be received: a bucket that holds one second's worth.
///
/// A value without a clock: the time is passed in, in milliseconds.
class MessageBudget
{
public:
    int rate() const { return m_rate; }

    //! Sets the messages per second; 0, the default: no limit. The bucket is full at first.
    void setRate(int perSecond, qint64 now)
    {
        m_rate = perSecond;
        m_thousandths = capacity();
        m_filledAt = now;
        m_isSpent = false;
    }

    bool isLimited() const { return m_rate > 0; }

    //! Whole messages.
    qint64 available() const { return std::max<qint64>(0, m_thousandths / 1'000); }

    void take(qint64 messages) { m_thousandths -= messages * 1'000; }

    //! The time for which no message may be received, in milliseconds.
    ///
    /// Once the bucket is empty, it must refill to a tenth of a second's worth: a client that
    /// floods a server wakes it ten times a second, not for each message.
    qint64 wait(qint64 now)
    {
        if (!isLimited())
            return 0;
        const qint64 elapsed = std::clamp<qint64>(now - m_filledAt, 0, 2'000);
        m_thousandths = std::min(capacity(), m_thousandths + elapsed * m_rate);
        m_filledAt = now;
        const qint64 enough = m_isSpent ? std::max<qint64>(1'000, m_rate * qint64(100)) : 1'000;
        m_isSpent = m_thousandths < enough;
        return m_isSpent ? (enough - m_thousandths + m_rate - 1) / m_rate : 0;
    }

private:
    qint64 capacity() const { return m_rate * qint64(1'000); }

    int m_rate = 0;
    qint64 m_thousandths = 0; // of messages; below zero if a batch had one too many
    qint64 m_filledAt = 0;
    bool m_isSpent = false;
};

} // namespace QRepod
