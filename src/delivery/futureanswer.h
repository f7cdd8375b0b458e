// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/request.h>

#include <QtCore/qobject.h>

namespace QRepod {

//! A handler's answer that comes later: a QFuture<T> of any T known to Qt's type system, treated as
//! a QFuture<void> plus the type of its result.
class FutureAnswer
{
public:
    static bool isFuture(const QVariant &value);

    //! Answers \a request once \a future has finished: with its result, or with a refusal that has
    //! the exception's text.
    ///
    /// Call it in the thread of \a reader, which then answers. If \a reader is deleted first, the
    /// request is not answered. Unless the future has already finished, the thread needs an event
    /// loop.
    static void follow(const QVariant &future, const Request &request, QObject *reader);
};

} // namespace QRepod
