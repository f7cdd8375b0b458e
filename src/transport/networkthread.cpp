// SPDX-License-Identifier: MIT
#include "transport/networkthread.h"

#include <QtCore/qcoreevent.h>

namespace QRepod {

namespace {

// A destructor has 0.5 s in every state; this leaves room for a busy machine. The peer's closing is
// waited for only briefly: what is written reaches it whether or not we see it close.
constexpr CloseBounds destructorBounds{300, 100};

} // namespace

void ConnectionHome::endThread(CloseBounds bounds)
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

void ConnectionHome::childEvent(QChildEvent *event)
{
    if (event->removed() && m_isEnding && isEmpty())
        thread()->quit();
}

NetworkThread::NetworkThread(std::unique_ptr<ConnectionHome> home)
    : m_home(std::move(home))
{
    m_thread.setObjectName(QStringLiteral("QRepod network"));
    m_home->moveToThread(&m_thread);
    m_thread.start();
}

NetworkThread::~NetworkThread()
{
    post([](ConnectionHome *home) { home->endThread(destructorBounds); });
    m_thread.wait();
}

} // namespace QRepod
