// SPDX-License-Identifier: MIT
#include "transport/epolldispatcher.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qsocketnotifier.h>
#include <QtCore/qthread.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace QRepod {

namespace {

constexpr qint64 nanosecondsPerMillisecond = 1'000'000;

// What is handled between two looks at timers and posted events.
constexpr int eventsAtOnce = 256;

// The wake-up's place in an epoll_event; descriptors are not negative.
constexpr quint64 wakeTag = std::numeric_limits<quint64>::max();

qint64 now()
{
    return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

//! What makes a notifier of a type active, as in Qt's dispatchers: an error or a hang-up is for
//! whoever reads or writes.
constexpr quint32 readyFor(QSocketNotifier::Type type)
{
    switch (type) {
    case QSocketNotifier::Read:
        return EPOLLIN | EPOLLHUP | EPOLLERR;
    case QSocketNotifier::Write:
        return EPOLLOUT | EPOLLHUP | EPOLLERR;
    case QSocketNotifier::Exception:
        return EPOLLPRI | EPOLLHUP | EPOLLERR;
    }
    return 0;
}

constexpr quint32 wantedFor(QSocketNotifier::Type type)
{
    return readyFor(type) & quint32(EPOLLIN | EPOLLOUT | EPOLLPRI);
}

//! How much later than asked a timer may come, so that many of them come together: 1/20 at the
//! most, as Qt has it.
qint64 grid(qint64 interval, Qt::TimerType type)
{
    switch (type) {
    case Qt::PreciseTimer:
        break;
    case Qt::CoarseTimer:
        return std::max<qint64>(1, interval / 20) * nanosecondsPerMillisecond;
    case Qt::VeryCoarseTimer:
        return std::max<qint64>(1, std::min<qint64>(interval / 2, 1'000))
            * nanosecondsPerMillisecond;
    }
    return 1;
}

} // namespace

void EpollDispatcher::install(QThread *thread)
{
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    const int wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    epoll_event event = {EPOLLIN, {.u64 = wakeTag}};
    if (epoll >= 0 && wake >= 0 && ::epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event) == 0) {
        thread->setEventDispatcher(new EpollDispatcher(epoll, wake));
        return;
    }
    ::close(wake);
    ::close(epoll);
}

EpollDispatcher::EpollDispatcher(int epoll, int wake)
    : m_epoll(epoll)
    , m_wake(wake)
{
}

EpollDispatcher::~EpollDispatcher()
{
    ::close(m_wake);
    ::close(m_epoll);
}

bool EpollDispatcher::processEvents(QEventLoop::ProcessEventsFlags flags)
{
    m_isInterrupted = false;
    Q_EMIT awake();
    // What is posted from here on wakes the thread, so that it cannot be slept through.
    QCoreApplication::sendPostedEvents();

    const bool isExcluded = flags & QEventLoop::ExcludeSocketNotifiers;
    const int milliseconds = waitingTime(flags);
    if (milliseconds != 0)
        Q_EMIT aboutToBlock();
    const bool hasActivated = activateSockets(isExcluded, milliseconds);
    if (milliseconds != 0)
        Q_EMIT awake();
    return activateTimers() || hasActivated;
}

//! Until the next timer; 0: not at all, -1: for as long as it takes.
int EpollDispatcher::waitingTime(QEventLoop::ProcessEventsFlags flags) const
{
    if (!(flags & QEventLoop::WaitForMoreEvents) || m_isInterrupted)
        return 0;
    if (m_deadlines.empty())
        return -1;
    // Up to the next whole millisecond: a timer does not come early.
    const qint64 left = m_deadlines.begin()->first - now() + nanosecondsPerMillisecond - 1;
    return int(
        std::clamp<qint64>(left / nanosecondsPerMillisecond, 0, std::numeric_limits<int>::max()));
}

bool EpollDispatcher::activateSockets(bool isExcluded, int milliseconds)
{
    if (isExcluded) {
        pollfd wake = {m_wake, POLLIN, 0};
        if (::poll(&wake, 1, milliseconds) <= 0)
            return false;
        takeWakeUp();
        return true;
    }
    std::array<epoll_event, eventsAtOnce> events;
    const int count = ::epoll_wait(m_epoll, events.data(), eventsAtOnce, milliseconds);
    bool hasActivated = false;
    for (int i = 0; i < count; ++i) {
        const quint64 tag = events[size_t(i)].data.u64;
        if (tag == wakeTag) {
            takeWakeUp();
            hasActivated = true;
        } else if (activate(int(quint32(tag)), quint32(tag >> 32), events[size_t(i)].events)) {
            hasActivated = true;
        }
    }
    return hasActivated;
}

//! Tells the notifiers of a descriptor. Each may unregister itself and any other.
bool EpollDispatcher::activate(int descriptor, quint32 generation, quint32 ready)
{
    bool hasActivated = false;
    for (const auto type :
         {QSocketNotifier::Read, QSocketNotifier::Write, QSocketNotifier::Exception}) {
        const auto watch = m_watches.find(descriptor);
        if (watch == m_watches.end() || watch->second.generation != generation)
            break;
        QSocketNotifier *notifier = watch->second.notifiers[type];
        if (!notifier || !(ready & readyFor(type)))
            continue;
        QEvent event(QEvent::SockAct);
        QCoreApplication::sendEvent(notifier, &event);
        hasActivated = true;
    }
    return hasActivated;
}

void EpollDispatcher::takeWakeUp()
{
    quint64 count;
    [[maybe_unused]] const ssize_t size = ::read(m_wake, &count, sizeof count);
    // Behind the read: a wake-up in between is the reason to be awake now.
    m_isWoken.exchange(false);
}

void EpollDispatcher::wakeUp()
{
    if (m_isWoken.exchange(true))
        return;
    const quint64 one = 1;
    [[maybe_unused]] const ssize_t size = ::write(m_wake, &one, sizeof one);
}

void EpollDispatcher::interrupt()
{
    m_isInterrupted = true;
    wakeUp();
}

void EpollDispatcher::registerSocketNotifier(QSocketNotifier *notifier)
{
    const auto descriptor = int(notifier->socket());
    auto [it, isNew] = m_watches.try_emplace(descriptor);
    if (isNew)
        it->second.generation = ++m_generation;
    it->second.notifiers[notifier->type()] = notifier;
    watch(descriptor, it->second, isNew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD);
}

void EpollDispatcher::unregisterSocketNotifier(QSocketNotifier *notifier)
{
    const auto it = m_watches.find(int(notifier->socket()));
    if (it == m_watches.end() || it->second.notifiers[notifier->type()] != notifier)
        return;
    Watch &rest = it->second;
    rest.notifiers[notifier->type()] = nullptr;
    const bool isLast = std::none_of(std::begin(rest.notifiers), std::end(rest.notifiers),
                                     [](const QSocketNotifier *other) { return other; });
    watch(it->first, rest, isLast ? EPOLL_CTL_DEL : EPOLL_CTL_MOD);
    if (isLast)
        m_watches.erase(it);
}

void EpollDispatcher::watch(int descriptor, Watch &watch, int operation)
{
    epoll_event event = {};
    event.data.u64 = quint64(watch.generation) << 32 | quint32(descriptor);
    for (const QSocketNotifier *notifier : watch.notifiers) {
        if (notifier)
            event.events |= wantedFor(notifier->type());
    }
    // Deleting fails if the descriptor has been closed already, with which epoll has forgotten it.
    if (::epoll_ctl(m_epoll, operation, descriptor, &event) != 0 && operation != EPOLL_CTL_DEL)
        qErrnoWarning("QRepod: descriptor %d cannot be watched", descriptor);
}

void EpollDispatcher::registerTimer(int id, qint64 interval, Qt::TimerType type, QObject *object)
{
    Timer &timer = m_timers[id];
    timer = {0, 0, interval, type, object, false};
    expectAt(timer, now() + interval * nanosecondsPerMillisecond);
    m_deadlines.emplace(timer.deadline, id);
}

void EpollDispatcher::expectAt(Timer &timer, qint64 time)
{
    const qint64 step = grid(timer.interval, timer.type);
    timer.expected = time;
    timer.deadline = (time + step - 1) / step * step;
}

bool EpollDispatcher::unregisterTimer(int id)
{
    const auto timer = m_timers.find(id);
    if (timer == m_timers.end())
        return false;
    forgetDeadline(id, timer->second);
    m_timers.erase(timer);
    return true;
}

bool EpollDispatcher::unregisterTimers(QObject *object)
{
    const QList<TimerInfo> timers = registeredTimers(object);
    for (const TimerInfo &timer : timers)
        unregisterTimer(timer.timerId);
    return !timers.isEmpty();
}

void EpollDispatcher::forgetDeadline(int id, const Timer &timer)
{
    const auto [first, last] = m_deadlines.equal_range(timer.deadline);
    const auto entry =
        std::find_if(first, last, [id](const auto &due) { return due.second == id; });
    if (entry != last)
        m_deadlines.erase(entry);
}

QList<QAbstractEventDispatcher::TimerInfo> EpollDispatcher::registeredTimers(QObject *object) const
{
    QList<TimerInfo> timers;
    for (const auto &[id, timer] : m_timers) {
        if (timer.object == object)
            timers.append(TimerInfo(id, int(timer.interval), timer.type));
    }
    return timers;
}

int EpollDispatcher::remainingTime(int id)
{
    const auto timer = m_timers.find(id);
    if (timer == m_timers.end())
        return -1;
    const qint64 left = std::max<qint64>(0, timer->second.deadline - now());
    return int((left + nanosecondsPerMillisecond - 1) / nanosecondsPerMillisecond);
}

//! Sends an event for each timer that is due now, once.
bool EpollDispatcher::activateTimers()
{
    if (m_deadlines.empty())
        return false;
    const qint64 time = now();
    std::vector<int> due;
    for (auto it = m_deadlines.begin(); it != m_deadlines.end() && it->first <= time; ++it)
        due.push_back(it->second);
    for (const int id : due)
        sendTimer(id, time);
    return !due.empty();
}

//! Unless the events of other timers have stopped it, started it anew or sent it already.
void EpollDispatcher::sendTimer(int id, qint64 time)
{
    const auto it = m_timers.find(id);
    if (it == m_timers.end() || it->second.isInEvent || it->second.deadline > time)
        return;
    Timer &timer = it->second;
    forgetDeadline(id, timer);
    const qint64 interval = timer.interval * nanosecondsPerMillisecond;
    const qint64 next = timer.expected + interval;
    expectAt(timer, next > time ? next : time + interval); // what was missed is not made up for
    timer.isInEvent = true;

    QTimerEvent event(id);
    QCoreApplication::sendEvent(timer.object, &event);

    const auto same = m_timers.find(id);
    if (same == m_timers.end() || !same->second.isInEvent) // stopped, and its id perhaps reused
        return;
    same->second.isInEvent = false;
    m_deadlines.emplace(same->second.deadline, id);
}

} // namespace QRepod
