// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qobject.h>

#include <memory>

namespace QRepod {

//! Reports when sockets of one thread can be read or written.
///
/// Lives in that thread, like everything that is watched. On Linux it needs one notifier of Qt's
/// event loop for all sockets, and costs only per ready socket; elsewhere each socket has its own
/// notifiers.
class Poller : public QObject
{
    Q_OBJECT

public:
    //! The watcher of a socket. It stops watching before its descriptor is closed.
    class Watcher
    {
    public:
        virtual void handleReadable() = 0; ///< or the end of the stream, or an error
        virtual void handleWritable() = 0; ///< or an error

    protected:
        ~Watcher() = default;
    };

    struct Interest
    {
        bool reading = false;
        bool writing = false;

        bool operator==(const Interest &) const = default;
    };

    //! Creates the system's poller. It moves to another thread with \a parent.
    static Poller *create(QObject *parent);

    //! Watches \a descriptor for \a interest; without interest, stops watching. Handlers are called
    //! again and again while there is something to read, or room to write.
    ///
    /// \return false if the system refuses to watch one more descriptor; errno says why.
    virtual bool watch(int descriptor, Watcher *watcher, Interest interest) = 0;

protected:
    using QObject::QObject;
};

} // namespace QRepod
