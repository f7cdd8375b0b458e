// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QStringList>

//! A node of the cluster, as a process of its own. It never ends by itself.
///
/// Clients are in rooms that all nodes share, `table…`, and hear each other there. The rooms
/// `arena…` belong to one node each, which acts in them all the time. It prints lines:
///
///     port PORT                          once
///     cluster NODES                      how many nodes it sees, 0 while it is offline
///     act ROOM OWNERSHIP NANOSECONDS     it has acted as the owner, by the machine's clock
///
/// \a arguments are the engine's address, the port, the lease time, and the number of arenas.
int serveNode(const QStringList &arguments);
