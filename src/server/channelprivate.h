// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/dispatcher.h"
#include "transport/link.h"
#include "transport/pump.h"

#include <QRepod/channel.h>

namespace QRepod {

class BuiltIn;
class ServerPrivate;

//! Everything is set before the channel is shown to anybody and then belongs to the server's
//! thread; `link` and `address` do not change and may be read from any.
class ChannelPrivate
{
public:
    explicit ChannelPrivate(Channel *channel)
        : q(channel)
    {
    }

    void runPump();
    bool isPumping() const { return m_pump.isRunning(); }

    //! Queues a frame that is encoded already.
    void send(const QByteArray &frame);

    Channel *const q;
    ServerPrivate *server = nullptr;
    Link link; // both queues are null until the server has attached the channel
    QString address;
    Dispatcher dispatcher;

private:
    friend class Channel;
    using Guard = QPointer<QObject>;

    void deliver(const Delivery &delivery, size_t frame, const Guard &alive);
    void deliverMessage(const FrameBatch &batch, size_t frame, const Guard &alive);
    void deliverBuiltIn(const BuiltIn &message, const Guard &alive);
    bool dispatch(const Message &message, const Guard &alive);
    qint64 queued(const Outbox::Result &result, const QString &action);

    Pump m_pump;
    bool m_hasJoined = false;
};

} // namespace QRepod
