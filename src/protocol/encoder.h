// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/limits.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>
#include <QtCore/qvariant.h>

namespace QRepod {

//! Bytes of a message that are not worth a copy: what they are, and where they belong in the frame.
struct LargeValue
{
    static constexpr qsizetype leastSize = 64 * 1024;

    qsizetype position; ///< in what appendFrame() appended to, which goes on behind them
    QByteArray bytes;   ///< shares the message's memory
};

//! Appends \a message to \a out as one frame, header included.
///
/// If \a large is given, which is empty then, values of many bytes are left out of \a out and told
/// there.
///
/// On failure \a out is as it was and \a error, if given, says what cannot be encoded and where.
bool appendFrame(QByteArray &out, const QVariantMap &message, const MessageLimits &limits,
                 QString *error = nullptr, QList<LargeValue> *large = nullptr);

} // namespace QRepod
