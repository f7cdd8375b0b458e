// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qobject.h>
#include <QtCore/qthread.h>

#include <functional>
#include <mutex>
#include <optional>
#include <type_traits>
#include <vector>

namespace QRepod {

//! A thread with an event loop that does what other threads ask for, one thing after the other.
///
/// Results and data cross under a lock of our own, so that checkers of threads see the order.
class WorkThread
{
public:
    explicit WorkThread(const QString &name);

    //! Ends the thread. Whatever lives in it must have been deleted, in it.
    ~WorkThread();

    //! Runs \a function in the thread, waits for it and returns its result. In the thread itself it
    //! is called at once.
    template <class Function>
    auto call(Function &&function)
    {
        using Result = std::invoke_result_t<Function>;
        if constexpr (std::is_void_v<Result>) {
            run(std::ref(function));
        } else {
            std::optional<Result> result;
            run([&] { result.emplace(function()); });
            return std::move(*result);
        }
    }

private:
    Q_DISABLE_COPY_MOVE(WorkThread)

    class Worker;
    void run(const std::function<void()> &function);

    QThread m_thread;
    Worker *const m_worker;
};

} // namespace QRepod
