// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qendian.h>
#include <QtCore/qstringview.h>

#include <algorithm>
#include <bit>
#include <limits>

namespace QRepod {

//! Appends MessagePack to a QByteArray, every value in its smallest form.
///
/// The array has its final size once the writer is gone; until then it is larger. To append with
/// its own functions takes a call each, for what is mostly a byte or two.
///
/// Sizes have 32 bits. Whoever writes more has to throw it away.
class MessagePackWriter
{
public:
    explicit MessagePackWriter(QByteArray &bytes)
        : m_bytes(bytes)
    {
        const qsizetype written = bytes.size();
        bytes.resize(std::max(bytes.capacity(), written + firstRoom));
        setBuffer(written);
    }
    ~MessagePackWriter() { m_bytes.truncate(size()); }
    Q_DISABLE_COPY_MOVE(MessagePackWriter)

    //! Of the array, with what has been written.
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

    //! In UTF-8; a surrogate without its other half becomes U+FFFD.
    void text(QStringView text)
    {
        if (!shortText(text))
            longText(text);
    }

    //! The same of what is UTF-8 already.
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

    //! The bytes come next, \a size of them.
    void binaryHeader(qsizetype size)
    {
        if (size <= std::numeric_limits<quint8>::max())
            number(0xc4, quint8(size));
        else if (size <= std::numeric_limits<quint16>::max())
            number(0xc5, quint16(size));
        else
            number(0xc6, quint32(size));
    }

    //! The elements come next, \a count of them.
    void list(qsizetype count) { container(0x90, 0xdc, count); }

    //! Keys and values come next, \a count of either.
    void map(qsizetype count) { container(0x80, 0xde, count); }

    void extension(qint8 type, QByteArrayView data);

    //! As they are.
    void raw(QByteArrayView bytes)
    {
        m_end = std::copy_n(bytes.data(), bytes.size(), room(bytes.size()));
    }

private:
    static constexpr qsizetype firstRoom = 128; // most messages of a game are smaller

    //! Where the next \a size bytes go.
    char *room(qsizetype wanted)
    {
        if (m_limit - m_end < wanted)
            grow(std::max(size() + wanted, size() * 2));
        return m_end;
    }

    void grow(qsizetype size);

    //! The array may have moved; so much of it has been written.
    void setBuffer(qsizetype written)
    {
        m_begin = m_bytes.data();
        m_end = m_begin + written;
        m_limit = m_begin + m_bytes.size();
    }

    //! Writes \a text if it is short, and ASCII, as most of a game is: a byte for each character.
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

    //! All of \a value behind the byte that says what it is.
    template <class Number>
    void number(uchar format, Number value)
    {
        char *const out = room(1 + sizeof value);
        *out = char(format);
        qToBigEndian(value, out + 1);
        m_end += 1 + sizeof value;
    }

    //! \a fixed holds a count below 16; \a format is for 16 bits, the next for 32.
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
    char *m_begin; // of the array,
    char *m_end;   // of what has been written there,
    char *m_limit; // and of the array again
};

} // namespace QRepod
