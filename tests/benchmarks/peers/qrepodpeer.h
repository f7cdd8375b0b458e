// SPDX-License-Identifier: MIT
#pragma once

#include "peer.h"

namespace Peers {

enum class Handlers {
    Map,   ///< take the whole message
    Typed, ///< take `(int id, double x, double y, const QString &name)`
};

enum class Client {
    EventDriven, ///< pumps when the event loop says so
    Pumping,     ///< pumps in a tight loop
};

//! Its server works in a thread of its own, by startBackground(), and always answers. It has no
//! client.
std::unique_ptr<Peer> qrepodInBackground();

//! With a \a sessionTimeout, the server keeps sessions, and the client would come back.
std::unique_ptr<Peer> qrepod(Handlers handlers, Client client = Client::EventDriven,
                             int sessionTimeout = 0);

//! Goes through a WebSocketGate, with typed handlers; null if the component was not built.
std::unique_ptr<Peer> qrepodByWebSocket();

} // namespace Peers
