// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearrayview.h>
#include <QtCore/qglobal.h>

#include <vector>

//! A server's end of plain sockets: the floor for the cost of sending to all clients.
class PlainSockets
{
public:
    PlainSockets();
    ~PlainSockets();
    Q_DISABLE_COPY_MOVE(PlainSockets)

    quint16 port() const;

    //! Accepts all that have connected, then just calls send() in a loop.
    void sendToAll(QByteArrayView frame);

private:
    const int m_listener;
    std::vector<int> m_sockets;
};
