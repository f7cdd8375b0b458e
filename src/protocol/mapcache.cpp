// SPDX-License-Identifier: MIT
#include "protocol/mapcache.h"

#include "protocol/text.h"
#include "protocol/variantreader.h"

#include <cstring>
#include <utility>

namespace QRepod {

namespace {

bool isSame(const QByteArray &key, QByteArrayView bytes)
{
    return key.size() == bytes.size()
        && memcmp(key.constData(), bytes.data(), size_t(key.size())) == 0;
}

//! Gives the entries of \a decoded the values of \a payload. Returns false, and leaves some of
//! either, if the keys are not the same in the same order.
bool refill(DecodedMap &decoded, QByteArrayView payload, const DecodeContext &context)
{
    MessagePackReader reader(payload);
    VariantReader values(reader, context);
    if (reader.next().size != decoded.entries.size())
        return false;
    for (DecodedMap::Entry &entry : decoded.entries) {
        const MessagePackReader::Token key = reader.next();
        if (key.kind != MessagePackReader::Kind::Text || !isSame(entry.key, key.bytes()))
            return false;
        entry.value.value() = values.read(reader.next());
    }
    return true;
}

//! Looks up the entries of \a decoded, which was made of \a payload. Returns false if that cannot
//! be done: a key stands twice, or is not text.
bool lookUp(DecodedMap &decoded, QByteArrayView payload)
{
    MessagePackReader reader(payload);
    const quint32 count = reader.next().size;
    if (count != quint32(decoded.map.size()))
        return false;
    decoded.entries.reserve(count);
    for (quint32 i = 0; i < count; ++i) {
        const MessagePackReader::Token key = reader.next();
        if (key.kind != MessagePackReader::Kind::Text)
            return false;
        const auto value = decoded.map.find(textFromUtf8(key.bytes()));
        decoded.entries.push_back({key.bytes().toByteArray(), value});
        reader.skip();
    }
    return true;
}

} // namespace

DecodedMap MapCache::read(const Frame &frame, const DecodeContext &context)
{
    Slot &slot = slotOf(frame.action);
    // A large one would leave its values in a map whose last keys are others.
    if (frame.payload.size() <= largestKept && !slot.decoded.entries.empty()) {
        DecodedMap decoded = std::exchange(slot.decoded, {});
        const bool isLikeIt = refill(decoded, frame.payload, context);
        slot.misses = isLikeIt ? 0 : slot.misses + 1;
        if (isLikeIt)
            return decoded;
        if (slot.misses < patience)
            slot.decoded = std::move(decoded);
    }
    return {decodeMap(frame.payload, context), {}};
}

void MapCache::keep(const Frame &frame, DecodedMap &&decoded)
{
    Slot &slot = slotOf(frame.action);
    const bool isTaken = !slot.decoded.entries.empty();
    if (isTaken || frame.payload.size() > largestKept || !decoded.map.isDetached())
        return;
    if (decoded.entries.empty() && !lookUp(decoded, frame.payload))
        return;
    slot.misses = 0;
    slot.decoded = std::move(decoded);
}

MapCache::Slot &MapCache::slotOf(QByteArrayView action)
{
    const size_t ends = action.isEmpty() ? 0 : uchar(action.front()) * 3 + uchar(action.back());
    return m_slots[(size_t(action.size()) + ends) % slotCount];
}

} // namespace QRepod
