// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/value.h"
#include "protocol/variantreader.h"

namespace QRepod {

//! Reads the fields of a message without building the map.
///
/// For each field, in the order of the wire, it asks `sink.wants(QByteArrayView key)`. If that
/// returns true, it calls `sink.field(const Value &)`, and stops if that returns false. Fields that
/// nobody wants are skipped, as are those whose key is not text.
template <class Sink>
class FieldReader
{
public:
    FieldReader(Sink &sink, const DecodeContext &context)
        : m_sink(sink)
        , m_context(context)
    {
    }

    //! Reads \a payload, a validated map. Returns false if the sink stopped it.
    bool read(QByteArrayView payload)
    {
        MessagePackReader reader(payload);
        for (quint32 left = reader.next().size; left > 0; --left) {
            const MessagePackReader::Token key = reader.next();
            if (key.kind != Kind::Text || !m_sink.wants(key.bytes()))
                reader.skip();
            else if (!field(reader))
                return false;
        }
        return true;
    }

private:
    using Kind = MessagePackReader::Kind;

    bool field(MessagePackReader &reader)
    {
        const MessagePackReader::Token token = reader.next();
        switch (token.kind) {
        case Kind::Nil:
            return m_sink.field(Value::nil());
        case Kind::Boolean:
            return m_sink.field(Value::boolean(token.boolean));
        case Kind::Integer:
            return m_sink.field(Value::integer(token.integer));
        case Kind::Unsigned:
            return m_sink.field(Value::unsignedInteger(token.number));
        case Kind::Real:
            return m_sink.field(Value::real(token.real));
        case Kind::Text:
            return m_sink.field(Value::text(token.bytes()));
        case Kind::Binary:
            return m_sink.field(Value::binary(token.bytes(), m_context));
        case Kind::List:
        case Kind::Map:
        case Kind::Extension:
        case Kind::Invalid:
            break;
        }
        const QVariant value = VariantReader(reader, m_context).read(token);
        return m_sink.field(Value(value));
    }

    Sink &m_sink;
    const DecodeContext m_context;
};

} // namespace QRepod
