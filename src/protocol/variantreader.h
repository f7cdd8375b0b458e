// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/decodecontext.h"
#include "protocol/messagepackreader.h"

#include <QtCore/qvariant.h>

namespace QRepod {

//! Builds QVariants of the values of a validated payload.
///
/// It calls itself for each level of nesting, which the limit on depth bounds, as it bounds the
/// destructor of what is built.
class VariantReader
{
public:
    VariantReader(MessagePackReader &reader, const DecodeContext &context)
        : m_reader(reader)
        , m_context(context)
    {
    }

    //! The value that begins with \a token, which has been taken from the reader.
    QVariant read(MessagePackReader::Token token);

    //! The pairs of a map, \a count of them.
    QVariantMap readMap(quint32 count);

private:
    QVariantMap readLargeMap(quint32 count);
    QVariantList readList(quint32 count);
    QString key(MessagePackReader::Token token);

    MessagePackReader &m_reader;
    const DecodeContext m_context;
};

//! The text that a key is in Qt; validation lets no other kinds pass.
QString keyText(MessagePackReader::Token token);

//! Decodes a validated payload, which is a map.
QVariantMap decodeMap(QByteArrayView payload, const DecodeContext &context);

} // namespace QRepod
