// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/limits.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qvariant.h>

namespace QRepod {

//! Appends \a message to \a out as one frame, header included.
///
/// On failure \a out is as it was and \a error, if given, says what cannot be encoded and where.
bool appendFrame(QByteArray &out, const QVariantMap &message, const MessageLimits &limits,
                 QString *error = nullptr);

} // namespace QRepod
