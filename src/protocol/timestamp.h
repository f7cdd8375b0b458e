// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qdatetime.h>

#include <array>
#include <optional>

//! MessagePack's timestamp, extension type -1: its three forms of 4, 8 and 12 bytes.
namespace QRepod::Timestamp {

inline constexpr qint8 extensionType = -1;

//! Encodes \a time, which must be valid, in its smallest form.
QByteArray encode(const QDateTime &time);

//! Returns the time in UTC, rounded down to whole milliseconds; nothing if \a data is not a
//! timestamp or is outside the range of QDateTime.
std::optional<QDateTime> decode(QByteArrayView data);

//! The same in milliseconds since 1970.
std::optional<qint64> milliseconds(QByteArrayView data);

//! For example `2026-05-17T09:30:00.250Z`, in ASCII.
using IsoText = std::array<char, 24>;

//! What `QDateTime::toString(Qt::ISODateWithMs)` says of a time in UTC, in a tenth of the time: a
//! map may have as many times for keys as a message has values.
///
/// \return nothing before the year 1 and after the year 9999, or if \a data is no timestamp.
std::optional<IsoText> isoText(QByteArrayView data);

} // namespace QRepod::Timestamp
