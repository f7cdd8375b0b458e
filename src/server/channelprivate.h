// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/incomingrequest.h"
#include "delivery/requester.h"
#include "delivery/walk.h"
#include "dispatch/dispatcher.h"
#include "server/guest.h"
#include "session/session.h"
#include "transport/httprequest.h"

#include <QRepod/channel.h>
#include <QRepod/room.h>
#include <QRepod/server.h>

#include <atomic>
#include <memory>

namespace QRepod {

//! The server attaches a channel to its connection before it shows it to anybody. From then on
//! `session`, `address` and `httpRequest` do not change and may be read in any thread; the rest
//! belongs to the server's.
class Q_DECL_HIDDEN Channel::Private final : private Recipient, private Wakeable
{
public:
    explicit Private(Channel *channel);
    virtual ~Private() = default;

    static Private *get(const Channel *channel) { return channel->d.get(); }

    void attach(Server::Private *newServer, const ConnectionSettings &settings,
                std::shared_ptr<const HandlerTable> handlers);
    void detach(); ///< the channel is being deleted

    //! Delivers what has arrived, unless a handler is running.
    void deliver();

    //! Whether a handler is running.
    bool isDelivering() const { return m_walk.isRunning(); }

    //! Queues \a message. Any thread.
    qint64 send(const QVariantMap &message, SendMode mode);
    qint64 send(const EncodedMessage &message, SendMode mode); ///< which is valid

    //! \return why the channel is not in the room \a name; empty if it is.
    QString join(const QString &name, const QVariantMap &options);
    void leave(const QString &name);

    QFuture<QVariant> request(const QString &action, const QVariantMap &fields, int timeout);

    bool isGuest() const { return m_standing == Standing::Guest; }
    void admit();
    void refuse(const QString &reason);

    Channel *const q;
    Server::Private *server = nullptr;
    std::shared_ptr<Session>
        session; // once the channel is attached; also of those who answer later
    QString address;
    std::shared_ptr<const HttpRequest> httpRequest; // of a client that came by HTTP
    std::atomic<bool> isObserved =
        false;           // whether messageReceived() was ever connected; any thread
    int untaken = 0;     // calls of the defaults of network_received(), here and in rooms
    QList<Room *> rooms; // in the order of joining, without the server's everyone()

private:
    enum class Standing {
        Arriving, ///< not greeted yet
        Guest,    ///< until the game admits it
        Member,   ///< one of the server's channels
        Gone,
    };

    void handleWake() override { deliver(); }

    Inbox &inbox() override { return session->inbox(); }
    void joined(const Delivery &delivery, Turn &turn) override;
    bool received(const Message &message, Turn &turn) override;
    void controlled(const Control &control, Turn &turn) override;
    void announced(const Message &message, Turn &turn) override;
    void failed(const Delivery &delivery, Turn &turn) override;
    void left(const Delivery &delivery, Turn &turn) override;
    void cancelled(const Delivery &delivery, Turn &turn) override;

    void becomeGuest(const QStringList &actions, int timeout);
    void expel(const QString &error);
    enum class Reconnecting { Allowed, Unwanted };
    void say(const QString &error, Reconnecting reconnecting);
    Dispatcher::Outcome dispatch(const Message &message, Answer *answer = nullptr);
    void leaveToFallbacks(const Message &message, Dispatcher::Outcome outcome);
    void noteUnhandled(QByteArrayView action);
    QByteArray nearestHandler(QByteArrayView action) const;
    void tellReceived(const Message &message, Turn &turn);
    template <class Function>
    void forEachRoom(Function function);
    void leaveRooms();
    static Outbox::Result send(Session &session, const QString &address,
                               const EncodedMessage &message, SendMode mode);
    AnswerPath answerPath() const;

    Dispatcher m_dispatcher{{Leading::Nothing, IncomingRequest::supplied()}};
    std::unique_ptr<Requester> m_requester; // from the first request() on
    Walk m_walk;
    std::unique_ptr<Guest> m_guest; // as long as it is one
    Standing m_standing = Standing::Arriving;
    bool m_isRefused = false;
};

} // namespace QRepod
