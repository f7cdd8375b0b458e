// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/deliveryloop.h"
#include "delivery/incomingrequest.h"
#include "delivery/requester.h"
#include "dispatch/dispatcher.h"
#include "server/farewells.h"
#include "server/guest.h"
#include "session/session.h"
#include "transport/httprequest.h"
#include "transport/timeout.h"

#include <QRepod/channel.h>
#include <QRepod/room.h>
#include <QRepod/server.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace QRepod {

class Arrival;
enum class FirstFrame;

//! The server attaches a channel to its connection before it shows the channel to anybody. From
//! then on `session`, `sessionId` and `httpRequest` do not change and may be read in any thread;
//! everything else belongs to the server's thread.
class Q_DECL_HIDDEN Channel::Private final : private Recipient, private Wakeable
{
public:
    explicit Private(Channel *channel);
    virtual ~Private() = default;

    static Private *get(const Channel *channel) { return channel->d.get(); }

    //! Attaches to a connection that is still to be opened; its loss will be the client's end.
    void attach(Server::Private *newServer, const ConnectionSettings &settings,
                std::shared_ptr<const HandlerTable> handlers, const QString &peer);

    //! Attaches to an open connection, whose client may come back if it is lost.
    void attach(Server::Private *newServer, Arrival &arrival, FirstFrame frame,
                std::shared_ptr<const HandlerTable> handlers);
    void detach(); ///< the channel is being deleted

    //! Delivers what has arrived, unless a handler is running.
    void deliver();

    //! Whether a handler is running.
    bool isDelivering() const { return m_loop.isRunning(); }

    /// \name Sessions
    /// @{

    //! How a client comes back.
    struct Resumption
    {
        Link link;
        QString address;
        QString usedToken;
        QString nextToken;
        qint64 number; ///< of the connection, counted over the whole server
    };

    //! Continues on another connection. \a deliveries are what has arrived there so far. The caller
    //! has checked that the session can be resumed.
    void resume(const Resumption &by, qint64 peerReceived, std::vector<Delivery> &&deliveries);

    //! Whether the client has already used \a token in a connection later than \a number. Then
    //! number \a number is an attempt that the client has given up, whose bytes arrive late.
    bool hasComeLater(const QString &token, qint64 number) const
    {
        return token == m_usedToken && number < m_connectionNumber;
    }

    //! Increases from one lost client to the next; nothing while the client is there.
    std::optional<qint64> awayNumber() const { return m_awayNumber; }

    //! The client is no longer expected back.
    void expire();

    bool isInterrupted() const { return m_isInterrupted; }
    /// @}

    //! The client's address. It changes when a session is resumed. Any thread.
    QString address() const;

    //! Ends the connection and the session. Any thread.
    void close() const;

    //! Queues \a message. Any thread.
    qint64 send(const QVariantMap &message, SendMode mode);
    qint64 send(const EncodedMessage &message, SendMode mode); ///< must be valid

    //! The same without counting by action: a broadcast is counted once for all.
    qint64 enqueue(const EncodedMessage &message, SendMode mode);

    //! \return why the channel could not join the room \a name; empty if it is in the room.
    QString join(const QString &name, const QVariantMap &options);
    void leave(const QString &name);

    QFuture<QVariant> request(const QString &action, const QVariantMap &fields, int timeout);

    bool isGuest() const { return m_status == Status::Guest; }
    void admit();
    void refuse(const QString &reason);
    void redirect(const QString &hostAndPort);

    Channel *const q;
    Server::Private *server = nullptr;
    std::shared_ptr<Session> session; // once the channel is attached; shared with later answers
    QString sessionId;                // set with the session
    std::shared_ptr<const HttpRequest> httpRequest; // of a client that came by HTTP
    std::atomic<bool> isObserved = false; // messageReceived() was ever connected; any thread
    int defaultFallbacks = 0; // calls of default network_received() functions, here and in rooms
    QList<Room *> rooms;      // in the order of joining, without the server's everyone()

private:
    enum class Status {
        Arriving, ///< not greeted yet
        Guest,    ///< until the game admits it
        Member,   ///< one of the server's channels
        Gone,
    };

    void handleWake() override { deliver(); }

    Inbox &inbox() override { return session->inbox(); }
    void joined(const Delivery &delivery, DeliveryRun &run) override;
    bool received(const Message &message, DeliveryRun &run) override;
    void controlled(const Control &control, DeliveryRun &run) override;
    void announced(const Message &message, DeliveryRun &run) override;
    void failed(const Delivery &delivery, DeliveryRun &run) override;
    void left(const Delivery &delivery, DeliveryRun &run) override;
    void cancelled(const Delivery &delivery, DeliveryRun &run) override;
    void resumed(const Delivery &delivery, DeliveryRun &run) override;

    bool isCurrent(const Delivery &delivery) { return delivery.origin() == &inbox(); }
    void noteFirstMessage();
    bool isInterruption(const Delivery &delivery) const;
    void interrupt(DeliveryRun &run);
    void announceInterrupted(DeliveryRun &run);
    Link detachFromConnection();
    void breakOff(const Link &link);
    void retire(const Link &link);
    void moveToSession(const Control &control, DeliveryRun &run);
    bool askForHome(const QString &token);
    void endSession() const;
    void forgetTokens();
    void becomeGuest(const QStringList &actions, int timeout);
    void expel(const QString &error);
    void sendLastError(const QString &error);

    void sendAway(const Farewell &farewell);
    void finishSendingAway();
    Dispatcher::Outcome dispatch(const Message &message, Answer *answer = nullptr);
    void leaveToFallbacks(const Message &message, Dispatcher::Outcome outcome);
    void noteUnhandled(QByteArrayView action);
    QByteArray nearestHandler(QByteArrayView action) const;
    void tellReceived(const Message &message, DeliveryRun &run);
    template <class Function>
    void forEachRoom(Function function);
    void leaveRooms();
    static void giveUp(Session &session, const QString &address, const QString &error);
    AnswerPath answerPath(QByteArrayView action) const;

    Dispatcher m_dispatcher{{Leading::Nothing, IncomingRequest::supplied()}};
    std::unique_ptr<Requester> m_requester; // from the first request() on
    DeliveryLoop m_loop;
    std::unique_ptr<Guest> m_guest; // while the client is a guest
    mutable std::mutex m_mutex;     // guards m_address
    QString m_address;

    std::unique_ptr<Timeout> m_away; // while the client is away
    std::optional<qint64> m_awayNumber;
    QString m_token;     // leads to this channel
    QString m_usedToken; // so does this one, until the client has shown that it has m_token
    qint64 m_connectionNumber = 0;
    Status m_status = Status::Arriving;
    bool m_isRefused = false;
    std::optional<Farewell> m_farewell;    // until it is sent
    std::optional<Timeout> m_helloTimeout; // while the client has not said hello
    bool m_isGreeted = false;
    bool m_isFirstMessage = true; // the next message is the first
    bool m_mayResume = false;     // the client has said nothing yet, so it may still resume
    bool m_isInterrupted = false; // as far as handlers have been told
    bool m_hasSaidBye = false;    // the client has said goodbye
};

} // namespace QRepod
