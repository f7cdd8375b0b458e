// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/value.h"

namespace QRepod {

/// \file
/// Points, sizes and rectangles, of integers and of reals.
///
/// A point is a map with `x` and `y`, or a list of both; a size is a map with `width` and `height`,
/// or a list of both; a rectangle is a map with all four. All must be present; other fields of the
/// map are ignored.

bool toPoint(const Value &value, void *target);
bool toPointF(const Value &value, void *target);
bool toSize(const Value &value, void *target);
bool toSizeF(const Value &value, void *target);
bool toRect(const Value &value, void *target);
bool toRectF(const Value &value, void *target);

} // namespace QRepod
