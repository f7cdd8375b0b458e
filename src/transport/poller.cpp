// SPDX-License-Identifier: MIT
#include "transport/poller.h"

#include "transport/notifierpoller.h"
#ifdef QREPOD_EPOLL
#    include "transport/epollpoller.h"

#    include <sys/epoll.h>
#endif

namespace QRepod {

Poller *Poller::create(QObject *parent)
{
#ifdef QREPOD_EPOLL
    if (const int epoll = ::epoll_create1(EPOLL_CLOEXEC); epoll >= 0)
        return new EpollPoller(epoll, parent);
#endif
    return new NotifierPoller(parent);
}

} // namespace QRepod
