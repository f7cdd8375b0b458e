// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QStringList>

//! A node of the cluster, in a process of its own. It never ends by itself.
///
/// Clients are in rooms that all nodes share, `table…`, and hear each other there. Each room
/// `arena…` belongs to one node, which acts in it all the time. The process prints lines:
///
///     node ID                            once, when clients can connect
///     cluster NODES                      how many nodes it sees, 0 while it is offline
///     act ROOM OWNERSHIP NANOSECONDS     it has acted as the owner, by the machine's clock
///     violation TEXT                     a client has not said what it must say next
///
/// Clients that are lost keep their place for a minute.
///
/// \a arguments are the engine's address, the lease time, the number of arenas, the server's port,
/// and the port by which others are redirected to it; then the same two ports of the gate for
/// browsers, if it has one.
int serveNode(const QStringList &arguments);
