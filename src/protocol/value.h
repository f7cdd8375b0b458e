// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearrayview.h>
#include <QtCore/qvariant.h>

#include <limits>

namespace QRepod {

class DecodeContext;

//! A view of one value of a message: a scalar from the wire or an element of a map.
///
/// It refers to the bytes or the QVariant it was made from, which must outlive it.
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

    //! \a value must be above qint64's range.
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

    //! \a utf8 must be valid.
    static Value text(QByteArrayView utf8)
    {
        Value result(Kind::Text);
        result.m_bytes = utf8;
        return result;
    }

    //! \a context must outlive the value.
    static Value binary(QByteArrayView bytes, const DecodeContext &context)
    {
        Value result(Kind::Binary);
        result.m_bytes = bytes;
        result.m_context = &context;
        return result;
    }

    //! Makes a value from what the decoder returned: one of the types in PROTOCOL.md's table.
    explicit Value(const QVariant &decoded);

    Kind kind() const { return m_kind; }

    bool toBoolean() const { return m_boolean; }
    qint64 toInteger() const { return m_integer; }
    quint64 toUnsigned() const { return m_unsigned; }
    double toReal() const { return m_real; }
    QString toText() const;
    QByteArray toBinary() const;

    //! Returns the value as a QVariant: for a list, map, time or extension the decoded one, for
    //! others a new one.
    QVariant toVariant() const;

    //! Returns the decoded value that this was made from, if any; a list, map, time or extension
    //! always has one.
    const QVariant *decoded() const { return m_decoded; }

    //! Describes the value for an error text: `"integer 7"`, `"text"`, `"list"`.
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
        const DecodeContext *m_context; // for a binary
    };
    QByteArrayView m_bytes;
    const QVariant *m_decoded = nullptr;
};

} // namespace QRepod
