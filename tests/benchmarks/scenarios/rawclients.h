// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>

#include <vector>

//! Asks for a WebSocket.
extern const QByteArray webSocketHello;

//! Many connections to one server, without anything of Qt or QRepod on this side.
class RawClients
{
public:
    //! Connects \a count of them to 127.0.0.1; each sends \a hello.
    RawClients(quint16 port, int count, const QByteArray &hello = {});
    ~RawClients();
    Q_DISABLE_COPY_MOVE(RawClients)

    //! Reads until \a bytes have come, over all.
    void receive(qint64 bytes);

    //! Reads until nothing has come for so long.
    void settle(int milliseconds = 200);

    //! Bytes, over all.
    qint64 received() const { return m_received; }

private:
    //! What has come within \a milliseconds; 0 if nothing has.
    qint64 read(int milliseconds);

    std::vector<int> m_sockets;
    int m_epoll;
    qint64 m_received = 0;
};
