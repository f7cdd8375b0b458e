// SPDX-License-Identifier: MIT
#pragma once

#include "client/backoff.h"
#include "dispatch/dispatcher.h"
#include "protocol/textcache.h"
#include "transport/pump.h"
#include "transport/settings.h"

#include <QRepod/connectionlistener.h>

#include <QtCore/qmetaobject.h>

#include <atomic>
#include <utility>

namespace QRepod {

class BuiltIn;

//! Delivers what the network thread has queued, and keeps the state that goes with it; see
//! STATE-MACHINE.md. Everything here belongs to the listener's thread.
class ConnectionListenerPrivate
{
public:
    explicit ConnectionListenerPrivate(ConnectionListener *listener)
        : q(listener)
    {
    }

    void open(const QString &host, quint16 port);
    void close();
    int runPump(QDeadlineTimer budget);
    void setState(ConnectionListener::State newState);

    //! Sets one of the settings, and tells of it if it is another.
    template <class T>
    void change(T &setting, T value)
    {
        if (std::exchange(setting, value) != value)
            Q_EMIT q->settingsChanged();
    }

    //! A WakeEvent has arrived.
    void wake();

    ConnectionListener *const q;
    Client *client = nullptr;
    ConnectionSettings settings;
    Dispatcher dispatcher;
    ConnectionListener::State state = ConnectionListener::State::Disconnected;
    Backoff backoff;
    bool reconnect = false;
    bool autoPump = false;

    //! False only if messageReceived() is surely not connected: to ask Qt takes a lock each time,
    //! so it is asked at each pump, and told of connections made meanwhile, by whatever thread.
    std::atomic<bool> mayBeObserved = false;
    static QMetaMethod messageReceivedSignal();

private:
    //! Set while the listener exists. A handler may delete it, and this object with it.
    using Guard = QPointer<QObject>;

    int deliver(const Delivery &delivery, size_t frame, const Guard &alive);
    int deliverMessage(const Frame &frame, const QByteArray *memory, const Guard &alive);
    int deliverBuiltIn(const BuiltIn &message, const Guard &alive);
    bool isGreeting(const Frame &frame);
    void start(const QString &host, quint16 port, int delay);
    int deliverConnected(const Delivery &delivery, const Guard &alive);
    int deliverEnd(const Delivery &delivery, const Guard &alive);
    void followEnd();

    //! The inbox of the connection that `state` is about: null before connect() and after close().
    const Inbox *m_current = nullptr;
    Pump m_pump;
    TextCache m_keys;
    bool m_wasConnected = false;   // so far as delivered, the current connection was connected
    bool m_hasEnded = false;       // and it has ended
    bool m_isFirstMessage = false; // the next message is the first of its connection
};

} // namespace QRepod
