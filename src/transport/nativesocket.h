// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>
#include <QtCore/qstring.h>

//! What Qt does not offer about a TCP socket.
namespace QRepod::NativeSocket {

//! What every connected descriptor of ours is: its calls do not block, and small writes are not
//! held back.
void prepare(qintptr descriptor);

void close(qintptr descriptor);

//! The next client of a listening descriptor; -1 if there is none, or if it could not be accepted:
//! then \a error is the system's number.
qintptr accept(qintptr listening, int *error);

//! The other end, `"host:port"`; nothing if it has gone already.
QString peer(qintptr descriptor);

//! How much can be read at once, in bytes.
qint64 readableBytes(qintptr descriptor);

//! Reads what is there, at most \a size bytes, and returns how much that is; 0 at the end of the
//! stream; -1 when there is nothing now, or when it broke: then \a error is the system's number.
qint64 receive(qintptr descriptor, char *data, qint64 size, int *error);

//! Tells the peer that nothing more will come, and goes on receiving.
void shutdownWriting(qintptr descriptor);

//! Writes what the system takes at once, and returns how much that is; -1 once the peer has gone,
//! then \a error is the system's number for why.
///
/// When Qt's write meets a peer that has gone it closes the socket, and with it go the messages
/// that have arrived and were not read yet.
qint64 send(qintptr descriptor, const char *data, qint64 size, int *error = nullptr);

//! Waits until more can be written, or nothing any more, but no longer than so many milliseconds.
void waitForWritable(qintptr descriptor, int milliseconds);

//! A second descriptor of the same socket; -1 if there is none to be had. The socket closes when
//! both have been closed.
qintptr duplicate(qintptr descriptor);

//! Why the connection broke, by the system's error number; 0 if it did not. Qt reports a reset as
//! an ordinary close, so this is asked before Qt reads the end of the stream. Clears the error.
int takeError(qintptr descriptor);

//! Whether everything that the peer has sent has been read, and it has closed in order.
bool peerHasClosed(qintptr descriptor);

//! Whether \a error only says that the peer, having closed in order, was then sent something.
bool isLateWrite(int error);

//! Has the system probe a silent peer after \a seconds; where it cannot be told when, after its own
//! time, which is hours.
void enableKeepAlive(qintptr descriptor, int seconds);

//! TCP's smallest round trip time of the last minutes, in microseconds; -1 where the system does
//! not tell. Unlike the smoothed one it has no delayed acknowledgement in it.
qint64 roundTripTime(qintptr descriptor);

//! For how long the peer's machine has acknowledged nothing although it was asked again and again,
//! in milliseconds; 0 if it is not overdue, or where the system does not tell.
///
/// Keep-alive does not probe while something is on its way, a heartbeat for example, and the system
/// repeats that for a quarter of an hour. A peer that merely does not read acknowledges all the
/// same.
qint64 unacknowledgedFor(qintptr descriptor);

} // namespace QRepod::NativeSocket
