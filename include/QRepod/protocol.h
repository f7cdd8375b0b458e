// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/extension.h>
#include <QRepod/qrepod_global.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qvariant.h>

#include <optional>

/// \file
/// The wire format alone: one message to bytes and back. Pure functions, callable from any thread.
/// src/protocol/PROTOCOL.md specifies the bytes.

namespace QRepod {

//! Encodes \a message as one whole frame: four bytes of big-endian length, then MessagePack.
///
/// PROTOCOL.md has a table of the types that can be encoded. Integers take their smallest form;
/// `float` stays 32 bits wide. The default limits apply: a frame of at most 16 MiB, 64 levels of
/// nesting.
///
/// \return the frame, or an empty array if a value cannot be encoded; then \a error, if given,
///         names the path of its key and its type, for example `players[2].line: QLine has no
///         MessagePack form`.
QREPOD_EXPORT QByteArray encode(const QVariantMap &message, QString *error = nullptr);

//! Decodes \a payload, the bytes of one frame without its header.
///
/// The default limits apply: 64 levels of nesting, 100,000 values.
///
/// \return the message, or nothing if the payload is not exactly one well-formed MessagePack map,
///         exceeds a limit or contains text that is not UTF-8; then \a error, if given, says which.
///         A map without an `action` is returned unchanged: the receiver decides whether it counts
///         as a message.
QREPOD_EXPORT std::optional<QVariantMap> decode(QByteArrayView payload, QString *error = nullptr);

} // namespace QRepod
