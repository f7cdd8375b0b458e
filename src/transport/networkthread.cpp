// SPDX-License-Identifier: MIT
#include "transport/networkthread.h"

#ifdef QREPOD_EPOLL
#    include "transport/epolldispatcher.h"
#endif
#include "transport/wakeevent.h"

#include <QtCore/qcoreapplication.h>

namespace QRepod {

namespace {

// A destructor has 0.5 s in every state; this leaves room for a busy machine. The peer's closing is
// waited for only briefly: what is written reaches it whether or not we see it close.
constexpr CloseBounds destructorBounds{300, 100};

} // namespace

void ConnectionGroup::endThread(CloseBounds bounds)
{
    m_isEnding = true;
    const QList<Connection *> connections = findChildren<Connection *>(Qt::FindDirectChildrenOnly);
    for (Connection *connection : connections) {
        connection->close(bounds);
        // Not left to its deleteLater(), which may stem from another thread's event loop: Qt would
        // wait for that to go a level up, and this thread would wait for ever.
        if (connection->hasFinished())
            delete connection;
    }
    if (isEmpty())
        thread()->quit();
}

void ConnectionGroup::childEvent(QChildEvent *event)
{
    if (event->removed() && m_isEnding && isEmpty())
        thread()->quit();
}

NetworkThread::NetworkThread(std::unique_ptr<ConnectionGroup> home)
    : m_home(std::move(home))
{
    m_thread.setObjectName(QStringLiteral("QRepod network"));
#ifdef QREPOD_EPOLL
    EpollDispatcher::install(&m_thread);
#endif
    // Running timers are moved by an event each, behind what waits already; handled there, that
    // could stop a timer that has not arrived yet.
    for (QObject *connection : m_home->children())
        QCoreApplication::sendPostedEvents(connection, WakeEvent::eventType());
    m_home->moveToThread(&m_thread);
}

NetworkThread::~NetworkThread()
{
    post([](ConnectionGroup *home) { home->endThread(destructorBounds); });
    m_thread.wait();
}

} // namespace QRepod
