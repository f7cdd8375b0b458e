// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>
#include <QtCore/QVariant>

#include <optional>

//! MessagePack as msgpack-cxx reads and writes it, to compare the library's own reader and writer
//! with.
namespace MessagePackOracle {

enum class Structure {
    OneValue,
    Truncated,
    Undefined, ///< a byte that MessagePack does not define
    LeftOver,  ///< bytes after the value
};

//! Ignores limits, the kinds of keys, and UTF-8.
Structure structure(QByteArrayView payload);

//! Returns what an error of validate() says of the structure; nothing if it is about something
//! else.
std::optional<Structure> structureOf(const QString &error);

//! Returns the value of a validated \a payload, by the rules of PROTOCOL.md.
QVariant decode(QByteArrayView payload);

//! Encodes \a decoded, whose types, including nested ones, are those that decode() returns.
QByteArray encode(const QVariant &decoded);

} // namespace MessagePackOracle
