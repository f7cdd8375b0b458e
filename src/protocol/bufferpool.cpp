// SPDX-License-Identifier: MIT
#include "protocol/bufferpool.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace QRepod {

BufferPool &BufferPool::ofProcess()
{
    // Never destroyed: a static server or client may be destroyed after any younger static.
    static auto *const pool = new BufferPool;
    return *pool;
}

QByteArray BufferPool::take(qsizetype size)
{
    const std::lock_guard lock(m_mutex);
    // The latest first: some of it may still be in the processor's caches.
    const auto buffer =
        std::find_if(m_buffers.rbegin(), m_buffers.rend(), [size](const Buffer &each) {
            const qsizetype more = each.bytes.capacity() - size;
            return more >= 0 && more <= size / 2;
        });
    if (buffer == m_buffers.rend())
        return {};
    QByteArray bytes = std::move(buffer->bytes);
    m_buffers.erase(std::prev(buffer.base()));
    return bytes;
}

void BufferPool::give(QByteArray &&bytes)
{
    std::vector<Buffer> dropped; // freed after the lock is released
    QByteArray mine = std::move(bytes);
    QByteArray::DataPointer &memory = mine.data_ptr();
    // Unlike QByteArray::isDetached(), this acquires: reads by threads that have let go happen
    // before the next writes.
    if (mine.capacity() < minimumSize || mine.capacity() > limit
        || memory.d_ptr()->ref_.loadAcquire() != 1)
        return;
    memory.setBegin(memory.begin() - memory.freeSpaceAtBegin()); // it may begin inside a frame
    memory.size = 0;

    const std::lock_guard lock(m_mutex);
    if (m_keepers.empty())
        return;
    qint64 excess = total() + mine.capacity() - limit;
    auto first = m_buffers.begin();
    for (; excess > 0; ++first)
        excess -= first->bytes.capacity();
    dropped.assign(std::make_move_iterator(m_buffers.begin()), std::make_move_iterator(first));
    m_buffers.erase(m_buffers.begin(), first);
    m_buffers.push_back({std::move(mine), Clock::now()});
    if (!m_called)
        callKeeper();
}

std::chrono::milliseconds BufferPool::release(Clock::time_point now)
{
    std::vector<Buffer> dropped; // freed after the lock is released
    const std::lock_guard lock(m_mutex);
    const auto first = std::find_if(m_buffers.begin(), m_buffers.end(), [&](const Buffer &buffer) {
        return now - buffer.since < m_idleTime;
    });
    dropped.assign(std::make_move_iterator(m_buffers.begin()), std::make_move_iterator(first));
    m_buffers.erase(m_buffers.begin(), first);
    if (m_buffers.empty()) {
        m_called = nullptr;
        return {};
    }
    return std::chrono::ceil<std::chrono::milliseconds>(m_buffers.front().since + m_idleTime - now);
}

qint64 BufferPool::size() const
{
    const std::lock_guard lock(m_mutex);
    return total();
}

void BufferPool::addKeeper(Keeper *keeper)
{
    const std::lock_guard lock(m_mutex);
    m_keepers.push_back(keeper);
}

void BufferPool::removeKeeper(Keeper *keeper)
{
    std::vector<Buffer> dropped; // freed after the lock is released
    const std::lock_guard lock(m_mutex);
    std::erase(m_keepers, keeper);
    if (m_keepers.empty())
        dropped.swap(m_buffers);
    if (m_called == keeper)
        callKeeper();
}

qint64 BufferPool::total() const
{
    qint64 total = 0;
    for (const Buffer &buffer : m_buffers)
        total += buffer.bytes.capacity();
    return total;
}

//! Makes one of the keepers call release(), if the pool holds anything.
void BufferPool::callKeeper()
{
    m_called = m_buffers.empty() ? nullptr : m_keepers.front();
    if (m_called)
        m_called->poolFilled();
}

} // namespace QRepod
