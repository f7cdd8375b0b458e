// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qobject.h>

#include <mutex>

namespace QRepod {

class Waker;

//! Something that sleeps in one thread and can be woken from any, by a Waker.
///
/// It belongs to one Waker and must call Waker::forget() before it is destroyed.
class Wakeable
{
public:
    Wakeable() = default;
    Q_DISABLE_COPY_MOVE(Wakeable)

    //! Called in the waker's thread after one or more wake-ups; may delete anything.
    virtual void handleWake() = 0;

protected:
    ~Wakeable() = default;

private:
    friend class Waker;

    // The place in the waker's list, guarded by the waker's lock.
    Wakeable *m_previous = nullptr;
    Wakeable *m_next = nullptr;
    bool m_isListed = false;
};

//! Wakes objects in its thread, with a single event however many have something to do.
///
/// They wait in a list, in the order in which they were woken. A broadcast to a thousand clients
/// costs their thread one event, and each client two pointers.
class Waker : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    //! Wakes \a wakeable. Any thread. Has no effect while an earlier wake-up is still pending.
    void wake(Wakeable *wakeable);

    //! \a wakeable will not be called any more. In the waker's thread, or while that does not run.
    void forget(Wakeable *wakeable);

protected:
    bool event(QEvent *event) override;

private:
    // Each is called with the lock held.
    void append(Wakeable *wakeable);
    void remove(Wakeable *wakeable);
    void post();

    Wakeable *takeFirst();

    std::mutex m_mutex; // guards everything below
    Wakeable *m_first = nullptr;
    Wakeable *m_last = nullptr;
    size_t m_count = 0;
    bool m_isPosted = false; // an event is on its way
};

//! Who is to be woken, and by which waker; nobody by default.
struct WakeTarget
{
    Waker *waker = nullptr;
    Wakeable *wakeable = nullptr;

    explicit operator bool() const { return wakeable; }
    void wake() const
    {
        if (wakeable)
            waker->wake(wakeable);
    }
};

} // namespace QRepod
