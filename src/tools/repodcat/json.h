// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QVariantMap>

#include <optional>

/// \file
/// Converts messages to lines of JSON and back, without loss. A value that JSON has no form for
/// becomes an object with one key:
///
/// | value | JSON |
/// |---|---|
/// | bytes | `{"$binary": "base64"}` |
/// | a time | `{"$time": "2026-01-31T12:00:00.000Z"}` |
/// | an integer above 2^63-1 | `{"$number": "18446744073709551615"}` |
/// | NaN, an infinity | `{"$number": "nan"}`, `"inf"`, `"-inf"` |
/// | another extension of MessagePack | `{"$extension": [5, "base64"]}` |
/// | a map whose only key begins with `$` | `{"$map": {…}}` |

//! Returns \a message as one line, without the line end.
QByteArray toJson(const QVariantMap &message);

//! Returns the message in \a line; on failure returns nothing, and \a error says why.
std::optional<QVariantMap> fromJson(const QByteArray &line, QString *error);
