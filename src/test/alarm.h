// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbasictimer.h>
#include <QtCore/qobject.h>

#include <chrono>
#include <functional>

namespace QRepod {

//! A single-shot timer that can be started very often, because it keeps its ID.
///
/// A QTimer takes another ID at each start, from a list that all threads share without a lock
/// (qtbase, src/corelib/tools/qfreelist_p.h). A thread that is interrupted while it takes one does
/// not notice if the list has changed a multiple of 128 times meanwhile. From then on timers get
/// IDs that others have, and some never fire. Sixteen proxies that started 80,000 timers a second
/// on a busy machine ran into this within a minute.
class Alarm : public QObject
{
public:
    //! Calls \a ring in the thread in which it was started.
    explicit Alarm(std::function<void()> ring);

    //! Rings after \a delay from now, instead of when it was due before.
    void start(std::chrono::milliseconds delay);

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    void setInterval(qint64 milliseconds);

    const std::function<void()> m_ring;
    QBasicTimer m_timer; // active from the first start on
    bool m_isSet = false;
};

} // namespace QRepod
