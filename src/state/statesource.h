// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/limits.h"

#include <QtCore/qobject.h>
#include <QtCore/qvariant.h>

namespace QRepod {

class Channel;

//! Something that is shared: its state when it was last sent, and the changes since.
///
/// It lives in the thread of the shared object or model. Between two calls of collect() it reports
/// the state as of the last one: a viewer that joins meanwhile gets what the others have, and then
/// the same change as they.
class StateSource : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    //! Looks at everything that has been marked. \a limits are those of messages.
    virtual void collect(const MessageLimits &limits) = 0;

    //! Returns the fields of a message with the whole state.
    virtual QVariantMap whole(const Channel *viewer) = 0;

    //! Returns the fields of a message with the changes that the last collect() found; empty if
    //! there are none.
    virtual QVariantMap change(const Channel *viewer) = 0;

    //! Returns whether all viewers get the same.
    virtual bool isForAll() const { return true; }

    //! The viewer has gone.
    virtual void forget(const Channel *viewer) { Q_UNUSED(viewer) }

    //! Returns whether the shared object or model lives in this thread, and so can be read.
    virtual bool isReachable() const = 0;

Q_SIGNALS:
    //! Something may have changed, for the first time since the last collect().
    void marked();

    //! The shared object or model is being destroyed.
    void gone();
};

} // namespace QRepod
