// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/decodecontext.h"
#include "protocol/frame.h"

#include <QtCore/qvariant.h>

#include <array>
#include <vector>

namespace QRepod {

//! A message as a map.
struct DecodedMap
{
    struct Entry
    {
        QByteArray key; ///< in UTF-8, as on the wire
        QVariantMap::iterator value;
    };

    QVariantMap map;
    std::vector<Entry>
        entries; ///< of the map, in the order of the wire; empty if not looked up yet
};

//! Keeps the maps of messages that have been handled, to fill them again with the next ones.
///
/// The messages of an action mostly have the same keys in the same order. Then there is nothing to
/// make but values: no nodes, no keys, no comparisons of texts.
///
/// A map of which somebody has kept a copy is not filled again. What is kept is bounded: one map
/// for each of a few slots, of small messages. Used by one thread.
class MapCache
{
public:
    DecodedMap read(const Frame &frame, const DecodeContext &context);

    //! \a decoded was made of \a frame, and nobody looks at it any more.
    void keep(const Frame &frame, DecodedMap &&decoded);

private:
    static constexpr size_t slotCount = 16;
    static constexpr qsizetype largestKept = 1024; // bytes of a message
    static constexpr int patience = 8;

    struct Slot
    {
        DecodedMap decoded;
        int misses = 0; // in a row; after `patience` messages unlike it, it makes room for theirs
    };

    Slot &slotOf(QByteArrayView action);

    std::array<Slot, slotCount> m_slots;
};

} // namespace QRepod
