// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qthread.h>

#include <atomic>
#include <functional>
#include <utility>

namespace QRepod {

//! A thread with an event loop that runs one more function before it ends. It needs no event for
//! that: Qt delivers none once the application is gone.
class BackgroundThread final : public QThread
{
public:
    explicit BackgroundThread(std::function<void()> last)
        : m_last(std::move(last))
    {
    }

    //! Makes the thread run its last function, and waits until the thread has ended.
    void end()
    {
        m_hasLast.store(true, std::memory_order_release);
        quit();
        wait();
        // What the thread did last is visible here. Qt guarantees that, but no checker sees it.
        m_hasLast.load(std::memory_order_acquire);
    }

protected:
    void run() override
    {
        exec();
        if (!m_hasLast.load(std::memory_order_acquire))
            return;
        m_last();
        m_hasLast.store(false, std::memory_order_release);
    }

private:
    const std::function<void()> m_last; // set before the thread starts
    std::atomic<bool> m_hasLast = false;
};

} // namespace QRepod
