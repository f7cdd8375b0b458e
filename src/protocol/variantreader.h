// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/decodecontext.h"
#include "protocol/walker.h"

#include <QtCore/qvariant.h>

namespace QRepod {

//! Builds QVariants of what a Walker comes to.
///
/// It calls itself for each level of nesting, which the limit on depth bounds, as it bounds the
/// destructor of what is built.
class VariantReader
{
public:
    VariantReader(Walker &walker, const DecodeContext &context)
        : m_walker(walker)
        , m_context(context)
    {
    }

    //! The value that begins with \a token, which has been taken from the walker.
    QVariant read(const Walker::Token &token);

    //! The pairs of a map, \a count of them.
    QVariantMap readMap(quint32 count);

private:
    QVariantList readList(quint32 count);
    QString key(const Walker::Token &token);

    Walker &m_walker;
    const DecodeContext m_context;
};

//! Decodes a validated payload, which is a map.
QVariantMap decodeMap(QByteArrayView payload, const DecodeContext &context);

} // namespace QRepod
