// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/value.h"

#include <QtCore/qendian.h>

#include <bit>

namespace QRepod {

//! Walks over the values of a payload that has been validated, from one to the next.
///
/// What it refers to is in the payload. Nothing is checked again, so nothing is compared and
/// nothing allocated: a step is a look at one byte and a jump.
class Walker
{
public:
    //! A value, or the beginning of a list or map: its elements, or keys and values, come next.
    struct Token
    {
        Value::Kind kind = Value::Kind::Nil;
        union {
            bool boolean;
            qint64 integer = 0;
            quint64 number; ///< Kind::Unsigned
            double real;
            quint32 count; ///< of elements, or of pairs
        };
        QByteArrayView bytes =
            {}; ///< of a text, a binary, or an extension: its type, then its data
    };

    //! \a payload must outlive what is made of the tokens.
    explicit Walker(QByteArrayView payload)
        : m_next(payload.data())
    {
    }

    Token next()
    {
        const auto format = uchar(*m_next++);
        if (format < 0x80)
            return integer(format);
        if (format < 0x90)
            return container(Value::Kind::Map, format & 0x0f);
        if (format < 0xa0)
            return container(Value::Kind::List, format & 0x0f);
        if (format < 0xc0)
            return bytes(Value::Kind::Text, format & 0x1f);
        if (format >= 0xe0)
            return integer(qint8(format));
        return longForm(format);
    }

    //! Passes over the next value, with all that is in it.
    void skip()
    {
        for (quint64 left = 1; left > 0; --left) {
            const Token token = next();
            if (token.kind == Value::Kind::List)
                left += token.count;
            else if (token.kind == Value::Kind::Map)
                left += quint64(token.count) * 2;
        }
    }

private:
    Token longForm(uchar format)
    {
        switch (format) {
        case 0xc2:
        case 0xc3:
            return boolean(format == 0xc3);
        case 0xc4:
            return bytes(Value::Kind::Binary, read<quint8>());
        case 0xc5:
            return bytes(Value::Kind::Binary, read<quint16>());
        case 0xc6:
            return bytes(Value::Kind::Binary, read<quint32>());
        case 0xc7:
            return extension(read<quint8>());
        case 0xc8:
            return extension(read<quint16>());
        case 0xc9:
            return extension(read<quint32>());
        case 0xca:
            return real(double(std::bit_cast<float>(read<quint32>())));
        case 0xcb:
            return real(std::bit_cast<double>(read<quint64>()));
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
            return extension(quint32(1) << (format - 0xd4));
        case 0xd9:
            return bytes(Value::Kind::Text, read<quint8>());
        case 0xda:
            return bytes(Value::Kind::Text, read<quint16>());
        case 0xdb:
            return bytes(Value::Kind::Text, read<quint32>());
        case 0xdc:
            return container(Value::Kind::List, read<quint16>());
        case 0xdd:
            return container(Value::Kind::List, read<quint32>());
        case 0xde:
            return container(Value::Kind::Map, read<quint16>());
        case 0xdf:
            return container(Value::Kind::Map, read<quint32>());
        default:
            return {}; // nil: 0xc1 has not passed validation
        }
    }

    template <class Number>
    Number read()
    {
        const auto value = qFromBigEndian<Number>(m_next);
        m_next += sizeof value;
        return value;
    }

    template <class Field>
    static Token make(Value::Kind kind, Field Token::*field, Field value)
    {
        Token token;
        token.kind = kind;
        token.*field = value;
        return token;
    }

    static Token boolean(bool value) { return make(Value::Kind::Boolean, &Token::boolean, value); }
    static Token integer(qint64 value)
    {
        return make(Value::Kind::Integer, &Token::integer, value);
    }
    static Token real(double value) { return make(Value::Kind::Real, &Token::real, value); }

    static Token number(quint64 value)
    {
        if (value <= quint64(std::numeric_limits<qint64>::max()))
            return integer(qint64(value));
        return make(Value::Kind::Unsigned, &Token::number, value);
    }

    static Token container(Value::Kind kind, quint32 count)
    {
        return make(kind, &Token::count, count);
    }

    Token bytes(Value::Kind kind, quint32 size)
    {
        const Token token = make(kind, &Token::bytes, QByteArrayView(m_next, qsizetype(size)));
        m_next += size;
        return token;
    }

    Token extension(quint32 size)
    {
        const QByteArrayView typeAndData(m_next, qsizetype(size) + 1);
        const Token token = make(Value::Kind::Extension, &Token::bytes, typeAndData);
        m_next += size + qsizetype(1);
        return token;
    }

    const char *m_next;
};

} // namespace QRepod
