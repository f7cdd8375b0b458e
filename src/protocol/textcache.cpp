// SPDX-License-Identifier: MIT
#include "protocol/textcache.h"

#include "protocol/text.h"

namespace QRepod {

QString TextCache::find(Entries &entries, QByteArrayView utf8)
{
    if (utf8.isEmpty() || utf8.size() > longestCached)
        return textFromUtf8(utf8);

    // Length and both ends tell the keys of a game apart well enough; a clash costs one conversion.
    const size_t hash = size_t(utf8.size()) * 31 + size_t(uchar(utf8.front())) * 7
        + size_t(uchar(utf8.back())) + size_t(uchar(utf8[utf8.size() / 2])) * 3;
    Entry &entry = entries[hash % slotCount];
    if (QByteArrayView(entry.utf8.data(), entry.size) != utf8) {
        entry.size = quint8(utf8.size());
        memcpy(entry.utf8.data(), utf8.data(), size_t(utf8.size()));
        entry.text = textFromUtf8(utf8);
    }
    return entry.text;
}

} // namespace QRepod
