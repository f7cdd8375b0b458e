// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qdatetime.h>

#include <optional>

//! MessagePack's timestamp, extension type -1: its three forms of 4, 8 and 12 bytes.
namespace QRepod::Timestamp {

inline constexpr qint8 extensionType = -1;

//! Encodes \a time, which must be valid, in its smallest form.
QByteArray encode(const QDateTime &time);

//! Returns the time in UTC, rounded down to whole milliseconds; nothing if \a data is not a
//! timestamp or is outside the range of QDateTime.
std::optional<QDateTime> decode(QByteArrayView data);

} // namespace QRepod::Timestamp
