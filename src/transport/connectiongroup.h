// SPDX-License-Identifier: MIT
#pragma once

#include "transport/connection.h"
#include "transport/poller.h"
#include "transport/poolexpiry.h"

#include <functional>
#include <unordered_set>
#include <vector>

namespace QRepod {

//! The connections of one thread, which share one wake-up event, one timer and one poller. Lives in
//! that thread and is used in no other.
class ConnectionGroup : public QObject, private Wakeable
{
    Q_OBJECT

public:
    explicit ConnectionGroup(QObject *parent = nullptr);
    ~ConnectionGroup() override;

    //! Opens \a stream after \a delay milliseconds, and carries frames between it and \a link.
    Connection *open(const Link &link, const ConnectionSettings &settings,
                     std::unique_ptr<Stream> stream, int delay = 0);

    //! Sends the peer of \a stream a last \a frame, which says why it is refused, and closes. Past
    //! a limit, streams are closed without the frame.
    void refuse(const ConnectionSettings &settings, std::unique_ptr<Stream> stream,
                const QByteArray &frame);

    bool isEmpty() const { return m_connections.empty(); }

    //! Closes every connection within \a bounds, then calls \a done, which may destroy the group in
    //! another thread.
    void close(CloseBounds bounds, std::function<void()> done);

    //! Moves the group, with its connections, to \a thread.
    void moveTo(QThread *thread);

    //! Closes every connection before it returns, within \a milliseconds. For the end of a program,
    //! since Qt delivers no events once the application object is gone, and where no other thread
    //! could wait.
    void closeNow(int milliseconds);

    /// \name For the connections
    /// @{
    Waker &waker() { return m_waker; }
    Deadlines &deadlines() { return m_deadlines; }
    Poller &poller() { return *m_poller; }

    //! \a connection is done; it is deleted when control returns to the event loop.
    void retire(Connection *connection);
    /// @}

private:
    void handleWake() override;

    Waker m_waker{this};
    Deadlines m_deadlines{this};
    PoolExpiry m_poolExpiry{BufferPool::ofProcess(), m_waker, m_deadlines};
    Poller *const m_poller;                         // child
    std::unordered_set<Connection *> m_connections; // owned
    std::vector<std::unique_ptr<Connection>> m_retired;
    int m_refused = 0;                  // refused connections among them
    std::function<void()> m_whenClosed; // while the group is closing
};

} // namespace QRepod
