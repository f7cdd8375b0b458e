// SPDX-License-Identifier: MIT
#include "protocol/messagepackwriter.h"

#include <QtCore/qstringconverter.h>

#include <cstring>

namespace QRepod {

namespace {

constexpr qsizetype largestHeader = 5;
constexpr qsizetype largestCharacter = 3; // bytes; the two of a surrogate pair become 4

//! Writes \a text to \a out, which has room for the largest characters, and returns how many bytes.
qsizetype toUtf8(QStringView text, char *out)
{
    QStringEncoder encoder(QStringEncoder::Utf8, QStringEncoder::Flag::Stateless);
    return encoder.appendToBuffer(out, text) - out;
}

qsizetype headerSize(qsizetype bytes)
{
    return bytes < 32 ? 1 : bytes <= 0xff ? 2 : bytes <= 0xffff ? 3 : 5;
}

} // namespace

//! Makes room for \a size bytes in all.
void MessagePackWriter::grow(qsizetype size)
{
    const qsizetype written = this->size();
    m_bytes.resize(size);
    goOn(written);
}

void MessagePackWriter::longText(QStringView text)
{
    // The header's size depends on the number of bytes, which is only known once they are written.
    // It is foreseen as for ASCII, which it almost always is; else the bytes move over.
    char *const header = room(largestHeader + text.size() * largestCharacter);
    const qsizetype foreseen = headerSize(text.size());
    const qsizetype size = toUtf8(text, header + foreseen);
    const qsizetype needed = headerSize(size);
    if (needed != foreseen)
        memmove(header + needed, header + foreseen, size_t(size));

    switch (needed) {
    case 1:
        *header = char(0xa0 | size);
        break;
    case 2:
        *header = '\xd9';
        header[1] = char(size);
        break;
    case 3:
        *header = '\xda';
        qToBigEndian(quint16(size), header + 1);
        break;
    default:
        *header = '\xdb';
        qToBigEndian(quint32(size), header + 1);
        break;
    }
    m_end += needed + size;
}

void MessagePackWriter::extension(qint8 type, QByteArrayView data)
{
    const qsizetype size = data.size();
    if (size > 0 && size <= 16 && std::has_single_bit(size_t(size)))
        byte(uchar(0xd4 + std::countr_zero(size_t(size))));
    else if (size <= std::numeric_limits<quint8>::max())
        number(0xc7, quint8(size));
    else if (size <= std::numeric_limits<quint16>::max())
        number(0xc8, quint16(size));
    else
        number(0xc9, quint32(size));
    byte(uchar(type));
    raw(data);
}

} // namespace QRepod
