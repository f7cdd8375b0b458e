// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbasictimer.h>
#include <QtCore/qobject.h>

#include <map>

namespace QRepod {

//! The deadlines of many objects in one thread, behind a single timer.
///
/// Qt keeps timers in a list that it searches from the start, so ten thousand timers that are reset
/// now and then cost more than the work they are for.
class Deadlines : public QObject
{
    Q_OBJECT

    using Queue = std::multimap<qint64, class Deadline *>; // by time

public:
    using QObject::QObject;

    //! Milliseconds on the clock that deadlines use. It does not jump.
    static qint64 now();

    //! No deadline is due any more, because the thread ends.
    void stop() { m_timer.stop(); }

protected:
    bool event(QEvent *event) override;
    void timerEvent(QTimerEvent *event) override;

private:
    friend class Deadline;

    void startTimer();

    Queue m_queue;
    QBasicTimer m_timer; // runs until the first deadline in the queue
    qint64 m_wakeTime = 0;
};

//! A point in time at which something must be done. Used in the thread of its Deadlines.
class Deadline
{
public:
    explicit Deadline(Deadlines &deadlines)
        : m_deadlines(deadlines)
    {
    }
    Q_DISABLE_COPY_MOVE(Deadline)

    //! Calls handleDeadline() once, \a milliseconds from now. This replaces an earlier setting.
    ///
    /// The call may come up to a twentieth of that time later, together with others.
    void setDeadline(qint64 milliseconds);
    void clearDeadline();

    //! The time until the deadline, in milliseconds; 0 if it is not set.
    qint64 remainingTime() const;

    virtual void handleDeadline() = 0;

protected:
    ~Deadline() { clearDeadline(); }

private:
    friend class Deadlines;

    Deadlines &m_deadlines;
    Deadlines::Queue::iterator m_place;
    bool m_isSet = false;
};

} // namespace QRepod
