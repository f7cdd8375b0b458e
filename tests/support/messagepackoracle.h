// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>
#include <QtCore/QVariant>

#include <optional>

//! MessagePack as msgpack-cxx understands it, which the library's own reader and writer are
//! compared with.
namespace MessagePackOracle {

enum class Structure {
    OneValue,
    Truncated,
    Undefined, ///< a byte that MessagePack does not define
    LeftOver,  ///< bytes behind the value
};

//! Limits, the kind of a key, and UTF-8 are not looked at.
Structure structure(QByteArrayView payload);

//! What an error of validate() says of the structure; nothing if it is about something else.
std::optional<Structure> structureOf(const QString &error);

//! The value that \a payload is, as PROTOCOL.md says; the validator has let it pass.
QVariant decode(QByteArrayView payload);

//! \a decoded has a type that decode() gives, and so have the values in it.
QByteArray encode(const QVariant &decoded);

} // namespace MessagePackOracle
