// SPDX-License-Identifier: MIT
#include "protocol/textcache.h"

#include "protocol/text.h"

#include <QtCore/qhashfunctions.h>

namespace QRepod {

QString TextCache::Table::find(QByteArrayView utf8)
{
    if (utf8.isEmpty() || utf8.size() > longestCached)
        return textFromUtf8(utf8);

    // Messages of one kind have the same texts in the same order, so hashing is rarely needed.
    size_t slot = m_entries[m_latest].next;
    if (!isSameText(m_entries[slot].bytes(), utf8)) {
        slot = qHash(utf8) % slotCount;
        m_entries[m_latest].next = quint8(slot);
        if (!isSameText(m_entries[slot].bytes(), utf8))
            keep(m_entries[slot], utf8); // a collision costs one conversion
    }
    m_latest = slot;
    return m_entries[slot].text;
}

void TextCache::Table::keep(Entry &entry, QByteArrayView utf8)
{
    entry.size = quint8(utf8.size());
    memcpy(entry.utf8.data(), utf8.data(), size_t(utf8.size()));
    entry.text = textFromUtf8(utf8);
}

} // namespace QRepod
