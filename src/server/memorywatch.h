// SPDX-License-Identifier: MIT
#pragma once

#include "transport/deadlines.h"

#include <QRepod/server.h>

#include <vector>

namespace QRepod {

//! Keeps what a server holds for its clients, received and not handled or sent and not taken, below
//! maximumMemory.
///
/// Each client has limits of its own, but many can stay below theirs and fill the machine together.
/// So this looks at all of them, four times a second. Past the limit those that hold the most are
/// not read any more, and if that has not helped within a second, they are closed.
///
/// Used in the server's working thread.
class MemoryWatch final : private Deadline
{
public:
    MemoryWatch(Server::Private &server, Deadlines &deadlines);
    virtual ~MemoryWatch() = default;

    //! There is a client. It watches until there are none.
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
    int m_looksPast = 0; // the limit, in a row
    bool m_isStarted = false;
};

} // namespace QRepod
