// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/decodecontext.h"
#include "protocol/messagepackreader.h"

#include <QtCore/qvariant.h>

namespace QRepod {

//! Builds QVariants from the values of a validated payload.
///
/// It recurses once per level of nesting. The depth limit bounds that, as well as the recursion in
/// the destructor of the result.
class VariantReader
{
public:
    VariantReader(MessagePackReader &reader, const DecodeContext &context)
        : m_reader(reader)
        , m_context(context)
    {
    }

    //! Reads the value that begins with \a token, which has been taken from the reader.
    QVariant read(MessagePackReader::Token token);

    //! Reads \a count pairs of a map.
    QVariantMap readMap(quint32 count);

private:
    QVariantMap readLargeMap(quint32 count);
    QVariantList readList(quint32 count);
    QString key(MessagePackReader::Token token);

    MessagePackReader &m_reader;
    const DecodeContext m_context;
};

//! Returns a key as text. Validation lets no other kinds pass.
QString keyText(MessagePackReader::Token token);

//! Decodes a validated payload, which must be a map.
QVariantMap decodeMap(QByteArrayView payload, const DecodeContext &context);

} // namespace QRepod
