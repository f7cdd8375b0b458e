// SPDX-License-Identifier: MIT
#include "transport/waker.h"

#include "transport/wakeevent.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qpointer.h>

#include <utility>

namespace QRepod {

void Waker::wake(Wakeable *wakeable)
{
    const std::lock_guard lock(m_mutex);
    if (wakeable->m_isListed)
        return;
    append(wakeable);
    post();
}

void Waker::forget(Wakeable *wakeable)
{
    const std::lock_guard lock(m_mutex);
    if (wakeable->m_isListed)
        remove(wakeable);
}

bool Waker::event(QEvent *event)
{
    if (event->type() != WakeEvent::eventType())
        return QObject::event(event);

    size_t count = 0;
    {
        const std::lock_guard lock(m_mutex);
        m_isPosted = false;
        count = m_count; // later wake-ups wait for the next turn
    }
    const QPointer<Waker> alive(this);
    for (; alive && count > 0; --count) {
        if (Wakeable *const wakeable = takeFirst())
            wakeable->handleWake();
    }
    return true;
}

//! Takes the first object out of the list. If there are more, another event follows: the first may
//! run an event loop of its own, and the others must not wait for it.
Wakeable *Waker::takeFirst()
{
    const std::lock_guard lock(m_mutex);
    Wakeable *const first = m_first;
    if (first)
        remove(first);
    if (m_first)
        post();
    return first;
}

void Waker::append(Wakeable *wakeable)
{
    wakeable->m_isListed = true;
    wakeable->m_previous = m_last;
    wakeable->m_next = nullptr;
    (m_last ? m_last->m_next : m_first) = wakeable;
    m_last = wakeable;
    ++m_count;
}

void Waker::remove(Wakeable *wakeable)
{
    wakeable->m_isListed = false;
    (wakeable->m_previous ? wakeable->m_previous->m_next : m_first) = wakeable->m_next;
    (wakeable->m_next ? wakeable->m_next->m_previous : m_last) = wakeable->m_previous;
    --m_count;
}

void Waker::post()
{
    if (!std::exchange(m_isPosted, true))
        QCoreApplication::postEvent(this, new WakeEvent);
}

} // namespace QRepod
