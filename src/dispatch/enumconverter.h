// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/converter.h"

#include <QtCore/qmetaobject.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace QRepod {

//! A `Q_ENUM` from its number or the name of its value; a `Q_FLAG` from its bits, or from names
//! with `|` between them.
///
/// Values are known as far as QMetaEnum knows them: 32 bits of each.
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
    const qsizetype m_size;                          // of an object
    std::vector<qint64> m_numbers;                   // sorted
    std::vector<std::pair<QString, qint64>> m_names; // sorted
    qint64 m_bits = 0;                               // of all values
};

} // namespace QRepod
