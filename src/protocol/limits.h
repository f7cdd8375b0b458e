// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

namespace QRepod {

//! The limits for one message, in either direction.
struct MessageLimits
{
    //! The most that depth may be: each level takes stack in the thread that reads or frees a
    //! message.
    static constexpr int maximumDepth = 1024;

    qint64 frameSize = 16 * 1024 * 1024; ///< bytes of payload
    int depth = 64;                      ///< nested containers, including the message itself
    int values = 100'000; ///< list elements and map values, not counting the message itself
};

} // namespace QRepod
