// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstringview.h>
#include <QtCore/qvariant.h>

#include <array>
#include <utility>

namespace QRepod {

//! A point, size or rectangle of Qt as the fields of a map, such as `x` and `y`.
struct NumberFields
{
    std::array<std::pair<QStringView, double>, 4> fields;
    int count = 0; ///< 0 for any other type
    bool areIntegers = false;
};

NumberFields numberFields(const QVariant &variant);

} // namespace QRepod
