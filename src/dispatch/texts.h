// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/value.h"

namespace QRepod {

/// \file
/// Texts fit QString, and the types that a text stands for.

bool toText(const Value &value, void *target);

//! A QUrl: a valid address of at most 8,192 characters, or nothing.
bool toUrl(const Value &value, void *target);

//! A QUuid, with or without braces.
bool toUuid(const Value &value, void *target);

//! A QChar, if the text is one UTF-16 unit.
bool toChar(const Value &value, void *target);

//! A QDate: `2024-02-29`.
bool toDate(const Value &value, void *target);

//! A QTime: `12:30`, `12:30:15` or `12:30:15.250`.
bool toTime(const Value &value, void *target);

//! A QColor: `#rrggbb` or `#aarrggbb`. Qt Gui, which has the type, makes it.
bool toColor(const Value &value, void *target);

} // namespace QRepod
