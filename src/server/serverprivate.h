// SPDX-License-Identifier: MIT
#pragma once

#include "delivery/deliveryloop.h"
#include "delivery/incomingrequest.h"
#include "dispatch/dispatcher.h"
#include "dispatch/unhandledactions.h"
#include "protocol/control.h"
#include "server/announcer.h"
#include "server/clusterseam.h"
#include "server/farewells.h"
#include "server/memorywatch.h"
#include "server/receivedtally.h"
#include "server/rooms.h"
#include "server/sessions.h"
#include "transport/acceptor.h"
#include "transport/connectiongroups.h"
#include "transport/deadlines.h"
#include "transport/settings.h"

#include <QRepod/server.h>

#include <QtCore/qset.h>
#include <QtCore/qstringlist.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace QRepod {

class Arrival;
class Entrance;
class BackgroundThread;
class HandlerTable;
struct HttpRequest;

//! The first frame of a client that is welcome.
enum class FirstFrame {
    None, ///< has not arrived: it may still be a request to resume
    Known,
};

struct ServerSettings : ConnectionSettings
{
    ServerSettings()
    {
        // A stalled client costs at most this much, and never holds up the others.
        sendBacklog = 16 * 1024 * 1024;
        sendOverrun = 4;
        stallTimeout = 30'000;
        // While the channels' thread reads from a client that floods it, the others wait.
        readSize = 16 * 1024;
    }

    void clamp()
    {
        ConnectionSettings::clamp();
        maximumConnections = std::max(0, maximumConnections);
        sessionTimeout = std::max(0, sessionTimeout);
        maximumMemory = std::max<qint64>(0, maximumMemory);
        threads = std::clamp(threads, 0, greatestThreads);
    }

    static constexpr int greatestThreads = 64; // more than a machine's cores only cost

    int maximumConnections = 0;               ///< 0: no limit
    int sessionTimeout = 0;                   ///< milliseconds; 0: a lost client is gone
    qint64 maximumMemory = 512 * 1024 * 1024; ///< bytes; 0: no limit
    QStringList guestActions;                 ///< empty: nobody is a guest
    int threads = 0;                          ///< for the sockets; 0: the working thread
};

//! Everything lives in the working thread, which is the server's, and moves to another thread with
//! the server. What no lock guards belongs to that thread.
class Q_DECL_HIDDEN Server::Private
{
public:
    explicit Private(Server *server);
    ~Private();

    static Private *get(const Server *server) { return server->d.get(); }

    //! Runs \a function in the working thread and waits for it.
    template <class Function>
    void runInWorkingThread(Function &&function)
    {
        if (canWorkHere())
            function();
        else
            QMetaObject::invokeMethod(&waker, std::forward<Function>(function),
                                      Qt::BlockingQueuedConnection);
    }

    //! Changes a setting, and emits settingsChanged() if the value differs. Any thread.
    template <class Part, class T>
    void change(T Part::*setting, T value)
    {
        if (settings.set(setting, value))
            Q_EMIT q->settingsChanged();
    }

    bool listen(const QString &host, int wantedPort);
    bool failToListen(const QString &reason);
    void startBackground();
    void closeAll();

    //! Implements Server::announce().
    bool announce(const QString &title, const QVariantMap &data);
    void changeAnnouncePort(int newPort);

    QString writeMetrics();

    //! Replaces \a before by \a after; false if there is another cluster. In the working thread.
    bool setCluster(const ClusterSeam *before, ClusterSeam *after);

    //! Passes what the shared room \a room sends to the cluster. Any thread.
    void publish(const QString &room, const EncodedMessage &message, SendMode mode);

    //! Passes news of the shared room \a room's state to the cluster. In the working thread.
    void publishState(const QString &room, const StateNews &news);

    //! Whether there are other nodes that can be told anything. In the working thread.
    bool canPublish() const { return m_cluster && m_cluster->canPublish(); }

    /// \name For each way in
    /// In the working thread.
    /// @{
    std::unique_ptr<Acceptor> makeAcceptor(std::function<void(qintptr, const QString &)> accept);

    //! \return why \a acceptor cannot listen there; empty on success.
    QString listen(Acceptor &acceptor, const QString &host, int wantedPort);
    void noteListening(); ///< after the server or an entrance has stopped

    //! Makes a channel of the client on \a stream, which may have sent a \a request.
    void accept(std::unique_ptr<Stream> stream, std::shared_ptr<const HttpRequest> request = {});
    /// @}

    /// \name The outcomes of an arrival
    /// Each deletes the arrival.
    /// @{
    void welcome(Arrival &arrival, FirstFrame frame);
    void resume(Arrival &arrival, const Control &control);
    void turnAway(Arrival &arrival, const QString &error);
    /// @}

    //! Returns the channel that \a control, a client's request to resume, leads to. If there is
    //! none, returns nullptr and sets \a reason.
    Channel *sessionOf(const Control &control, QString *reason) const;

    //! Asks which node has the session of \a token. \a receiver gets its address, or an empty text
    //! if the node is gone. \a request is the client's, if it came by HTTP.
    ///
    /// \return false if nobody can tell.
    bool findHome(const QString &token, const std::shared_ptr<const HttpRequest> &request,
                  std::function<void(const QString &address)> receiver) const;

    static QString homeGoneText() { return QStringLiteral("the session's server is gone"); }

    //! The game's code is about to run, and rooms may close in it. In the working thread.
    void beginTurn() const
    {
        if (m_cluster)
            m_cluster->turnBegins();
    }

    //! What the tokens of sessions name; empty without a cluster. In the working thread.
    QString homeOfSessions() const { return m_cluster ? m_cluster->homeOfSessions() : QString(); }

    //! The channel whose session is called \a sessionId.
    Channel *channel(const QString &sessionId) const;

    /// \name What a channel reports
    /// In the working thread.
    /// @{
    void join(Channel *channel);         ///< it is one of the channels from now on
    void leave(Channel *channel);        ///< it no longer is
    void announceLeft(Channel *channel); ///< its own handlers know that it has left
    void reject(const QString &error);   ///< it could not join
    void disown(Channel *channel);       ///< it is being deleted
    /// @}

    //! All channels, including those the game does not know of.
    const QSet<Channel *> &owned() const { return m_owned; }

    Server *const q;
    SharedSettings<ServerSettings> settings;
    std::function<Channel *()> makeChannel;
    Dispatcher dispatcher{{Leading::Sender, IncomingRequest::supplied()}}; // for addHandler()
    UnhandledActions unhandled; // actions that no channel handles
    TextCache texts;
    Waker waker;         // of the channels; lives in the working thread
    Deadlines deadlines; // of the channels' requests and of guests; lives there too

    //! The channels that have joined. Lives as long as this.
    const std::unique_ptr<Room> everyone;

    Rooms rooms; // all others

    Metrics metrics;
    ReceivedTally received{metrics}; // what the channels deliver

    std::unique_ptr<Announcer> announcer; // while the server is announced

    QList<Entrance *> entrances; // those that listen
    Sessions sessions;
    Farewells farewells;
    qint64 interruptions = 0; // ever
    qint64 connections = 0;   // ever, where sessions are kept

    bool isInFactory = false; // one of the user's factories is running

    std::atomic<quint16> port = 0; // 0 if the server does not listen
    std::atomic<int> announcePort = defaultLanPort;
    std::atomic<bool> isAnnounced = false;
    std::atomic<int> threadsInUse = -1; // of the latest listen(), a gate's too; -1: none listens

    std::mutex mutex;    // guards the rest of this paragraph
    QString errorString; // of the latest listen() or announce()

private:
    bool canWorkHere() const;
    void endBackground();
    void endOthers();
    void closeEntrances();
    void tearDown();
    void refuse(std::unique_ptr<Stream> stream, const ConnectionSettings &channelSettings,
                const QString &reason);
    bool isFull(const ServerSettings &channelSettings) const;
    static QString fullText(const ServerSettings &channelSettings);
    static QString rejectionText();
    void arrive(std::unique_ptr<Stream> stream, const ServerSettings &channelSettings,
                std::shared_ptr<const HttpRequest> request);
    void refuse(Arrival &arrival, const QString &reason);
    void sendFarewell(const Farewell &farewell, Arrival &arrival);
    bool askForHome(Arrival &arrival, const QString &token);
    void redirectHome(Arrival &arrival, const QString &address);
    bool evictLongestAway();
    Channel *createChannel();
    std::shared_ptr<const HandlerTable> handlersOf(const Channel *channel);

    std::mutex m_clusterMutex; // guards m_cluster, which is set only in the working thread
    ClusterSeam *m_cluster = nullptr;

    BackgroundThread *m_background = nullptr; // once the server lives in its own thread
    std::unique_ptr<ConnectionGroups> m_connections;
    std::unique_ptr<Acceptor> m_acceptor;
    // Every channel that exists, including those about to join and those that have left.
    QSet<Channel *> m_owned;
    std::unordered_map<Arrival *, std::unique_ptr<Arrival>> m_arrivals;
    MemoryWatch m_memoryWatch;
    const QMetaObject *m_handlersClass = nullptr; // the class that m_handlers is of
    std::shared_ptr<const HandlerTable> m_handlers;
};

} // namespace QRepod
