// SPDX-License-Identifier: MIT
#include "protocol/textcache.h"

#include "protocol/text.h"

#include <QtCore/qhashfunctions.h>

namespace QRepod {

QString TextCache::find(Entries &entries, QByteArrayView utf8)
{
    if (utf8.isEmpty() || utf8.size() > longestCached)
        return textFromUtf8(utf8);

    Entry &entry = entries[qHash(utf8) % slotCount]; // a clash costs one conversion
    if (QByteArrayView(entry.utf8.data(), entry.size) != utf8) {
        entry.size = quint8(utf8.size());
        memcpy(entry.utf8.data(), utf8.data(), size_t(utf8.size()));
        entry.text = textFromUtf8(utf8);
    }
    return entry.text;
}

} // namespace QRepod
