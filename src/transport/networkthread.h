// SPDX-License-Identifier: MIT
#pragma once

#include "transport/connectiongroup.h"

#include <QtCore/qthread.h>

#include <memory>
#include <utility>

namespace QRepod {

//! A thread for the connections of a group, which ends only after these have been closed.
class NetworkThread
{
public:
    //! Moves \a group to the thread, which does not run yet; called in the thread where it is.
    explicit NetworkThread(std::unique_ptr<ConnectionGroup> group);

    //! Closes what is open and waits for it, for about 0.3 s at the most.
    ~NetworkThread();

    //! To be called once, when everything that belongs there has been moved.
    void start();

    //! Begins what the destructor waits for, so that several threads end at the same time.
    void endSoon();

    ConnectionGroup *group() const { return m_group.get(); }
    QThread *thread() { return &m_thread; }

    //! Has the thread call \a function, with the group as its argument; does not wait.
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

    class Thread : public QThread
    {
    public:
        explicit Thread(NetworkThread &owner)
            : m_owner(owner)
        {
        }

    protected:
        void run() override;

    private:
        NetworkThread &m_owner;
    };

    std::unique_ptr<ConnectionGroup> m_group;
    Thread m_thread{*this};
    bool m_isEnding = false;
};

} // namespace QRepod
