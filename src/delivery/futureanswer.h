// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/request.h>

#include <QtCore/qobject.h>

namespace QRepod {

//! A handler's answer that comes later: a QFuture<T> for any T that has a name in Qt's type system,
//! looked at as a QFuture<void> plus the type of its result.
class FutureAnswer
{
public:
    static bool isFuture(const QVariant &value);

    //! Answers \a request once \a future has finished: with its result, or with a refusal that has
    //! the text of the exception.
    ///
    /// Called and answered in the thread of \a reader. If that is deleted meanwhile, the request is
    /// not answered. It needs an event loop, unless the future has finished already.
    static void follow(const QVariant &future, const Request &request, QObject *reader);
};

} // namespace QRepod
