// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbasictimer.h>
#include <QtCore/qelapsedtimer.h>
#include <QtCore/qobject.h>

namespace QRepod {

//! Tells when something has not happened for a while.
///
/// To note that it happened costs no more than reading the clock: the timer is not set anew each
/// time, it looks back when it runs out.
class IdleTimer : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    //! Starts over, with an interval in milliseconds.
    void start(int interval);
    void stop() { m_timer.stop(); }

    //! It has happened just now.
    void touch() { m_last.start(); }

Q_SIGNALS:
    //! It has not happened for a whole interval; emitted again after each further one.
    void idle();

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    QBasicTimer m_timer;
    QElapsedTimer m_last;
    int m_interval = 0;
};

} // namespace QRepod
