// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qstring.h>

#include <array>

namespace QRepod {

//! Hands out one shared QString for a text that comes again and again, as keys of messages do, and
//! many a short value: names, kinds, states.
///
/// A fixed number of slots, of a fixed size: a peer that invents texts replaces entries, it cannot
/// make the cache grow. Values have slots of their own, so that they do not replace keys. Used by
/// one thread.
class TextCache
{
public:
    //! The text of a key.
    QString text(QByteArrayView utf8) { return find(m_keys, utf8); }

    //! The text of a value.
    QString value(QByteArrayView utf8) { return find(m_values, utf8); }

private:
    static constexpr qsizetype longestCached = 31; // bytes; keys are words, longer ones are data
    static constexpr size_t slotCount = 128;

    struct Entry
    {
        quint8 size = 0;
        std::array<char, longestCached> utf8;
        QString text;
    };
    using Entries = std::array<Entry, slotCount>;

    static QString find(Entries &entries, QByteArrayView utf8);

    Entries m_keys;
    Entries m_values;
};

} // namespace QRepod
