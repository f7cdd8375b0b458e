// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/value.h"

namespace QRepod {

/// \file
/// Values that JSON has a form for: nil, booleans, text, lists, maps, and numbers that QJsonValue
/// holds exactly. Bytes, times, extensions, NaN and infinity do not fit.

bool toJsonValue(const Value &value, void *target);
bool toJsonArray(const Value &value, void *target);
bool toJsonObject(const Value &value, void *target);

} // namespace QRepod
