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

//! A thread with an event loop that runs functions for other threads, one after another.
///
/// Results and data are handed over under a lock of our own, so that thread checkers see the order.
class WorkThread
{
public:
    explicit WorkThread(const QString &name);

    //! Ends the thread. Objects that live in it must have been deleted there.
    ~WorkThread();

    //! Runs \a function in the thread, waits for it and returns its result. Called in the thread
    //! itself, it runs at once.
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
