// SPDX-License-Identifier: MIT
#include "delivery/deliveryloop.h"

#include "protocol/builtin.h"

#include <QtCore/qscopeguard.h>

#include <iterator>
#include <utility>

namespace QRepod {

DeliveryRun::DeliveryRun(DeliveryLoop &loop, TextCache &texts)
    : m_loop(loop)
    , m_texts(texts)
    , m_reader(loop.m_reader)
{
}

void DeliveryRun::announce(const BuiltIn &message)
{
    if (!isAlive())
        return;
    ++m_dispatched;
    const Frame frame = message.frame();
    m_loop.m_recipient.announced(Message(frame, m_texts), *this);
}

void DeliveryRun::deliver(const Delivery &delivery, size_t frame)
{
    Recipient &recipient = m_loop.m_recipient;
    switch (delivery.kind()) {
    case Delivery::Kind::Connected:
        return recipient.joined(delivery, *this);
    case Delivery::Kind::Messages:
        return deliverMessage(delivery.batch(), frame);
    case Delivery::Kind::Error:
        return recipient.failed(delivery, *this);
    case Delivery::Kind::Disconnected:
        return recipient.left(delivery, *this);
    case Delivery::Kind::Cancelled:
        return recipient.cancelled(delivery, *this);
    case Delivery::Kind::Resumed:
        return recipient.resumed(delivery, *this);
    }
}

void DeliveryRun::deliverMessage(const FrameBatch &batch, size_t frame)
{
    if (batch.frames[frame].isControl())
        return m_loop.m_recipient.controlled(Control(batch.frames[frame].payload, batch.arrival),
                                             *this);
    const Message message(batch.frames[frame], {m_texts, &batch.bytes});
    if (m_loop.m_recipient.received(message, *this))
        ++m_dispatched;
}

std::vector<Delivery> DeliveryRun::takeRest()
{
    m_isOver = true;
    const auto behind = m_deliveries.begin() + std::ptrdiff_t(m_current) + 1;
    std::vector<Delivery> rest(std::make_move_iterator(behind),
                               std::make_move_iterator(m_deliveries.end()));
    m_deliveries.erase(behind, m_deliveries.end());
    return rest;
}

void DeliveryLoop::take()
{
    put(m_recipient.inbox().takeAll());
}

void DeliveryLoop::put(std::vector<Delivery> &&deliveries)
{
    m_deliveries.insert(m_deliveries.end(), std::make_move_iterator(deliveries.begin()),
                        std::make_move_iterator(deliveries.end()));
}

int DeliveryLoop::run(TextCache &texts, QDeadlineTimer budget)
{
    if (m_isRunning)
        return 0;
    take();
    size_t frame = std::exchange(m_nextFrame, 0);
    DeliveryRun run(*this, texts);
    std::vector<Delivery> &deliveries = run.m_deliveries;
    size_t &i = run.m_current;
    deliveries.swap(m_deliveries);
    m_isRunning = true;
    const auto stopped = qScopeGuard([this, &run] {
        if (!run.isAlive())
            return;
        m_isRunning = false;
        // A handler's event loop may have used up the wake-up for what arrived meanwhile.
        m_recipient.inbox().wakeReader();
    });

    for (; i < deliveries.size(); ++i, frame = 0) {
        Delivery delivery = std::move(deliveries[i]); // its memory is freed at the end of its step
        const bool isBatch = delivery.kind() == Delivery::Kind::Messages;
        const size_t frameCount = isBatch ? delivery.batch().frames.size() : 1;
        for (; frame < frameCount; ++frame) {
            if (run.m_dispatched > 0 && budget.hasExpired()) {
                deliveries[i] = std::move(delivery);
                putBack(std::move(deliveries), i, frame);
                return run.m_dispatched;
            }
            run.deliver(delivery, frame);
            if (!run.isAlive() || run.m_isOver)
                return run.m_dispatched;
        }
    }
    return run.m_dispatched;
}

//! Keeps what remains: the budget has expired before \a frame of the \a first delivery.
void DeliveryLoop::putBack(std::vector<Delivery> &&deliveries, size_t first, size_t frame)
{
    m_deliveries.insert(m_deliveries.begin(),
                        std::make_move_iterator(deliveries.begin() + std::ptrdiff_t(first)),
                        std::make_move_iterator(deliveries.end()));
    m_nextFrame = frame;
}

} // namespace QRepod
