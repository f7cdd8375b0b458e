// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/keycache.h"
#include "protocol/messagepack.h"

#include <QtCore/qvariant.h>

#include <vector>

namespace QRepod {

//! Builds QVariants from the events of msgpack's parser, over a payload that has been validated.
///
/// Starts empty; complete after one value, which take() hands over.
class VariantBuilder : public msgpack::null_visitor
{
public:
    explicit VariantBuilder(KeyCache &keys)
        : m_keys(keys)
    {
    }

    bool isComplete() const { return m_levels.empty(); }
    QVariant take() { return std::move(m_result); }

    bool visit_nil();
    bool visit_boolean(bool v);
    bool visit_positive_integer(quint64 v);
    bool visit_negative_integer(qint64 v);
    bool visit_float32(float v) { return visit_float64(double(v)); }
    bool visit_float64(double v);
    bool visit_str(const char *data, quint32 size);
    bool visit_bin(const char *data, quint32 size);
    bool visit_ext(const char *data, quint32 size);
    bool start_array(quint32 count);
    bool end_array();
    bool start_map(quint32 count);
    bool end_map();
    bool start_map_key();
    bool end_map_key();

    //! An extension's value; its first byte is the type.
    static QVariant extension(QByteArrayView typeAndData);

private:
    //! A container that is still open.
    struct Level
    {
        bool isMap = false;
        QString key; ///< of the map entry whose value comes next
        QVariantMap map;
        QVariantList list;
    };

    bool add(QVariant &&value);
    bool close(QVariant &&container);
    void setKey(const QString &key) { m_levels.back().key = key; }

    KeyCache &m_keys;
    std::vector<Level> m_levels;
    QVariant m_result;
    bool m_inKey = false;
};

} // namespace QRepod
