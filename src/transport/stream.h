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

//! The bytes of one peer, in both directions; its kinds are plain TCP, TLS, and what else brings
//! bytes.
///
/// Made in any thread; from open() on it belongs to the thread of the poller. It calls its owner in
/// that thread, also from inside of the functions that the owner calls, and never after abort(). It
/// is not destroyed from inside of such a call.
class Stream
{
public:
    //! Is told what happens, and may abort() in each of these. One of the last three comes at most;
    //! to read gives nothing from then on. Nothing can be written either, and nothing more is told,
    //! unless the peer has closed and isStillWritable().
    class Owner
    {
    public:
        virtual void streamOpened() = 0;
        virtual void streamReadable() = 0; ///< comes again for as long as something is left
        virtual void streamWritable() = 0; ///< write() may take more, or unwrittenBytes() has
                                           ///< shrunk
        virtual void streamEnded() = 0;    ///< the peer has closed, and its last byte has been read
        virtual void streamFailed(const QString &reason) = 0; ///< it could not be opened, or broke

        //! The peer has broken the rules of a protocol that the stream speaks, or says that this
        //! end has: unlike the two above, this does not happen to a line.
        virtual void streamFaulted(const QString &reason) = 0;

    protected:
        ~Owner() = default;
    };

    virtual ~Stream() = default;

    //! The peer, `"host:port"`.
    virtual QString peer() const = 0;

    //! Connects, or completes what an acceptor has begun.
    virtual void open(Owner &owner, Poller &poller) = 0;

    //! Whether the owner wants to hear of bytes to read. True at first. While it is false the peer
    //! is slowed down, once what lies between is full.
    virtual void setReading(bool isReading) = 0;

    //! About how much has come and was not read, in bytes: more than that while it is encrypted. 0
    //! if it is nothing or not known.
    virtual qint64 readableBytes() const = 0;

    //! How much of what has come cannot be read until the rest of it has, in bytes.
    virtual qint64 heldBytes() const { return 0; }

    //! Reads at most \a size bytes. Returns how many; 0 if there is nothing now, or nothing any
    //! more: then the owner has been told.
    virtual qint64 read(char *data, qint64 size) = 0;

    //! Writes at most \a size bytes. Returns how many have been taken: if less, streamWritable()
    //! follows; -1 once nothing can be written any more. What the peer sent before can still be
    //! read, and how it ended is told then.
    virtual qint64 write(const char *data, qint64 size) = 0;

    //! Whether the peer, which has closed, may still read what is written: some close their own
    //! direction only.
    virtual bool isStillWritable() const { return false; }

    //! Waits until more can be written, at most so many milliseconds. For the end of a program,
    //! when no event loop tells.
    virtual void waitForWritable(int milliseconds) = 0;

    //! How much has been taken and not yet been given to the system, in bytes.
    virtual qint64 unwrittenBytes() const = 0;

    //! Tells the peer that nothing more will come, and goes on reading; with TLS it ends at once.
    //! Nothing is unwritten.
    virtual void closeWriting() = 0;

    //! For an \a owner that is done with the peer, also inside of the call that told it of the end:
    //! tells the peer the \a reason, which is empty if there was no fault.
    ///
    /// \return whether there is something to say, and a way to. Then the owner waits a little, and
    /// is told once more, when
    ///         the peer has closed; what comes until then is not given, and what is written is
    ///         dropped.
    virtual bool sayGoodbye(Owner &owner, const QString &reason)
    {
        Q_UNUSED(owner)
        Q_UNUSED(reason)
        return false;
    }

    //! Closes at once.
    virtual void abort() = 0;

    //! A way for other threads to write, past this one's; nullptr if there is none.
    virtual std::unique_ptr<DirectWriter> directWriter() { return nullptr; }

#if QT_CONFIG(ssl)
    //! What the peer has shown with TLS; nothing if it has shown none. Once it is open.
    virtual std::optional<QSslCertificate> peerCertificate() const
    {
        return {};
    }
#endif

    /// \name Figures of the path
    /// @{

    //! Has the system probe a silent peer after \a seconds.
    virtual void enableKeepAlive(int seconds) = 0;

    //! The smallest of late, as the system sees it, in microseconds; -1 if it is not known.
    virtual qint64 roundTripTime() const = 0;

    //! For how long the peer's machine has acknowledged nothing although it was asked again and
    //! again, in milliseconds; 0 if it is not overdue.
    virtual qint64 unacknowledgedFor() const = 0;
    /// @}
};

} // namespace QRepod
