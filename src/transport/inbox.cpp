// SPDX-License-Identifier: MIT
#include "transport/inbox.h"

#include "protocol/bufferpool.h"

#include <algorithm>
#include <utility>

namespace QRepod {

Delivery::~Delivery()
{
    if (m_origin && m_kind == Kind::Messages) {
        m_origin->release(m_batch);
        recycle(std::move(m_batch.bytes));
    }
}

void Inbox::setWriter(WakeTarget connection)
{
    const std::lock_guard lock(m_mutex);
    m_writer = connection;
}

void Inbox::pushConnected()
{
    const std::lock_guard lock(m_mutex);
    m_isConnected = true;
    push(Delivery(Delivery::Kind::Connected));
}

bool Inbox::pushMessages(FrameBatch &&batch)
{
    const std::lock_guard lock(m_mutex);
    if (m_state != State::Open)
        return false;
    m_cost += batch.cost();
    m_counts.received += batch.messages();
    m_counts.waiting += batch.messages();
    push(Delivery(std::move(batch)));
    m_isWriterStopped = m_cost > m_limit;
    return !m_isWriterStopped && !m_isHeld;
}

bool Inbox::hasRoom() const
{
    const std::lock_guard lock(m_mutex);
    return !m_isWriterStopped && !m_isHeld;
}

qint64 Inbox::heldBytes() const
{
    const std::lock_guard lock(m_mutex);
    return m_cost + m_unfinished.load(std::memory_order_relaxed);
}

void Inbox::setHeld(bool isHeld)
{
    const std::lock_guard lock(m_mutex);
    if (std::exchange(m_isHeld, isHeld) != isHeld)
        m_writer.wake();
}

void Inbox::pushEnd(const QString &error, End end)
{
    const std::lock_guard lock(m_mutex);
    const auto marked = [end](Delivery &&delivery) {
        return end == End::Lost ? Delivery::lost(std::move(delivery)) : std::move(delivery);
    };
    if (!error.isEmpty())
        push(marked(Delivery(error)));
    if (m_isConnected)
        push(marked(Delivery(Delivery::Kind::Disconnected)));
    m_state = State::Closed;
}

std::vector<Delivery> Inbox::takeAll()
{
    std::vector<Delivery> deliveries;
    {
        const std::lock_guard lock(m_mutex);
        deliveries.swap(m_deliveries);
        m_isTaken |= !deliveries.empty();
    }
    const std::shared_ptr<Inbox> self = shared_from_this();
    for (Delivery &delivery : deliveries)
        delivery.m_origin = self;
    return deliveries;
}

void Inbox::cancel()
{
    const std::lock_guard lock(m_mutex);
    if (m_isConnected && !m_isTaken) {
        m_deliveries.clear();
        m_counts.waiting = 0;
        m_cost = 0;
        m_isConnected = false;
    }
    close(State::Closed);
}

bool Inbox::isEmpty() const
{
    const std::lock_guard lock(m_mutex);
    return m_deliveries.empty();
}

void Inbox::wakeReader()
{
    const std::lock_guard lock(m_mutex);
    if (!m_deliveries.empty())
        m_reader.wake();
}

void Inbox::detachReader()
{
    const std::lock_guard lock(m_mutex);
    m_reader = {};
    close(State::Closed);
}

void Inbox::setReader(WakeTarget reader)
{
    const std::lock_guard lock(m_mutex);
    m_reader = reader;
    if (!m_deliveries.empty())
        m_reader.wake();
}

void Inbox::retire()
{
    const std::lock_guard lock(m_mutex);
    if (m_state == State::Open)
        m_state = State::Closed;
    m_writer.wake();
}

void Inbox::lose()
{
    const std::lock_guard lock(m_mutex);
    end(Delivery::lost(Delivery(Delivery::Kind::Disconnected)), State::Closed);
}

void Inbox::markConnected()
{
    const std::lock_guard lock(m_mutex);
    m_isConnected = true;
}

void Inbox::beginReceipts(qint64 before)
{
    const std::lock_guard lock(m_mutex);
    m_before = before;
    if (m_counts.received > 0) // which nobody has acknowledged
        m_writer.wake();
}

std::optional<qint64> Inbox::receipt() const
{
    const std::lock_guard lock(m_mutex);
    return m_before ? std::optional(*m_before + m_counts.received) : std::nullopt;
}

Inbox::State Inbox::state() const
{
    const std::lock_guard lock(m_mutex);
    return m_state;
}

Inbox::Counts Inbox::counts() const
{
    const std::lock_guard lock(m_mutex);
    return m_counts;
}

int Inbox::messageRate() const
{
    const std::lock_guard lock(m_mutex);
    return m_messageRate;
}

void Inbox::setMessageRate(int perSecond)
{
    const std::lock_guard lock(m_mutex);
    m_messageRate = std::max(0, perSecond);
    m_writer.wake();
}

void Inbox::close(const QString &error)
{
    const std::lock_guard lock(m_mutex);
    if (!error.isEmpty())
        push(Delivery(error));
    close(State::Closed);
}

void Inbox::abort(const QString &error)
{
    const std::lock_guard lock(m_mutex);
    push(Delivery(error));
    close(State::Aborted);
}

void Inbox::push(Delivery &&delivery)
{
    if (m_state != State::Open)
        return;
    m_deliveries.push_back(std::move(delivery));
    if (m_deliveries.size() == 1)
        m_reader.wake();
}

void Inbox::close(State state)
{
    end(Delivery(m_isConnected ? Delivery::Kind::Disconnected : Delivery::Kind::Cancelled), state);
}

void Inbox::end(Delivery &&last, State state)
{
    if (m_state != State::Open)
        return;
    push(std::move(last));
    m_state = state;
    m_writer.wake();
}

void Inbox::release(const FrameBatch &batch)
{
    const std::lock_guard lock(m_mutex);
    m_counts.waiting -= batch.messages();
    m_cost -= batch.cost();
    if (m_isWriterStopped && m_cost <= m_limit / 2) {
        m_isWriterStopped = false;
        m_writer.wake();
    }
}

} // namespace QRepod
