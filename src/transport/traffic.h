// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

#include <atomic>

namespace QRepod {

//! What the connection alone sees of its traffic: written in its thread, read in any.
struct Traffic
{
    std::atomic<qint64> bytesReceived = 0;
    std::atomic<qint64> framesSkipped = 0;
    std::atomic<qint64> roundTripTime = -1; ///< microseconds; -1: not known
};

} // namespace QRepod
