// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/converter.h"

#include <QtCore/qmetaobject.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace QRepod {

//! Converts a number or the name of a value to a `Q_ENUM`, and bits, or names separated by `|`, to
//! a `Q_FLAG`.
///
/// It knows what QMetaEnum knows: 32 bits of each value.
class EnumConverter final : public Converter
{
public:
    //! Returns nullptr if Qt does not know the values of \a type.
    static std::unique_ptr<const Converter> create(QMetaType type);

    bool convert(const Value &value, void *target) const override;

private:
    EnumConverter(QMetaType type, const QMetaEnum &values);

    std::optional<qint64> fromNumber(const Value &value) const;
    std::optional<qint64> fromText(QStringView text) const;
    std::optional<qint64> fromName(QStringView name) const;

    const bool m_isFlag;
    const qsizetype m_size;                          // size of an object, in bytes
    std::vector<qint64> m_numbers;                   // sorted
    std::vector<std::pair<QString, qint64>> m_names; // sorted
    qint64 m_bits = 0;                               // bits of all values
};

} // namespace QRepod
