// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearrayview.h>
#include <QtCore/qendian.h>

#include <bit>
#include <limits>
#include <optional>

namespace QRepod {

//! Reads MessagePack value by value and trusts none of it: no step leaves the payload, whatever
//! sizes it claims.
///
/// A step looks at a few bytes and allocates nothing. Structure, limits and UTF-8 are not checked
/// here but in validate().
class MessagePackReader
{
public:
    enum class Kind : quint8 {
        Invalid, ///< fault() says why; nothing can be read after it
        Nil,
        Boolean,
        Integer,  ///< fits qint64
        Unsigned, ///< above qint64's range
        Real,
        Text,
        Binary,
        List,
        Map,
        Extension,
    };

    //! A value, or the beginning of a list or map, whose elements, or keys and values, come next.
    ///
    /// Two words, so that it travels in registers.
    struct Token
    {
        Kind kind = Kind::Invalid;
        quint32 size = 0; ///< bytes of text, binary or extension data; elements or pairs
        union {
            bool boolean;
            qint64 integer = 0;
            quint64 number; ///< Kind::Unsigned
            double real;
            const char *data; ///< text or binary; for an extension its type, then its data
        };

        //! The bytes of a text or a binary.
        QByteArrayView bytes() const { return {data, qsizetype(size)}; }

        qint8 extensionType() const { return qint8(*data); }
        QByteArrayView extensionData() const { return {data + 1, qsizetype(size)}; }
    };

    enum class Fault : quint8 {
        None,
        Truncated, ///< the payload ends inside a value
        Reserved,  ///< the byte c1, which MessagePack does not define
    };

    //! Reads \a payload, which must outlive everything made from the tokens.
    explicit MessagePackReader(QByteArrayView payload)
        : m_next(payload.data())
        , m_end(payload.data() + payload.size())
    {
    }

    Token next()
    {
        if (m_next == m_end)
            return fail(Fault::Truncated);
        const auto format = uchar(*m_next++);
        if (format < 0x80)
            return integer(format);
        if (format < 0x90)
            return make(Kind::Map, format & 0x0f);
        if (format < 0xa0)
            return make(Kind::List, format & 0x0f);
        if (format < 0xc0)
            return bytes(Kind::Text, format & 0x1f);
        if (format >= 0xe0)
            return integer(qint8(format));
        return longForm(format);
    }

    //! Skips the next value, with everything in it.
    void skip()
    {
        for (quint64 left = 1; left > 0; --left) {
            const Token token = next();
            if (token.kind == Kind::List)
                left += token.size;
            else if (token.kind == Kind::Map)
                left += quint64(token.size) * 2;
            else if (token.kind == Kind::Invalid)
                return;
        }
    }

    Fault fault() const { return m_fault; }

    //! The number of bytes that have not been read. A reserved byte that is the fault counts as
    //! read.
    qsizetype bytesLeft() const { return m_end - m_next; }

private:
    template <class T>
    using Read = std::optional<T>;

    Token longForm(uchar format)
    {
        switch (format) {
        case 0xc0:
            return make(Kind::Nil);
        case 0xc2:
        case 0xc3:
            return boolean(format == 0xc3);
        case 0xc4:
            return bytes(Kind::Binary, read<quint8>());
        case 0xc5:
            return bytes(Kind::Binary, read<quint16>());
        case 0xc6:
            return bytes(Kind::Binary, read<quint32>());
        case 0xc7:
            return bytes(Kind::Extension, read<quint8>());
        case 0xc8:
            return bytes(Kind::Extension, read<quint16>());
        case 0xc9:
            return bytes(Kind::Extension, read<quint32>());
        case 0xca:
            return real<float>(read<quint32>());
        case 0xcb:
            return real<double>(read<quint64>());
        case 0xcc:
            return integer(read<quint8>());
        case 0xcd:
            return integer(read<quint16>());
        case 0xce:
            return integer(read<quint32>());
        case 0xcf:
            return number(read<quint64>());
        case 0xd0:
            return integer(read<qint8>());
        case 0xd1:
            return integer(read<qint16>());
        case 0xd2:
            return integer(read<qint32>());
        case 0xd3:
            return integer(read<qint64>());
        case 0xd4:
        case 0xd5:
        case 0xd6:
        case 0xd7:
        case 0xd8:
            return bytes(Kind::Extension, quint32(1) << (format - 0xd4));
        case 0xd9:
            return bytes(Kind::Text, read<quint8>());
        case 0xda:
            return bytes(Kind::Text, read<quint16>());
        case 0xdb:
            return bytes(Kind::Text, read<quint32>());
        case 0xdc:
            return container(Kind::List, read<quint16>());
        case 0xdd:
            return container(Kind::List, read<quint32>());
        case 0xde:
            return container(Kind::Map, read<quint16>());
        case 0xdf:
            return container(Kind::Map, read<quint32>());
        default:
            return fail(Fault::Reserved);
        }
    }

    //! Reads the next number, if the payload holds all of it.
    template <class Number>
    Read<Number> read()
    {
        if (bytesLeft() < qsizetype(sizeof(Number)))
            return std::nullopt;
        const auto value = qFromBigEndian<Number>(m_next);
        m_next += sizeof value;
        return value;
    }

    Token fail(Fault fault)
    {
        m_fault = fault;
        return make(Kind::Invalid);
    }

    static Token make(Kind kind, quint32 size = 0)
    {
        Token token;
        token.kind = kind;
        token.size = size;
        return token;
    }

    static Token boolean(bool value)
    {
        Token token = make(Kind::Boolean);
        token.boolean = value;
        return token;
    }

    static Token integer(qint64 value)
    {
        Token token = make(Kind::Integer);
        token.integer = value;
        return token;
    }

    template <class Number>
    Token integer(Read<Number> value)
    {
        if (!value)
            return fail(Fault::Truncated);
        return integer(qint64(*value));
    }

    Token number(Read<quint64> value)
    {
        if (!value || *value <= quint64(std::numeric_limits<qint64>::max()))
            return integer(value);
        Token token = make(Kind::Unsigned);
        token.number = *value;
        return token;
    }

    template <class Real, class Bits>
    Token real(Read<Bits> bits)
    {
        if (!bits)
            return fail(Fault::Truncated);
        Token token = make(Kind::Real);
        token.real = double(std::bit_cast<Real>(*bits));
        return token;
    }

    Token container(Kind kind, Read<quint32> count)
    {
        if (!count)
            return fail(Fault::Truncated);
        return make(kind, *count);
    }

    //! Compares sizes as 64 bits: a size that a peer claims may exceed qsizetype.
    Token bytes(Kind kind, Read<quint32> size)
    {
        if (!size)
            return fail(Fault::Truncated);
        const quint64 whole = quint64(*size) + (kind == Kind::Extension ? 1 : 0); // its type
        if (whole > quint64(bytesLeft()))
            return fail(Fault::Truncated);
        Token token = make(kind, *size);
        token.data = m_next;
        m_next += whole;
        return token;
    }

    const char *m_next;
    const char *const m_end;
    Fault m_fault = Fault::None;
};

} // namespace QRepod
