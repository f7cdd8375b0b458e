// SPDX-License-Identifier: MIT
#include "test/socketend.h"

#include <QtNetwork/qabstractsocket.h>

#ifdef Q_OS_WIN
#    include <winsock2.h>
#else
#    include <sys/socket.h>
#endif

namespace QRepod::SocketEnd {

#ifdef Q_OS_WIN
using Descriptor = SOCKET;
constexpr int sendingHalf = SD_SEND;
#else
using Descriptor = int;
constexpr int sendingHalf = SHUT_WR;
#endif

void closeWriting(QAbstractSocket &socket)
{
    ::shutdown(Descriptor(socket.socketDescriptor()), sendingHalf);
}

void reset(QAbstractSocket &socket)
{
    // Closing without waiting for unsent data is a reset.
    linger none{};
    none.l_onoff = 1;
    ::setsockopt(Descriptor(socket.socketDescriptor()), SOL_SOCKET, SO_LINGER,
                 reinterpret_cast<const char *>(&none), sizeof none);
    socket.abort();
}

} // namespace QRepod::SocketEnd
