// SPDX-License-Identifier: MIT
#include "transport/poller.h"

#ifdef QREPOD_EPOLL
#    include "transport/epollpoller.h"
#else
#    include "transport/notifierpoller.h"
#endif

namespace QRepod {

Poller *Poller::create(QObject *parent)
{
#ifdef QREPOD_EPOLL
    return new EpollPoller(parent);
#else
    return new NotifierPoller(parent);
#endif
}

} // namespace QRepod
