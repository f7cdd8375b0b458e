// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>

#include <chrono>
#include <mutex>
#include <vector>

namespace QRepod {

//! Keeps the memory of large frames for later ones: getting fresh pages for each frame can take
//! several times as long as handling its bytes.
///
/// The process has one pool, as it has one heap. Everything in the pool is free. Whoever takes
/// memory owns it, and gives it back or frees it as the last one to refer to it.
///
/// All functions are thread-safe.
class BufferPool
{
public:
    using Clock = std::chrono::steady_clock;

    //! Smaller memory is not kept, because the heap is fast enough for it. In bytes.
    static constexpr qsizetype minimumSize = 256 * 1024;

    //! The most that is kept, in bytes: four frames of the default limit.
    static constexpr qint64 limit = 64 * 1024 * 1024;

    //! How long memory is kept that nobody takes.
    static constexpr std::chrono::milliseconds defaultIdleTime{1'000};

    //! Calls release() when it is due.
    class Keeper
    {
    public:
        //! Called when the pool has memory: the keeper calls release() after the idle time, and
        //! again after each time that it returns. Any thread calls this, holding the pool's lock.
        virtual void poolFilled() = 0;

    protected:
        ~Keeper() = default;
    };

    explicit BufferPool(std::chrono::milliseconds idleTime = defaultIdleTime)
        : m_idleTime(idleTime)
    {
    }

    static BufferPool &ofProcess();

    //! Returns an empty array with a capacity of \a size bytes, or at most half as many more.
    //! Without such memory, the array has no capacity.
    QByteArray take(qsizetype size);

    //! Keeps the memory of \a bytes, unless somebody else refers to it or there is no keeper.
    ///
    /// Makes room by dropping the memory that has been here longest.
    void give(QByteArray &&bytes);

    //! Frees the memory that has been here for the idle time.
    ///
    /// \return the time until the next call; zero: not before poolFilled().
    std::chrono::milliseconds release(Clock::time_point now);

    std::chrono::milliseconds idleTime() const { return m_idleTime; }

    //! Returns how much is kept, in bytes.
    qint64 size() const;

    /// The pool keeps memory while it has a keeper. Removing the last keeper frees all of it.
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

    // Called with the lock held.
    qint64 total() const;
    void callKeeper();

    const std::chrono::milliseconds m_idleTime;

    mutable std::mutex m_mutex;    // guards everything below
    std::vector<Buffer> m_buffers; // the latest last
    std::vector<Keeper *> m_keepers;
    Keeper *m_called = nullptr; // the keeper that will call release()
};

//! Gives \a bytes to the process's pool if they are large. The caller must be done with them.
inline void recycle(QByteArray &&bytes)
{
    if (bytes.capacity() >= BufferPool::minimumSize)
        BufferPool::ofProcess().give(std::move(bytes));
}

} // namespace QRepod
