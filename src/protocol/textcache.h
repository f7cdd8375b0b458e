// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qstring.h>

#include <array>
#include <limits>

namespace QRepod {

//! Hands out one shared QString for a text that recurs, such as the keys of messages and many short
//! values: names, kinds, states.
///
/// The number and size of the slots are fixed. A peer that invents texts replaces entries but
/// cannot make the cache grow. Values have slots of their own, so they do not replace keys. Used by
/// one thread.
class TextCache
{
public:
    //! Returns the text of a key.
    QString text(QByteArrayView utf8) { return m_keys.find(utf8); }

    //! Returns the text of a value.
    QString value(QByteArrayView utf8) { return m_values.find(utf8); }

private:
    static constexpr qsizetype longestCached = 31; // bytes; keys are words, longer ones are data
    static constexpr size_t slotCount = 128;

    struct Entry
    {
        QByteArrayView bytes() const { return {utf8.data(), size}; }

        quint8 size = 0;
        quint8 next = 0; ///< the slot of the text that last followed this one
        std::array<char, longestCached> utf8;
        QString text;
    };

    static_assert(slotCount - 1 <= std::numeric_limits<quint8>::max());

    class Table
    {
    public:
        QString find(QByteArrayView utf8);

    private:
        void keep(Entry &entry, QByteArrayView utf8);

        std::array<Entry, slotCount> m_entries;
        size_t m_latest = 0; // the slot that was found last
    };

    Table m_keys;
    Table m_values;
};

} // namespace QRepod
