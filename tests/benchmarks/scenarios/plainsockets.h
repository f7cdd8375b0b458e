// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearrayview.h>
#include <QtCore/qglobal.h>

#include <vector>

//! A server's end of plain sockets: the floor of what it costs to tell all clients.
class PlainSockets
{
public:
    PlainSockets();
    ~PlainSockets();
    Q_DISABLE_COPY_MOVE(PlainSockets)

    quint16 port() const;

    //! Nothing but a loop of send(), once all that have connected are accepted.
    void sendToAll(QByteArrayView frame);

private:
    const int m_listener;
    std::vector<int> m_sockets;
};
