// SPDX-License-Identifier: MIT
#include "websocket/jsontexts.h"

#include "protocol/jsonwriter.h"

namespace QRepod {

namespace {

// Payloads and texts together. At this size all are forgotten. Clients that have not got the latest
// broadcast yet then cost one more translation.
constexpr qsizetype mostBytes = 256 * 1024;

} // namespace

QByteArray JsonTexts::text(const QByteArray &payload)
{
    {
        const std::lock_guard lock(m_mutex);
        if (const auto known = m_texts.constFind(payload); known != m_texts.cend())
            return *known;
    }
    QByteArray text = jsonFromPayload(payload);
    const qsizetype size = payload.size() + text.size();
    if (size > mostBytes / 2)
        return text;
    const std::lock_guard lock(m_mutex);
    if (m_size + size > mostBytes) {
        m_texts.clear();
        m_size = 0;
    }
    m_texts.insert(payload, text);
    m_size += size;
    return text;
}

} // namespace QRepod
