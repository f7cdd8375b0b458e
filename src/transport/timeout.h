// SPDX-License-Identifier: MIT
#pragma once

#include "transport/deadlines.h"

#include <functional>
#include <utility>

namespace QRepod {

//! Calls a function once, some time after start(). Used in the thread of its Deadlines.
class Timeout final : private Deadline
{
public:
    Timeout(Deadlines &deadlines, std::function<void()> expired)
        : Deadline(deadlines)
        , m_expired(std::move(expired))
    {
    }
    virtual ~Timeout() = default;

    //! Starts the time, \a milliseconds from now; an earlier start is forgotten.
    void start(qint64 milliseconds) { setDeadline(milliseconds); }
    void stop() { clearDeadline(); }

private:
    void handleDeadline() override
    {
        const std::function<void()> expired = m_expired; // it may delete this
        expired();
    }

    const std::function<void()> m_expired;
};

} // namespace QRepod
