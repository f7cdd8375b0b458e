// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QtGlobal>

//! What `--interruptions` does; see README.md.
struct InterruptionPlan
{
    int interruptions = 1000; ///< at least so many, over all clients
    int clients = 1;
    int threads = 0; ///< Server::setThreads()
    bool isEncrypted = false;
    bool hasBrowsers = false; ///< a third of the clients comes by WebSocket
    int chunk = 0;            ///< bytes that arrive at a time; 0: as they come
    int outages = 0; ///< so many times the line is cut for a while, to see how soon it is noticed
    quint32 seed = 1;
};

//! Breaks the lines of busy clients, and prints what came of it. What must not be is a violation in
//! the tally.
void interrupt(const InterruptionPlan &plan);
