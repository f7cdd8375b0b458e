// SPDX-License-Identifier: MIT
#include "peers.h"

namespace Peers {

#ifndef QREPOD_BENCH_WEBSOCKETS
std::unique_ptr<Peer> webSocket()
{
    return nullptr;
}
#endif

#ifndef QREPOD_BENCH_REMOTEOBJECTS
std::unique_ptr<Peer> remoteObjects()
{
    return nullptr;
}
#endif

#ifndef QREPOD_BENCH_ZEROMQ
std::unique_ptr<Peer> zeroMq()
{
    return nullptr;
}
#endif

#ifndef QREPOD_BENCH_ENET
std::unique_ptr<Peer> enet()
{
    return nullptr;
}
#endif

QStringList missing()
{
    QStringList names;
    const auto add = [&](const std::unique_ptr<Peer> &peer, const char *name) {
        if (!peer)
            names.append(QString::fromLatin1(name));
    };
    add(webSocket(), "QWebSocket (package qt6-websockets-dev)");
    add(remoteObjects(), "Qt Remote Objects (qt6-remoteobjects-dev)");
    add(zeroMq(), "ZeroMQ (libzmq3-dev)");
    add(enet(), "ENet (libenet-dev)");
#ifndef QREPOD_BENCH_COLYSEUS
    names.append(QStringLiteral("Colyseus (npm's @colyseus/schema)"));
#endif
    return names;
}

} // namespace Peers
