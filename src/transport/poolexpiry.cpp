// SPDX-License-Identifier: MIT
#include "transport/poolexpiry.h"

namespace QRepod {

PoolExpiry::PoolExpiry(BufferPool &pool, Waker &waker, Deadlines &deadlines)
    : Deadline(deadlines)
    , m_pool(pool)
    , m_waker(waker)
{
    m_pool.addKeeper(this);
}

PoolExpiry::~PoolExpiry()
{
    m_pool.removeKeeper(this);
    m_waker.forget(this);
}

void PoolExpiry::handleDeadline()
{
    if (const auto wait = m_pool.release(BufferPool::Clock::now()).count(); wait > 0)
        setDeadline(wait);
}

} // namespace QRepod
