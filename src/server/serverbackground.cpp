// SPDX-License-Identifier: MIT
#include "server/backgroundthread.h"
#include "server/channelprivate.h"
#include "server/serverprivate.h"

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qcoreapplication.h>
#include <QtCore/qloggingcategory.h>
#include <QtCore/qpointer.h>
#include <QtCore/qthread.h>

#include <algorithm>

namespace QRepod {

Q_DECLARE_LOGGING_CATEGORY(serverLog)

//! Whether the calling thread may do the server's work: it is the working thread, or that thread no
//! longer works.
bool Server::Private::canWorkHere() const
{
    // Without an application Qt delivers no events, so another thread could not be asked.
    return q->thread() == QThread::currentThread() || !q->thread()->isRunning()
        || !QCoreApplication::instance();
}

void Server::Private::startBackground()
{
    if (m_background)
        return;
    const auto isBusy = [](const Channel *channel) {
        return Channel::Private::get(channel)->isDelivering();
    };
    if (isInFactory || std::any_of(m_owned.cbegin(), m_owned.cend(), isBusy)) {
        qCWarning(serverLog, "startBackground() inside a handler has no effect");
        return;
    }
    if (QObject *const parent = q->parent()) { // a child cannot move; it still ends with its parent
        q->setParent(nullptr);
        QObject::connect(parent, &QObject::destroyed,
                         [server = QPointer<Server>(q)] { delete server; });
    }
    m_background = new BackgroundThread([this] {
        tearDown();
        endOthers();
    });
    m_background->setObjectName(QStringLiteral("QRepod server"));
    q->moveToThread(m_background);
    m_background->start();
}

//! Ends what else works in the thread: children that are not the library's, and the server's
//! timers. They could not stop in another thread.
void Server::Private::endOthers()
{
    const auto isOthers = [this](const QObject *child) {
        return child != &waker && child != &deadlines && child != everyone.get();
    };
    const QObjectList &children = q->children();
    auto child = std::find_if(children.cbegin(), children.cend(), isOthers);
    while (child != children.cend()) { // a child's destructor may delete another
        delete *child;
        child = std::find_if(children.cbegin(), children.cend(), isOthers);
    }
    const auto timers = QAbstractEventDispatcher::instance()->registeredTimers(q);
    for (const QAbstractEventDispatcher::TimerInfo &timer : timers)
        q->killTimer(timer.timerId);
}

//! Ends the thread, and everything that works in it. That needs no event: Qt delivers none once the
//! application is gone.
void Server::Private::endBackground()
{
    if (m_background == QThread::currentThread()) {
        tearDown();
        m_background->quit();
        qCWarning(serverLog,
                  "a server is deleted in its own thread; that thread ends when control returns");
        QObject::connect(m_background, &QThread::finished, m_background, &QObject::deleteLater);
        return;
    }
    m_background->end();
    delete m_background;
}

void Server::startBackground()
{
    d->startBackground();
}

QThread *Server::workingThread() const
{
    return thread();
}

} // namespace QRepod
