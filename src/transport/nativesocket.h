// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

//! What Qt does not offer about a TCP socket.
namespace QRepod::NativeSocket {

//! Tells the peer that nothing more will come, and goes on receiving.
void shutdownWriting(qintptr descriptor);

//! Why the connection broke, by the system's error number; 0 if it did not. Qt reports a reset as
//! an ordinary close, so this is asked before Qt reads the end of the stream. Clears the error.
int takeError(qintptr descriptor);

//! Has the system probe a silent peer after \a seconds; where it cannot be told when, after its own
//! time, which is hours.
void enableKeepAlive(qintptr descriptor, int seconds);

} // namespace QRepod::NativeSocket
