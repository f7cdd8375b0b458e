// SPDX-License-Identifier: MIT
#pragma once

#include "transport/connection.h"

#include <QtCore/qthread.h>

#include <memory>
#include <utility>

namespace QRepod {

//! The parent of all connections that share a thread. It lives in that thread.
class ConnectionGroup : public QObject
{
    Q_OBJECT

public:
    bool isEmpty() const { return children().isEmpty(); }

    //! Closes every connection within \a bounds, then ends the thread's event loop.
    void endThread(CloseBounds bounds);

protected:
    void childEvent(QChildEvent *event) override;

private:
    bool m_isEnding = false;
};

//! A thread for the connections of a home, which ends only after these have been closed.
class NetworkThread
{
public:
    //! Moves \a home to the thread, which does not run yet; called in the thread where it is.
    explicit NetworkThread(std::unique_ptr<ConnectionGroup> home);

    //! Closes what is open and waits for it, for about 0.3 s at the most.
    ~NetworkThread();

    //! To be called once, when everything that belongs there has been moved.
    void start() { m_thread.start(); }

    ConnectionGroup *home() const { return m_home.get(); }
    QThread *thread() { return &m_thread; }

    //! Has the thread call \a function, with the home as its argument; does not wait.
    template <class Function>
    void post(Function &&function)
    {
        QMetaObject::invokeMethod(
            m_home.get(),
            [home = m_home.get(), function = std::forward<Function>(function)]() mutable {
                function(home);
            },
            Qt::QueuedConnection);
    }

private:
    Q_DISABLE_COPY_MOVE(NetworkThread)

    std::unique_ptr<ConnectionGroup> m_home;
    QThread m_thread;
};

} // namespace QRepod
