// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbasictimer.h>
#include <QtCore/qobject.h>

#include <chrono>
#include <functional>

namespace QRepod {

//! A single-shot timer that can be started very often: it keeps its id.
///
/// A QTimer takes another id at each start, from a list that all threads share without a lock
/// (qtbase, src/corelib/tools/qfreelist_p.h). A thread that is interrupted while it takes one does
/// not notice if the list has changed a multiple of 128 times meanwhile. From then on timers get
/// ids that others have, and some never come. Sixteen proxies that start 80,000 timers a second on
/// a busy machine have got there within a minute.
class Alarm : public QObject
{
public:
    //! Calls \a ring, in the thread in which it was started.
    explicit Alarm(std::function<void()> ring);

    //! Rings after \a delay from now, instead of when it was due.
    void start(std::chrono::milliseconds delay);

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    void setInterval(qint64 milliseconds);

    const std::function<void()> m_ring;
    QBasicTimer m_timer; // from the first start on, for good
    bool m_isSet = false;
};

} // namespace QRepod
