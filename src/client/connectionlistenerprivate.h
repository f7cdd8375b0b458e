// SPDX-License-Identifier: MIT
#pragma once

#include "client/backoff.h"
#include "client/clientprivate.h"
#include "client/servertime.h"
#include "delivery/deliveryloop.h"
#include "delivery/incomingrequest.h"
#include "delivery/requester.h"
#include "dispatch/dispatcher.h"
#include "dispatch/unhandledactions.h"
#include "state/replicas.h"
#include "transport/settings.h"
#include "transport/timeout.h"

#include <QRepod/connectionlistener.h>

#include <QtCore/qmetaobject.h>

#include <atomic>
#include <optional>
#include <utility>

namespace QRepod {

//! Delivers what the network thread has queued, and keeps the state that goes with it; see
//! STATE-MACHINE.md. Everything here belongs to the listener's thread.
class Q_DECL_HIDDEN ConnectionListener::Private final : private Recipient, private Wakeable
{
public:
    explicit Private(ConnectionListener *listener);
    virtual ~Private();

    static Private *get(const ConnectionListener *listener) { return listener->d.get(); }

    //! Connects to a host and a port; a \a url, if given, names both.
    void open(const QString &host, int port, const QUrl &url = {});
    void close();
    void stopReconnecting();
    int pump(QDeadlineTimer budget);
    QFuture<QVariant> request(const QString &action, const QVariantMap &fields, int timeout);
    void setState(State newState);

    //! Returns what the server shares as \a name, for a replica.
    std::shared_ptr<ReplicaState> replicaState(const QString &name);

    qint64 serverTime();

    //! Changes a setting of the next connection, and emits settingsChanged() if the value differs.
    template <class Part, class T>
    void change(T Part::*setting, T value)
    {
        if (settings.set(setting, value))
            Q_EMIT q->settingsChanged();
    }

    //! The same for the listener's own settings.
    template <class T>
    void changeOwn(T &setting, T value)
    {
        if (std::exchange(setting, value) != value)
            Q_EMIT q->settingsChanged();
    }

    //! Whether the line was lost and the session may be resumed. send() then keeps what it is
    //! given.
    bool isInterrupted() const;

    //! Announces waiting messages, and delivers them with autoPump, once control returns.
    void wakeSoon() { m_waker.wake(this); }

    ConnectionListener *const q;
    Client *client = nullptr;
    SharedSettings<ConnectionSettings> settings;
    Dispatcher dispatcher{{Leading::Nothing, IncomingRequest::supplied()}};
    State state = State::Disconnected;
    Backoff backoff;
    bool reconnect = false;
    bool autoPump = false;

    //! False only if messageReceived() is certainly not connected. Asking Qt takes a lock, so it is
    //! asked once per pump; connectNotify(), in whatever thread, reports connections made
    //! meanwhile.
    std::atomic<bool> mayBeObserved = false;
    static QMetaMethod messageReceivedSignal();

    //! Set by the default network_received(): it is not overridden, or the override called it.
    bool isFallbackDefault = false;

private:
    void handleWake() override;

    Inbox &inbox() override;
    void joined(const Delivery &delivery, DeliveryRun &run) override;
    bool received(const Message &message, DeliveryRun &run) override;
    void controlled(const Control &control, DeliveryRun &run) override;
    void announced(const Message &message, DeliveryRun &run) override;
    void failed(const Delivery &delivery, DeliveryRun &run) override;
    void left(const Delivery &delivery, DeliveryRun &run) override;
    void cancelled(const Delivery &delivery, DeliveryRun &run) override;
    void resumed(const Delivery &, DeliveryRun &) override { } // a control frame reports it instead

    bool takeState(const Message &message);
    bool isObserved() const;
    void leaveToFallback(const Message &message, Dispatcher::Outcome outcome, DeliveryRun &run);
    AnswerPath answerPath(QByteArrayView action) const;
    ConnectionSettings settingsFor(const QUrl &url) const;
    void start(const QString &host, int port, int delay);
    bool isCurrent(const Delivery &delivery) const { return delivery.origin() == m_current; }
    void handleEnd(const Delivery &delivery);
    void reconnectOrStop();
    std::optional<Client::Private::Address> redirection();
    bool followRedirect();
    bool mayTryAgain() const;
    void announceConnected(DeliveryRun &run);

    /// \name Sessions
    /// @{
    bool isDeliveringCurrent() const;
    void takeGreeting(const Message &message);
    bool isBareGreeting(const Message &message) const;
    void beginSession();
    bool isInterruption(const Delivery &delivery) const;
    void interrupt(DeliveryRun &run);
    void tryToResume();
    bool tryToResumeElsewhere();
    static void setAddress(QUrl &url, const Client::Private::Address &address);
    void resumeAt(int delay, const std::optional<Client::Private::Address> &elsewhere);
    void awaitAnswer();
    void handleAnswerTimeout();
    void hold(const Message &message, DeliveryRun &run);
    void resume(qint64 peerReceived, DeliveryRun &run);
    void lose(const QString &reason, DeliveryRun &run);
    void abandon(const QString &reason);
    void attemptFailed(const Delivery &delivery, DeliveryRun &run);
    void giveUp(const QString &error, DeliveryRun &run);
    QString lineText(const QString &reason) const;
    void announceEnd(const QString &error, DeliveryRun &run);
    static QString lostText(const QString &reason);
    /// @}

    QUrl m_url; // of the latest open(), if it had one
    //! The inbox of the connection that `state` describes; null before connect() and after close().
    const Inbox *m_current = nullptr;
    //! The session whose messages are being delivered, from `connected` to `disconnected`.
    std::shared_ptr<Session> m_session;
    Replicas m_replicas; // of what the server shares
    Waker m_waker;
    Deadlines m_deadlines;
    ServerTime m_serverTime;
    Timeout m_answerTimeout{m_deadlines,
                            [this] { handleAnswerTimeout(); }}; // for the answer to a resume
    std::unique_ptr<Requester> m_requester;                     // from the first request() on
    DeliveryLoop m_loop;
    UnhandledActions m_unhandled;
    TextCache m_texts;
    QString m_token;               // of the session that the server keeps; empty: none
    QString m_nextToken;           // from the latest greeting
    QList<QByteArray> m_held;      // payloads received before the answer to a resume
    qint64 m_heldCount = 0;        // messages before the answer to a resume, the greeting included
    bool m_isGreeting = false;     // the first message was a greeting
    bool m_isUp = false;           // `connected` has been delivered, and `disconnected` has not
    bool m_hasSaidBye = false;     // the server has said goodbye
    bool m_isAddressValid = false; // of the latest connection
    QString m_endError;            // for the end of the session, if there is no other error
    bool m_hasEnded = false;       // the end of the current connection has been delivered
    bool m_isRefused = false;      // the server has refused this client
    QString m_refusal;             // the reason for that
    QString m_redirect;            // where the server has sent this client
    bool m_isElsewhere = false;    // the attempt to resume goes where a server has sent the client
    bool m_isFirstMessage = false; // the next message is the first of its connection
};

} // namespace QRepod
