// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/limits.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>
#include <QtCore/qvariant.h>

namespace QRepod {

//! A value that is too large to copy: its bytes, and where they belong in the frame.
struct LargeValue
{
    static constexpr qsizetype minimumSize = 64 * 1024;

    qsizetype position; ///< where to insert them in the output of appendFrame()
    QByteArray bytes;   ///< shares the message's memory
};

//! Appends \a message to \a out as one frame, header included.
///
/// If \a large is given, which must be empty, large values are left out of \a out and added to it.
///
/// On failure \a out is unchanged and \a error, if given, says what cannot be encoded and where.
bool appendFrame(QByteArray &out, const QVariantMap &message, const MessageLimits &limits,
                 QString *error = nullptr, QList<LargeValue> *large = nullptr);

} // namespace QRepod
