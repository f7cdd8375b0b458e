// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qendian.h>
#include <QtCore/qstringview.h>

#include <algorithm>
#include <bit>
#include <limits>

namespace QRepod {

//! Appends MessagePack to a QByteArray, each value in its smallest form.
///
/// The array is larger than its contents until the writer is destroyed. QByteArray's own append()
/// would cost a call for each piece, which is mostly a byte or two.
///
/// Sizes have 32 bits. A caller that writes more must discard the result.
class MessagePackWriter
{
public:
    explicit MessagePackWriter(QByteArray &bytes)
        : m_bytes(bytes)
    {
        const qsizetype written = bytes.size();
        bytes.resize(std::max(bytes.capacity(), written + initialRoom));
        setBuffer(written);
    }
    ~MessagePackWriter() { m_bytes.truncate(size()); }
    Q_DISABLE_COPY_MOVE(MessagePackWriter)

    //! The size of the array, including what has been written.
    qsizetype size() const { return m_end - m_begin; }

    void nil() { byte(0xc0); }
    void boolean(bool value) { byte(value ? 0xc3 : 0xc2); }

    void integer(qint64 value)
    {
        if (value >= 0)
            number(quint64(value));
        else if (value >= -32)
            byte(uchar(value));
        else if (value >= std::numeric_limits<qint8>::min())
            number(0xd0, qint8(value));
        else if (value >= std::numeric_limits<qint16>::min())
            number(0xd1, qint16(value));
        else if (value >= std::numeric_limits<qint32>::min())
            number(0xd2, qint32(value));
        else
            number(0xd3, value);
    }

    void number(quint64 value)
    {
        if (value < 0x80)
            byte(uchar(value));
        else if (value <= std::numeric_limits<quint8>::max())
            number(0xcc, quint8(value));
        else if (value <= std::numeric_limits<quint16>::max())
            number(0xcd, quint16(value));
        else if (value <= std::numeric_limits<quint32>::max())
            number(0xce, quint32(value));
        else
            number(0xcf, value);
    }

    void real(float value) { number(0xca, std::bit_cast<quint32>(value)); }
    void real(double value) { number(0xcb, std::bit_cast<quint64>(value)); }

    //! Writes \a text in UTF-8; a lone surrogate becomes U+FFFD.
    void text(QStringView text)
    {
        if (!shortText(text))
            longText(text);
    }

    //! Writes \a text, which already is UTF-8.
    void utf8(QByteArrayView text)
    {
        const qsizetype size = text.size();
        if (size < 32)
            byte(uchar(0xa0 | size));
        else if (size <= std::numeric_limits<quint8>::max())
            number(0xd9, quint8(size));
        else if (size <= std::numeric_limits<quint16>::max())
            number(0xda, quint16(size));
        else
            number(0xdb, quint32(size));
        raw(text);
    }

    void binary(QByteArrayView bytes)
    {
        binaryHeader(bytes.size());
        raw(bytes);
    }

    //! Writes the header for \a size bytes, which come next.
    void binaryHeader(qsizetype size)
    {
        if (size <= std::numeric_limits<quint8>::max())
            number(0xc4, quint8(size));
        else if (size <= std::numeric_limits<quint16>::max())
            number(0xc5, quint16(size));
        else
            number(0xc6, quint32(size));
    }

    //! Begins a list; \a count elements come next.
    void list(qsizetype count) { container(0x90, 0xdc, count); }

    //! Begins a map; \a count pairs of key and value come next.
    void map(qsizetype count) { container(0x80, 0xde, count); }

    void extension(qint8 type, QByteArrayView data);

    //! Appends \a bytes unchanged.
    void raw(QByteArrayView bytes)
    {
        m_end = std::copy_n(bytes.data(), bytes.size(), room(bytes.size()));
    }

private:
    static constexpr qsizetype initialRoom = 128; // most messages of a game are smaller

    //! Returns where the next \a wanted bytes go.
    char *room(qsizetype wanted)
    {
        if (m_limit - m_end < wanted)
            grow(std::max(size() + wanted, size() * 2));
        return m_end;
    }

    void grow(qsizetype size);

    //! Updates the pointers after the array may have moved; \a written bytes are in it.
    void setBuffer(qsizetype written)
    {
        m_begin = m_bytes.data();
        m_end = m_begin + written;
        m_limit = m_begin + m_bytes.size();
    }

    //! Writes \a text if it is short ASCII, as most text of a game is: one byte per character.
    bool shortText(QStringView text)
    {
        if (text.size() >= 32)
            return false;
        char *out = room(1 + text.size());
        *out++ = char(0xa0 | text.size());
        for (const QChar character : text) {
            if (character.unicode() >= 0x80)
                return false;
            *out++ = char(character.unicode());
        }
        m_end = out;
        return true;
    }

    void longText(QStringView text);
    void writeLargeText(QStringView text);

    void byte(uchar value)
    {
        *room(1) = char(value);
        ++m_end;
    }

    //! Writes \a format, the byte that says what it is, then all bytes of \a value.
    template <class Number>
    void number(uchar format, Number value)
    {
        char *const out = room(1 + sizeof value);
        *out = char(format);
        qToBigEndian(value, out + 1);
        m_end += 1 + sizeof value;
    }

    //! Writes a header. \a fixed is for counts below 16, \a format for 16 bits, the next for 32.
    void container(uchar fixed, uchar format, qsizetype count)
    {
        if (count < 16)
            byte(uchar(fixed | count));
        else if (count <= std::numeric_limits<quint16>::max())
            number(format, quint16(count));
        else
            number(uchar(format + 1), quint32(count));
    }

    QByteArray &m_bytes;
    char *m_begin; // of the array
    char *m_end;   // of what has been written
    char *m_limit; // end of the array
};

} // namespace QRepod
