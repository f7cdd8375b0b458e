// SPDX-License-Identifier: MIT
#include "session/keptmessages.h"

namespace QRepod {

void KeptMessages::add(const EncodedMessage &message)
{
    m_bytes += message.size();
    m_messages.push_back(message);
}

void KeptMessages::replace(qint64 number, const EncodedMessage &message)
{
    if (number <= m_forgotten) // the peer has acknowledged what it cannot have received
        return;
    EncodedMessage &kept = m_messages[size_t(number - m_forgotten - 1)];
    m_bytes += message.size() - kept.size();
    kept = message;
}

bool KeptMessages::forget(qint64 received)
{
    if (!canForget(received))
        return false;
    for (; m_forgotten < received; ++m_forgotten) {
        m_bytes -= m_messages.front().size();
        m_messages.pop_front();
    }
    return true;
}

} // namespace QRepod
