// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/bufferpool.h"
#include "transport/deadlines.h"
#include "transport/waker.h"

namespace QRepod {

//! Makes a pool free memory that nobody takes, in the thread of a group of connections.
///
/// Created and destroyed in the thread of \a waker and \a deadlines, or while that does not run.
class PoolExpiry final : private BufferPool::Keeper, private Wakeable, private Deadline
{
public:
    PoolExpiry(BufferPool &pool, Waker &waker, Deadlines &deadlines);
    virtual ~PoolExpiry();

private:
    void poolFilled() override { m_waker.wake(this); }
    void handleWake() override { setDeadline(m_pool.idleTime().count()); }
    void handleDeadline() override;

    BufferPool &m_pool;
    Waker &m_waker;
};

} // namespace QRepod
