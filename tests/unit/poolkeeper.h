// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/bufferpool.h"

#include <atomic>

namespace QRepod {

//! Makes a pool keep memory while it exists; the last keeper frees it. Counts its calls.
class PoolKeeper final : private BufferPool::Keeper
{
public:
    explicit PoolKeeper(BufferPool &pool = BufferPool::ofProcess())
        : m_pool(pool)
    {
        m_pool.addKeeper(this);
    }
    ~PoolKeeper() { m_pool.removeKeeper(this); }
    Q_DISABLE_COPY_MOVE(PoolKeeper)

    int calls() const { return m_calls; }

private:
    void poolFilled() override { ++m_calls; }

    BufferPool &m_pool;
    std::atomic<int> m_calls = 0; // any thread may fill the pool
};

} // namespace QRepod
