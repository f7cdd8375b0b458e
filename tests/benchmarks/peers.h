// SPDX-License-Identifier: MIT
#pragma once

#include "peer.h"

#include <QtCore/qstringlist.h>

//! The libraries to compare with. A function returns null if its package was not found.
namespace Peers {

std::unique_ptr<Peer> dataStream();
std::unique_ptr<Peer> webSocket();
std::unique_ptr<Peer> remoteObjects();
std::unique_ptr<Peer> zeroMq();
std::unique_ptr<Peer> enet();

enum class Reader {
    Blocking,
    Spinning, ///< the client polls all the time; the server blocks
};
std::unique_ptr<Peer> sockets(Reader reader = Reader::Blocking);

//! Returns the peers that this program was built without.
QStringList missing();

} // namespace Peers
