// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/value.h"

namespace QRepod {

/// \file
/// Texts fit QString, and the types that a text stands for.

bool toText(const Value &value, void *target);

//! A QUrl: a valid address, or nothing.
bool toUrl(const Value &value, void *target);

//! A QUuid, with or without braces.
bool toUuid(const Value &value, void *target);

//! A QChar, if the text is one UTF-16 unit.
bool toChar(const Value &value, void *target);

} // namespace QRepod
