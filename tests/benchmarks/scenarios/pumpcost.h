// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/ConnectionListener>

//! Returns the CPU time in nanoseconds that `pump()` takes in the calling thread per message:
//! dispatch, decoding, and freeing everything, with \a batches of 20,000 messages that have already
//! arrived. The server first sends the bytes of \a greeting.
double pumpCost(QRepod::ConnectionListener &listener, int batches, const QByteArray &greeting = {});
