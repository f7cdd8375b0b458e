// SPDX-License-Identifier: MIT
#include "transport/unsent.h"

#include "protocol/bufferpool.h"

#include <utility>

namespace QRepod {

Unsent::Result Unsent::write(Stream &stream, Outbox &outbox)
{
    std::vector<QByteArray> &parts = m_queue.parts();
    while (m_first < parts.size()) {
        QByteArray &part = parts[m_first];
        const qint64 size = part.size() - m_sentOfFirst;
        const qint64 taken = stream.write(part.constData() + m_sentOfFirst, size);
        if (taken < 0)
            return Result::Failed;
        if (taken == 0) {
            block(outbox);
            return Result::Blocked;
        }
        outbox.written(taken);
        m_sentOfFirst += taken;
        if (taken == size) {
            recycle(std::exchange(part, {})); // nobody shares a message that only one peer gets
            ++m_first;
            m_sentOfFirst = 0;
        }
    }
    clear();
    return Result::Done;
}

void Unsent::block(Outbox &outbox)
{
    outbox.block(m_queue.takeReplaceable(m_first, m_sentOfFirst));
    const std::vector<QByteArray> &parts = m_queue.parts();
    // Nothing is left but, perhaps, the written bytes of the part that was cut.
    if (m_first == parts.size()
        || (m_first + 1 == parts.size() && parts[m_first].size() == m_sentOfFirst))
        clear();
}

void Unsent::clear()
{
    m_queue = {};
    m_first = 0;
    m_sentOfFirst = 0;
}

} // namespace QRepod
