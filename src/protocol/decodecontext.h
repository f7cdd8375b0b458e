// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/textcache.h"

namespace QRepod {

//! What the values of a payload are made with.
class DecodeContext
{
public:
    //! \a memory is what the payload lies in, if values may go on using it; it outlives this, not
    //! them.
    DecodeContext(TextCache &keys, const QByteArray *memory = nullptr)
        : m_keys(keys)
        , m_memory(memory)
    {
    }

    TextCache &keys() const { return m_keys; }

    //! \a view, which is a part of the payload, for good: many bytes at the end of the memory share
    //! it, all others are copied.
    QByteArray bytes(QByteArrayView view) const;

private:
    TextCache &m_keys;
    const QByteArray *m_memory;
};

} // namespace QRepod
