// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qdatetime.h>

#include <optional>

//! MessagePack's timestamp, extension type -1: its three forms of 4, 8 and 12 bytes.
namespace QRepod::Timestamp {

inline constexpr qint8 extensionType = -1;

//! The smallest form of \a time, which must be valid.
QByteArray encode(const QDateTime &time);

//! The time in UTC, cut to whole milliseconds; nothing if \a data is no timestamp or one outside of
//! what QDateTime holds.
std::optional<QDateTime> decode(QByteArrayView data);

} // namespace QRepod::Timestamp
