// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qabstracteventdispatcher.h>

#include <atomic>
#include <map>
#include <unordered_map>
#include <vector>

QT_BEGIN_NAMESPACE
class QThread;
QT_END_NAMESPACE

namespace QRepod {

//! An event dispatcher that costs per ready descriptor and not per watched one: Linux's epoll.
///
/// Qt's own hands every descriptor to the system at every wake-up. With thousands of clients, of
/// whom one says something, that is nearly all that a server does.
///
/// For the threads that QRepod starts. wakeUp() and interrupt() may be called by any thread, the
/// rest by the dispatcher's own, as with every event dispatcher.
class EpollDispatcher : public QAbstractEventDispatcher
{
    Q_OBJECT

public:
    //! Gives \a thread, which does not run yet, such a dispatcher; where there can be none, Qt's
    //! own remains.
    static void install(QThread *thread);

    ~EpollDispatcher() override;

    bool processEvents(QEventLoop::ProcessEventsFlags flags) override;

    void registerSocketNotifier(QSocketNotifier *notifier) override;
    void unregisterSocketNotifier(QSocketNotifier *notifier) override;

    void registerTimer(int id, qint64 interval, Qt::TimerType type, QObject *object) override;
    bool unregisterTimer(int id) override;
    bool unregisterTimers(QObject *object) override;
    QList<TimerInfo> registeredTimers(QObject *object) const override;
    int remainingTime(int id) override;

    void wakeUp() override;
    void interrupt() override;

private:
    //! The notifiers of one descriptor, by QSocketNotifier::Type.
    struct Watch
    {
        QSocketNotifier *notifiers[3] = {};
        quint32 generation; ///< tells a descriptor from an earlier one with the same number
    };

    struct Timer
    {
        qint64 expected; ///< nanoseconds, of the steady clock
        qint64 deadline; ///< the same, or a little later together with others
        qint64 interval; ///< milliseconds
        Qt::TimerType type;
        QObject *object;
        bool isInEvent; ///< a loop inside of its event does not send it another
    };

    EpollDispatcher(int epoll, int wake);

    void watch(int descriptor, Watch &watch, int operation);
    int waitingTime(QEventLoop::ProcessEventsFlags flags) const;
    bool activateSockets(bool isExcluded, int milliseconds);
    bool activate(int descriptor, quint32 generation, quint32 ready);
    void takeWakeUp();
    bool activateTimers();
    void sendTimer(int id, qint64 time);
    void forgetDeadline(int id, const Timer &timer);
    static void expectAt(Timer &timer, qint64 time);

    const int m_epoll;
    const int m_wake; // an eventfd
    std::atomic<bool> m_isWoken = false;
    std::atomic<bool> m_isInterrupted = false;

    std::unordered_map<int, Watch> m_watches; // by descriptor
    quint32 m_generation = 0;                 // of the latest
    std::unordered_map<int, Timer> m_timers;  // by id
    std::multimap<qint64, int> m_deadlines;   // of those not in their event
};

} // namespace QRepod
