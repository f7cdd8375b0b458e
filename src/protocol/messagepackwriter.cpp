// SPDX-License-Identifier: MIT
#include "protocol/messagepackwriter.h"

#include "protocol/bufferpool.h"

#include <QtCore/qstringconverter.h>

#include <cstring>
#include <utility>

namespace QRepod {

namespace {

constexpr qsizetype largestHeader = 5;
constexpr qsizetype largestCharacter = 3;  // bytes; the two of a surrogate pair become 4
constexpr qsizetype largeText = 0xffff;    // characters; more have the largest header, too
constexpr qsizetype pieceSize = 16 * 1024; // of large text; characters

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

//! Makes room for \a size bytes in all; those of a large message may lie in memory of an earlier
//! one.
void MessagePackWriter::grow(qsizetype size)
{
    const qsizetype written = this->size();
    if (size >= BufferPool::leastSize && size > m_bytes.capacity()) {
        QByteArray pooled = BufferPool::ofProcess().take(size);
        if (pooled.capacity() > 0) {
            pooled.append(QByteArrayView(m_bytes).first(written));
            recycle(std::exchange(m_bytes, std::move(pooled)));
        } else {
            m_bytes.reserve(size); // no more: it may go on as memory of a frame of this size
        }
    }
    m_bytes.resize(size);
    setBuffer(written);
}

//! Piece by piece. Room for the largest characters would be three times what almost every text
//! needs.
void MessagePackWriter::writeLargeText(QStringView text)
{
    room(largestHeader + text.size() + (pieceSize + 1) * largestCharacter); // enough for ASCII
    const qsizetype header = size();
    m_end += largestHeader;
    QStringEncoder encoder(QStringEncoder::Utf8, QStringEncoder::Flag::Stateless);
    while (!text.isEmpty()) {
        qsizetype length = std::min(text.size(), pieceSize);
        if (length < text.size() && text[length - 1].isHighSurrogate()
            && text[length].isLowSurrogate())
            ++length; // the two are one character
        m_end = encoder.appendToBuffer(room(length * largestCharacter), text.first(length));
        text = text.sliced(length);
    }
    m_begin[header] = '\xdb';
    qToBigEndian(quint32(size() - header - largestHeader), m_begin + header + 1);
}

void MessagePackWriter::longText(QStringView text)
{
    if (text.size() > largeText)
        return writeLargeText(text);
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
