// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/mapcache.h"
#include "protocol/variantreader.h"

#include <optional>
#include <utility>

namespace QRepod {

//! One validated message on its way to its handlers: bytes, and the map only if somebody wants it.
class Message
{
public:
    //! With \a maps, its map may be that of a message before; see recycle().
    Message(const Frame &frame, const DecodeContext &context, MapCache *maps = nullptr)
        : m_frame(frame)
        , m_context(context)
        , m_maps(maps)
    {
    }

    QByteArrayView payload() const { return m_frame.payload; }
    QByteArrayView action() const { return m_frame.action; }
    const DecodeContext &context() const { return m_context; }

    //! The whole message, decoded at the first call.
    const QVariantMap &map() const
    {
        if (!m_decoded) {
            m_decoded = m_maps ? m_maps->read(m_frame, m_context)
                               : DecodedMap{decodeMap(m_frame.payload, m_context), {}};
        }
        return m_decoded->map;
    }

    //! Leaves the map for messages to come: it has been handled. Not called if that has deleted the
    //! caches.
    void recycle()
    {
        if (m_decoded && m_maps)
            m_maps->keep(m_frame, *std::exchange(m_decoded, std::nullopt));
    }

private:
    const Frame &m_frame;
    const DecodeContext m_context;
    MapCache *const m_maps;
    mutable std::optional<DecodedMap> m_decoded;
};

} // namespace QRepod
