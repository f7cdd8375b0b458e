// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QStringList>

//! A node of the cluster, as a process of its own. It never ends by itself.
///
/// Clients are in rooms that all nodes share, `table…`, and hear each other there. The rooms
/// `arena…` belong to one node each, which acts in them all the time. It prints lines:
///
///     node ID                            once, when clients can come
///     cluster NODES                      how many nodes it sees, 0 while it is offline
///     act ROOM OWNERSHIP NANOSECONDS     it has acted as the owner, by the machine's clock
///     violation TEXT                     what a client says is not the next that it has to say
///
/// Clients that are lost keep their place for a minute.
///
/// \a arguments are the engine's address, the lease time, the number of arenas, the server's port,
/// and the one by which others are sent to it; and the same two of the gate for browsers, if it is
/// to have one.
int serveNode(const QStringList &arguments);
