// SPDX-License-Identifier: MIT
#pragma once

#include "transport/networkthread.h"

#include <memory>
#include <vector>

namespace QRepod {

//! Where a server's connections are served: in the server's thread, or spread over network threads.
///
/// Used in the server's thread, and follows it to another.
class ConnectionGroups
{
public:
    //! Moves to another thread with \a server.
    explicit ConnectionGroups(QObject *server);

    //! Closes every connection; what was sent still goes out, for about 0.3 s at the most.
    ~ConnectionGroups();

    //! Connections that are opened from now on are spread over so many threads; 0: they are served
    //! in the server's own.
    void setThreads(int count);

    //! As ConnectionGroup has it, in one of the threads.
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
