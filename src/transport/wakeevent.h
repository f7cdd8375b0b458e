// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qcoreevent.h>

namespace QRepod {

//! Tells a thread that a queue it sleeps on has something for it.
///
/// The queues post it themselves, at most one at a time, so it does not pile up in a thread without
/// an event loop.
class WakeEvent : public QEvent
{
public:
    WakeEvent()
        : QEvent(eventType())
    {
    }

    static QEvent::Type eventType()
    {
        static const auto type = QEvent::Type(QEvent::registerEventType());
        return type;
    }
};

} // namespace QRepod
