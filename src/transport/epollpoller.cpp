// SPDX-License-Identifier: MIT
#include "transport/epollpoller.h"

#include <array>

#include <sys/epoll.h>
#include <unistd.h>

namespace QRepod {

namespace {

// How many sockets are served before timers and posted events get their turn.
constexpr int eventsAtOnce = 256;

// An error or a hang-up concerns both readers and writers.
constexpr quint32 readable = EPOLLIN | EPOLLHUP | EPOLLERR;
constexpr quint32 writable = EPOLLOUT | EPOLLHUP | EPOLLERR;

} // namespace

EpollPoller::~EpollPoller()
{
    m_notifier.reset();
    if (m_epoll != -1)
        ::close(m_epoll);
}

bool EpollPoller::start()
{
    m_epoll = ::epoll_create1(EPOLL_CLOEXEC);
    if (m_epoll == -1)
        return false;
    m_notifier = std::make_unique<QSocketNotifier>(m_epoll, QSocketNotifier::Read, this);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, this, &EpollPoller::poll);
    return true;
}

bool EpollPoller::watch(int descriptor, Watcher *watcher, Interest interest)
{
    const quint32 events =
        (interest.reading ? quint32(EPOLLIN) : 0) | (interest.writing ? quint32(EPOLLOUT) : 0);
    const auto it = m_watches.find(descriptor);
    const bool isWatched = it != m_watches.end();
    if (events == 0) {
        // Even a socket without interest would report its hang-up again and again.
        if (isWatched) {
            ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, descriptor, nullptr);
            m_watches.erase(it);
        }
        return true;
    }
    if (m_epoll == -1 && !start())
        return false;
    const quint32 generation = isWatched ? it->second.generation : ++m_generation;
    epoll_event event = {};
    event.events = events;
    event.data.u64 = quint64(generation) << 32 | quint32(descriptor);
    if (::epoll_ctl(m_epoll, isWatched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event) != 0)
        return false;
    m_watches[descriptor] = {watcher, events, generation};
    return true;
}

void EpollPoller::poll()
{
    std::array<epoll_event, eventsAtOnce> events;
    const int count = ::epoll_wait(m_epoll, events.data(), eventsAtOnce, 0);
    for (int i = 0; i < count; ++i)
        activate(events[size_t(i)]);
}

//! Calls the handlers. Each may stop the watching of this socket and any other.
void EpollPoller::activate(const epoll_event &event)
{
    const auto descriptor = int(quint32(event.data.u64));
    const auto generation = quint32(event.data.u64 >> 32);
    const Watch *watch = find(descriptor, generation);
    if (watch && (watch->events & EPOLLIN) && (event.events & readable))
        watch->watcher->handleReadable();
    watch = find(descriptor, generation);
    if (watch && (watch->events & EPOLLOUT) && (event.events & writable))
        watch->watcher->handleWritable();
}

const EpollPoller::Watch *EpollPoller::find(int descriptor, quint32 generation) const
{
    const auto it = m_watches.find(descriptor);
    return it != m_watches.end() && it->second.generation == generation ? &it->second : nullptr;
}

} // namespace QRepod
