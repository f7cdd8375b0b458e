// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>
#include <QtCore/qstring.h>

//! What Qt does not offer about a TCP socket.
namespace QRepod::NativeSocket {

//! Sets up a connected descriptor: calls do not block, and small writes are not held back.
void prepare(qintptr descriptor);

void close(qintptr descriptor);

//! Accepts the next client of a listening descriptor. Returns -1 if there is none, or if it could
//! not be accepted; then \a error is the system's number.
qintptr accept(qintptr listening, int *error);

//! The peer's `"host:port"`; empty if it is already gone.
QString peer(qintptr descriptor);

//! How many bytes can be read at once.
qint64 readableBytes(qintptr descriptor);

//! Reads at most \a size bytes of what is there, and returns how many. Returns 0 at the end of the
//! stream, and -1 if there is nothing now or the connection broke; then \a error is the system's
//! number.
qint64 receive(qintptr descriptor, char *data, qint64 size, int *error);

//! Tells the peer that nothing more will come, and keeps receiving.
void shutdownWriting(qintptr descriptor);

//! Writes what the system takes at once, and returns how many bytes that is; -1 once the peer is
//! gone, then \a error is the system's number for the reason.
///
/// If Qt's write finds the peer gone, it closes the socket, and the messages that had arrived but
/// were not read yet are lost with it.
qint64 send(qintptr descriptor, const char *data, qint64 size, int *error = nullptr);

//! Waits until more can be written, or nothing any more, at most \a milliseconds.
void waitForWritable(qintptr descriptor, int milliseconds);

//! Returns a second descriptor of the same socket; -1 if none is available. The socket closes when
//! both are closed.
qintptr duplicate(qintptr descriptor);

//! Returns the system's error number for why the connection broke, and clears it; 0 if it did not
//! break. Qt reports a reset as an ordinary close, so ask before Qt reads the end of the stream.
int takeError(qintptr descriptor);

//! Whether everything that the peer sent has been read, and it has closed in order.
bool peerHasClosed(qintptr descriptor);

//! Whether \a error only says that something was sent to a peer that had already closed in order.
bool isLateWrite(int error);

//! Makes the system probe a silent peer after \a seconds; where that cannot be set, after the
//! system's own time, which is hours.
void enableKeepAlive(qintptr descriptor, int seconds);

//! TCP's smallest round trip time of the last minutes, in microseconds; -1 where the system does
//! not report it. Unlike the smoothed time, it does not include delayed acknowledgements.
qint64 roundTripTime(qintptr descriptor);

//! How long the peer's machine has acknowledged nothing despite repeated attempts, in milliseconds;
//! 0 if it is not overdue, or where the system does not report it.
///
/// Keep-alive does not probe while data is in flight, such as a heartbeat, and the system
/// retransmits that for a quarter of an hour. A peer that merely does not read still acknowledges.
qint64 unacknowledgedFor(qintptr descriptor);

} // namespace QRepod::NativeSocket
