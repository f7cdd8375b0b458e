// SPDX-License-Identifier: MIT
#pragma once

#include "peer.h"

#include <QtCore/qstringlist.h>

//! What is measured beside QRepod. A function returns null if its package was not there.
namespace Peers {

std::unique_ptr<Peer> dataStream();
std::unique_ptr<Peer> webSocket();
std::unique_ptr<Peer> remoteObjects();
std::unique_ptr<Peer> zeroMq();
std::unique_ptr<Peer> enet();

enum class Reader {
    Blocking,
    Spinning, ///< the client asks again and again; the server blocks
};
std::unique_ptr<Peer> sockets(Reader reader = Reader::Blocking);

//! Those that this program was built without.
QStringList missing();

} // namespace Peers
