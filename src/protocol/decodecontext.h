// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/text.h"
#include "protocol/textcache.h"

namespace QRepod {

//! What the values of a payload are made with.
class DecodeContext
{
public:
    //! For what is decoded now and then: to fill a cache would take longer.
    DecodeContext() = default;

    //! \a memory is what the payload lies in, if values may go on using it; it outlives this, not
    //! them.
    DecodeContext(TextCache &texts, const QByteArray *memory = nullptr)
        : m_texts(&texts)
        , m_memory(memory)
    {
    }

    QString key(QByteArrayView utf8) const
    {
        return m_texts ? m_texts->text(utf8) : textFromUtf8(utf8);
    }
    QString text(QByteArrayView utf8) const
    {
        return m_texts ? m_texts->value(utf8) : textFromUtf8(utf8);
    }

    //! \a view, which is a part of the payload, for good: many bytes at the end of the memory share
    //! it, all others are copied.
    QByteArray bytes(QByteArrayView view) const;

private:
    TextCache *m_texts = nullptr;
    const QByteArray *m_memory = nullptr;
};

} // namespace QRepod
