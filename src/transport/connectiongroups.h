// SPDX-License-Identifier: MIT
#pragma once

#include "transport/networkthread.h"

#include <memory>
#include <vector>

namespace QRepod {

//! Where a server's connections are served: in the server's thread, or spread over network threads.
///
/// Used in the server's thread, and moves to another thread with the server.
class ConnectionGroups
{
public:
    //! Moves to another thread with \a server.
    explicit ConnectionGroups(QObject *server);

    //! Closes every connection; what was sent is still written, for at most about 0.3 s.
    ~ConnectionGroups();

    //! Spreads later connections over \a count threads; 0: the server's own thread serves them.
    void setThreads(int count);

    //! Like ConnectionGroup's functions, in one of the threads.
    void open(const Link &link, const ConnectionSettings &settings, std::unique_ptr<Stream> stream);
    void refuse(const ConnectionSettings &settings, std::unique_ptr<Stream> stream,
                const QByteArray &frame);

private:
    Q_DISABLE_COPY_MOVE(ConnectionGroups)

    std::unique_ptr<ConnectionGroup> m_local;
    std::vector<std::unique_ptr<NetworkThread>> m_threads;
    size_t m_threadsInUse = 0;
    size_t m_nextThread = 0;
};

} // namespace QRepod
