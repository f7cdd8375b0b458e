// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/variantreader.h"

namespace QRepod {

//! Reads the fields of a message without building the map.
///
/// For each field in the order of the wire, `sink.wants(QByteArrayView key)` is asked; if it says
/// yes, `sink.field(const Value &)` follows, and if that returns false the reading stops. Fields
/// that nobody wants are passed over. A key that is not text is never asked for.
template <class Sink>
class FieldReader
{
public:
    FieldReader(Sink &sink, const DecodeContext &context)
        : m_sink(sink)
        , m_context(context)
    {
    }

    //! \a payload is validated and is a map. Returns false if the sink stopped it.
    bool read(QByteArrayView payload)
    {
        Walker walker(payload);
        for (quint32 left = walker.next().count; left > 0; --left) {
            const Walker::Token key = walker.next();
            if (key.kind != Value::Kind::Text || !m_sink.wants(key.bytes))
                walker.skip();
            else if (!field(walker))
                return false;
        }
        return true;
    }

private:
    bool field(Walker &walker)
    {
        const Walker::Token token = walker.next();
        switch (token.kind) {
        case Value::Kind::Nil:
            return m_sink.field(Value::nil());
        case Value::Kind::Boolean:
            return m_sink.field(Value::boolean(token.boolean));
        case Value::Kind::Integer:
            return m_sink.field(Value::integer(token.integer));
        case Value::Kind::Unsigned:
            return m_sink.field(Value::unsignedInteger(token.number));
        case Value::Kind::Real:
            return m_sink.field(Value::real(token.real));
        case Value::Kind::Text:
            return m_sink.field(Value::text(token.bytes));
        case Value::Kind::Binary:
            return m_sink.field(Value::binary(token.bytes, m_context));
        case Value::Kind::List:
        case Value::Kind::Map:
        case Value::Kind::Time:
        case Value::Kind::Extension:
            break;
        }
        const QVariant value = VariantReader(walker, m_context).read(token);
        return m_sink.field(Value(value));
    }

    Sink &m_sink;
    const DecodeContext m_context;
};

} // namespace QRepod
