// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstringview.h>
#include <QtCore/qvariant.h>

#include <array>
#include <utility>

namespace QRepod {

//! Qt's points, sizes and rectangles as the fields of a map, like `x` and `y`.
struct NumberFields
{
    std::array<std::pair<QStringView, double>, 4> fields;
    int count = 0; ///< 0: the type is none of these
    bool areIntegers = false;
};

NumberFields numberFields(const QVariant &variant);

} // namespace QRepod
