// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/value.h"
#include "protocol/variantbuilder.h"

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
    FieldReader(Sink &sink, KeyCache &keys)
        : m_sink(sink)
        , m_builder(keys)
    {
    }

    //! \a payload is validated and is a map. Returns false if the sink stopped it.
    bool read(QByteArrayView payload)
    {
        size_t offset = 0;
        return msgpack::parse(payload.data(), size_t(payload.size()), offset, *this);
    }

    // The events of msgpack's parser. Depth 1 is inside the message; below that a wanted field's
    // list or map is being built.

    bool visit_nil()
    {
        return scalar([] { return Value::nil(); }, [this] { return m_builder.visit_nil(); });
    }

    bool visit_boolean(bool v)
    {
        return scalar([v] { return Value::boolean(v); },
                      [this, v] { return m_builder.visit_boolean(v); });
    }

    bool visit_positive_integer(quint64 v)
    {
        return scalar([v] { return Value::unsignedInteger(v); },
                      [this, v] { return m_builder.visit_positive_integer(v); });
    }

    bool visit_negative_integer(qint64 v)
    {
        return scalar([v] { return Value::integer(v); },
                      [this, v] { return m_builder.visit_negative_integer(v); });
    }

    bool visit_float32(float v) { return visit_float64(double(v)); }

    bool visit_float64(double v)
    {
        return scalar([v] { return Value::real(v); },
                      [this, v] { return m_builder.visit_float64(v); });
    }

    bool visit_str(const char *data, quint32 size)
    {
        const QByteArrayView text(data, qsizetype(size));
        if (m_inKey && m_depth == 1) {
            m_wanted = m_sink.wants(text);
            return true;
        }
        return scalar([text] { return Value::text(text); },
                      [this, data, size] { return m_builder.visit_str(data, size); });
    }

    bool visit_bin(const char *data, quint32 size)
    {
        const QByteArrayView bytes(data, qsizetype(size));
        return scalar([bytes] { return Value::binary(bytes); },
                      [this, data, size] { return m_builder.visit_bin(data, size); });
    }

    bool visit_ext(const char *data, quint32 size)
    {
        if (!m_wanted)
            return true;
        m_builder.visit_ext(data, size);
        return m_depth > 1 || built();
    }

    bool start_array(quint32 count)
    {
        ++m_depth;
        return !m_wanted || m_builder.start_array(count);
    }

    bool end_array()
    {
        return endContainer([this] { return m_builder.end_array(); });
    }

    bool start_map(quint32 count)
    {
        return m_depth++ == 0 || !m_wanted || m_builder.start_map(count);
    }

    bool end_map()
    {
        return endContainer([this] { return m_builder.end_map(); });
    }

    bool start_map_key()
    {
        if (m_depth == 1) {
            m_inKey = true;
            m_wanted = false;
            return true;
        }
        return !m_wanted || m_builder.start_map_key();
    }

    bool end_map_key()
    {
        m_inKey = false;
        return m_depth == 1 || !m_wanted || m_builder.end_map_key();
    }

    bool start_array_item() { return true; }
    bool end_array_item() { return true; }
    bool start_map_value() { return true; }
    bool end_map_value() { return true; }
    void parse_error(size_t, size_t) { }
    void insufficient_bytes(size_t, size_t) { }

private:
    template <class AsValue, class ToBuilder>
    bool scalar(AsValue asValue, ToBuilder toBuilder)
    {
        if (!m_wanted)
            return true;
        return m_depth == 1 ? m_sink.field(asValue()) : toBuilder();
    }

    template <class ToBuilder>
    bool endContainer(ToBuilder toBuilder)
    {
        --m_depth;
        if (!m_wanted || m_depth == 0)
            return true;
        toBuilder();
        return m_depth > 1 || built();
    }

    bool built()
    {
        const QVariant value = m_builder.take();
        return m_sink.field(Value(value));
    }

    Sink &m_sink;
    VariantBuilder m_builder;
    int m_depth = 0;
    bool m_inKey = false;
    bool m_wanted = false;
};

} // namespace QRepod
