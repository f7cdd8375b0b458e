// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/text.h"
#include "protocol/textcache.h"

namespace QRepod {

//! What decoding the values of a payload needs.
class DecodeContext
{
public:
    //! Without a cache, for occasional decoding: filling one would take longer.
    DecodeContext() = default;

    //! If values may share the memory of the payload, \a memory is that. It must outlive this
    //! object, not the values.
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

    //! Returns \a view, a part of the payload, as an array of its own. Many bytes at the end of the
    //! memory share it; all others are copied.
    QByteArray bytes(QByteArrayView view) const;

private:
    TextCache *m_texts = nullptr;
    const QByteArray *m_memory = nullptr;
};

} // namespace QRepod
