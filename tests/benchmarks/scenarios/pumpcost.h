// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/ConnectionListener>

//! Nanoseconds of CPU that `pump()` takes from the caller's thread per message: dispatch, decoding,
//! and the freeing of everything, with \a batches of 20,000 messages that have arrived already. The
//! server begins with the bytes of \a greeting.
double pumpCost(QRepod::ConnectionListener &listener, int batches, const QByteArray &greeting = {});
