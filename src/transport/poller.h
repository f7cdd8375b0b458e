// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qobject.h>

#include <memory>

namespace QRepod {

//! Tells when the system's sockets of one thread can be read or written.
///
/// Lives in that thread, like all that is watched. On Linux it needs one notifier of Qt's event
/// loop for all of them, and costs per socket that is ready; elsewhere each has notifiers of its
/// own.
class Poller : public QObject
{
    Q_OBJECT

public:
    //! A socket that is watched. It removes itself before its descriptor is closed.
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
    };

    //! For the system at hand. The poller moves to another thread with \a parent.
    static Poller *create(QObject *parent);

    //! Watches \a descriptor for what is wanted now; nothing wanted: not at all. Handlers are
    //! called again and again for as long as there is something to read, or room to write.
    ///
    /// \return false if the system refuses to watch one more, errno says why.
    virtual bool watch(int descriptor, Watcher *watcher, Interest interest) = 0;

protected:
    using QObject::QObject;
};

} // namespace QRepod
