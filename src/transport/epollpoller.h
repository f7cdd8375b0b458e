// SPDX-License-Identifier: MIT
#pragma once

#include "transport/poller.h"

#include <QtCore/qsocketnotifier.h>

#include <unordered_map>

struct epoll_event;

namespace QRepod {

//! A poller whose cost does not depend on the number of idle sockets: Linux's epoll.
///
/// The epoll descriptor becomes readable when one of its sockets is ready. So Qt's event loop,
/// whatever its kind and thread, has only that one to watch.
class EpollPoller : public Poller
{
    Q_OBJECT

public:
    using Poller::Poller;
    ~EpollPoller() override;

    bool watch(int descriptor, Watcher *watcher, Interest interest) override;

private:
    struct Watch
    {
        Watcher *watcher;
        quint32 events;
        quint32 generation; ///< tells a descriptor from an earlier one with the same number
    };

    bool start();
    void poll();
    void activate(const epoll_event &event);
    const Watch *find(int descriptor, quint32 generation) const;

    // Created when there is something to watch, in the thread that watches it.
    int m_epoll = -1;
    std::unique_ptr<QSocketNotifier> m_notifier;

    std::unordered_map<int, Watch> m_watches; // by descriptor
    quint32 m_generation = 0;                 // of the latest watch
};

} // namespace QRepod
