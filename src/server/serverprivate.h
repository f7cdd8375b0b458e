// SPDX-License-Identifier: MIT
#pragma once

#include "dispatch/dispatcher.h"
#include "protocol/textcache.h"
#include "server/acceptor.h"
#include "transport/networkthread.h"
#include "transport/settings.h"

#include <QRepod/server.h>

#include <QtCore/qset.h>

#include <mutex>
#include <optional>
#include <utility>

namespace QRepod {

class HandlerTable;

//! The home of the connections lives in the working thread: the server's own, or the background
//! thread. What is not guarded by a lock belongs to that thread.
class ServerPrivate
{
public:
    explicit ServerPrivate(Server *server);
    ~ServerPrivate();

    //! Runs \a function in the working thread and waits for it.
    template <class Function>
    void runInWorkingThread(Function &&function)
    {
        ConnectionGroup *home = workingHome();
        if (home->thread() == QThread::currentThread())
            function();
        else
            QMetaObject::invokeMethod(home, std::forward<Function>(function),
                                      Qt::BlockingQueuedConnection);
    }

    //! Sets one of the settings, and tells of it if it is another. Any thread.
    template <class T>
    void change(T &setting, T value)
    {
        std::unique_lock lock(mutex);
        const bool isAnother = std::exchange(setting, value) != value;
        lock.unlock();
        if (isAnother)
            Q_EMIT q->settingsChanged();
    }

    bool listen(const QString &host, quint16 wantedPort);
    void startBackground();
    void sendToAll(const QVariantMap &message);
    QList<Channel *> allChannels() const;
    void closeAll();

    void join(Channel *channel);   ///< it is one of the channels from now on
    void leave(Channel *channel);  ///< it is not any more
    void disown(Channel *channel); ///< it is being deleted

    Server *const q;
    std::function<Channel *()> makeChannel;
    Dispatcher dispatcher{Handler::Leading::Sender}; // for what a channel does not handle itself
    TextCache keys;

    QString errorString; // of the latest listen(), in the thread that made the server
    quint16 port = 0;    // likewise; 0 while it does not listen

    mutable std::mutex mutex; // guards the members of this paragraph
    ConnectionSettings settings;
    int maximumConnections = 0;
    QList<Channel *> channels;

private:
    ConnectionGroup *workingHome() const { return m_network ? m_network->home() : m_home.get(); }
    void accept(qintptr descriptor);
    void refuse(qintptr descriptor, const ConnectionSettings &channelSettings,
                const QString &reason);
    std::shared_ptr<const HandlerTable> handlersOf(const Channel *channel);

    std::unique_ptr<ConnectionGroup> m_home; // until there is a background thread
    std::optional<NetworkThread> m_network; // from then on
    std::unique_ptr<Acceptor> m_acceptor;
    // Every channel that exists: also those about to join, and those that left.
    QSet<Channel *> m_owned;
    bool m_isMakingChannel = false;               // the factory, which is the user's, is running
    const QMetaObject *m_handlersClass = nullptr; // the class that m_handlers is of
    std::shared_ptr<const HandlerTable> m_handlers;
};

} // namespace QRepod
