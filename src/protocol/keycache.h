// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qstring.h>

#include <array>

namespace QRepod {

//! Hands out one shared QString for a key that comes again and again, as keys of messages do.
///
/// A fixed number of slots: a peer that invents keys replaces entries, it cannot make the cache
/// grow. Used by one thread.
class KeyCache
{
public:
    QString text(QByteArrayView utf8);

private:
    struct Entry
    {
        QByteArray utf8;
        QString text;
    };
    static constexpr qsizetype longestCached = 32; // bytes; keys are words, longer ones are data
    static constexpr size_t slotCount = 128;

    std::array<Entry, slotCount> m_entries;
};

} // namespace QRepod
