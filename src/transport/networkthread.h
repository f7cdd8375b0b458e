// SPDX-License-Identifier: MIT
#pragma once

#include "transport/connectiongroup.h"
#include "transport/threads.h"

#include <QRepod/qrepod_global.h>

#include <QtCore/qthread.h>

#include <memory>
#include <utility>

namespace QRepod {

//! A thread for the connections of a group, which ends only after they are closed. Without threads
//! the group stays in its thread, whose event loop serves it.
class NetworkThread
{
public:
    enum class Home {
        Own,    ///< a thread of its own
        Shared, ///< the thread that the group lives in
    };

    //! Where threads live unless something else is asked for.
    static Home usualHome();

    //! For tests: sets usualHome(). A library without threads stays at Shared. Any thread.
    QREPOD_EXPORT static void setUsualHome(Home home);

    //! Moves \a group to the thread, which does not run yet, unless its home is shared. Call it in
    //! the group's current thread.
    explicit NetworkThread(std::unique_ptr<ConnectionGroup> group, Home home = usualHome());

    //! Closes what is open and waits for it, at most about 0.3 s.
    ~NetworkThread();

    //! Call it once, when everything that belongs there has been moved.
    void start();

    //! Begins what the destructor waits for, so that several threads can end at the same time.
    void endSoon();

    ConnectionGroup *group() const { return m_group.get(); }

    //! Makes the thread call \a function with the group as its argument; does not wait.
    template <class Function>
    void post(Function &&function)
    {
        QMetaObject::invokeMethod(
            m_group.get(),
            [group = m_group.get(), function = std::forward<Function>(function)]() mutable {
                function(group);
            },
            Qt::QueuedConnection);
    }

private:
    Q_DISABLE_COPY_MOVE(NetworkThread)

    class Thread;

    std::unique_ptr<ConnectionGroup> m_group;
    std::unique_ptr<Thread> m_thread; // null if the group's home is shared
    bool m_isEnding = false;
};

} // namespace QRepod
