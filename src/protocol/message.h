// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/frame.h"
#include "protocol/keycache.h"

#include <QtCore/qvariant.h>

#include <optional>

namespace QRepod {

//! Decodes a validated payload, which is a map.
QVariantMap decodeMap(QByteArrayView payload, KeyCache &keys);

//! One validated message on its way to its handlers: bytes, and the map only if somebody wants it.
class Message
{
public:
    Message(const Frame &frame, KeyCache &keys)
        : m_frame(frame)
        , m_keys(keys)
    {
    }

    QByteArrayView payload() const { return m_frame.payload; }
    QByteArrayView action() const { return m_frame.action; }
    KeyCache &keys() const { return m_keys; }

    //! The whole message, decoded at the first call.
    const QVariantMap &map() const
    {
        if (!m_map)
            m_map = decodeMap(m_frame.payload, m_keys);
        return *m_map;
    }

private:
    const Frame &m_frame;
    KeyCache &m_keys;
    mutable std::optional<QVariantMap> m_map;
};

} // namespace QRepod
