// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/frame.h"
#include "protocol/variantreader.h"

#include <optional>

namespace QRepod {

//! A validated message on its way to its handlers: bytes, decoded to a map only if somebody asks.
class Message
{
public:
    //! \a frame must outlive this object.
    Message(const Frame &frame, const DecodeContext &context)
        : m_frame(frame)
        , m_context(context)
    {
    }

    QByteArrayView payload() const { return m_frame.payload; }
    QByteArrayView action() const { return m_frame.action; }
    //! The number that the answer must repeat, if the sender waits for one.
    std::optional<quint64> request() const { return m_frame.request; }

    const DecodeContext &context() const { return m_context; }

    //! The whole message, decoded on the first call.
    const QVariantMap &map() const
    {
        if (!m_map)
            m_map = decodeMap(m_frame.payload, m_context);
        return *m_map;
    }

private:
    const Frame &m_frame;
    const DecodeContext m_context;
    mutable std::optional<QVariantMap> m_map;
};

} // namespace QRepod
