// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>

#include <vector>

//! A request for a WebSocket.
extern const QByteArray webSocketHello;

//! Many connections to one server, without using Qt or QRepod on this side.
class RawClients
{
public:
    //! Connects \a count clients to 127.0.0.1; each sends \a hello.
    RawClients(quint16 port, int count, const QByteArray &hello = {});
    ~RawClients();
    Q_DISABLE_COPY_MOVE(RawClients)

    //! Reads until \a bytes have arrived in all.
    void receive(qint64 bytes);

    //! Reads until nothing has arrived for \a milliseconds.
    void settle(int milliseconds = 200);

    //! Bytes received in all.
    qint64 received() const { return m_received; }

private:
    //! Returns how many bytes have arrived within \a milliseconds.
    qint64 read(int milliseconds);

    std::vector<int> m_sockets;
    int m_epoll;
    qint64 m_received = 0;
};
