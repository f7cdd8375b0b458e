// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/encoder.h"
#include "protocol/framereader.h"
#include "protocol/message.h"
#include "support/messages.h"
#include "transport/inbox.h"
#include "transport/waker.h"

#include <QtCore/qcoreapplication.h>

#include <cstring>
#include <functional>
#include <vector>

// What goes into the queues between threads, and what comes out, in a form for tests.

namespace QRepod {

inline QByteArray encoded(const QVariantMap &message)
{
    QByteArray frame;
    appendFrame(frame, message, MessageLimits());
    return frame;
}

inline FrameBatch batch(const QByteArray &frames)
{
    FrameReader reader{MessageLimits()};
    memcpy(reader.prepare(frames.size()), frames.constData(), size_t(frames.size()));
    if (!reader.commit(frames.size()) || !reader.hasFrames())
        qFatal("not a batch");
    return reader.takeFrames();
}

inline FrameBatch batch(const QVariantMap &message)
{
    return batch(encoded(message));
}

inline FrameBatch batch(const QStringList &actions)
{
    QByteArray frames;
    for (const QString &action : actions)
        frames += encoded(message(action));
    return batch(frames);
}

inline QString text(QByteArrayView utf8)
{
    return QString::fromUtf8(utf8);
}

inline qint64 numberIn(const Frame &frame)
{
    TextCache keys;
    return decodeMap(frame.payload, keys).value(u"n"_s).toLongLong();
}

//! Returns the contents of \a delivery, one entry per frame.
inline QStringList entries(const Delivery &delivery)
{
    switch (delivery.kind()) {
    case Delivery::Kind::Connected:
        return {u"connected"_s};
    case Delivery::Kind::Messages: {
        QStringList actions;
        for (const Frame &frame : delivery.batch().frames)
            actions << text(frame.action);
        return actions;
    }
    case Delivery::Kind::Error:
        return {u"error: "_s + delivery.error()};
    case Delivery::Kind::Disconnected:
        return {u"disconnected"_s};
    case Delivery::Kind::Cancelled:
        return {u"cancelled"_s};
    case Delivery::Kind::Resumed:
        return {u"resumed"_s};
    }
    Q_UNREACHABLE();
    return {};
}

inline QStringList entries(const std::vector<Delivery> &deliveries)
{
    QStringList all;
    for (const Delivery &delivery : deliveries)
        all << entries(delivery);
    return all;
}

//! Either end of a queue. Counts how often it is woken.
class Sleeper : private Wakeable
{
public:
    ~Sleeper() { m_waker.forget(this); }

    operator WakeTarget() { return {&m_waker, this}; }

    //! Lets pending wake-ups arrive, and returns the total number.
    int wakes()
    {
        QCoreApplication::sendPostedEvents(&m_waker);
        return m_wakes;
    }

    std::function<void()> onWake;

private:
    void handleWake() override
    {
        ++m_wakes;
        if (onWake)
            onWake();
    }

    Waker m_waker;
    int m_wakes = 0;
};

} // namespace QRepod
