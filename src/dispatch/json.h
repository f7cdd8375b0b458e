// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/value.h"

namespace QRepod {

/// \file
/// What JSON has a form for: nil, booleans, text, lists, maps, and numbers that QJsonValue holds
/// exactly. Bytes, times and extensions fit nowhere, NaN and infinity neither.

bool toJsonValue(const Value &value, void *target);
bool toJsonArray(const Value &value, void *target);
bool toJsonObject(const Value &value, void *target);

} // namespace QRepod
