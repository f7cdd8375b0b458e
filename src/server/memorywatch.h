// SPDX-License-Identifier: MIT
#pragma once

#include "transport/deadlines.h"

#include <QRepod/server.h>

#include <vector>

namespace QRepod {

//! Keeps what a server holds for all its clients, received and not handled or sent and not taken,
//! below maximumMemory.
///
/// Each client has limits of its own, but many clients can stay below theirs and still fill the
/// machine together. So this checks all of them four times a second. Past the limit, the clients
/// that hold the most are no longer read, and if that has not helped within a second, they are
/// closed.
///
/// Used in the server's working thread.
class MemoryWatch final : private Deadline
{
public:
    MemoryWatch(Server::Private &server, Deadlines &deadlines);
    virtual ~MemoryWatch() = default;

    //! Starts watching, for as long as there are clients.
    void start();

private:
    struct Holding
    {
        qint64 bytes;
        Channel *channel;
    };

    void handleDeadline() override;
    std::vector<Holding> holdings() const;
    void resume();

    Server::Private &m_server;
    int m_checksOverLimit = 0; // checks in a row that found more than the limit
    bool m_isStarted = false;
};

} // namespace QRepod
