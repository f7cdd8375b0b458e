// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/limits.h"

#include <QtCore/qobject.h>
#include <QtCore/qvariant.h>

namespace QRepod {

class Channel;

//! Something that is shared: what it was when it was last sent, and what has changed since.
///
/// It lives in the thread of what it shares. Until the next collect() it tells of the state as of
/// the latest one: who joins meanwhile gets what the others have, and the same change next.
class StateSource : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    //! Looks at what has been marked. \a limits are those of messages.
    virtual void collect(const MessageLimits &limits) = 0;

    //! The fields of the message that tells everything.
    virtual QVariantMap whole(const Channel *viewer) = 0;

    //! The fields of the message that tells what the latest collect() has found; none if that is
    //! nothing.
    virtual QVariantMap change(const Channel *viewer) = 0;

    //! Whether everybody gets the same.
    virtual bool isForAll() const { return true; }

    //! The viewer has gone.
    virtual void forget(const Channel *viewer) { Q_UNUSED(viewer) }

    //! Whether what is shared can be looked at here: it lives in this thread.
    virtual bool isReachable() const = 0;

Q_SIGNALS:
    //! Something may have changed, for the first time since collect().
    void marked();

    //! What is shared is being destroyed.
    void gone();
};

} // namespace QRepod
