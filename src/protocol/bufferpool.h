// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>

#include <chrono>
#include <mutex>
#include <vector>

namespace QRepod {

//! Memory of large frames that nobody refers to any more, kept for the next ones: fresh pages for
//! each frame can take several times as long as its bytes.
///
/// The process has one, as it has one heap. What is in it is free. Whoever takes memory owns it,
/// and gives it back or frees it, as the last who refers to it.
///
/// Any thread may call everything.
class BufferPool
{
public:
    using Clock = std::chrono::steady_clock;

    //! Smaller memory is not kept: the heap has it at hand. In bytes.
    static constexpr qsizetype leastSize = 256 * 1024;

    //! How much is kept, in bytes: four frames of the default limit.
    static constexpr qint64 limit = 64 * 1024 * 1024;

    //! For how long memory is kept that nobody takes.
    static constexpr std::chrono::milliseconds defaultIdleTime{1'000};

    //! Who calls release() when it is time to.
    class Keeper
    {
    public:
        //! There is memory in the pool: calls release() after the idle time, and again as that
        //! says. Called by any thread, with the pool's lock held.
        virtual void poolFilled() = 0;

    protected:
        ~Keeper() = default;
    };

    explicit BufferPool(std::chrono::milliseconds idleTime = defaultIdleTime)
        : m_idleTime(idleTime)
    {
    }

    static BufferPool &ofProcess();

    //! Memory for \a size bytes, and for half as many more at the most. The array is empty; without
    //! capacity if there is no such memory.
    QByteArray take(qsizetype size);

    //! Keeps the memory of \a bytes, unless somebody else refers to it, or nobody would release it.
    ///
    /// What has been here for the longest makes room.
    void give(QByteArray &&bytes);

    //! Frees what has been here for the idle time.
    ///
    /// \return when to call it again; zero: not before poolFilled().
    std::chrono::milliseconds release(Clock::time_point now);

    std::chrono::milliseconds idleTime() const { return m_idleTime; }

    //! What is kept, in bytes.
    qint64 size() const;

    /// While there is a keeper, memory is kept; the last one frees it.
    /// @{
    void addKeeper(Keeper *keeper);
    void removeKeeper(Keeper *keeper);
    /// @}

private:
    Q_DISABLE_COPY_MOVE(BufferPool)

    struct Buffer
    {
        QByteArray bytes; // empty, and nobody else refers to it
        Clock::time_point since;
    };

    // Each is called with the lock held.
    qint64 total() const;
    void callKeeper();

    const std::chrono::milliseconds m_idleTime;

    mutable std::mutex m_mutex;    // guards everything below
    std::vector<Buffer> m_buffers; // the latest last
    std::vector<Keeper *> m_keepers;
    Keeper *m_called = nullptr; // who will call release()
};

//! Gives \a bytes to the pool of the process if they are many. The caller is done with them.
inline void recycle(QByteArray &&bytes)
{
    if (bytes.capacity() >= BufferPool::leastSize)
        BufferPool::ofProcess().give(std::move(bytes));
}

} // namespace QRepod
