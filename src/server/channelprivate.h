// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/walk.h"
#include "dispatch/dispatcher.h"
#include "session/session.h"

#include <QRepod/channel.h>
#include <QRepod/server.h>

#include <optional>

namespace QRepod {

//! The server attaches a channel to its connection before it shows it to anybody. From then on
//! `session` and `address` do not change and may be read in any thread; the rest belongs to the
//! server's.
class Q_DECL_HIDDEN Channel::Private final : private Recipient, private Wakeable
{
public:
    explicit Private(Channel *channel);

    static Private *get(const Channel *channel) { return channel->d.get(); }

    void attach(Server::Private *newServer, const ConnectionSettings &settings,
                std::shared_ptr<const HandlerTable> handlers);
    void detach(); ///< the channel is being deleted

    //! Delivers what has arrived, unless a handler is running.
    void deliver();

    //! Whether a handler is running.
    bool isDelivering() const { return m_walk.isRunning(); }

    //! Queues \a message. Any thread.
    qint64 send(const QVariantMap &message);
    qint64 send(const EncodedMessage &message); ///< which is valid

    Channel *const q;
    Server::Private *server = nullptr;
    std::optional<Session> session; // once the channel is attached
    QString address;

private:
    void handleWake() override { deliver(); }

    Inbox &inbox() override { return session->inbox(); }
    void joined(const Delivery &delivery, Turn &turn) override;
    bool received(const Message &message, Turn &turn) override;
    void announced(const Message &message, Turn &turn) override;
    void failed(const Delivery &delivery, Turn &turn) override;
    void left(const Delivery &delivery, Turn &turn) override;
    void cancelled(const Delivery &delivery, Turn &turn) override;

    bool dispatch(const Message &message, const Turn &turn);

    Dispatcher m_dispatcher;
    Walk m_walk;
    bool m_hasJoined = false;
};

} // namespace QRepod
