// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qthread.h>

#include <atomic>
#include <functional>
#include <utility>

namespace QRepod {

//! A thread with an event loop, which does one more thing before it ends. It needs no event to be
//! delivered for that: Qt delivers none once the application has gone.
class BackgroundThread final : public QThread
{
public:
    explicit BackgroundThread(std::function<void()> last)
        : m_last(std::move(last))
    {
    }

    //! Has the thread do its last thing, and waits until it has ended.
    void end()
    {
        m_hasLast.store(true, std::memory_order_release);
        quit();
        wait();
        // What the thread has done last is seen here; Qt promises it, but not to a checker.
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
