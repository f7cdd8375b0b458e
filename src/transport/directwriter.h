// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>
#include <QtCore/qobject.h>

#include <memory>

namespace QRepod {

//! Lets the sending thread write to a connection's socket, past the thread that serves it.
///
/// Not for TLS, nor with a proxy: there only the socket knows what to write.
class DirectWriter
{
public:
    DirectWriter() = default;
    virtual ~DirectWriter() = default;
    Q_DISABLE_COPY_MOVE(DirectWriter)

    //! Creates a writer for the thread of \a object, which also closes the descriptor. It costs
    //! nothing.
    static std::unique_ptr<DirectWriter> forThreadOf(const QObject *object, qintptr descriptor);

    //! Creates a writer for every thread, with a descriptor of its own: a write to a descriptor
    //! that another thread closes could go to whatever gets that number next. The connection's end
    //! reaches the peer only once this is deleted too.
    ///
    /// \return nothing if the system cannot do it, or has no descriptors left.
    static std::unique_ptr<DirectWriter> forAnyThread(qintptr descriptor);

    //! Whether the calling thread may write.
    virtual bool isOpenHere() const = 0;

    //! Like NativeSocket::send(). \a data must be whole frames.
    virtual qint64 send(const char *data, qint64 size, int *error) const = 0;
};

} // namespace QRepod
