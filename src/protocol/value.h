// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearrayview.h>
#include <QtCore/qvariant.h>

#include <limits>

namespace QRepod {

class DecodeContext;

//! One value of a message, looked at but not copied: a scalar from the wire or an element of a map.
///
/// It refers to the bytes or the QVariant that it was made from, which must outlive it.
class Value
{
public:
    enum class Kind : quint8 {
        Nil,
        Boolean,
        Integer,  ///< fits qint64
        Unsigned, ///< above qint64's range
        Real,
        Text,
        Binary,
        List,
        Map,
        Time,
        Extension,
    };

    static Value nil() { return Value(Kind::Nil); }

    static Value boolean(bool value)
    {
        Value result(Kind::Boolean);
        result.m_boolean = value;
        return result;
    }

    static Value integer(qint64 value)
    {
        Value result(Kind::Integer);
        result.m_integer = value;
        return result;
    }

    //! \a value is above qint64's range.
    static Value unsignedInteger(quint64 value)
    {
        Q_ASSERT(value > quint64(std::numeric_limits<qint64>::max()));
        Value result(Kind::Unsigned);
        result.m_unsigned = value;
        return result;
    }

    static Value real(double value)
    {
        Value result(Kind::Real);
        result.m_real = value;
        return result;
    }

    //! \a utf8 is valid.
    static Value text(QByteArrayView utf8)
    {
        Value result(Kind::Text);
        result.m_bytes = utf8;
        return result;
    }

    //! \a context outlives the value.
    static Value binary(QByteArrayView bytes, const DecodeContext &context)
    {
        Value result(Kind::Binary);
        result.m_bytes = bytes;
        result.m_context = &context;
        return result;
    }

    //! A decoded value, which the decoder made: one of the types of the table in PROTOCOL.md.
    explicit Value(const QVariant &decoded);

    Kind kind() const { return m_kind; }

    bool toBoolean() const { return m_boolean; }
    qint64 toInteger() const { return m_integer; }
    quint64 toUnsigned() const { return m_unsigned; }
    double toReal() const { return m_real; }
    QString toText() const;
    QByteArray toBinary() const;

    //! A list, map, time or extension as the QVariant it was decoded to; builds one for the others.
    QVariant toVariant() const;

    //! The decoded value that it was made from, if it was; always so for a list, map, time and
    //! extension.
    const QVariant *decoded() const { return m_decoded; }

    //! What it is, for an error text: `"integer 7"`, `"text"`, `"list"`.
    QString describe() const;

private:
    explicit Value(Kind kind)
        : m_kind(kind)
        , m_integer(0)
    {
    }

    Kind m_kind;
    union {
        bool m_boolean;
        qint64 m_integer;
        quint64 m_unsigned;
        double m_real;
        const DecodeContext *m_context; // of a binary
    };
    QByteArrayView m_bytes;
    const QVariant *m_decoded = nullptr;
};

} // namespace QRepod
