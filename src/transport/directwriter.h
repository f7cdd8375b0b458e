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
    //! For the thread of \a object, where the descriptor is closed as well. Costs nothing.
    static std::unique_ptr<DirectWriter> forThreadOf(const QObject *object, qintptr descriptor);

    //! For every thread, by a descriptor of its own: to write to one that another thread closes is
    //! to write to whatever the system gives its number to next. The connection's end reaches the
    //! peer only once this is deleted too.
    /// \return nothing where the system cannot do it, or has no descriptor left.
    static std::unique_ptr<DirectWriter> forAnyThread(qintptr descriptor);

    ~DirectWriter();

    //! Whether the calling thread may write.
    bool isOpenHere() const;

    //! As NativeSocket::send().
    qint64 send(const char *data, qint64 size, int *error) const;

private:
    DirectWriter(const QObject *object, qintptr descriptor);
    Q_DISABLE_COPY_MOVE(DirectWriter)

    const QObject *const m_object; // whose thread alone may write; nullptr: any may
    const qintptr m_descriptor;    // owned if any thread may write
};

} // namespace QRepod
