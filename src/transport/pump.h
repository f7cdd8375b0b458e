// SPDX-License-Identifier: MIT
#pragma once

#include "transport/inbox.h"

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qpointer.h>
#include <QtCore/qscopeguard.h>

#include <iterator>
#include <utility>
#include <vector>

namespace QRepod {

//! Walks through what a connection has delivered, one step at a time, in its reader's thread.
///
/// A step calls handlers, and these may do anything: wait in an event loop of their own, or delete
/// the reader and this pump with it.
class Pump
{
public:
    bool isRunning() const { return m_isRunning; }
    bool isEmpty() const { return m_deliveries.empty(); }

    //! Adds \a deliveries behind what is left.
    void add(std::vector<Delivery> &&deliveries)
    {
        m_deliveries.insert(m_deliveries.end(), std::make_move_iterator(deliveries.begin()),
                            std::make_move_iterator(deliveries.end()));
    }

    //! Calls `int step(const Delivery &, size_t frame)` for each frame of each batch, and once for
    //! every other delivery, until nothing is left of what was there at the start, \a budget has
    //! expired or \a reader, whose pump this is, has been deleted.
    ///
    /// \return the sum of what the steps returned.
    template <class Step>
    int run(const QPointer<QObject> &reader, QDeadlineTimer budget, Step step)
    {
        std::vector<Delivery> deliveries = std::exchange(m_deliveries, {});
        size_t frame = std::exchange(m_nextFrame, 0);
        m_isRunning = true;
        const auto stopped = qScopeGuard([this, &reader] {
            if (reader)
                m_isRunning = false;
        });

        int total = 0;
        for (auto it = deliveries.begin(); it != deliveries.end(); ++it, frame = 0) {
            Delivery delivery = std::move(*it); // its memory is freed at the end of the turn
            const bool isBatch = delivery.kind() == Delivery::Kind::Messages;
            const size_t frameCount = isBatch ? delivery.batch().frames.size() : 1;
            for (; frame < frameCount; ++frame) {
                if (total > 0 && budget.hasExpired()) {
                    *it = std::move(delivery);
                    m_deliveries.insert(m_deliveries.begin(), std::make_move_iterator(it),
                                        std::make_move_iterator(deliveries.end()));
                    m_nextFrame = frame;
                    return total;
                }
                total += step(delivery, frame);
                if (!reader)
                    return total;
            }
        }
        return total;
    }

private:
    std::vector<Delivery> m_deliveries;
    size_t m_nextFrame = 0; // of the first delivery; those before it have been dispatched
    bool m_isRunning = false;
};

} // namespace QRepod
