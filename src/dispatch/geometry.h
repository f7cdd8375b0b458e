// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/value.h"

namespace QRepod {

/// \file
/// Points, sizes and rectangles, of whole numbers and of reals.
///
/// A point is a map with `x` and `y`, or the list of both; a size one with `width` and `height`, or
/// the list of both; a rectangle a map with all four. Each must be there; what else is in a map is
/// ignored.

bool toPoint(const Value &value, void *target);
bool toPointF(const Value &value, void *target);
bool toSize(const Value &value, void *target);
bool toSizeF(const Value &value, void *target);
bool toRect(const Value &value, void *target);
bool toRectF(const Value &value, void *target);

} // namespace QRepod
