// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QVariantMap>

#include <optional>

/// \file
/// Messages as lines of JSON and back, without loss. What JSON has no form for becomes an object
/// with one key:
///
/// | value | JSON |
/// |---|---|
/// | bytes | `{"$binary": "base64"}` |
/// | a time | `{"$time": "2026-01-31T12:00:00.000Z"}` |
/// | an integer above 2^63-1, NaN, an infinity | `{"$number": "18446744073709551615"}`, `"nan"`,
/// `"inf"`,
/// `"-inf"` |
/// | another extension of MessagePack | `{"$extension": [5, "base64"]}` |
/// | a map whose only key begins with `$` | `{"$map": {…}}` |

//! \a message in one line, without the end of the line.
QByteArray toJson(const QVariantMap &message);

//! The message in \a line; nothing if there is none, and then \a error says why.
std::optional<QVariantMap> fromJson(const QByteArray &line, QString *error);
