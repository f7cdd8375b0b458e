// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/value.h"

namespace QRepod {

/// \file
/// Conversion of text to QString and to the types that a text can stand for.

bool toText(const Value &value, void *target);

//! Converts to a QUrl; the text must be a valid address of at most 8,192 characters.
bool toUrl(const Value &value, void *target);

//! Converts to a QUuid, with or without braces.
bool toUuid(const Value &value, void *target);

//! Converts to a QChar; the text must be one UTF-16 unit.
bool toChar(const Value &value, void *target);

//! Converts to a QDate: `2024-02-29`.
bool toDate(const Value &value, void *target);

//! Converts to a QTime: `12:30`, `12:30:15` or `12:30:15.250`.
bool toTime(const Value &value, void *target);

//! Converts to a QColor: `#rrggbb` or `#aarrggbb`. Qt Gui, which has the type, does it.
bool toColor(const Value &value, void *target);

} // namespace QRepod
