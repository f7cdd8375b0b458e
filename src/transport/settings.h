// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/limits.h"

namespace QRepod {

//! What the owner of a connection can set; sizes are in bytes, times in milliseconds.
struct ConnectionSettings
{
    MessageLimits message;
    qint64 receiveBacklog = 64 * 1024 * 1024; ///< received and not yet pumped
    qint64 sendBacklog = 64 * 1024 * 1024;    ///< sent and not yet written
    int connectTimeout = 10'000;
    int closeTimeout = 3'000;
};

} // namespace QRepod
