// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

namespace QRepod {

//! What one message may cost, in either direction.
struct MessageLimits
{
    //! Each level takes from the stack of the thread that reads, or frees, a message.
    static constexpr int greatestDepth = 1024;

    qint64 frameSize = 16 * 1024 * 1024; ///< bytes of payload
    int depth = 64;       ///< containers inside one another, the message being the first
    int values = 100'000; ///< list elements and map values, the message itself not counted
};

} // namespace QRepod
