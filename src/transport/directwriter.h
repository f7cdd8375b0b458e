// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>
#include <QtCore/qobject.h>

#include <memory>

namespace QRepod {

//! The way to a connection's socket for the thread that sends, past the thread that serves it.
///
/// Not for TLS, nor with a proxy: there the socket alone knows what to write.
class DirectWriter
{
public:
    DirectWriter() = default;
    virtual ~DirectWriter() = default;
    Q_DISABLE_COPY_MOVE(DirectWriter)

    //! For the thread of \a object, where the descriptor is closed as well. Costs nothing.
    static std::unique_ptr<DirectWriter> forThreadOf(const QObject *object, qintptr descriptor);

    //! For every thread, by a descriptor of its own: to write to one that another thread closes is
    //! to write to whatever the system gives its number to next. The connection's end reaches the
    //! peer only once this is deleted too.
    /// \return nothing where the system cannot do it, or has no descriptor left.
    static std::unique_ptr<DirectWriter> forAnyThread(qintptr descriptor);

    //! Whether the calling thread may write.
    virtual bool isOpenHere() const = 0;

    //! As NativeSocket::send(). \a data is whole frames.
    virtual qint64 send(const char *data, qint64 size, int *error) const = 0;
};

} // namespace QRepod
