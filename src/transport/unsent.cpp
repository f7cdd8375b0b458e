// SPDX-License-Identifier: MIT
#include "transport/unsent.h"

namespace QRepod {

Unsent::Result Unsent::write(Stream &stream, Outbox &outbox)
{
    while (m_first < m_parts.size()) {
        QByteArray &part = m_parts[m_first];
        const qint64 size = part.size() - m_sentOfFirst;
        const qint64 taken = stream.write(part.constData() + m_sentOfFirst, size);
        if (taken <= 0)
            return taken < 0 ? Result::Failed : Result::Blocked;
        outbox.written(taken);
        m_sentOfFirst += taken;
        if (taken == size) {
            part = QByteArray(); // moved, not copied: its memory is given back here
            ++m_first;
            m_sentOfFirst = 0;
        }
    }
    clear();
    return Result::Done;
}

void Unsent::clear()
{
    m_parts.clear();
    m_first = 0;
    m_sentOfFirst = 0;
}

} // namespace QRepod
