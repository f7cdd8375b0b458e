// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QtGlobal>

//! The options of `--interruptions`; see README.md.
struct InterruptionPlan
{
    int interruptions = 1000; ///< at least this many, over all clients
    int clients = 1;
    int threads = 0; ///< Server::setThreads()
    bool isEncrypted = false;
    bool hasBrowsers = false; ///< a third of the clients use WebSocket
    int chunk = 0;            ///< bytes that arrive at a time; 0 for no limit
    int outages = 0;          ///< how often to cut the line for a while and time the recovery
    quint32 seed = 1;
};

//! Breaks the lines of busy clients, and prints the outcome. Faults are violations in the tally.
void interrupt(const InterruptionPlan &plan);
