// SPDX-License-Identifier: MIT
#pragma once

#include "transport/directwriter.h"

#include <QtCore/qstring.h>
#include <QtNetwork/qtnetworkglobal.h>
#if QT_CONFIG(ssl)
#    include <QtNetwork/qsslcertificate.h>
#endif

#include <memory>
#include <optional>

namespace QRepod {

class Poller;

//! The bytes of one peer, in both directions: over plain TCP, TLS, or anything else that carries
//! bytes.
///
/// Created in any thread; from open() on it belongs to the poller's thread. It calls its owner in
/// that thread, also inside functions that the owner calls, and never after abort(). It must not be
/// destroyed inside such a call.
class Stream
{
public:
    //! Is told what happens, and may abort() in each of these. At most one of the last three is
    //! called; after it, reading gives nothing. Then nothing can be written either, and nothing
    //! more is called, unless the peer has closed and isStillWritable().
    class Owner
    {
    public:
        virtual void streamOpened() = 0;
        virtual void streamReadable() = 0; ///< called again while something is left
        virtual void streamWritable() = 0; ///< write() may take more, or unwrittenBytes() has
                                           ///< shrunk
        virtual void streamEnded() = 0;    ///< the peer has closed, and its last byte has been read
        virtual void streamFailed(const QString &reason) = 0; ///< it could not be opened, or broke

        //! The peer broke the rules of a protocol that the stream speaks, or says that this end
        //! did. Unlike the two above, this is not a lost line.
        virtual void streamFaulted(const QString &reason) = 0;

    protected:
        ~Owner() = default;
    };

    virtual ~Stream() = default;

    //! The peer's `"host:port"`.
    virtual QString peer() const = 0;

    //! Connects, or completes what an acceptor has begun.
    virtual void open(Owner &owner, Poller &poller) = 0;

    //! Sets whether the owner wants to hear of bytes to read. True at first. While it is false, the
    //! peer is slowed down once the buffers in between are full.
    virtual void setReading(bool isReading) = 0;

    //! About how many bytes have arrived and were not read; too many while they are encrypted. 0 if
    //! there are none, or if it is not known.
    virtual qint64 readableBytes() const = 0;

    //! How many bytes have arrived but cannot be read before the rest has.
    virtual qint64 heldBytes() const { return 0; }

    //! Reads at most \a size bytes and returns how many; 0 if there are none now, or no more at
    //! all: then the owner has been told.
    virtual qint64 read(char *data, qint64 size) = 0;

    //! Writes at most \a size bytes and returns how many were taken. If fewer, streamWritable()
    //! follows. Returns -1 once nothing can be written any more; what the peer sent before can
    //! still be read, and how it ended is reported then.
    virtual qint64 write(const char *data, qint64 size) = 0;

    //! Whether the peer, which has closed, may still read what is written: some peers close only
    //! their own direction.
    virtual bool isStillWritable() const { return false; }

    //! Waits until more can be written, at most \a milliseconds. For the end of a program, when no
    //! event loop reports it.
    virtual void waitForWritable(int milliseconds) = 0;

    //! How many bytes were taken and not yet given to the system.
    virtual qint64 unwrittenBytes() const = 0;

    //! Tells the peer that nothing more will come, and keeps reading; with TLS it ends at once.
    //! Call it only when nothing is unwritten.
    virtual void closeWriting() = 0;

    //! Tells the peer the \a reason for the end, empty if there was no fault. For an \a owner that
    //! is done with the peer; it may call this inside the call that told it of the end.
    ///
    /// \return whether there is something to say, and a way to say it. Then the owner waits a
    ///         little, and is called once more when the peer has closed. Until then nothing that
    ///         arrives is passed on, and what is written is dropped.
    virtual bool sayGoodbye(Owner &owner, const QString &reason)
    {
        Q_UNUSED(owner)
        Q_UNUSED(reason)
        return false;
    }

    //! Closes at once.
    virtual void abort() = 0;

    //! A way for other threads to write, past this one; nullptr if there is none.
    virtual std::unique_ptr<DirectWriter> directWriter() { return nullptr; }

#if QT_CONFIG(ssl)
    //! The certificate that the peer presented with TLS; nothing if it presented none. Once open.
    virtual std::optional<QSslCertificate> peerCertificate() const
    {
        return {};
    }
#endif

    /// \name Figures of the path
    /// @{

    //! Makes the system probe a silent peer after \a seconds.
    virtual void enableKeepAlive(int seconds) = 0;

    //! The smallest recent round trip that the system has seen, in microseconds; -1 if not known.
    virtual qint64 roundTripTime() const = 0;

    //! How long the peer's machine has acknowledged nothing despite repeated attempts, in
    //! milliseconds; 0 if it is not overdue.
    virtual qint64 unacknowledgedFor() const = 0;
    /// @}
};

} // namespace QRepod
