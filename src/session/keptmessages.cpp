// SPDX-License-Identifier: MIT
#include "session/keptmessages.h"

namespace QRepod {

void KeptMessages::add(const EncodedMessage &message)
{
    m_bytes += message.size();
    m_messages.push_back(message);
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
