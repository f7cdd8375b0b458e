// SPDX-License-Identifier: MIT
#include "dispatch/enumconverter.h"

#include "dispatch/numbers.h"

#include <QtCore/qstringtokenizer.h>

#include <algorithm>
#include <cstring>

namespace QRepod {

namespace {

QMetaEnum valuesOf(QMetaType type)
{
    const QMetaObject *scope = type.metaObject();
    if (!scope)
        return {};
    // A Q_ENUM's type is named "Scope::Name", a Q_FLAG's "QFlags<Scope::NameOfTheEnum>".
    QByteArrayView name(type.name());
    const bool isFlags = name.endsWith('>');
    name = name.sliced(name.lastIndexOf(':') + 1).chopped(isFlags ? 1 : 0);
    for (int i = 0; i < scope->enumeratorCount(); ++i) {
        const QMetaEnum candidate = scope->enumerator(i);
        if (isFlags ? candidate.isFlag() && name == candidate.enumName() : name == candidate.name())
            return candidate;
    }
    return {};
}

} // namespace

std::unique_ptr<const Converter> EnumConverter::create(QMetaType type)
{
    const QMetaEnum values = valuesOf(type);
    if (!values.isValid())
        return nullptr;
    return std::unique_ptr<const Converter>(new EnumConverter(type, values));
}

EnumConverter::EnumConverter(QMetaType type, const QMetaEnum &values)
    : m_isFlag(values.isFlag())
    , m_size(type.sizeOf())
{
    const bool isUnsigned = m_isFlag || (type.flags() & QMetaType::IsUnsignedEnumeration);
    for (int i = 0; i < values.keyCount(); ++i) {
        const int value = values.value(i);
        const qint64 number = isUnsigned ? qint64(quint32(value)) : qint64(value);
        m_numbers.push_back(number);
        m_names.emplace_back(QString::fromUtf8(values.key(i)), number);
        m_bits |= number;
    }
    std::sort(m_numbers.begin(), m_numbers.end());
    std::sort(m_names.begin(), m_names.end());
}

bool EnumConverter::convert(const Value &value, void *target) const
{
    const auto number =
        value.kind() == Value::Kind::Text ? fromText(value.toText()) : fromNumber(value);
    if (!number)
        return false;
    const auto store = [target](auto bits) {
        memcpy(target, &bits, sizeof bits);
        return true;
    };
    switch (m_size) {
    case 1:
        return store(qint8(*number));
    case 2:
        return store(qint16(*number));
    case 8:
        return store(*number);
    default:
        return store(qint32(*number));
    }
}

std::optional<qint64> EnumConverter::fromNumber(const Value &value) const
{
    qint64 number;
    if (!toNumber<qint64>(value, &number))
        return {};
    if (m_isFlag) {
        const qint64 bits = std::in_range<qint32>(number) ? qint64(quint32(number)) : number;
        return (bits & ~m_bits) == 0 ? std::optional(number) : std::nullopt;
    }
    const bool isKnown = std::binary_search(m_numbers.begin(), m_numbers.end(), number);
    return isKnown ? std::optional(number) : std::nullopt;
}

std::optional<qint64> EnumConverter::fromText(QStringView text) const
{
    if (!m_isFlag)
        return fromName(text);
    qint64 bits = 0;
    size_t count = 0;
    for (const QStringView name : qTokenize(text, u'|', Qt::SkipEmptyParts)) {
        const auto bit = fromName(name.trimmed());
        if (!bit || ++count > m_names.size())
            return {};
        bits |= *bit;
    }
    return bits;
}

std::optional<qint64> EnumConverter::fromName(QStringView name) const
{
    const auto found = std::lower_bound(
        m_names.begin(), m_names.end(), name,
        [](const auto &known, QStringView wanted) { return known.first < wanted; });
    if (found == m_names.end() || found->first != name)
        return {};
    return found->second;
}

} // namespace QRepod
