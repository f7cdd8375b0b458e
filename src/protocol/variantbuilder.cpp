// SPDX-License-Identifier: MIT
#include "protocol/variantbuilder.h"

#include "protocol/text.h"
#include "protocol/timestamp.h"

#include <QRepod/extension.h>

namespace QRepod {

bool VariantBuilder::visit_nil()
{
    if (m_inKey)
        setKey(QStringLiteral("null"));
    else
        add(QVariant::fromValue(nullptr));
    return true;
}

bool VariantBuilder::visit_boolean(bool v)
{
    if (m_inKey)
        setKey(v ? QStringLiteral("true") : QStringLiteral("false"));
    else
        add(QVariant(v));
    return true;
}

bool VariantBuilder::visit_positive_integer(quint64 v)
{
    if (m_inKey)
        setKey(QString::number(v));
    else if (v <= quint64(std::numeric_limits<qint64>::max()))
        add(QVariant(qint64(v)));
    else
        add(QVariant(v));
    return true;
}

bool VariantBuilder::visit_negative_integer(qint64 v)
{
    if (m_inKey)
        setKey(QString::number(v));
    else
        add(QVariant(v));
    return true;
}

bool VariantBuilder::visit_float64(double v)
{
    if (m_inKey)
        setKey(QString::number(v, 'g', QLocale::FloatingPointShortest));
    else
        add(QVariant(v));
    return true;
}

bool VariantBuilder::visit_str(const char *data, quint32 size)
{
    const QByteArrayView text(data, qsizetype(size));
    if (m_inKey)
        setKey(m_keys.text(text));
    else
        add(QVariant(textFromUtf8(text)));
    return true;
}

bool VariantBuilder::visit_bin(const char *data, quint32 size)
{
    return add(QVariant(QByteArray(data, qsizetype(size))));
}

bool VariantBuilder::visit_ext(const char *data, quint32 size)
{
    return add(extension(QByteArrayView(data, qsizetype(size))));
}

QVariant VariantBuilder::extension(QByteArrayView typeAndData)
{
    const auto type = qint8(typeAndData.front());
    const QByteArrayView data = typeAndData.sliced(1);
    if (type == Timestamp::extensionType) {
        if (const auto time = Timestamp::decode(data))
            return *time;
    }
    return QVariant::fromValue(Extension{type, data.toByteArray()});
}

bool VariantBuilder::start_array(quint32 count)
{
    Level &level = m_levels.emplace_back();
    level.list.reserve(qsizetype(count));
    return true;
}

bool VariantBuilder::end_array()
{
    return close(QVariant(m_levels.back().list));
}

bool VariantBuilder::start_map(quint32)
{
    m_levels.emplace_back().isMap = true;
    return true;
}

bool VariantBuilder::end_map()
{
    return close(QVariant(m_levels.back().map));
}

bool VariantBuilder::start_map_key()
{
    m_inKey = true;
    return true;
}

bool VariantBuilder::end_map_key()
{
    m_inKey = false;
    return true;
}

bool VariantBuilder::add(QVariant &&value)
{
    if (m_levels.empty()) {
        m_result = std::move(value);
        return true;
    }
    Level &level = m_levels.back();
    if (level.isMap)
        level.map.insert(level.key, value);
    else
        level.list.append(std::move(value));
    return true;
}

bool VariantBuilder::close(QVariant &&container)
{
    m_levels.pop_back();
    return add(std::move(container));
}

} // namespace QRepod
